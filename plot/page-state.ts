import { parseTime, timeToUs2000 } from "../stream/time.js";
import { queryWord } from "../stream/url-text.js";
import { type Span, spanText } from "./span.js";
import type { ScaleType } from "./ticks.js";

/** The maps that values can be coloured by. */
export const MAP_NAMES = ["even", "grey", "diverging"] as const;

/** Name of a colour map. */
export type MapName = (typeof MAP_NAMES)[number];

/** Sources of one page: each has panels of its own, and more have no room. */
export const MOST_SOURCES = 8;

/** A source on the page, and what is asked of it besides a range. */
export interface ChosenSource {
  readonly id: string;
  /** Words for its reader. */
  readonly params?: string;
  /** Seconds between computed points, as text; for sources that need it. */
  readonly interval?: string;
  /** Names of quantities that are not drawn. */
  readonly hidden: readonly string[];
}

/** What the reader of a page has decided on an axis; what is missing suits the data. */
export interface AxisChoice {
  readonly scale?: ScaleType;
  readonly low?: number;
  readonly high?: number;
}

/** Everything that a plot page shows, as its address tells it. */
export interface PlotState {
  readonly sources: readonly ChosenSource[];
  /** As it was written; missing: not given. */
  readonly begin?: string;
  readonly end?: string;
  /** Missing: for each panel the one that suits its values. */
  readonly map?: MapName;
  /** Whether the least and greatest values of each bin are asked for. */
  readonly band: boolean;
  /** By {@link axisKey}. */
  readonly axes: ReadonlyMap<string, AxisChoice>;
}

/** The name of an axis: `y` or `z`, number of the source and of its panel, both from 1. */
export function axisKey(axis: "y" | "z", source: number, panel: number): string {
  return `${axis}.${source}.${panel}`;
}

const AXIS_KEY = /^[yz]\.[1-9]\.[1-9][0-9]?$/;
const REAL = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;

/**
 * Reads the query of a plot page: `source` once for each, `begin`, `end`, `params` and `interval` (`params.2` of the second source),
 * `hide`, `map`, `band=1`, `y.1.2=SCALE,LOW,HIGH`, `z.1.1`. What is not understood is as if it were not there; ids beyond
 * {@link MOST_SOURCES} are left out. Never throws.
 */
export function readState(query: string): PlotState {
  const words = new URLSearchParams(query);
  const word = (name: string) => {
    const text = words.get(name)?.trim();
    return text === undefined || text === "" ? undefined : text;
  };
  const ids = words
    .getAll("source")
    .map((id) => id.trim())
    .filter((id) => id !== "")
    .slice(0, MOST_SOURCES);
  const sources = ids.map((id, index): ChosenSource => {
    const params = word(numbered("params", index));
    const interval = word(numbered("interval", index));
    return {
      id,
      hidden: readList(word(numbered("hide", index))),
      ...(params === undefined ? {} : { params }),
      ...(interval === undefined ? {} : { interval }),
    };
  });
  const axes = new Map<string, AxisChoice>();
  for (const [name, text] of words) {
    const choice = AXIS_KEY.test(name) && !axes.has(name) ? readAxis(text) : undefined;
    if (choice !== undefined) axes.set(name, choice);
  }
  const begin = word("begin");
  const end = word("end");
  const map = MAP_NAMES.find((name) => name === word("map"));
  return {
    sources,
    ...(map === undefined ? {} : { map }),
    band: word("band") === "1",
    axes,
    ...(begin === undefined ? {} : { begin }),
    ...(end === undefined ? {} : { end }),
  };
}

/** The query of a state, without `?`: {@link readState} gives the state again. Slashes and colons stand as they are. */
export function stateQuery({ sources, begin, end, map, band, axes }: PlotState): string {
  const words: [string, string][] = sources.map(({ id }) => ["source", id]);
  if (begin !== undefined) words.push(["begin", begin]);
  if (end !== undefined) words.push(["end", end]);
  for (const [index, { params, interval, hidden }] of sources.entries()) {
    if (params !== undefined) words.push([numbered("params", index), params]);
    if (interval !== undefined) words.push([numbered("interval", index), interval]);
    if (hidden.length > 0) words.push([numbered("hide", index), hidden.map(listWord).join(",")]);
  }
  if (map !== undefined) words.push(["map", map]);
  if (band) words.push(["band", "1"]);
  for (const [name, choice] of axes) words.push([name, axisText(choice)]);
  return words.map(([name, text]) => `${name}=${queryWord(text)}`).join("&");
}

/** The range of a state; `undefined` where a bound is missing, is no time, or the end is not after the begin. */
export function stateSpan({ begin, end }: Pick<PlotState, "begin" | "end">): Span | undefined {
  if (begin === undefined || end === undefined) return undefined;
  try {
    const span = {
      begin: timeToUs2000(parseTime(begin, { bareYear: true })),
      end: timeToUs2000(parseTime(end, { bareYear: true })),
    };
    return span.begin < span.end ? span : undefined;
  } catch {
    return undefined; // no time: the same as none
  }
}

/** The state with another map, or with the one that suits. */
export function withMap({ map: _, ...state }: PlotState, map: MapName | undefined): PlotState {
  return map === undefined ? state : { ...state, map };
}

/** The state with another choice for an axis; an empty one is none. */
export function withAxis(state: PlotState, key: string, choice: AxisChoice): PlotState {
  const axes = new Map(state.axes);
  if (Object.keys(choice).length === 0) axes.delete(key);
  else axes.set(key, choice);
  return { ...state, axes };
}

/** The state with another range. */
export function withSpan(state: PlotState, span: Span): PlotState {
  return { ...state, ...spanText(span) };
}

/** The state without source number `index`, what was chosen for the others following their new numbers. */
export function withoutSource(state: PlotState, index: number): PlotState {
  const axes = new Map<string, AxisChoice>();
  for (const [key, choice] of state.axes) {
    const [axis = "", source = "", panel = ""] = key.split(".");
    const number = Number(source);
    if (number === index + 1) continue;
    axes.set(`${axis}.${number > index + 1 ? number - 1 : number}.${panel}`, choice);
  }
  return { ...state, sources: state.sources.filter((_, at) => at !== index), axes };
}

function numbered(name: string, index: number): string {
  return index === 0 ? name : `${name}.${index + 1}`;
}

/** Commas part the words of a list; those within a word are written as %2C. */
function listWord(text: string): string {
  return text.replaceAll("%", "%25").replaceAll(",", "%2C");
}

function readList(text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  return text.split(",").flatMap((part) => {
    const word = part.replaceAll("%2C", ",").replaceAll("%25", "%");
    return word === "" ? [] : [word];
  });
}

function axisText({ scale, low, high }: AxisChoice): string {
  return `${scale ?? ""}${low === undefined || high === undefined ? "" : `,${low},${high}`}`;
}

function readAxis(text: string): AxisChoice | undefined {
  const [word = "", from = "", to = ""] = text.split(",").map((part) => part.trim());
  const scale = word === "log" || word === "linear" ? word : undefined;
  const [low, high] = [from, to].map((part) => (REAL.test(part) ? Number(part) : Number.NaN));
  const isRange = low! < high! && Number.isFinite(high! - low!); // both are there; NaN is less than nothing
  if (scale === undefined && !isRange) return undefined;
  return {
    ...(scale === undefined ? {} : { scale }),
    ...(isRange ? { low: low!, high: high! } : {}),
  };
}

/** The state with a quantity of a source hidden, or shown again. */
export function withToggled(state: PlotState, index: number, quantity: string): PlotState {
  return {
    ...state,
    sources: state.sources.map((source, n) => {
      if (n !== index) return source;
      const isHidden = source.hidden.includes(quantity);
      return {
        ...source,
        hidden: isHidden ? source.hidden.filter((name) => name !== quantity) : [...source.hidden, quantity],
      };
    }),
  };
}

/** Whether two states ask for the same data, whatever of them is shown and how. */
export function hasSameData(a: PlotState, b: PlotState): boolean {
  return (
    a.band === b.band &&
    a.sources.length === b.sources.length &&
    a.sources.every(({ id, params, interval }, n) => {
      const other = b.sources[n];
      return other?.id === id && other.params === params && other.interval === interval;
    })
  );
}
