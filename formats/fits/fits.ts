import { DasError } from "../../errors/das-error.js";
import { DataSum } from "../../fits/checksum.js";
import { setSums } from "../../fits/hdu-sums.js";
import { BLOCK_BYTES, type Header } from "../../fits/header.js";
import { BARE_HEADER } from "../../stream/bare-header.js";
import type {
  PacketBatch,
  PacketHeader,
  StreamEncoder,
  StreamHeader,
  StreamItem,
} from "../../stream/model.js";
import { yTagValues } from "../../stream/packet-header.js";
import type { ConverterProgram } from "../../stream/program.js";
import { parseArguments } from "../../stream/program-arguments.js";
import { Spool, type SpoolRun } from "../spool.js";
import { isSameTable, type TableColumn, tableColumns } from "../table/table-columns.js";
import { failUnlessNoData } from "../told-failure.js";
import { FitsRowWriter } from "./row-writer.js";
import { primaryHeader, type TableName, tableHeader, tagsHeader } from "./table-header.js";

/** Most tables of a file: each has some memory of its own. A packet type that is defined anew with other columns begins another. */
const MAX_TABLES = 99;
/** Records that are converted at once, bytes of the table. */
const PART_BYTES = 262_144;

interface Table extends TableName {
  columns: readonly TableColumn[];
  readonly writer: FitsRowWriter;
  readonly data: SpoolRun;
  readonly sum: DataSum;
  rows: number;
}

/**
 * A das2 stream as a FITS file: a binary table for each packet type, and one for the tags of each yscan. How many rows there are is
 * known only at the end, so the rows wait in a {@link Spool} and the file is made from there. Of a stream that defines no packets there
 * is no file.
 *
 * Errors: DOMAIN for an exception in the stream other than NoDataInInterval, UNSUITED_STREAM for too many tables, OUTPUT_LIMIT, DISK_FULL. After an error nothing is written.
 * Source: FITS 4.0, 7.3 and 9.
 */
export class FitsEncoder implements StreamEncoder {
  readonly #spool: Spool;
  readonly #tables: Table[] = [];
  /** The table that packets of an id go into. */
  readonly #current = new Map<number, Table>();
  #stream: StreamHeader = BARE_HEADER;

  constructor(spool: Spool = new Spool()) {
    this.#spool = spool;
  }

  push(item: StreamItem): void {
    switch (item.kind) {
      case "stream":
        this.#stream = item.header;
        return;
      case "packet":
        this.#define(item.header);
        return;
      case "data":
        this.#rows(item.batch);
        return;
      case "comment":
        return;
      case "exception":
        failUnlessNoData(item.exception);
        return;
      default:
        item satisfies never;
    }
  }

  end(): void {}

  *rest(): Generator<Uint8Array> {
    if (this.#tables.length === 0) return;
    const primary = primaryHeader(this.#stream);
    setSums(primary, 0);
    yield primary.bytes();
    const written = new Map<string, string>();
    for (const table of this.#tables) {
      const tags = new Map<TableColumn, string>();
      const own: { readonly name: string; readonly column: TableColumn }[] = [];
      for (const column of table.columns) {
        if (!column.isList) continue;
        const key = [column.about.get("yTags"), column.about.get("yUnits"), column.about.get("yLabel")].join(
          "\n",
        );
        const known = written.get(key);
        const name = known ?? `TAGS_${written.size + 1}`;
        if (known === undefined) own.push({ name, column });
        written.set(key, name);
        tags.set(column, name);
      }
      const { columns, rows, writer, data, sum } = table;
      const header = tableHeader(table, columns, rows, writer.rowBytes, tags, writer.range);
      yield* unit(header, sum.value, data.length, data.pieces());
      for (const { name, column } of own) yield* tagsUnit(name, column);
    }
  }

  close(): void {
    this.#spool.close();
  }

  #define(header: PacketHeader): void {
    const columns = tableColumns(header, this.#stream);
    const name = `PACKET_${header.id}`;
    const ofId = this.#tables.filter((table) => table.name === name);
    // Instruments go to and fro between modes: each has one table.
    const before = ofId.find((table) => isSameTable(table.columns, columns));
    if (before !== undefined) {
      before.columns = columns;
      before.writer.redefine(columns);
      this.#current.set(header.id, before);
      return;
    }
    if (this.#tables.length === MAX_TABLES)
      throw new DasError(
        "UNSUITED_STREAM",
        `packets are defined anew with other columns again and again, expected at most ${MAX_TABLES} tables`,
      );
    const table = {
      name,
      version: ofId.length + 1,
      columns,
      writer: new FitsRowWriter(columns),
      data: this.#spool.run(),
      sum: new DataSum(),
      rows: 0,
    };
    this.#tables.push(table);
    this.#current.set(header.id, table);
  }

  #rows(batch: PacketBatch): void {
    const table = this.#current.get(batch.header.id);
    if (table === undefined) return; // a data item follows the definition of its id
    const { header, count } = batch;
    const most = Math.max(1, Math.floor(PART_BYTES / table.writer.rowBytes));
    for (let first = 0; first < count; first += most) {
      const rows = Math.min(most, count - first);
      const bytes = batch.bytes.subarray(first * header.stride, (first + rows) * header.stride);
      const made = table.writer.rows({ header, bytes, count: rows });
      table.sum.add(made);
      table.data.add(made);
    }
    table.rows += count;
  }
}

/** Header, data, padding. */
function* unit(
  header: Header,
  sum: number,
  dataBytes: number,
  pieces: Iterable<Uint8Array>,
): Generator<Uint8Array> {
  setSums(header, sum);
  yield header.bytes();
  yield* pieces;
  const rest = dataBytes % BLOCK_BYTES;
  if (rest > 0) yield new Uint8Array(BLOCK_BYTES - rest);
}

function tagsUnit(name: string, column: TableColumn): Generator<Uint8Array> {
  const tags = yTagValues(column.plane);
  const bytes = new Uint8Array(8 * tags.length);
  const view = new DataView(bytes.buffer);
  for (const [i, tag] of tags.entries()) view.setFloat64(8 * i, tag);
  return unit(tagsHeader(name, column), new DataSum().add(bytes).value, bytes.length, [bytes]);
}

const HELP = `Usage: das2_fits [-h | -v]

Reads a das2 stream and writes a FITS file: a binary table for each packet type (PACKET_1, ...), and one for the y tags of each
yscan (TAGS_1, ..., named by TTAGSn of its column). Times are UTC, as text; fill is NaN. The file is written when the
stream has ended; until then its rows are kept in a temporary file (TMPDIR).

  -h, --help       print this
  -v, --version    print the version

Exit status: 0 done (nothing is written where the stream defines no packets), 1 the stream ended in an exception, told on
standard error, or there is no room on the disk, 13 arguments, 22 unreadable stream, 100 a stream that is too long or suits no
table. After a
failure nothing is written.
`;

/** The converter `das2_fits`. */
export const fits: ConverterProgram = {
  kind: "converter",
  name: "das2_fits",
  help: HELP,
  open: (args, { env }) => {
    parseArguments(args, {}, []);
    return new FitsEncoder(new Spool(env.TMPDIR));
  },
};
