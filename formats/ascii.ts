import type { Emit, PacketBatch, PacketHeader, Plane, StreamTransform } from "../stream/model.js";
import type { FilterProgram } from "../stream/program.js";
import { integerArgument, lastValue, parseArguments } from "../stream/program-arguments.js";
import { withProperty } from "../stream/properties.js";
import { routeItems } from "../stream/route-items.js";
import { type TextPacket, textPacket } from "./text-packet.js";

/** What the command line of the text converter asks for. Source: reducers 9. */
export interface AsciiOptions {
  /** Significant digits of all reals; missing: 7 of 4-byte reals, 10 of 8-byte reals. */
  readonly digits?: number;
  /** Digits of the fraction of seconds. */
  readonly fractionDigits: number;
  readonly dropComments: boolean;
  /** Which planes become text; packet types without such planes, and what the stream says of itself, stay as they are. Missing: all. */
  readonly which?: (plane: Plane) => boolean;
}

/** Output bytes of one batch; one longer record is a batch of its own. */
const BATCH_BYTES = 262_144;

/** Re-encodes binary planes as text. Source: das2-stream E1, reducers 9. */
export class AsciiTransform implements StreamTransform {
  readonly #options: AsciiOptions;
  /** By input id. */
  readonly #packets = new Map<number, TextPacket>();
  #bytes = new Uint8Array(0);

  constructor(options: AsciiOptions) {
    this.#options = options;
  }

  readonly push = routeItems({
    stream: (header, emit) => {
      if (this.#options.which !== undefined) {
        emit({ kind: "stream", header });
        return;
      }
      const sourceId = { name: "sourceId", type: "String", value: "das2_ascii" } as const;
      emit({ kind: "stream", header: { ...header, properties: withProperty(header.properties, sourceId) } });
    },
    packet: (header, emit) => emit({ kind: "packet", header: this.#define(header) }),
    data: (batch, emit) => {
      const packet = this.#packets.get(batch.header.id);
      if (packet === undefined) emit({ kind: "data", batch });
      else this.#convert(packet, batch, emit);
    },
    comment: (comment, emit) => {
      if (!this.#options.dropComments) emit({ kind: "comment", comment });
    },
  });

  end(): void {}

  #define(header: PacketHeader): PacketHeader {
    const { which } = this.#options;
    if (which !== undefined && !header.planes.some(which)) {
      this.#packets.delete(header.id);
      return header;
    }
    const packet = textPacket(header, this.#options);
    this.#packets.set(header.id, packet);
    return packet.header;
  }

  #convert(packet: TextPacket, batch: PacketBatch, emit: Emit): void {
    const { stride } = packet.header;
    const most = Math.max(1, Math.floor(BATCH_BYTES / stride));
    for (let first = 0; first < batch.count; first += most) {
      const count = Math.min(most, batch.count - first);
      if (this.#bytes.length < count * stride)
        this.#bytes = new Uint8Array(Math.min(most, batch.count) * stride);
      packet.write(batch, first, count, this.#bytes);
      emit({
        kind: "data",
        batch: { header: packet.header, bytes: this.#bytes.subarray(0, count * stride), count },
      });
    }
  }
}

const HELP = `Usage: das2_ascii [-r N] [-s N] [-c]

Reads a das2 stream and writes it with all values as text; what is text already is copied.

  -r N             significant digits of reals, 2 to 17 (7 for 4-byte reals, 10 for 8-byte reals)
  -s N             digits of the fraction of seconds, 0 to 9 (3)
  -c               drop comments
  -h, --help       print this
  -v, --version    print the version

Exit status: 0 done, 13 arguments, 22 unreadable stream, or one with records too long for text.
`;

/** The filter `das2_ascii`. Source: reducers 9. */
export const ascii: FilterProgram = {
  kind: "filter",
  name: "das2_ascii",
  help: HELP,
  open(args) {
    const { options } = parseArguments(
      args,
      {
        digits: { names: ["-r"], takes: "a number of digits" },
        fraction: { names: ["-s"], takes: "a number of digits" },
        dropComments: { names: ["-c"] },
      },
      [],
    );
    const digits = lastValue(options.digits);
    const fraction = lastValue(options.fraction);
    return new AsciiTransform({
      ...(digits === undefined
        ? {}
        : { digits: integerArgument(digits, "the number of digits (-r)", 2, 17) }),
      fractionDigits: integerArgument(fraction ?? "3", "the digits of seconds (-s)", 0, 9),
      dropComments: options.dropComments,
    });
  },
};
