import type { DataSource } from "../../dsdf/data-source.js";
import { type HttpParam, httpParams } from "../../dsdf/flex/http-params.js";
import { shortTime } from "../../dsdf/flex/source-interface.js";
import { encodedId, localId, type ViewFacts } from "../../dsdf/flex/view-facts.js";
import { escapeMarkup } from "../escape.js";
import type { Response } from "../http.js";
import { textResponse } from "../http.js";
import { PAGE_HEADERS } from "../page-headers.js";
import { htmlPage } from "../page-parts.js";
import type { QueryContext } from "../query.js";

/** A form that asks for the data of a source; it works without a script. Source: das2-server 7.1. */
export function formPage(context: QueryContext, source: DataSource, facts: ViewFacts): Response {
  const action = `${context.request.mount}/source/${encodedId(localId(source))}/flex`;
  const given = defaults(source);
  const fields = httpParams(source, facts).map((param) => field(param, given.get(param.name) ?? ""));
  const body = `<form method="get" action="${escapeMarkup(action)}">
<table>
<tbody>
${fields.join("\n")}
</tbody>
</table>
<p><button type="submit">Get data</button></p>
</form>
`;
  return textResponse(
    200,
    "text/html",
    htmlPage(context, source.description || source.id, body),
    PAGE_HEADERS,
  );
}

/** The first example, as text. */
function defaults({ examples: [first] }: DataSource): ReadonlyMap<string, string> {
  if (first === undefined) return new Map();
  return new Map([
    ["read.time.min", shortTime(first.begin)],
    ["read.time.max", shortTime(first.end)],
    ...(first.interval === undefined ? [] : [["read.time.inter", String(first.interval)] as const]),
    ...(first.params === undefined ? [] : [["read.opts", first.params] as const]),
    ["format.serial", "text"],
  ]);
}

function field(param: HttpParam, value: string): string {
  const { name, title, units, required, separator, flags } = param;
  const id = escapeMarkup(`p-${name}`);
  const measured = units === undefined || units === "UTC" ? "" : ` (${units})`;
  const among =
    flags === undefined ? "" : ` any of ${flags.map((flag) => flag.value).join(separator ?? " ")}`;
  const label = `<label for="${id}">${escapeMarkup((title ?? name) + measured)}</label>`;
  const note = `${required ? "needed" : ""}${escapeMarkup(among)}`;
  return `<tr><th scope="row">${label}</th><td>${input(param, id, value)}</td><td>${note}</td></tr>`;
}

function input({ name, values, required }: HttpParam, id: string, value: string): string {
  const named = `id="${id}" name="${escapeMarkup(name)}"`;
  if (values === undefined)
    return `<input ${named} value="${escapeMarkup(value)}"${required ? " required" : ""}>`;
  const choices = ["", ...values].map(
    (choice) =>
      `<option value="${escapeMarkup(choice)}"${choice === value ? " selected" : ""}>${escapeMarkup(choice)}</option>`,
  );
  return `<select ${named}>${choices.join("")}</select>`;
}
