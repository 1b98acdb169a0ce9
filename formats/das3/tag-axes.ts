import { DasError } from "../../errors/das-error.js";
import type { YTags } from "../../stream/model.js";
import type { Das3Dataset, Das3Dimension, Das3Property, Das3Variable } from "./model.js";

/** The coordinates along one index of a dataset, as tags of tables. */
export interface TagAxis {
  readonly units: string;
  readonly tags: YTags;
  readonly properties: readonly Das3Property[];
}

/** Those of a dataset by the place of their index, and whether they are offsets of x. */
export interface TagAxes {
  readonly axes: ReadonlyMap<number, TagAxis>;
  readonly isWaveform: boolean;
}

/**
 * What the coordinates that stand in a header are as tags; of several along one index the first counts.
 * Errors: NOT_IMPLEMENTED for a coordinate that varies along more than one index, and for offsets of one that is in the records.
 * Source: das2-stream C4.1, C6.
 */
export function tagAxes({ dimensions }: Das3Dataset, x: Das3Dimension): TagAxes {
  const axes = new Map<number, TagAxis>();
  let isWaveform = false;
  for (const dimension of dimensions) {
    if (dimension.kind !== "coord") continue;
    const fixed = dimension.variables.filter(({ content }) => content.kind !== "packet");
    const [first] = fixed.filter(({ use }) => use === "center" || use === "offset" || use === "average");
    if (first === undefined) continue;
    const place = placeOf(first);
    if (first.use === "offset" && dimension !== x && fixed.length < dimension.variables.length)
      throw new DasError(
        "NOT_IMPLEMENTED",
        "a das3 dataset without das2 form: offsets of a coordinate that varies from record to record",
      );
    if (axes.has(place)) continue;
    const reference = fixed.find(({ use }) => use === "reference");
    const tags = tagsOf(first, place, reference === undefined ? 0 : firstValue(reference));
    if (dimension === x) isWaveform = true;
    axes.set(place, { units: first.units, tags, properties: dimension === x ? [] : dimension.properties });
  }
  return { axes, isWaveform };
}

/** The one index along which a variable varies. */
function placeOf({ index }: Das3Variable): number {
  const places = index.flatMap((size, place) => (size === "-" ? [] : [place]));
  const [only] = places;
  if (only === undefined || only === 0 || places.length > 1)
    throw new DasError(
      "NOT_IMPLEMENTED",
      "a das3 dataset without das2 form: a coordinate of the header that does not vary along one index alone",
    );
  return only;
}

function tagsOf({ content, index }: Das3Variable, place: number, reference: number): YTags {
  if (content.kind === "sequence") {
    const interval = content.interval[place] ?? 0;
    const size = index[place];
    if (interval !== 0 || typeof size !== "number")
      return { kind: "interval", interval, min: content.min + reference };
    return { kind: "list", values: new Float64Array(size).fill(content.min + reference) };
  }
  const values = content.kind === "values" ? content.values : new Float64Array(0);
  return { kind: "list", values: reference === 0 ? values : values.map((value) => value + reference) };
}

function firstValue({ content }: Das3Variable): number {
  if (content.kind === "sequence") return content.min;
  return content.kind === "values" ? (content.values[0] ?? 0) : 0;
}
