import { BARE_HEADER } from "../../stream/bare-header.js";
import { das3Comment, das3Exception } from "../../stream/das3-packets.js";
import type { StreamEncoder, StreamHeader, StreamItem } from "../../stream/model.js";
import type { ConverterProgram } from "../../stream/program.js";
import { datasetOfPacket } from "./dataset-of-packet.js";
import { printDas3Dataset, printDas3Stream } from "./print-headers.js";
import { RecordWriter } from "./record-writer.js";
import { asText, readTextOptions } from "./text-options.js";
import { withDates } from "./with-dates.js";

type Write = (bytes: Uint8Array) => void;

/**
 * A das2 stream as a das3 stream: each packet type becomes a dataset of the same id, values are copied as they are. Every write
 * is a whole number of packets, so whatever breaks off ends on the boundary of one.
 * Errors: UNSUITED_STREAM as of {@link datasetOfPacket}. Source: das2-stream C1, C6.
 */
export class Das3Encoder implements StreamEncoder {
  #stream: StreamHeader = BARE_HEADER;
  #begun = false;
  #ended = false;
  readonly #writers = new Map<number, RecordWriter>();

  push(item: StreamItem, write: Write): void {
    if (this.#ended) return;
    if (!this.#begun) this.#begin(item.kind === "stream" ? item.header : BARE_HEADER, write);
    switch (item.kind) {
      case "stream":
        return;
      case "packet": {
        const { dataset, order } = datasetOfPacket(item.header, this.#stream);
        this.#writers.set(item.header.id, new RecordWriter(item.header, order));
        write(printDas3Dataset(item.header.id, dataset));
        return;
      }
      case "data":
        this.#writers.get(item.batch.header.id)?.write(item.batch, write);
        return;
      case "comment":
        write(das3Comment(item.comment));
        return;
      case "exception":
        write(das3Exception(item.exception));
        this.#ended = true;
        return;
      default:
        item satisfies never;
    }
  }

  end(): void {}

  #begin(header: StreamHeader, write: Write): void {
    this.#begun = true;
    this.#stream = header;
    write(printDas3Stream(header));
  }
}

const HELP = `Usage: das3_from_das2 [-t [-r N] [-s N]]

Reads a das2 stream and writes it as a das3 stream (version 3.0): one dataset for each packet type, values as they are.

  -t, --text       all values as text
  -r N             with -t: significant digits of reals, 2 to 17 (7 for 4-byte reals, 10 for 8-byte reals)
  -s N             with -t: digits of the fraction of seconds, 0 to 9 (3)
  -h, --help       print this
  -v, --version    print the version

Exit status: 0 done, 13 arguments, 22 unreadable stream, 100 a stream that has no das3 form.
`;

/** The converter `das3_from_das2`. Source: das2-stream C6, E1. */
export const das3FromDas2: ConverterProgram = {
  kind: "converter",
  name: "das3_from_das2",
  help: HELP,
  open(args) {
    const options = readTextOptions(args, true);
    const encoder = withDates(new Das3Encoder());
    return options.isText ? asText(options, encoder) : encoder;
  },
};
