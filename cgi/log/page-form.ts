import { html, type Markup } from "../pages/html.js";
import { refreshChoice } from "../pages/refresh.js";
import type { LogFilter } from "./filter.js";
import { CACHE_RESULTS, OUTCOMES } from "./read-record.js";
import { OUTCOME_LOOK } from "./story.js";
import { timeWord } from "./timeline.js";

function option(value: string, text: string, chosen: boolean): Markup {
  return html`<option value="${value}"${chosen ? html` selected` : undefined}>${text}</option>`;
}

function field(label: string, name: string, value: string, size: number, hint = ""): Markup {
  return html`<label>${label} <input name="${name}" value="${value}" size="${size}" spellcheck="false" autocomplete="off" placeholder="${hint}"></label>\n`;
}

/** Begin or end as it stands in its field: as it was asked for, else that of the day. */
function rangeWord(filter: LogFilter, name: "begin" | "end"): string {
  const asked = filter[name];
  if (asked !== undefined) return asked;
  const ms = name === "begin" ? filter.from : filter.to;
  return filter.day === undefined || ms === undefined ? "" : timeWord(ms);
}

const STATUSES = ["2xx", "3xx", "4xx", "5xx"] as const;

/** The form of the filter; what it gives is read by `readFilter`. */
export function filterForm(path: string, filter: LogFilter): Markup {
  const { client, outcome, status = "", cache = "", slower, faster, source, text, id, refresh } = filter;
  const statuses = status === "" || STATUSES.some((one) => one === status) ? STATUSES : [...STATUSES, status];
  return html`<form class="filter" method="get" action="${path}">
${field("From", "begin", rangeWord(filter, "begin"), 16, "2021-06-30T10:15 or -6h")}${field("To", "end", rangeWord(filter, "end"), 16, "now")}${field("Client", "ip", client ?? "*", 16, "* for all")}<label>Outcome <select name="outcome">${option("any", "any", outcome === "any")}${option("problems", "any problem", outcome === "problems")}${OUTCOMES.map((one) => option(one, OUTCOME_LOOK[one].name, one === outcome))}</select></label>
<label>Status <select name="status">${option("", "any", status === "")}${statuses.map((one) => option(one, one, one === status))}</select></label>
<label>Cache <select name="cache">${option("", "any", cache === "")}${CACHE_RESULTS.map((one) => option(one, one, one === cache))}</select></label>
${field("Longer than", "slower", slower === undefined ? "" : `${slower}ms`, 7, "1.5s")}${faster === undefined ? undefined : field("Shorter than", "faster", `${faster}ms`, 7)}${field("Source", "source", source, 16)}<label class="grow">Text <input type="search" name="text" value="${text}" size="20" spellcheck="false" autocomplete="off" placeholder="part of a URL, a reason, an argument, ..."></label>
${field("Request id", "id", id ?? "", 14)}${refreshChoice(refresh)}
<button class="main">Show</button>
</form>`;
}
