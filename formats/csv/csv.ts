import { BARE_HEADER } from "../../stream/bare-header.js";
import type {
  PacketBatch,
  PacketHeader,
  StreamEncoder,
  StreamHeader,
  StreamItem,
} from "../../stream/model.js";
import type { ConverterProgram } from "../../stream/program.js";
import { failUnlessNoData } from "../told-failure.js";
import { type CsvOptions, parseCsvOptions } from "./options.js";
import { globalPropertyRows, headerRows, type PropertyRow, packetPropertyRows } from "./rows.js";
import { TextBuffer } from "./text-buffer.js";
import { type RowWriter, rowWriter } from "./value-rows.js";

type Write = (bytes: Uint8Array) => void;

/** Bytes that are gathered before they are written. */
const GATHERED_BYTES = 65_536;

interface Table {
  readonly header: PacketHeader;
  readonly writeRow: RowWriter;
  announced: boolean;
}

/**
 * A das2 stream as delimited text, one table for each packet type. Header rows are held back until data come, for a
 * stream that turns out to have none gives an empty text. Source: das2-stream E2.
 */
export class CsvEncoder implements StreamEncoder {
  readonly #options: CsvOptions;
  readonly #text = new TextBuffer();
  readonly #tables = new Map<number, Table>();
  #stream: StreamHeader = BARE_HEADER;
  #globalsWritten = false;

  constructor(options: CsvOptions) {
    this.#options = options;
  }

  /** Errors: DOMAIN for an exception in the stream other than NoDataInInterval. */
  push(item: StreamItem, write: Write): void {
    switch (item.kind) {
      case "stream":
        this.#stream = item.header;
        return;
      case "packet":
        this.#define(item.header);
        return;
      case "data":
        this.#rows(item.batch, write);
        return;
      case "comment":
        return;
      case "exception":
        this.#flush(write);
        this.#tables.clear();
        failUnlessNoData(item.exception);
        return;
      default:
        item satisfies never;
    }
  }

  end(write: Write): void {
    for (const table of this.#tables.values()) this.#announce(table);
    this.#flush(write);
  }

  #define(header: PacketHeader): void {
    const prefix = this.#prefix(header.id, "values");
    const writeRow = rowWriter(header, this.#stream, this.#options, prefix);
    this.#tables.set(header.id, { header, writeRow, announced: false });
  }

  #rows(batch: PacketBatch, write: Write): void {
    const table = this.#tables.get(batch.header.id);
    if (table === undefined) return; // a data item follows the definition of its id
    this.#announce(table);
    const { bytes } = batch;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let row = 0; row < batch.count; row++) {
      table.writeRow(batch, row, view, this.#text);
      if (this.#text.length >= GATHERED_BYTES) this.#flush(write);
    }
    this.#flush(write);
  }

  /** Writes what stands before the first data of a definition. */
  #announce(table: Table): void {
    if (table.announced || !this.#options.headers) return;
    table.announced = true;
    const { header } = table;
    if (this.#options.properties) {
      if (!this.#globalsWritten) this.#propertyRows(0, globalPropertyRows(this.#stream));
      this.#globalsWritten = true;
      this.#propertyRows(header.id, packetPropertyRows(header));
    }
    const prefix = this.#prefix(header.id, "header");
    for (const row of headerRows(header, this.#stream)) this.#line(prefix, row);
  }

  #propertyRows(id: number, rows: readonly PropertyRow[]): void {
    for (const row of rows) this.#line(this.#prefix(id, "property"), row);
  }

  /** The leading columns of a row, with the delimiter behind them. */
  #prefix(id: number, kind: "header" | "values" | "property"): string {
    const { ids, headers, delimiter } = this.#options;
    const number = String(id).includes(delimiter) ? `"${id}"` : String(id);
    return (ids ? number + delimiter : "") + (headers ? this.#quote(kind) + delimiter : "");
  }

  #line(prefix: string, fields: readonly string[]): void {
    this.#text.text(
      `${prefix}${fields.map((field) => this.#quote(field)).join(this.#options.delimiter)}\r\n`,
    );
  }

  #quote(text: string): string {
    return `"${text.replaceAll('"', '""')}"`;
  }

  #flush(write: Write): void {
    if (this.#text.length > 0) write(this.#text.take());
  }
}

const HELP = `Usage: das3_csv [-d DELIM] [-r DIGITS] [-s SUBSEC] [-p] [-n] [-i] [--fill-blank]

Reads a das2 stream and writes delimited text: for each packet type three header rows (identifiers,
units, labels or coordinates) and a row for each record. Lines end in CR LF.

  -d DELIM           the delimiter, one ASCII character (;)
  -r DIGITS          significant digits of reals, 2 to 18 (8)
  -s SUBSEC          digits of the fraction of seconds, 0 to 9 (3)
  -p, --props        rows for the properties as well
  -n, --no-headers   no header rows, and no column that tells the kind of a row
  -i, --no-id        no column for the packet id
      --fill-blank   fill values are empty fields
  -h, --help         print this
  -v, --version      print the version

Exit status: 0 done (an empty text where there are no data in the interval), 1 the stream ended in an exception,
told on standard error, 13 arguments, 22 unreadable stream.
`;

/** The converter `das3_csv`. Source: das2-stream E2, reducers 12. */
export const csv: ConverterProgram = {
  kind: "converter",
  name: "das3_csv",
  help: HELP,
  open: (args) => new CsvEncoder(parseCsvOptions(args)),
};
