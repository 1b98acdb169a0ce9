import { flexSite } from "./flex-site.js";
import type { RawAnswer } from "./raw-http.js";

/** A browser, as the server knows them by their name. */
export const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

const STREAM = "das2Stream = 1\nreader = 'synthetic --cadence 60s --planes 2'\n";
const RANGE =
  "validRange = '2020-01-01 to 2030-01-01'\nexampleRange_00 = '2021-06-30 to 2021-07-01 | A day'\n" +
  "exampleRange_01 = '2021-07-01 to 2021-07-01T06:00 | A quarter'\nexampleParams_01 = 'gaps fills'\n";
const HUGE = "w".repeat(50_000);
const FLAGS = "param_00 = 'gaps | Gaps'\nparam_01 = 'fills | Fill'\n";

/** The id of each kind of text that somebody may put into a definition to be taken for something else. */
export const HOSTILE = {
  markup: "Hostile/Markup",
  order: "Hostile/Order",
  long: "Hostile/Long",
  shell: "Hostile/$(touch x)`id`;&|",
  quotes: 'Hostile/Quote\'s "id"',
  letters: "Hostile/with space % and ünïcödé",
  huge: "Hostile/Huge",
  name: `Hostile/${"n".repeat(200)}`,
} as const;

/** Definitions besides those of {@link flexSite}: of each way in which a source may be asked, and with hostile text. */
const SOURCES: Readonly<Record<string, string>> = {
  "Waves/Electric": `description = 'Electric field of waves'\nsummary = 'From the long antenna.'\ntechContact = 'Ada <ada@example.org>'\n${STREAM}${RANGE}${FLAGS}data_00 = 'E_field | Field | V/m'\n`,
  "Waves/Hidden": `description = 'Not listed'\nhidden = 1\n${STREAM}${RANGE}`,
  "Waves/Aged": `description = 'Open after a year'\nreadAccess = 'AGE:1y|USER:ada'\n${STREAM}${RANGE}`,
  "Waves/Orbit": `description = 'At a distance'\nrequiresInterval = 1\ndas2Stream = 1\nreader = 'ephemeris'\nsubSource_00 = 'hourly | Each hour | 3600'\nvalidRange = '2020-01-01 to 2030-01-01'\nexampleRange_00 = '2021-06-30 to 2021-07-01'\nexampleInterval_00 = '3600'\n`,
  "Waves/Table": `description = 'A file of text'\noutputType = 'text/plain | txt'\nreader = 'give-text'\n${RANGE}`,
  [HOSTILE.markup]: `description = '<script>alert(1)</script><img src=x onerror=alert(2)>'\nsummary = '</script><b>bold</b> &lt; "quoted"'\ntechContact = '<a href=javascript:alert(3)>A</a>'\nlicense = 'javascript:alert(4)'\n${STREAM}${RANGE}param_00 = '"><script> | "onclick=alert(5)'\n`,
  [HOSTILE.order]: `description = 'Right \u202eto left\u202c and \u200bunseen'\n${STREAM}${RANGE}`,
  [HOSTILE.long]: `description = 'Long ${"x".repeat(10_000)}'\n${STREAM}${RANGE}`,
  [HOSTILE.huge]:
    `description = '${HUGE}${HUGE}'\nsummary = '${HUGE}${HUGE}'\ntechContact = '${HUGE}'\nlicense = 'https://example.org/${HUGE}'\n` +
    `${STREAM}validRange = '2020-01-01 to 2030-01-01'\nexampleRange_00 = '2021-06-30 to 2021-07-01 | ${HUGE}'\n` +
    `param_00 = 'gaps | ${HUGE}'\ndata_00 = '${HUGE} | Field | ${HUGE}'\nitem_00 = '${HUGE}'\n`,
  [HOSTILE.shell]: `description = 'A shell in the id'\n${STREAM}${RANGE}`,
  [HOSTILE.quotes]: `description = 'Quotes in the id'\n${STREAM}${RANGE}`,
  [HOSTILE.letters]: `description = 'Letters in the id'\n${STREAM}${RANGE}`,
  [HOSTILE.name]: `description = 'A long id'\n${STREAM}${RANGE}`,
};

/** A live server of sources to browse; `many` adds so many in folders of folders, and as many in a flat one. */
export async function browseSite(settings: Readonly<Record<string, string>> = {}, many = 0) {
  const site = await flexSite(settings);
  for (const [id, text] of Object.entries(SOURCES)) site.write(`dsdf/${id}.dsdf`, text);
  site.write("programs/give-text", '#!/bin/sh\necho "$@"\n', 0o755);
  for (let n = 0; n < many; n++) {
    const name = String(n).padStart(5, "0");
    const text = `description = 'Channel ${n} of many'\n${STREAM}${RANGE}`;
    site.write(`dsdf/Many/Group${n % 20}/Part${n % 3}/Channel${name}.dsdf`, text);
    site.write(`dsdf/Flat/Channel${name}.dsdf`, text);
  }
  return {
    ...site,
    /** A page as a browser gets it. */
    page: (path: string, headers: Readonly<Record<string, string>> = {}): Promise<RawAnswer> =>
      site.get(path, { headers: { "User-Agent": FIREFOX, ...headers } }),
  };
}

/** A page that is looked at. */
export function textOf({ body }: RawAnswer): string {
  return body.toString("utf8");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
  "&amp;": "&",
};

/** Markup without its elements, as it is read. */
export function readText(markup: string): string {
  return markup
    .replace(/<[^>]*>/g, "")
    .replace(/&(?:lt|gt|quot|#39|amp);/g, (code) => ENTITIES[code] ?? code);
}

/** The lines for clients on the page of a source, by the name of the client. */
export function clientLinesOf(page: string): ReadonlyMap<string, string> {
  const blocks = page.matchAll(/<pre data-copy="Copy the line for ([^"]*)">([^<]*)<\/pre>/g);
  return new Map(Array.from(blocks, ([, client = "", text = ""]) => [client, readText(text)]));
}
