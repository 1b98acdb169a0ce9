import { readFile } from "node:fs/promises";
import type { DataSource } from "../../dsdf/data-source.js";
import { isDasError } from "../../errors/das-error.js";
import { unknownSeries } from "../../netdrms/series/read-series.js";
import type { SeriesCatalog } from "../../netdrms/series/series-cache.js";
import type { Site } from "../site.js";

/** Whether a series is offered, its name in any case of letters. */
export type SeriesTest = (name: string) => boolean;

/** How long the definitions are not asked again which series are protected, ms: a look at each of them. */
const FRESH_MS = 30_000;

const known = new WeakMap<Site, { readonly atMs: number; readonly test: Promise<SeriesTest> }>();

/**
 * Which series the interface offers: those of the setting JSOC_SERIES, without those that sources with access rules read. What is
 * protected at one door is not open at another; who names it in the setting without a `*` has decided.
 */
export function offeredSeries(site: Site): Promise<SeriesTest> {
  const nowMs = site.now().getTime();
  const found = known.get(site);
  if (found !== undefined && Math.abs(nowMs - found.atMs) < FRESH_MS) return found.test;
  const test = makeTest(site);
  known.set(site, { atMs: nowMs, test });
  test.catch(() => known.delete(site));
  return test;
}

async function makeTest(site: Site): Promise<SeriesTest> {
  const { offers, named } = patternTest(site.config.jsocSeries);
  const read = await protectedSeries(site);
  return (name) => offers(name) && (!read.has(name.toLowerCase()) || named.has(name.toLowerCase()));
}

interface PatternTest {
  readonly offers: SeriesTest;
  /** Names without a `*`, lower case. */
  readonly named: ReadonlySet<string>;
}

/** The test of a list of patterns: any that matches, and none behind a `!`. */
export function patternTest(patterns: readonly string[]): PatternTest {
  const expression = (pattern: string) =>
    new RegExp(`^${pattern.replaceAll(/[^A-Za-z0-9_*]/g, "\\$&").replaceAll("*", ".*")}$`, "i");
  const wanted = patterns.filter((pattern) => !pattern.startsWith("!"));
  const taken = wanted.map(expression);
  const leftOut = patterns
    .filter((pattern) => pattern.startsWith("!"))
    .map((one) => expression(one.slice(1)));
  return {
    offers: (name) => taken.some((one) => one.test(name)) && !leftOut.some((one) => one.test(name)),
    named: new Set(wanted.filter((one) => !one.includes("*")).map((one) => one.toLowerCase())),
  };
}

/** Names that stand in the commands of sources with access rules, as series are named; lower case. */
async function protectedSeries(site: Site): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (const [id, file] of await site.sources.files())
    for (const text of await protectedTexts(site, id, file))
      for (const name of text.toLowerCase().match(/[a-z_]\w*\.[a-z_]\w*/g) ?? []) names.add(name);
  return names;
}

/** The words of the commands of a source with access rules; of a definition that cannot be read, and has some, all of it. */
async function protectedTexts(site: Site, id: string, file: string): Promise<readonly string[]> {
  try {
    const source = await site.sources.find(id);
    return source === undefined || source.access.length === 0 ? [] : commandTexts(source);
  } catch (error) {
    if (!isDasError(error, "BAD_DEFINITION")) throw error;
    const text = await readFile(file, "utf8").catch(() => "");
    return /readAccess/i.test(text) ? [text] : [];
  }
}

function commandTexts({ reader, reducer }: DataSource): readonly string[] {
  const commands = [reader, reducer].filter((command) => command !== undefined && command !== false);
  const words = commands.flatMap(({ programs }) => programs.flatMap((program) => program.words));
  return words.map((parts) => parts.map((part) => (part.kind === "text" ? part.text : " ")).join(""));
}

/** A catalog of the series that are offered alone; of others it says what it says of series that are not there. */
export function offeredCatalog(catalog: SeriesCatalog, isOffered: SeriesTest): SeriesCatalog {
  const check = (name: string): void => {
    if (!isOffered(name)) throw unknownSeries(name);
  };
  return {
    async series(name) {
      check(name);
      return catalog.series(name);
    },
    async target(link) {
      check(link.targetSeries);
      return catalog.target(link);
    },
  };
}
