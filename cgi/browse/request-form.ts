import type { Example } from "../../dsdf/data-source.js";
import { type HttpParam, httpParams } from "../../dsdf/flex/http-params.js";
import { dateOrTime } from "../../dsdf/flex/source-interface.js";
import { localId, type ViewFacts } from "../../dsdf/flex/view-facts.js";
import { encodedPath } from "../../stream/url-text.js";
import { html, type Markup } from "../pages/html.js";
import { shortText } from "../pages/short-text.js";
import type { Chosen } from "./chosen-range.js";
import { isAskedByPath, type ShownSource } from "./data-query.js";
import { pageOf } from "./source-line.js";

/** Forms of an answer in the words of `format`, with their names; the first is given where nothing is asked. */
const FORMS: readonly (readonly [word: string, name: string])[] = [
  ["das2-text", "das2, text"],
  ["das2", "das2, binary"],
  ["das3", "das3, binary"],
  ["das3-text", "das3, text"],
  ["das3-xml", "das3, XML document"],
  ["csv", "CSV"],
  ["hapi-csv", "HAPI CSV"],
  ["hapi-json", "HAPI JSON"],
  ["arrow", "Arrow"],
  ["parquet", "Parquet"],
  ["fits", "FITS table"],
  ["png", "Plot (PNG)"],
];

/** The examples of a source as links to its page with their values in the form. */
export function exampleLinks(mount: string, { source }: ShownSource, chosen: Chosen): Markup | undefined {
  if (source.examples.length === 0) return undefined;
  const page = pageOf(mount, localId(source));
  return html`<ul class="examples" aria-label="Examples">
${source.examples.map((example) => html`<li><a class="button" href="${`${page}?example=${example.number}#ask`}"${example.number === chosen.example ? html` aria-current="true"` : undefined}>${exampleName(example)}</a></li>\n`)}</ul>
`;
}

function exampleName({ name, begin, end }: Example): string {
  return shortText(name ?? `${dateOrTime(begin)} to ${dateOrTime(end)}`, 80);
}

/** The form that asks for the data of a source, with the chosen range in it. It works without a script. */
export function requestForm(mount: string, shown: ShownSource, chosen: Chosen, facts: ViewFacts): Markup {
  return isAskedByPath(shown) ? pathForm(mount, shown, chosen, facts) : das2Form(mount, shown, chosen);
}

function das2Form(mount: string, { source, hasBins }: ShownSource, chosen: Chosen): Markup {
  const isStream = source.form !== "file" && source.form !== "qstream";
  const forms = isStream ? FORMS : [];
  return html`<form class="filter ask" method="get" action="${mount === "" ? "/" : mount}">
<input type="hidden" name="dataset" value="${source.id}">
${rangeFields("start_time", "end_time", chosen)}${source.requiresInterval ? numberField("interval", "Distance of points, s", chosen.interval, true) : hasBins ? numberField("resolution", "Resolution, s", chosen.resolution, false) : undefined}${source.params.length === 0 ? undefined : html`<label class="grow">Parameters <input name="params" value="${chosen.params}" list="words" autocomplete="off" spellcheck="false"></label>\n`}${forms.length === 0 ? undefined : html`<label>Form <select name="format">${forms.map(([word, name]) => html`<option value="${word}">${name}</option>`)}</select></label>\n`}<button class="main" name="server" value="dataset">Get data</button>
${isStream ? html`<button name="server" value="image">Plot</button>\n` : undefined}</form>
${parameterList(source.params.flatMap((param) => (param.form === "flag" ? [[param.flag, param.description] as const] : [])))}`;
}

function rangeFields(beginName: string, endName: string, { begin, end }: Chosen): Markup {
  return html`<label class="instant">Begin (UTC) <input name="${beginName}" value="${begin}" size="22" required autocomplete="off" spellcheck="false"></label>
<label class="instant">End (UTC, excluded) <input name="${endName}" value="${end}" size="22" required autocomplete="off" spellcheck="false"></label>
`;
}

function numberField(name: string, label: string, value: number | undefined, required: boolean): Markup {
  return html`<label>${label} <input name="${name}" value="${value}" inputmode="decimal" size="10"${required ? html` required` : html` placeholder="every record"`} autocomplete="off"></label>
`;
}

/** Characters of what is said of a word of a reader. */
const MOST_OF_A_WORD = 300;

/** The words that a reader knows, and what they do. */
function parameterList(words: readonly (readonly [word: string, about: string])[]): Markup | undefined {
  if (words.length === 0) return undefined;
  return html`<datalist id="words">${words.map(([word]) => html`<option value="${word}"></option>`)}</datalist>
<dl class="words" aria-label="Parameters that the source knows">
${words.map(([word, about]) => html`<dt><code>${word}</code></dt><dd>${shortText(about, MOST_OF_A_WORD)}</dd>\n`)}</dl>
`;
}

/** What the form of path-style data has in fields of its own. */
const PLACED: ReadonlySet<string> = new Set([
  "read.time.min",
  "read.time.max",
  "read.time.inter",
  "bin.time.max",
]);
/** Fine points of text, for which nobody needs a field. */
const LEFT_OUT = /^format\.(?:secfrac|sigdigit|delim|version)$/;

function pathForm(mount: string, { source, hasBins }: ShownSource, chosen: Chosen, facts: ViewFacts): Markup {
  const params = httpParams(source, facts).filter(({ name }) => !PLACED.has(name) && !LEFT_OUT.test(name));
  const given = chosen.query ?? new Map(chosen.params === undefined ? [] : [["read.opts", chosen.params]]);
  return html`<form class="filter ask" method="get" action="${`${mount}/source/${encodedPath(localId(source))}/flex`}">
${rangeFields("read.time.min", "read.time.max", chosen)}${source.requiresInterval ? numberField("read.time.inter", "Distance of points, s", chosen.interval, true) : hasBins ? numberField("bin.time.max", "Resolution, s", chosen.resolution, false) : undefined}${params.map((param) => pathField(param, given.get(param.name) ?? (param.name === "format.serial" ? "text" : "")))}<button class="main">Get data</button>
</form>
${parameterList(params.flatMap(({ flags, separator, name }) => (flags ?? []).map(({ value, title }) => [value, `${title ?? name}${separator === "," ? ", several with commas between them" : ""}`] as const)))}`;
}

function pathField({ name, title, units, values, required, range }: HttpParam, value: string): Markup {
  const measured = units === undefined ? "" : `, ${units}`;
  const between = range === undefined ? "" : `, ${range[0]} to ${range[1]}`;
  const label = `${shortText(title ?? name, 60)}${measured}${between}`;
  if (values === undefined)
    return html`<label>${label} <input name="${name}" value="${value}"${required ? html` required` : undefined} autocomplete="off" spellcheck="false"></label>
`;
  const choices = required ? values : ["", ...values];
  return html`<label>${label} <select name="${name}">${choices.map((choice) => html`<option value="${choice}"${choice === value ? html` selected` : undefined}>${choice}</option>`)}</select></label>
`;
}
