import { DasError } from "../../errors/das-error.js";
import { MOST_SOURCES, type PlotState, readState, stateSpan } from "../../plot/page-state.js";
import { NARROWEST_US } from "../../plot/span.js";
import { compareTimes, parseTime } from "../../stream/time.js";
import { quoted } from "../data/quoted.js";
import type { QueryContext } from "../query.js";
import { idHere } from "../redirect.js";
import { type PlotSource, plotSource } from "./plot-source.js";

/** Shown where a source says neither examples nor a valid range: the day before today. */
const DAY_MS = 86_400_000;

/** A question to the plot page that has been looked at. */
export interface PlotQuestion {
  /** With a range, whatever was given. */
  readonly state: PlotState;
  readonly sources: readonly PlotSource[];
  /** What is wrong, in the order in which it was found; the page says it and shows the rest. */
  readonly faults: readonly DasError[];
}

/**
 * Reads a question and finds its sources. Without a range it is that of the first example, else the last day that is valid. Nothing here
 * throws for what the question says: sources that there are not, and times that are none, are `faults`.
 */
export async function readPlotQuestion(context: QueryContext): Promise<PlotQuestion> {
  const asked = readState(context.request.query);
  const faults: DasError[] = [];
  const sources: PlotSource[] = [];
  const kept: PlotState["sources"][number][] = [];
  const given = new URLSearchParams(context.request.query).getAll("source").filter((id) => id.trim() !== "");
  if (given.length > MOST_SOURCES)
    faults.push(
      new DasError("TOO_MUCH_ASKED", `${given.length} sources, expected at most ${MOST_SOURCES} on one page`),
    );
  for (const chosen of asked.sources) {
    const found = await findPlotSource(context, chosen.id);
    if (found instanceof DasError) faults.push(found);
    else {
      sources.push(found);
      kept.push({ ...chosen, id: found.id });
    }
  }
  const { state, fault } = withRange({ ...asked, sources: kept }, sources, context.site.now());
  return { state, sources, faults: fault === undefined ? faults : [...faults, fault] };
}

/** A source by its id, also where that has changed; what is wrong where there is none to be drawn. */
export async function findPlotSource(context: QueryContext, id: string): Promise<PlotSource | DasError> {
  const { site } = context;
  try {
    const source = await site.sources.find(id);
    if (source === undefined) return new DasError("NO_SUCH_SOURCE", `There is no source ${quoted(id)}`);
    const now = await idHere(source, context);
    const home = now === source.id ? source : now === undefined ? undefined : await site.sources.find(now);
    // What it was renamed to may have gone to another server.
    if (home === undefined || (await idHere(home, context)) === undefined)
      return new DasError("NO_SUCH_SOURCE", `The source ${quoted(id)} is at another address`);
    return plotSource(home, site.now());
  } catch (error) {
    if (error instanceof DasError) return error;
    throw error;
  }
}

function withRange(
  state: PlotState,
  sources: readonly PlotSource[],
  now: Date,
): { readonly state: PlotState; readonly fault?: DasError } {
  const span = stateSpan(state);
  if (span !== undefined && span.end - span.begin >= NARROWEST_US) return { state };
  const usual = usualRange(sources, now);
  const { begin, end } = state;
  if (begin === undefined && end === undefined) return { state: firstExample(state, sources, usual) };
  return { state: { ...state, ...usual }, fault: new DasError("BAD_TIME", wrongRange(begin, end)) };
}

/** What is wrong with the bounds that were given, of which there is one at least. */
function wrongRange(begin: string | undefined, end: string | undefined): string {
  if (begin === undefined || end === undefined)
    return `Only ${begin === undefined ? "an end" : "a begin"} is given, expected both`;
  const range = `${quoted(begin)} to ${quoted(end)}`;
  return isOrdered(begin, end)
    ? `${range} is too short to be drawn, expected ${NARROWEST_US} microseconds at least`
    : `${range} is no range, expected two times, the end after the begin`;
}

/** Whether two texts are times of which the second is not before the first. */
function isOrdered(begin: string, end: string): boolean {
  try {
    return compareTimes(parseTime(begin, { bareYear: true }), parseTime(end, { bareYear: true })) <= 0;
  } catch {
    return false;
  }
}

/** Without a range, what the first example of a lone source says is shown: also its parameters. */
function firstExample(state: PlotState, [source]: readonly PlotSource[], range: Range): PlotState {
  const example = source?.examples[0];
  const [chosen, ...others] = state.sources;
  if (example === undefined || chosen === undefined) return { ...state, ...range };
  const more = {
    ...(chosen.params === undefined && example.params !== undefined ? { params: example.params } : {}),
    ...(chosen.interval === undefined && example.interval !== undefined
      ? { interval: example.interval }
      : {}),
  };
  return { ...state, ...range, sources: [{ ...chosen, ...more }, ...others] };
}

type Range = { readonly begin: string; readonly end: string };

function usualRange(sources: readonly PlotSource[], now: Date): Range {
  for (const { examples } of sources) if (examples[0] !== undefined) return examples[0];
  const today = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
  const ends = sources.flatMap(({ valid }) => (valid === undefined ? [] : [Date.parse(`${valid.end}Z`)]));
  const end = Math.min(today, ...ends.filter((ms) => Number.isFinite(ms)));
  return { begin: dayText(end - DAY_MS), end: dayText(end) };
}

function dayText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace("T00:00", "");
}
