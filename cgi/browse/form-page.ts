import type { DataSource } from "../../dsdf/data-source.js";
import { type HttpParam, httpParams } from "../../dsdf/flex/http-params.js";
import { dateOrTime } from "../../dsdf/flex/source-interface.js";
import { localId, type ViewFacts } from "../../dsdf/flex/view-facts.js";
import { lastElement } from "../../dsdf/id-element.js";
import { encodedPath } from "../../stream/url-text.js";
import type { Response } from "../http.js";
import { html, type Markup } from "../pages/html.js";
import { serverPage } from "../pages/server-page.js";
import { shortText } from "../pages/short-text.js";
import type { QueryContext } from "../query.js";
import { pageOf } from "./source-line.js";
import { trailTo } from "./trail.js";

/** A form that asks for the data of a source; it works without a script. Source: das2-server 7.1. */
export function formPage(context: QueryContext, source: DataSource, facts: ViewFacts): Response {
  const { mount } = context.request;
  const id = localId(source);
  const action = `${mount}/source/${encodedPath(id)}/flex`;
  const given = defaults(source);
  const fields = httpParams(source, facts).map((param) => field(param, given.get(param.name) ?? ""));
  return serverPage(context, {
    title: shortText(source.description) || source.id,
    section: "sources",
    trail: [...trailTo(mount, id), { href: pageOf(mount, id), text: lastElement(id) }],
    lead: "Every parameter of its data by path; empty ones are as usual.",
    body: html`<form method="get" action="${action}">
<table>
<tbody>
${fields}</tbody>
</table>
<p><button class="main">Get data</button></p>
</form>
`,
  });
}

/** The first example, as text. */
function defaults({ examples: [first] }: DataSource): ReadonlyMap<string, string> {
  if (first === undefined) return new Map();
  return new Map([
    ["read.time.min", dateOrTime(first.begin)],
    ["read.time.max", dateOrTime(first.end)],
    ...(first.interval === undefined ? [] : [["read.time.inter", String(first.interval)] as const]),
    ...(first.params === undefined ? [] : [["read.opts", first.params] as const]),
    ["format.serial", "text"],
  ]);
}

/** Characters of the words that a parameter may have. */
const MOST_OF_FLAGS = 600;

function field(param: HttpParam, value: string): Markup {
  const { name, title, units, required, separator, flags } = param;
  const id = `p-${name}`;
  const measured = units === undefined || units === "UTC" ? "" : ` (${units})`;
  const among =
    flags === undefined
      ? ""
      : ` any of ${shortText(flags.map((flag) => flag.value).join(separator ?? " "), MOST_OF_FLAGS)}`;
  return html`<tr><th scope="row"><label for="${id}">${shortText(title ?? name) + measured}</label></th><td>${input(param, id, value)}</td><td>${required ? "needed" : ""}${among}</td></tr>
`;
}

function input({ name, values, required }: HttpParam, id: string, value: string): Markup {
  if (values === undefined)
    return html`<input id="${id}" name="${name}" value="${value}"${required ? html` required` : undefined}>`;
  const choices = ["", ...values].map(
    (choice) =>
      html`<option value="${choice}"${choice === value ? html` selected` : undefined}>${choice}</option>`,
  );
  return html`<select id="${id}" name="${name}">${choices}</select>`;
}
