import type { YTags } from "../../stream/model.js";
import type { Das3Dataset, Das3Dimension, Das3Property, Das3Variable } from "./model.js";
import { dependentPlaces, type Run, unsuited } from "./record-variables.js";

/** Coordinates along one index of a dataset, or along several, as tags of tables. */
export interface TagAxis {
  readonly name: string;
  readonly units: string;
  readonly properties: readonly Das3Property[];
  /** The indices along which they vary. */
  readonly places: readonly number[];
  /** Those of a table of these runs: along its last index, or along all of its own. */
  readonly tags: (runs: readonly Run[], components: number) => YTags;
}

/** What the coordinates of a dataset are besides x. */
export interface TagAxes {
  readonly axes: readonly TagAxis[];
  /** Whether tables are samples at offsets of the time of their record. */
  readonly isWaveform: boolean;
  /** Names of coordinates that are no tags. */
  readonly leftOut: readonly string[];
}

/** The values of coordinates that a record gives along an index. */
export type RecordTags = ReadonlyMap<Das3Variable, Float64Array>;

/**
 * What the coordinates of tables are as tags: of the header, or of the record that is being read. Of several along the same indices the
 * first counts.
 * Errors: NOT_IMPLEMENTED for a coordinate that varies along no index, and for offsets of one that is in the records.
 * Source: das2-stream C4.1, C6.
 */
export function tagAxes({ dimensions }: Das3Dataset, x: Das3Dimension, fromRecord: RecordTags): TagAxes {
  const axes: TagAxis[] = [];
  const leftOut: string[] = [];
  let isWaveform = false;
  for (const dimension of dimensions) {
    if (dimension.kind !== "coord") continue;
    const isTag = (variable: Das3Variable) => variable.content.kind !== "packet" || fromRecord.has(variable);
    const tagged = dimension.variables.filter(isTag);
    const [first] = tagged.filter(({ use }) => use === "center" || use === "offset" || use === "average");
    const unused = tagged.filter((one) => one !== first && one.use !== "reference");
    leftOut.push(...unused.map(({ use }) => `${dimension.name} ${use}`));
    if (first === undefined) continue;
    if (first.components > 1) {
      leftOut.push(dimension.name);
      continue;
    }
    const places = placesOf(first);
    if (first.use === "offset" && dimension !== x && tagged.length < dimension.variables.length)
      throw unsuited("offsets of a coordinate that varies from record to record");
    if (axisAlong(axes, places) !== undefined) {
      leftOut.push(dimension.name);
      continue;
    }
    const reference = tagged.find(({ use }) => use === "reference");
    const shift = reference === undefined ? 0 : firstValue(reference);
    if (dimension === x) isWaveform = true;
    axes.push({
      name: dimension.name,
      units: first.units,
      properties: dimension === x ? [] : dimension.properties,
      places,
      tags: tagsOf(first, places, shift, fromRecord.get(first)),
    });
  }
  return { axes, isWaveform, leftOut };
}

/** The coordinates along just these indices. */
export function axisAlong(axes: readonly TagAxis[], places: readonly number[]): TagAxis | undefined {
  return axes.find((axis) => axis.places.join() === places.join());
}

/** The indices along which a coordinate varies. */
function placesOf(variable: Das3Variable): readonly number[] {
  const places = dependentPlaces(variable);
  if (places.length === 0 || (variable.index[0] !== "-" && variable.content.kind !== "packet"))
    throw unsuited("a coordinate of the header that does not vary along an index of tables alone");
  return places;
}

function tagsOf(
  { content }: Das3Variable,
  places: readonly number[],
  shift: number,
  recorded: Float64Array | undefined,
): TagAxis["tags"] {
  if (content.kind !== "sequence") {
    const given = recorded ?? (content.kind === "values" ? content.values : new Float64Array(0));
    const values = shift === 0 ? given : given.map((value) => value + shift);
    return () => ({ kind: "list", values });
  }
  const steps = places.map((place) => content.interval[place] ?? 0);
  const [step = 0, ...more] = steps;
  const min = content.min + shift;
  if (more.length === 0 && step !== 0) return () => ({ kind: "interval", interval: step, min });
  const last = steps.at(-1) ?? 0;
  return (runs, components) => {
    const values: number[] = [];
    for (const { outer, atoms } of runs) {
      // Along its last index alone, a coordinate is the same for each run.
      const begin = more.length === 0 ? min : outer.reduce((sum, at, n) => sum + at * (steps[n] ?? 0), min);
      for (let at = 0; at < atoms / components; at++) values.push(begin + at * last);
    }
    return { kind: "list", values: Float64Array.from(values) };
  };
}

function firstValue({ content }: Das3Variable): number {
  if (content.kind === "sequence") return content.min;
  if (content.kind === "values") return content.values[0] ?? 0;
  throw unsuited("references that vary from record to record");
}
