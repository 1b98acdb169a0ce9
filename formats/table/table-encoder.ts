import { DasError } from "../../errors/das-error.js";
import { BARE_HEADER } from "../../stream/bare-header.js";
import type {
  PacketBatch,
  PacketHeader,
  StreamEncoder,
  StreamHeader,
  StreamItem,
} from "../../stream/model.js";
import { integerArgument, lastValue, parseArguments } from "../../stream/program-arguments.js";
import { failUnlessNoData } from "../told-failure.js";
import { ColumnRows } from "./column-rows.js";
import { isSameTable, type TableColumn, tableColumns } from "./table-columns.js";

type Write = (bytes: Uint8Array) => void;

/** What writes the file of one table. */
export interface TableWriter {
  /** Called once, before everything else. */
  begin(columns: readonly TableColumn[], stream: StreamHeader, write: Write): void;
  /** Some rows, which may be used again after it returns; never none. */
  rows(columns: readonly ColumnRows[], rows: number, write: Write): void;
  end(write: Write): void;
  /** Makes sure that no reader takes what was written for a whole file, where its form would let it. */
  breakOff?(write: Write): void;
}

/** How many rows are handed on at once. */
export interface TableLimits {
  readonly rows: number;
  /** Values of all columns; a longer record is handed on alone. */
  readonly values: number;
}

/** The option `-i`, by which programs that make one table are told of which packets. Errors: USAGE. */
export function packetIdOption(args: readonly string[]): number | undefined {
  const { options } = parseArguments(args, { id: { names: ["-i", "--id"], takes: "a packet id" } }, []);
  const id = lastValue(options.id);
  return id === undefined ? undefined : integerArgument(id, "the packet id (-i)", 1, 99);
}

/**
 * Makes one table of the packets of one id: the one that is asked for, else the only one there is. The file begins with the first
 * data, and holds no rows where the packets are defined and none comes; of a stream that defines none there is no file at all.
 *
 * Errors: BAD_PARAMETER where a stream defines packets of several ids and none is asked for; UNSUITED_STREAM where packets are
 * defined anew with other columns; DOMAIN for an exception in the stream other than NoDataInInterval. After an error the file has no
 * end.
 */
export class TableEncoder implements StreamEncoder {
  readonly #writer: TableWriter;
  readonly #limits: TableLimits;
  readonly #wanted: number | undefined;
  readonly #defined = new Map<number, PacketHeader>();
  #stream: StreamHeader = BARE_HEADER;
  #columns: readonly ColumnRows[] | undefined;
  #room = 0;
  #rows = 0;

  constructor(writer: TableWriter, limits: TableLimits, wanted?: number) {
    this.#writer = writer;
    this.#limits = limits;
    this.#wanted = wanted;
  }

  push(item: StreamItem, write: Write): void {
    try {
      this.#take(item, write);
    } catch (error) {
      if (this.#columns !== undefined) this.#writer.breakOff?.(write);
      throw error;
    }
  }

  #take(item: StreamItem, write: Write): void {
    switch (item.kind) {
      case "stream":
        this.#stream = item.header;
        return;
      case "packet":
        this.#define(item.header);
        return;
      case "data":
        if (this.#wanted === undefined || item.batch.header.id === this.#wanted)
          this.#data(item.batch, write);
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

  end(write: Write): void {
    const only = this.#only();
    if (only === undefined) return;
    if (this.#columns === undefined) this.#begin(only, write);
    this.#hand(write);
    this.#writer.end(write);
  }

  #define(header: PacketHeader): void {
    this.#defined.set(header.id, header);
    if (this.#columns === undefined || this.#only()?.id !== header.id) return;
    const columns = tableColumns(header, this.#stream);
    if (
      !isSameTable(
        this.#columns.map(({ column }) => column),
        columns,
      )
    )
      throw new DasError(
        "UNSUITED_STREAM",
        `packet ${header.id} is defined anew with other columns, expected those of the table that was begun`,
      );
    for (const [i, rows] of this.#columns.entries()) rows.redefine(columns[i]!); // as many
  }

  /** The packets of the table. */
  #only(): PacketHeader | undefined {
    if (this.#wanted !== undefined) return this.#defined.get(this.#wanted);
    if (this.#defined.size > 1)
      throw new DasError(
        "BAD_PARAMETER",
        `the stream has packets ${[...this.#defined.keys()].join(", ")}, and one table holds those of one id: choose it (format.id)`,
      );
    return this.#defined.values().next().value;
  }

  #begin(header: PacketHeader, write: Write): void {
    const columns = tableColumns(header, this.#stream);
    const values = columns.reduce((sum, { items }) => sum + items, 0);
    this.#room = Math.max(1, Math.min(this.#limits.rows, Math.floor(this.#limits.values / values)));
    this.#columns = columns.map((column) => new ColumnRows(column, this.#room));
    this.#writer.begin(columns, this.#stream, write);
  }

  #data(batch: PacketBatch, write: Write): void {
    const only = this.#only();
    if (only === undefined) return; // a data item follows the definition of its id
    if (this.#columns === undefined) this.#begin(only, write);
    for (let first = 0; first < batch.count; ) {
      const count = Math.min(batch.count - first, this.#room - this.#rows);
      for (const column of this.#columns ?? []) column.append(batch, first, count);
      first += count;
      this.#rows += count;
      if (this.#rows === this.#room) this.#hand(write);
    }
  }

  #hand(write: Write): void {
    if (this.#rows === 0 || this.#columns === undefined) return;
    this.#writer.rows(this.#columns, this.#rows, write);
    for (const column of this.#columns) column.clear();
    this.#rows = 0;
  }
}
