import type { DataSource } from "../../dsdf/data-source.js";
import { localId } from "../../dsdf/flex/view-facts.js";
import { lastElement } from "../../dsdf/id-element.js";
import { timeText } from "../../dsdf/stages.js";
import type { Time } from "../../stream/time.js";
import { encodedPath } from "../../stream/url-text.js";
import { html, type Markup } from "../pages/html.js";
import { shortText } from "../pages/short-text.js";

/** The page of a source or folder. */
export function pageOf(mount: string, id: string): string {
  return `${mount}/source/${id === "" ? "" : `${encodedPath(id)}/`}`;
}

/** Years of the valid range: `2010–2024`, `1977–now`, `2013`; empty where there is none. */
export function yearsText({ validRange }: DataSource): string {
  if (validRange === undefined) return "";
  const begin = yearOf(validRange.begin);
  const end = validRange.end === "now" ? "now" : yearOf(lastInstant(validRange.end));
  return begin === end ? begin : `${begin}–${end}`;
}

function yearOf(time: Time): string {
  return timeText(time).slice(0, 4);
}

/** The end is excluded: what ends with a year does not reach into the next. */
function lastInstant({ day, ns }: Time): Time {
  return ns > 0 ? { day, ns: ns - 1 } : { day: day - 1, ns: 86_400e9 - 1 };
}

/** What there is to know of a source besides its name, in words of a line. */
export function marksOf(source: DataSource): readonly string[] {
  return [
    ...(source.realTime ? ["live"] : []),
    ...(source.form === "file" ? ["files"] : []),
    ...(source.access.length > 0 ? ["protected"] : []),
  ];
}

/** A source in a list: name, description, marks, years. `name` may be marked up; missing: the last element of its id. */
export function sourceLine(
  mount: string,
  source: DataSource,
  shown: { readonly name?: Markup; readonly description?: Markup } = {},
): Markup {
  const id = localId(source);
  return html`<li class="one"><a href="${pageOf(mount, id)}">${shown.name ?? lastElement(id)}</a> <span class="about">${shown.description ?? shortText(source.description)}</span>${marksOf(source).map((mark) => html` <span class="badge">${mark}</span>`)} <span class="years">${yearsText(source)}</span></li>
`;
}
