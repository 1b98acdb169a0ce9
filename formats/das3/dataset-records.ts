import { DasError } from "../../errors/das-error.js";
import type { PacketHeader, StreamItem } from "../../stream/model.js";
import { propertyText } from "../../stream/properties.js";
import { das2Properties } from "./das2-property.js";
import type { Das3Dataset, Das3Property } from "./model.js";
import { RecordReader, type RecordSource } from "./record-reader.js";
import { fixedVariables, recordVariables } from "./record-variables.js";
import { ShapeReaders, VaryingReader } from "./varying-reader.js";

/** Ids of das2: 1 to 99. */
const MOST_IDS = 99;

/** What has been defined under an id of das3. */
interface Defined {
  readonly reader: RecordReader | VaryingReader;
  /** The definition that has gone out last. */
  header: PacketHeader | undefined;
}

/**
 * The datasets of a das3 stream or document as das2 packet types, each under its own id where das2 has that, and their records as das2
 * packets. Source: das2-stream C1 to C6.
 */
export class DatasetRecords {
  /** By das3 id. */
  readonly #defined = new Map<number, Defined>();
  readonly #shapes = new ShapeReaders();
  /** das2 ids by das3 id. */
  readonly #ids = new Map<number, number>();
  /** Properties of a stream header that waits for what follows it, which says whether the stream is of waveforms. */
  #waiting: readonly Das3Property[] | undefined;
  #begun = false;
  /** The reader whose records are being gathered. */
  #open: RecordSource | undefined;

  /** Whether the stream has begun. */
  get hasBegun(): boolean {
    return this.#begun;
  }

  /** Takes what the stream says of itself. Of streams put one after the other only the first says what all are. */
  begin(properties: readonly Das3Property[]): void {
    if (!this.#begun) this.#waiting = properties;
    this.#begun = true;
  }

  /** Defines a dataset. Errors: NOT_IMPLEMENTED for what das2 has no form for; those of its packet type. */
  define(id: number, dataset: Das3Dataset): StreamItem[] {
    const items = this.gathered();
    const das2Id = this.#das2Id(id);
    const fixed = fixedVariables(recordVariables(dataset));
    const reader =
      fixed === undefined
        ? new VaryingReader(das2Id, dataset, this.#shapes)
        : new RecordReader(das2Id, dataset, fixed);
    const packet = reader instanceof VaryingReader ? reader.smallest : reader.packet;
    items.push(...this.started(packet.isWaveform));
    // How long a record of varying length is tells the record itself.
    const header = reader instanceof VaryingReader ? undefined : reader.header;
    this.#defined.set(id, { reader, header });
    if (header !== undefined) items.push({ kind: "packet", header });
    if (packet.leftOut.length > 0) items.push(leftOutComment(packet.leftOut));
    return items;
  }

  /**
   * Adds the record `bytes[start, end)` of a dataset.
   * @returns what has to go on before, for it lasts only until the record has been added: call {@link RecordSource.add} then
   * Errors: UNDEFINED_ID, BAD_LENGTH, TOO_MANY_ITEMS; NOT_IMPLEMENTED for a record that das2 has no form for.
   */
  record(
    id: number,
    bytes: Uint8Array,
    view: DataView,
    start: number,
    end: number,
  ): { readonly before: StreamItem[]; readonly source: RecordSource } {
    const defined = this.#defined.get(id);
    if (defined === undefined)
      throw new DasError("UNDEFINED_ID", `data of packet id ${id}, which no header has defined`);
    const source = sourceOf(defined.reader, bytes, view, start, end);
    const before =
      this.#open !== undefined && (this.#open !== source || this.#open.full) ? this.gathered() : [];
    // Another length of records is another definition of their packet type.
    if (defined.header !== source.header) {
      defined.header = source.header;
      before.push({ kind: "packet", header: source.header });
    }
    this.#open = source;
    return { before, source };
  }

  /** What the records added since are, as an item. */
  gathered(): StreamItem[] {
    const batch = this.#open?.take();
    this.#open = undefined;
    return batch === undefined ? [] : [{ kind: "data", batch }];
  }

  /** The stream header, where it still waits. */
  started(isWaveform = false): StreamItem[] {
    if (this.#waiting === undefined) return [];
    const properties = das2Properties(this.#waiting);
    this.#waiting = undefined;
    const isSaid = propertyText(properties, "renderer") !== undefined;
    const renderer = { name: "renderer", type: "String", value: "waveform" } as const;
    const all = isWaveform && !isSaid ? [...properties, renderer] : properties;
    return [{ kind: "stream", header: { version: "2.2", properties: all } }];
  }

  /** The same id where das2 has it and nobody took it, else the least that is free. */
  #das2Id(id: number): number {
    const known = this.#ids.get(id);
    if (known !== undefined) return known;
    const taken = new Set(this.#ids.values());
    let free = id;
    if (id < 1 || id > MOST_IDS || taken.has(id)) for (free = 1; taken.has(free); ) free++;
    if (free > MOST_IDS)
      throw new DasError(
        "NOT_IMPLEMENTED",
        `more than ${MOST_IDS} datasets, more than a das2 stream can hold`,
      );
    this.#ids.set(id, free);
    return free;
  }
}

function sourceOf(
  reader: RecordReader | VaryingReader,
  bytes: Uint8Array,
  view: DataView,
  start: number,
  end: number,
): RecordSource {
  if (reader instanceof VaryingReader) return reader.of(bytes, view, start, end);
  const length = end - start;
  if (reader.isOpenEnded ? length < reader.bodyBytes : length !== reader.bodyBytes)
    throw new DasError(
      "BAD_LENGTH",
      `a record of ${length} bytes, expected ${reader.bodyBytes} by its header`,
    );
  return reader;
}

function leftOutComment(names: readonly string[]): StreamItem {
  const shown = [...new Set(names)].slice(0, 20).join(", ");
  const value = `${shown}: left out, for das2 knows only numbers and times, and coordinates along one index`;
  return { kind: "comment", comment: { type: "log:warning", source: "das3_to_das2", value } };
}
