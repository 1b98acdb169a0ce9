import { parseTime, type TimeRange } from "../../stream/time.js";
import { countText, percentText } from "../pages/format.js";
import { html, type Markup } from "../pages/html.js";
import { timeText } from "./block-runs.js";
import type { BlockCounts, DrawnState } from "./drawn-runs.js";
import { partBefore, ticks } from "./time-scale.js";
import type { BarPiece, CoverageView, RunView, SourceView } from "./view.js";

/** How a state is called. */
export const STATE_NAMES: Readonly<Record<DrawnState, string>> = {
  present: "there",
  empty: "known to have no data",
  part: "partly there",
  stale: "out of date",
  absent: "missing",
};

/** Marks of an axis at most; on a narrow screen every other is left out. */
const MAX_TICKS = 7;
/** A label so near an end of the axis stands inside of it. */
const NEAR_END = 0.05;
/** A range below this is not zoomed into, seconds. */
const MIN_ZOOM_S = 60;

/** Patterns that tell states apart without colour; once on each page with bars. */
export const PATTERNS = html`<svg class="patterns" width="0" height="0" aria-hidden="true">
<pattern id="absent" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="ground" width="6" height="6"/><rect class="stripe" width="2.2" height="6"/></pattern>
<pattern id="stale" width="4" height="4" patternUnits="userSpaceOnUse"><rect class="stale-ground" width="4" height="4"/><rect class="stale-stripe" width="4" height="2"/></pattern>
</svg>`;

function percent(part: number): string {
  return `${Number((part * 100).toFixed(3))}%`;
}

/**
 * The shape of a state: full, low, striped, hatched, or hatched above and full below. What is partly there has a mark that is seen
 * where it is too narrow for hatching.
 */
function shape(state: DrawnState, x: string, width: string): Markup {
  switch (state) {
    case "present":
      return html`<rect class="present" x="${x}" width="${width}" height="100%"/>`;
    case "empty":
      return html`<rect class="none" x="${x}" y="70%" width="${width}" height="30%"/>`;
    case "stale":
      return html`<rect fill="url(#stale)" x="${x}" width="${width}" height="100%"/>`;
    case "absent":
      return html`<rect fill="url(#absent)" x="${x}" width="${width}" height="100%"/>`;
    case "part":
      return html`<rect fill="url(#absent)" x="${x}" width="${width}" height="60%"/><rect class="mark" x="${x}" width="${width}" height="18%"/><rect class="present" x="${x}" y="60%" width="${width}" height="40%"/>`;
  }
}

/** What stands for a state in a legend. */
export function swatch(state: DrawnState): Markup {
  return html`<svg class="swatch" aria-hidden="true">${shape(state, "0%", "100%")}</svg>`;
}

/** Counts in words: `28 blocks, 3 of them missing`. */
export function countsText(counts: BlockCounts): string {
  const { present, empty, stale, absent } = counts;
  const all = present + empty + stale + absent;
  const rest = [
    [empty, "without data"],
    [stale, STATE_NAMES.stale],
    [absent, STATE_NAMES.absent],
  ] as const;
  const parts = rest.flatMap(([count, name]) =>
    count === 0 ? [] : [count === all ? name : `${countText(count, name, name)}`],
  );
  return [countText(all, "block"), ...parts].join(", ");
}

/** The name of a block's file as a time for people: `2021-06-30T14:05`. */
export function blockText(name: string): string {
  const [day = "", clock] = name.split("T");
  return clock === undefined ? day : `${day}T${clock.replaceAll("-", ":")}`;
}

/** The blocks of a run for people: `2021-06-01 to 2021-06-30`, the last one included. */
export function datesText({ firstBlock, lastBlock }: Pick<RunView, "firstBlock" | "lastBlock">): string {
  const first = blockText(firstBlock);
  return firstBlock === lastBlock ? first : `${first} to ${blockText(lastBlock)}`;
}

function piece(one: BarPiece, columns: number): Markup {
  const width = percent((one.to - one.from) / columns);
  return html`<g><title>${datesText(one)}: ${countsText(one.counts)}</title>${shape(one.state, percent(one.from / columns), width)}</g>\n`;
}

/** Blocks that can be served, in words: `97 %`. */
export function shareText({ present, empty, stale, absent }: BlockCounts): string {
  return percentText(present + empty, present + empty + stale + absent);
}

/** The blocks of a level over time; its text alternative says how much there is. */
export function bar(name: string, coverage: CoverageView, columns: number): Markup {
  const { counts, gaps } = coverage;
  const text = `${name}: ${shareText(counts)} of ${countsText(counts)}; ${gaps === 0 ? "no gap" : countText(gaps, "gap")}`;
  return html`<svg class="bar" role="img" aria-label="${text}">
${coverage.bar.map((one) => piece(one, columns))}</svg>`;
}

/** The range of a source as times; `undefined` where it has none. */
export function rangeOf({ range }: SourceView): TimeRange | undefined {
  return range === undefined ? undefined : { begin: parseTime(range.begin), end: parseTime(range.end) };
}

function anchor(at: number): string {
  if (at < NEAR_END) return "start";
  return at > 1 - NEAR_END ? "end" : "middle";
}

/**
 * The axis below bars: years, months, days or less.
 * @param zoom the link to a part of the range, where there is one
 */
export function axis(range: TimeRange, zoom?: (begin: string, end: string) => string): Markup {
  const marks = ticks(range, MAX_TICKS);
  return html`<svg class="axis"${zoom === undefined ? html` aria-hidden="true"` : undefined}>
${marks.map(({ time, at, label }, index) => {
  const x = percent(at);
  const next = marks[index + 1]?.time ?? range.end;
  const text = html`<text x="${x}" y="85%" text-anchor="${anchor(at)}">${label}</text>`;
  const isLong = (partBefore(range, next) - at) * seconds(range) >= MIN_ZOOM_S;
  const [begin, end] = [timeText(time), timeText(next)];
  const linked =
    zoom === undefined || !isLong
      ? text
      : html`<a href="${zoom(begin, end)}" aria-label="show ${begin} to ${end}">${text}</a>`;
  return html`<g class="tick"><line x1="${x}" x2="${x}" y1="0" y2="25%"/>${linked}</g>\n`;
})}</svg>`;
}

function seconds({ begin, end }: TimeRange): number {
  return (end.day - begin.day) * 86_400 + (end.ns - begin.ns) / 1e9;
}
