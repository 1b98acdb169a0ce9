import type { AccessRule, DataSource } from "../../dsdf/data-source.js";
import { dateOrTime } from "../../dsdf/flex/source-interface.js";
import { rangeLimits } from "../limits/range-limits.js";
import { countText } from "../pages/format.js";
import { html, type Markup, type Piece } from "../pages/html.js";
import { shortText } from "../pages/short-text.js";
import type { Site } from "../site.js";
import type { ShownSource } from "./data-query.js";
import { measuredQuantities } from "./site-index.js";
import { declaredQuantities } from "./source-index.js";

/** Quantities that are named; more are counted. */
const MOST_QUANTITIES = 40;

/** Characters of the name of a quantity, and of its units. */
const MOST_OF_A_NAME = 80;

/** What is known of a source, as terms and what they are. */
export function sourceFacts(shown: ShownSource, site: Site): Markup {
  const { source } = shown;
  const rows: readonly (readonly [term: string, what: Piece])[] = [
    ["Time", timeFact(source)],
    ["Quantities", quantityFact(source, site)],
    ["Records", recordFact(shown)],
    ["Live", source.realTime ? "new records as they come" : undefined],
    ["Access", accessFact(source)],
    ["Limits", limitFact(source, site)],
    ...source.contacts.map(({ kind, text }) => [CONTACTS[kind], shortText(text)] as const),
    ["License", licenseFact(source)],
  ];
  return html`<dl class="facts">
${rows.map(([term, what]) => (what === undefined ? undefined : html`<dt>${term}</dt><dd>${what}</dd>\n`))}</dl>
`;
}

const CONTACTS = {
  technical: "Technical contact",
  scientific: "Scientific contact",
  other: "Contact",
} as const;

function timeFact({ validRange }: DataSource): string | undefined {
  if (validRange === undefined) return undefined;
  const { begin, end } = validRange;
  return `${dateOrTime(begin)} to ${end === "now" ? "now" : dateOrTime(end)}, UTC`;
}

function quantityFact(source: DataSource, site: Site): Piece {
  const measured = measuredQuantities(source, site);
  const all = measured.length > 0 ? measured : declaredQuantities(source);
  if (all.length === 0) return undefined;
  const shown = all.slice(0, MOST_QUANTITIES);
  return [
    shown.map(
      ({ name, units }, at) =>
        html`${at === 0 ? "" : ", "}<span class="quantity">${shortText(name, MOST_OF_A_NAME)}${units === undefined || units === "" ? undefined : html` <span class="units">(${shortText(units, MOST_OF_A_NAME)})</span>`}</span>`,
    ),
    all.length > shown.length ? ` and ${countText(all.length - shown.length, "more", "more")}` : undefined,
  ];
}

function recordFact({ source, hasBins }: ShownSource): string {
  if (source.form === "file") return `a file (${source.fileType.mediaType})`;
  if (source.requiresInterval) return "computed at the distance that is asked for";
  return hasBins ? "all of them, or averages at the resolution that is asked for" : "all of them";
}

function accessFact({ access }: DataSource): string {
  if (access.length === 0) return "open to all";
  return `for ${access.map(ruleText).join(", or ")}`;
}

/** What a rule asks for; names of users and groups are nobody's business. */
function ruleText(rule: AccessRule): string {
  if (rule.method !== "age") return "those who log in";
  const parts = (["years", "months", "days", "hours"] as const).filter((unit) => rule[unit] > 0);
  return `everybody, data older than ${parts.map((unit) => `${rule[unit]} ${rule[unit] === 1 ? unit.slice(0, -1) : unit}`).join(" ") || "now"}`;
}

/** Days at or above this are told as days, seconds. */
const DAY_S = 86_400;

function limitFact(source: DataSource, { config }: Site): string | undefined {
  const { rangeSeconds, bins } = rangeLimits(source, config);
  const parts = [
    ...(rangeSeconds === undefined ? [] : [`${spanText(rangeSeconds)} at full resolution`]),
    ...(bins === undefined ? [] : [countText(bins, "bin")]),
  ];
  return parts.length === 0 ? undefined : `one request at most ${parts.join(", or ")}`;
}

function spanText(seconds: number): string {
  return seconds >= DAY_S ? `${Number((seconds / DAY_S).toPrecision(4))} days` : `${seconds} s`;
}

/** A license that is an address is a link. */
function licenseFact({ keywords }: DataSource): Piece {
  const license = keywords.get("license");
  if (license === undefined || license === "") return undefined;
  return /^https?:\/\/[^\s]+$/.test(license)
    ? html`<a href="${license}">${shortText(license)}</a>`
    : shortText(license);
}
