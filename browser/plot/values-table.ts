import { type Span, timeWord } from "../../plot/span.js";
import { node } from "./dom.js";
import { labelText } from "./label-text.js";
import type { Cell } from "./line-data.js";
import { exactText } from "./number-text.js";
import type { PanelView } from "./panel-view.js";
import { lineName } from "./panels.js";
import type { Part } from "./pieces.js";

/** Rows and columns of a table on the page; CSV has all of them. */
const MOST_ROWS = 200;
const MOST_COLUMNS = 16;

interface Table {
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly left: string;
}

/** What a panel draws, as a table: for those who do not see it, and for those who want the numbers. */
export function valuesTable(view: PanelView, span: Span, parts: readonly Part[]): HTMLElement {
  const { heads, rows, left } = view.panel.kind === "lines" ? lineTable(view, span) : scanTable(view, parts);
  const table = node(
    "table",
    {},
    node("caption", { text: `${labelText(view.label) || "Values"}${left}` }),
    node("thead", {}, node("tr", {}, ...heads.map((text) => node("th", { text, is: { scope: "col" } })))),
    node(
      "tbody",
      {},
      ...rows.map(([time = "", ...cells]) =>
        node(
          "tr",
          {},
          node("th", { text: time, is: { scope: "row" } }),
          ...cells.map((text) => node("td", { text })),
        ),
      ),
    ),
  );
  return node(
    "div",
    { class: "scroll", is: { tabindex: "0", role: "region", "aria-label": "Values" } },
    table,
  );
}

function leftText(shown: number, all: number): string {
  return all > shown ? `, the first ${shown} of ${all} records` : "";
}

function lineTable({ data: { x, lines } }: PanelView, { begin, end }: Span): Table {
  const columns = lines.flatMap(({ quantity, y, low, high }) => {
    const name = labelText(lineName(quantity));
    const units = quantity.units.trim() === "" ? "" : ` (${quantity.units})`;
    return [
      { head: `${name}${units}`, cells: y },
      ...(low === undefined ? [] : [{ head: `${name} least`, cells: low }]),
      ...(high === undefined ? [] : [{ head: `${name} greatest`, cells: high }]),
    ];
  });
  const isRecord = (n: number) =>
    x[n]! >= begin && x[n]! < end && columns.some(({ cells }) => typeof cells[n] === "number");
  const places = [...x.keys()].filter(isRecord);
  return {
    heads: ["Time (UTC)", ...columns.map(({ head }) => head)],
    rows: places
      .slice(0, MOST_ROWS)
      .map((n) => [timeWord(x[n]!), ...columns.map(({ cells }) => cellText(cells[n]))]),
    left: leftText(MOST_ROWS, places.length),
  };
}

function cellText(cell: Cell): string {
  return typeof cell === "number" ? exactText(cell) : "";
}

function scanTable({ tables, panel }: PanelView, parts: readonly Part[]): Table {
  const [first] = tables;
  if (first === undefined || panel.kind !== "scan") return { heads: ["Time (UTC)"], rows: [], left: "" };
  const step = Math.max(1, Math.ceil(first.tags.length / MOST_COLUMNS));
  const tags = [...first.tags.keys()].filter((n) => n % step === 0);
  const records = parts.flatMap(({ piece, span }) =>
    piece.columns.scans.flatMap((table) => {
      if (table.key !== first.key) return [];
      const { from, to } = table.places(span);
      return Array.from({ length: to - from }, (_, i) => ({ table, place: from + i }));
    }),
  );
  const units = panel.y.units.trim() === "" ? "" : ` ${panel.y.units}`;
  return {
    heads: ["Time (UTC)", ...tags.map((n) => `${exactText(first.tags[n]!)}${units}`)],
    rows: records.slice(0, MOST_ROWS).map(({ table, place }) => [
      timeWord(table.x.values[place]!),
      ...tags.map((n) => {
        const value = table.values[place * table.tags.length + n]!;
        return Number.isNaN(value) ? "" : exactText(value);
      }),
    ]),
    left: `${leftText(MOST_ROWS, records.length)}${step > 1 ? `, each ${step}th channel` : ""}`,
  };
}
