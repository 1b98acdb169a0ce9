import { countText, numberText, percentText } from "../pages/format.js";
import { html, type Markup } from "../pages/html.js";
import type { CoverageSummary, LevelCoverage } from "./view.js";

const WIDTH = 100;
/** Numbers of a level; the picture stands behind the first. On narrow screens each has its name beside it. */
const COLUMNS = ["Sources", "Can be served", "Blocks", "Without data", "Out of date", "Missing"] as const;
const STALE = COLUMNS.indexOf("Out of date");

function row({ name, sources, counts: { present, empty, stale, absent } }: LevelCoverage): Markup {
  const all = present + empty + stale + absent;
  const parts = [
    ["present", present],
    ["none", empty],
    ["stale", stale],
  ] as const;
  let x = 0;
  const drawn = parts.flatMap(([style, count]) => {
    if (count === 0) return [];
    const width = (WIDTH * count) / all;
    x += width;
    return [
      html`<rect class="${style}" x="${(x - width).toFixed(3)}" y="0" width="${width.toFixed(3)}" height="10"/>`,
    ];
  });
  const share = percentText(present + empty, all);
  const numbers = [numberText(sources), share, ...[present, empty, stale, absent].map(numberText)];
  const cell = (column: number) =>
    html`<td data-name="${COLUMNS[column]}"${column === STALE && stale > 0 ? html` class="worried"` : undefined}>${numbers[column]}</td>`;
  return html`<tr><th scope="row">${name}</th>${cell(0)}
<td class="covered"><svg viewBox="0 0 ${WIDTH} 10" preserveAspectRatio="none" role="img" aria-label="${share} can be served">${drawn}</svg></td>
${[1, 2, 3, 4, 5].map(cell)}</tr>
`;
}

/** What the cache has of all sources, by level. */
export function coveragePart({ levels, looked, sources }: CoverageSummary, cachePath: string): Markup {
  const link = html`<a href="${cachePath}">The page of the cache</a> shows each source, its gaps and the builds.`;
  if (levels.length === 0)
    return html`<section><h2>Cache by level</h2>
<p class="note">${sources === 0 ? "No source has levels." : "Nothing is known of the levels now."} ${link}</p></section>`;
  return html`<section><h2>Cache by level</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Cache by level"><table class="levels">
<thead><tr><th scope="col">Level</th><th scope="col">${COLUMNS[0]}</th><th scope="col"><span class="unseen">Picture</span></th>${COLUMNS.slice(1).map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>
${levels.map(row)}</tbody></table></div>
<p class="note">${looked < sources ? `${numberText(looked)} of ${countText(sources, "source")}: there was no time for the others. ` : undefined}${link}</p></section>`;
}
