import { node } from "./dom.js";
import type { ContentTable } from "./panel-content.js";

/** What a panel draws, as a table: for those who do not see it, and for those who want the numbers. */
export function valuesTable(title: string, { heads, rows, left }: ContentTable): HTMLElement {
  const table = node(
    "table",
    {},
    node("caption", { text: `${title}${left}` }),
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
