import { ByteWriter, type ColumnSource, ParquetWriter, type SchemaElement } from "hyparquet-writer";
import { DasError } from "../../errors/das-error.js";
import type { StreamHeader } from "../../stream/model.js";
import type { ConverterProgram } from "../../stream/program.js";
import type { ColumnRows } from "../table/column-rows.js";
import type { TableColumn } from "../table/table-columns.js";
import { packetIdOption, TableEncoder, type TableLimits, type TableWriter } from "../table/table-encoder.js";

type Write = (bytes: Uint8Array) => void;

/**
 * A row group: laid out in one go, in some turns of the event loop at most, and some tens of bytes a value in memory meanwhile. Times
 * take as long as several reals, and each row has one.
 */
const LIMITS: TableLimits = { rows: 8192, values: 65_536 };
/** Row groups of a file: readers count them in 16 bits. */
const MAX_GROUPS = 32_767;
/** Columns of all row groups: what the footer tells of each is in memory until the end, and written in one go. */
const MAX_CHUNKS = 131_072;

/**
 * One table as a Parquet file: row groups as they fill, the footer at the end. Instants are timestamps in nanoseconds adjusted to UTC, a
 * yscan is a list, fill is null; what is said of columns and stream is JSON under the key `das2` of the footer.
 *
 * Errors: OUTPUT_LIMIT beyond 32767 row groups, or 131072 columns of all of them. Source: Apache Parquet format, file format and logical types.
 */
export class ParquetTableWriter implements TableWriter {
  readonly #bytes = new ByteWriter(1 << 20);
  #writer: ParquetWriter | undefined;
  #groups = 0;

  begin(columns: readonly TableColumn[], stream: StreamHeader, write: Write): void {
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      schema: [{ name: "das2", num_children: columns.length }, ...columns.flatMap(schemaElements)],
      createdBy: "heliostream",
      kvMetadata: [{ key: "das2", value: aboutAll(columns, stream) }],
    });
    this.#hand(write);
  }

  rows(columns: readonly ColumnRows[], rows: number, write: Write): void {
    const most = Math.min(MAX_GROUPS, Math.floor(MAX_CHUNKS / columns.length));
    if (this.#groups++ === most)
      throw new DasError(
        "OUTPUT_LIMIT",
        `the answer has more than ${most} row groups, expected a shorter range for this form`,
      );
    const columnData = columns.map(columnSource);
    // A writer that does not flush by itself gives no promise.
    void this.#writer?.write({ columnData, rowGroupSize: rows, pageSize: 0 });
    this.#hand(write);
  }

  end(write: Write): void {
    void this.#writer?.finish();
    this.#hand(write);
  }

  /** Hands on what is laid out; offsets go on counting. */
  #hand(write: Write): void {
    write(this.#bytes.getBytes());
    this.#bytes.index = 0;
  }
}

function schemaElements(column: TableColumn): SchemaElement[] {
  const { name, isList } = column;
  if (!isList) return [value(column, name)];
  return [
    {
      name,
      repetition_type: "REQUIRED",
      num_children: 1,
      converted_type: "LIST",
      logical_type: { type: "LIST" },
    },
    { name: "list", repetition_type: "REPEATED", num_children: 1 },
    value(column, "element"),
  ];
}

function value({ kind }: TableColumn, name: string): SchemaElement {
  if (kind === "time")
    return {
      name,
      type: "INT64",
      repetition_type: "OPTIONAL",
      logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "NANOS" },
    };
  return { name, type: kind === "real4" ? "FLOAT" : "DOUBLE", repetition_type: "OPTIONAL" };
}

function columnSource(rows: ColumnRows): ColumnSource {
  const { name, kind, items, isList } = rows.column;
  const all = kind === "time" ? rows.instants : rows.reals;
  // Most columns have no fill, and are taken as they are; but of lists the writer knows arrays alone.
  if (!isList) return { name, data: rows.nulls === 0 ? all : withNulls(all, rows), offsetIndex: false };
  const values = rows.nulls === 0 ? Array.from<number | bigint>(all) : withNulls(all, rows);
  // Counting in lists costs more than it tells: their tags have ranges far apart.
  const data = Array.from({ length: rows.values / items }, (_, row) =>
    values.slice(row * items, (row + 1) * items),
  );
  return { name, data, statistics: false, offsetIndex: false };
}

function withNulls(all: ArrayLike<number | bigint>, rows: ColumnRows): (number | bigint | null)[] {
  return Array.from(all, (one, i) => (rows.isValue(i) ? one : null));
}

function aboutAll(columns: readonly TableColumn[], stream: StreamHeader): string {
  return JSON.stringify({
    stream: Object.fromEntries(stream.properties.map(({ name, value }) => [name, value])),
    columns: Object.fromEntries(columns.map(({ name, about }) => [name, Object.fromEntries(about)])),
  });
}

const HELP = `Usage: das2_parquet [-i ID]

Reads a das2 stream and writes the packets of one id as a Parquet file: times as timestamps in nanoseconds, UTC, fill as null,
the values of a yscan as a list. Units, labels and y tags are in the footer, as JSON under the key das2.

  -i, --id ID      the packets, where the stream has several kinds of them
  -h, --help       print this
  -v, --version    print the version

Exit status: 0 done (nothing is written where the stream defines no packets), 1 the stream ended in an exception, told on
standard error, 13 arguments, or packets of several ids and no -i, 22 unreadable stream, 100 a stream that one table cannot hold.
After a
failure the output has no footer.
`;

/** The converter `das2_parquet`. */
export const parquet: ConverterProgram = {
  kind: "converter",
  name: "das2_parquet",
  help: HELP,
  open: (args) => new TableEncoder(new ParquetTableWriter(), LIMITS, packetIdOption(args)),
};
