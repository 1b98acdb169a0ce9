import type { Property } from "../../stream/model.js";
import type { Das3Variable } from "./model.js";
import { dependentPlaces, type Run } from "./record-variables.js";
import { axisAlong, type TagAxis } from "./tag-axes.js";

/** One table of a variable, or its single value. */
export interface Table {
  /** Behind the name of the variable. */
  readonly suffix: string;
  readonly items: number;
  readonly runs: readonly [from: number, until: number];
  readonly axis?: TagAxis;
  readonly tags?: ReturnType<TagAxis["tags"]>;
  /** Where it stands along the other indices. */
  readonly facts: readonly Property[];
}

/**
 * The tables that the runs of a variable are: one for each place along its outer indices, or one of all where a coordinate goes along all;
 * of a variable with one value, that. Source: das2-stream C4.
 */
export function tablesOf(
  variable: Das3Variable,
  runs: readonly Run[],
  axes: readonly TagAxis[],
): readonly Table[] {
  const { components } = variable;
  const places = dependentPlaces(variable);
  const last = places.at(-1);
  if (last === undefined) return [{ suffix: "", items: 1, runs: [0, 1], facts: [] }];
  const whole = axisAlong(axes, places);
  if (whole !== undefined || runs.length === 1) {
    const items = runs.reduce((sum, { atoms }) => sum + atoms, 0) / components;
    const axis = whole ?? axisAlong(axes, [last]);
    const tagged = axis === undefined ? {} : { axis, tags: axis.tags(runs, components) };
    return [{ suffix: "", items, runs: [0, runs.length], ...tagged, facts: [] }];
  }
  const axis = axisAlong(axes, [last]);
  return runs.map((run, at) => ({
    suffix: `_${run.outer.map((n) => n + 1).join("_")}`,
    items: run.atoms / components,
    runs: [at, at + 1],
    ...(axis === undefined ? {} : { axis, tags: axis.tags([run], components) }),
    facts: run.outer.flatMap((n, level) => factOf(axes, places[level], n)),
  }));
}

/** The coordinate of a table along an outer index. */
function factOf(axes: readonly TagAxis[], place: number | undefined, at: number): readonly Property[] {
  const axis = place === undefined ? undefined : axisAlong(axes, [place]);
  const tags = axis?.tags([{ outer: [], atoms: at + 1 }], 1);
  if (axis === undefined || tags === undefined) return [];
  const value =
    tags.kind === "list"
      ? tags.values[at]
      : tags.kind === "interval"
        ? (tags.min ?? 0) + at * tags.interval
        : at;
  if (value === undefined) return [];
  const type = axis.units === "" ? "double" : "Datum";
  return [{ name: axis.name, type, value: axis.units === "" ? String(value) : `${value} ${axis.units}` }];
}
