import { createHash } from "node:crypto";
import { DasError } from "../../errors/das-error.js";
import { BatchBuilder } from "../../stream/batch-builder.js";
import type { PacketBatch, PacketHeader } from "../../stream/model.js";
import { type AtomWriter, realReader } from "./field-copy.js";
import type { Das3Dataset, Das3Variable } from "./model.js";
import { type PacketOfDataset, packetOfDataset, type RecordShape } from "./packet-of-dataset.js";
import { copyAtom, type RecordSource } from "./record-reader.js";
import {
  dependentPlaces,
  isTagOfRecords,
  type RecordVariable,
  recordVariables,
  runsOfHeader,
} from "./record-variables.js";
import { RecordWalker } from "./record-walker.js";
import { type FoundValues, MOST_ATOMS } from "./variable-walk.js";

/** Readers of shapes that are kept for all datasets of a stream, and the bytes of their packets. */
const MOST_READERS = 64;
const MOST_BYTES = 16 * 1024 * 1024;

/** The readers of shapes that have been met, of all datasets of a stream together. */
export class ShapeReaders {
  #definitions = 0;
  readonly #readers = new Map<string, ShapeReader>();
  #bytes = 0;

  /** A number for another definition. */
  nextNumber(): number {
    return ++this.#definitions;
  }

  find(key: string): ShapeReader | undefined {
    return this.#readers.get(key);
  }

  add(key: string, reader: ShapeReader): void {
    const bytes = reader.header.stride + key.length;
    this.#bytes += bytes;
    if (this.#readers.size >= MOST_READERS || this.#bytes > MOST_BYTES) {
      this.#readers.clear();
      this.#bytes = bytes;
    }
    this.#readers.set(key, reader);
  }
}

/**
 * Reads the records of a dataset whose parts are as long as each record says, or that define their own tags. A das2 packet has one shape,
 * so another one is another definition of the same packet type. Source: das2-stream C4.3.
 */
export class VaryingReader {
  readonly #id: number;
  readonly #dataset: Das3Dataset;
  readonly #variables: readonly RecordVariable[];
  readonly #walker: RecordWalker;
  /** Those whose values are the tags of tables, with the way to read them. */
  readonly #tags: readonly RecordTag[];
  readonly #readers: ShapeReaders;
  /** Which definition of its stream this is: another one of the same id has readers of its own. */
  readonly #number: number;

  /**
   * @param readers those of the stream
   * Errors: NOT_IMPLEMENTED for a dataset without das2 form whatever its records are.
   */
  constructor(id: number, dataset: Das3Dataset, readers: ShapeReaders) {
    this.#readers = readers;
    this.#number = readers.nextNumber();
    this.#id = id;
    this.#dataset = dataset;
    this.#variables = recordVariables(dataset);
    this.#walker = new RecordWalker(this.#variables);
    this.#tags = this.#variables.flatMap((one, at) => (isTagOfRecords(one) ? [recordTag(one, at)] : []));
  }

  /** What the packet type is if all runs along ragged indices have one value. Errors: those of {@link packetOfDataset}. */
  get smallest(): PacketOfDataset {
    const runs = this.#variables.map(({ variable }) => {
      const places = dependentPlaces(variable);
      const sizes = places.map((place) => variable.index[place]);
      if (sizes.every((size) => typeof size === "number")) return runsOfHeader(variable);
      const last = sizes.at(-1);
      const items = typeof last === "number" ? last : 1;
      return [{ outer: places.slice(1).map(() => 0), atoms: items * variable.components }];
    });
    const atoms = runs.map((some) => some.reduce((sum, run) => sum + run.atoms, 0));
    const all = atoms.reduce((sum, some) => sum + some, 0);
    if (all > MOST_ATOMS)
      throw new DasError("TOO_MANY_ITEMS", `${all} values in a record, expected at most ${MOST_ATOMS}`);
    const tags = this.#tags.map(
      ({ variable, place }) => [variable, new Float64Array(atoms[place] ?? 0)] as const,
    );
    return packetOfDataset(this.#id, this.#dataset, { runs, tags: new Map(tags) });
  }

  /**
   * The reader for the record `bytes[start, end)`, which is to be added next.
   * Errors: BAD_LENGTH where the record and what it says of itself do not fit each other; TOO_MANY_ITEMS; those of
   * {@link packetOfDataset}.
   */
  of(bytes: Uint8Array, view: DataView, start: number, end: number): RecordSource {
    const found = this.#walker.walk(bytes, start, end);
    this.#checkShapes(found);
    const tags = this.#tags.map(({ variable, place, read }) => {
      const values: number[] = [];
      eachAtom(found[place]!, 0, found[place]!.runs.length, 0, 1, (from, until) => {
        values.push(read(bytes, view, from, until));
      });
      return [variable, Float64Array.from(values)] as const;
    });
    const key = `${this.#number} ${shapeKey(found)} ${tags.map(([, values]) => digest(values)).join(" ")}`;
    const reader = this.#readers.find(key) ?? this.#made(key, found, new Map(tags));
    reader.found = found;
    return reader;
  }

  /** Variables along the same indices have the same runs. */
  #checkShapes(found: readonly FoundValues[]): void {
    const known = new Map<string, string>();
    for (const [at, { variable }] of this.#variables.entries()) {
      const places = dependentPlaces(variable);
      if (places.length === 0) continue;
      const key = places.join();
      const shape = found[at]!.runs.map(({ atoms }) => atoms / variable.components).join();
      if ((known.get(key) ?? shape) !== shape)
        throw new DasError("BAD_LENGTH", "runs of different lengths in a record");
      known.set(key, shape);
    }
  }

  #made(key: string, found: readonly FoundValues[], tags: RecordShape["tags"]): ShapeReader {
    // The runs of the walker are those of its last record alone.
    const runs = found.map((values) => [...values.runs]);
    const reader = new ShapeReader(packetOfDataset(this.#id, this.#dataset, { runs, tags }));
    this.#readers.add(key, reader);
    return reader;
  }
}

/** A coordinate whose values stand in the records. */
interface RecordTag {
  readonly variable: Das3Variable;
  /** Among the variables of the records. */
  readonly place: number;
  readonly read: ReturnType<typeof realReader>;
}

function recordTag({ variable, content }: RecordVariable, place: number): RecordTag {
  return { variable, place, read: realReader(variable, content) };
}

/** A short name of some numbers. */
function digest({ buffer, byteOffset, byteLength }: Float64Array): string {
  return createHash("sha256")
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest("base64");
}

function shapeKey(found: readonly FoundValues[]): string {
  return found
    .map(({ runs }) => runs.map(({ outer, atoms }) => `${outer.join(".")}:${atoms}`).join(","))
    .join(";");
}

/** The packets of records of one shape. */
export class ShapeReader implements RecordSource {
  readonly header: PacketHeader;
  /** Where the values of the record that is added next stand. */
  found: readonly FoundValues[] = [];
  readonly #packet: PacketOfDataset;
  readonly #builder: BatchBuilder;

  constructor(packet: PacketOfDataset) {
    this.#packet = packet;
    this.header = packet.header;
    this.#builder = new BatchBuilder(packet.header);
  }

  get full(): boolean {
    return this.#builder.full;
  }

  add(bytes: Uint8Array, view: DataView): void {
    const { view: toView, bytes: to } = this.#builder;
    const at = this.#builder.next();
    for (const [index, { field, variable, runs, component, components }] of this.#packet.places.entries()) {
      const { offset, type } = this.header.planes[index]!; // one place for each plane
      const write: AtomWriter = field.write ?? copyAtom;
      const found = this.found[variable]!; // one for each variable
      let target = at + offset;
      if (field.write === undefined && components === 1 && found.width !== undefined) {
        for (let run = runs[0]; run < runs[1]; run++) {
          const from = found.starts[run]!;
          const length = found.runs[run]!.atoms * found.width;
          to.set(bytes.subarray(from, from + length), target);
          target += length;
        }
        continue;
      }
      eachAtom(found, runs[0], runs[1], component, components, (from, until) => {
        write(bytes, view, from, until, to, toView, target);
        target += type.width;
      });
    }
  }

  take(): PacketBatch | undefined {
    return this.#builder.take();
  }
}

/** Goes through one component of the values of some runs. */
function eachAtom(
  { runs, width, starts, ends }: FoundValues,
  firstRun: number,
  behind: number,
  component: number,
  components: number,
  visit: (from: number, until: number) => void,
): void {
  let before = 0;
  for (let run = 0; run < behind; run++) {
    const { atoms } = runs[run]!;
    if (run >= firstRun)
      for (let atom = component; atom < atoms; atom += components) {
        if (width === undefined) visit(starts[before + atom]!, ends[before + atom]!);
        else visit(starts[run]! + atom * width, starts[run]! + (atom + 1) * width);
      }
    before += atoms;
  }
}
