import { DasError, OUTCOME } from "../../errors/das-error.js";
import { BARE_HEADER } from "../../stream/bare-header.js";
import type {
  PacketBatch,
  PacketHeader,
  StreamEncoder,
  StreamHeader,
  StreamItem,
} from "../../stream/model.js";
import type { ConverterProgram } from "../../stream/program.js";
import { TextBuffer } from "../csv/text-buffer.js";
import { binaryRows } from "./binary-rows.js";
import { chooseParameters } from "./choose.js";
import { definitionFacts } from "./definition-facts.js";
import { checkTime, describePacket } from "./describe-packet.js";
import { FirstRecords } from "./first-records.js";
import { HAPI_HELP } from "./help.js";
import { type HapiFacts, hapiHeader, infoText, textBefore, textBehind } from "./info.js";
import { type HapiOptions, parseHapiOptions } from "./options.js";
import type { DescribedParameter, HapiColumn } from "./parameter.js";
import { RowChoice } from "./row-choice.js";
import type { HapiCode } from "./status.js";
import { csvRows, jsonRows, type RowWriter } from "./text-rows.js";
import { matchColumns } from "./value-columns.js";

type Write = (bytes: Uint8Array) => void;

/** Values of one part of a batch: their columns stay in a near cache. */
const PART_VALUES = 32_768;

/** A packet type of the stream. */
interface Table {
  readonly header: PacketHeader;
  /** Missing: its records are not those that are wanted. */
  readonly writer?: RowWriter | undefined;
  readonly partRows: number;
}

/**
 * A das2 stream as records of HAPI, of one packet type: the first that is defined, or the one that was asked for; with a layout also those
 * that have the same planes. Where nothing is to be said before the records, a stream without data gives nothing at all.
 * Source: reducers 11; HAPI 3.3, section 3.7.
 */
export class HapiEncoder implements StreamEncoder {
  readonly #options: HapiOptions;
  readonly #facts: HapiFacts;
  readonly #text = new TextBuffer();
  readonly #choice: RowChoice;
  readonly #tables = new Map<number, Table>();
  #stream: StreamHeader = BARE_HEADER;
  /** The packet type whose records are given. */
  #main: PacketHeader | undefined;
  #columns: readonly HapiColumn[] | undefined;
  #described: readonly DescribedParameter[] = [];
  readonly #first = new FirstRecords();
  #begun = false;
  #rows = 0;
  #ended = false;

  constructor(options: HapiOptions, facts: HapiFacts = {}) {
    this.#options = options;
    this.#facts = facts;
    this.#columns = options.layout;
    this.#choice = new RowChoice(options.begin, options.end);
  }

  /** Errors: DOMAIN for an unknown parameter and an exception other than NoDataInInterval, NOT_TIME_SERIES, UNSUITED_STREAM. */
  push(item: StreamItem, write: Write): void {
    switch (item.kind) {
      case "stream":
        this.#stream = item.header;
        return;
      case "packet":
        this.#writeFirst(write);
        this.#tables.delete(item.header.id);
        if (item.header.id === (this.#options.id ?? this.#main?.id ?? item.header.id)) {
          checkTime(item.header);
          this.#main = item.header;
        }
        return;
      case "data":
        this.#data(item.batch, write);
        return;
      case "comment":
        return;
      case "exception":
        this.#writeFirst(write);
        this.#ended = true;
        if (item.exception.type !== OUTCOME.NO_DATA.exception) {
          this.#flush(write);
          throw new DasError("DOMAIN", `${item.exception.type}: ${item.exception.message}`);
        }
        this.#finish(write);
        return;
      default:
        item satisfies never;
    }
  }

  end(write: Write): void {
    if (this.#ended) return;
    this.#writeFirst(write);
    this.#finish(write);
  }

  /** Writes what has no records before it, and what comes behind them. */
  #finish(write: Write): void {
    this.#ended = true;
    this.#describe(undefined);
    this.#begin(1201);
    if (this.#options.records && this.#isWrapped) this.#text.text(textBehind(this.#options.format));
    this.#flush(write);
  }

  /** The first records wait until they can be described. */
  #data(batch: PacketBatch, write: Write): void {
    const mustWait = !this.#ended && batch.header.id === this.#main?.id && this.#isToBeDescribed;
    const rest = mustWait ? this.#first.add(batch) : batch;
    if (rest === undefined) return;
    if (mustWait) this.#writeFirst(write);
    if (rest.count > 0) this.#records(rest, write);
  }

  #writeFirst(write: Write): void {
    const first = this.#first.take();
    if (first !== undefined) this.#records(first, write);
  }

  #records(batch: PacketBatch, write: Write): void {
    const { id } = batch.header;
    if (this.#ended || (this.#options.id !== undefined && id !== this.#options.id)) return;
    const isMain = id === this.#main?.id;
    if (!isMain && (this.#options.layout === undefined || this.#table(batch.header).writer === undefined))
      return;
    const count = this.#choice.choose(batch);
    if (isMain) this.#describe(this.#choice.times.subarray(0, batch.count));
    if (!this.#options.records) {
      this.#begin(count > 0 ? 1200 : 1201);
      this.#flush(write);
      return;
    }
    const table = this.#table(batch.header);
    if (table.writer === undefined)
      throw new DasError("UNSUITED_STREAM", "The records of this stream are not those that are described");
    if (count === 0) return;
    this.#begin(1200);
    this.#rowsOf(batch, table.writer, count, table.partRows, write);
  }

  /** Writes the chosen rows, a part of the batch at a time. */
  #rowsOf(batch: PacketBatch, writer: RowWriter, count: number, partRows: number, write: Write): void {
    const { header, bytes } = batch;
    const { stride } = header;
    const all = this.#choice.rows;
    const flush = (): void => this.#flush(write);
    let at = 0;
    for (let first = 0; first < batch.count && at < count; first += partRows) {
      const rows = Math.min(partRows, batch.count - first);
      const from = at;
      while (at < count && all[at]! < first + rows) all[at++]! -= first;
      if (at === from) continue;
      const part = { header, bytes: bytes.subarray(first * stride, (first + rows) * stride), count: rows };
      writer.write(part, all.subarray(from, at), at - from, this.#text, flush);
    }
    this.#flush(write);
  }

  #table(header: PacketHeader): Table {
    const known = this.#tables.get(header.id);
    if (known?.header === header) return known;
    const { format, wanted, layout } = this.#options;
    const decimals = format === "binary" ? "exact" : "shortest";
    // The whole layout has to fit: the time alone is in every packet type.
    const all = this.#columns;
    const matched = all === undefined ? undefined : matchColumns(all, header, this.#stream, decimals);
    const isShown = wanted === undefined || layout === undefined ? () => true : shownOf(layout, wanted);
    const columns = matched?.filter((_, place) => isShown(place));
    const values = columns?.reduce((sum, { items }) => sum + items, 0) ?? 1;
    const writer = columns === undefined ? undefined : this.#writerOf(columns);
    const table = { header, writer, partRows: Math.max(1, Math.floor(PART_VALUES / values)) };
    this.#tables.set(header.id, table);
    return table;
  }

  #writerOf(columns: Parameters<typeof csvRows>[0]): RowWriter {
    switch (this.#options.format) {
      case "csv":
        return csvRows(columns);
      case "binary":
        return binaryRows(columns);
      case "json":
        return jsonRows(columns, () => this.#rows++ === 0);
      default:
        return this.#options.format satisfies never;
    }
  }

  /** What the records are like, as soon as the first are there; without a layout that decides on the columns too. */
  #describe(firstTimes: Float64Array | undefined): void {
    const { wanted } = this.#options;
    if (this.#main === undefined || !this.#isToBeDescribed) return;
    const all = describePacket(this.#stream, this.#main, { firstTimes: firstTimes ?? [] });
    const chosen = chooseParameters(all, wanted);
    if (chosen.kind === "unknown") throw unknownParameter();
    this.#described = chosen.parameters;
    this.#columns ??= chosen.parameters.map(({ column }) => column);
  }

  /** Whether what the records are like is needed, and not yet known. */
  get #isToBeDescribed(): boolean {
    const { layout, info } = this.#options;
    return this.#described.length === 0 && (layout === undefined || info || this.#isWrapped);
  }

  /** Whether the records are a member of an object. */
  get #isWrapped(): boolean {
    return this.#options.format === "json" && !this.#options.bare;
  }

  /** Writes what comes before the first record, once. */
  #begin(code: HapiCode): void {
    if (this.#begun) return;
    this.#begun = true;
    const { format, info, records } = this.#options;
    if (!info && !(records && this.#isWrapped)) return;
    const parameters = this.#described.map(({ parameter }) => parameter);
    if (!records) {
      this.#text.text(`${infoText(hapiHeader(parameters, this.#facts, format))}\n`);
      return;
    }
    const before = textBefore(hapiHeader(parameters, this.#facts, format), format, code);
    // Reducers 11 has a blank behind the sign.
    this.#text.text(format === "json" ? before : before.replace("#", "# "));
  }

  #flush(write: Write): void {
    if (this.#text.length > 0) write(this.#text.take());
  }
}

/** Which columns of a layout have those names, the time always among them. Errors: DOMAIN. */
function shownOf(layout: readonly HapiColumn[], wanted: readonly string[]): (place: number) => boolean {
  const names = layout.map(({ name }) => name);
  if (!wanted.every((name) => names.includes(name))) throw unknownParameter();
  return (place) => place === 0 || wanted.includes(names[place] ?? "");
}

function unknownParameter(): DasError {
  return new DasError("DOMAIN", "an unknown parameter is asked for (HAPI 1407)");
}

/** The converter `das2_hapi`. Source: reducers 11. */
export const hapi: ConverterProgram = {
  kind: "converter",
  name: "das2_hapi",
  help: HAPI_HELP,
  open(args) {
    const options = parseHapiOptions(args);
    return new HapiEncoder(
      options,
      options.definition === undefined ? {} : definitionFacts(options.definition),
    );
  },
};
