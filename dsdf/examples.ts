import type { Example } from "./data-source.js";
import { realNumber, splitFields } from "./fields.js";
import type { KeywordSet } from "./keyword-set.js";
import { closedRange } from "./ranges.js";

const QUERY_SYNTAX = "KEY=VALUE or KEY=VALUE | KEY=VALUE ..., each KEY only once";

/**
 * The examples of a source: each `exampleRange_NN` with its companions of the same number. A wrong one is noted as a
 * problem and left out. Source: das2-server 12.3.
 */
export function readExamples(keywords: KeywordSet): Example[] {
  const companions = {
    interval: byNumber(keywords, "exampleInterval"),
    resolution: byNumber(keywords, "exampleResolution"),
    params: byNumber(keywords, "exampleParams"),
    info: byNumber(keywords, "exampleInfo"),
    query: byNumber(keywords, "exampleQuery"),
  };
  const ranges = byNumber(keywords, "exampleRange");
  for (const names of Object.values(companions))
    for (const [number, keyword] of names)
      if (!ranges.has(number)) keywords.note(keyword, "belongs to no exampleRange of its number");
  const examples: Example[] = [];
  for (const { number, keyword } of keywords.numbered("exampleRange")) {
    const found = keywords.want(keyword, "BEGIN to END or BEGIN to END | NAME, BEGIN before END", (value) => {
      const [range = "", ...name] = splitFields(value);
      const times = closedRange(range);
      return times === undefined ? undefined : { ...times, name: name.join(" | ") };
    });
    if (found === undefined) continue;
    const amount = (name: string | undefined) =>
      name === undefined ? undefined : keywords.want(name, "a positive number of seconds", positive);
    const interval = amount(companions.interval.get(number));
    const resolution = amount(companions.resolution.get(number));
    const params = keywords.values.get(companions.params.get(number) ?? "")?.trim();
    const info = keywords.text(companions.info.get(number) ?? "");
    const query = keywords.want(companions.query.get(number) ?? "", QUERY_SYNTAX, exampleQuery);
    examples.push({
      number,
      begin: found.begin,
      end: found.end,
      ...(found.name === "" ? {} : { name: found.name }),
      ...(resolution === undefined ? {} : { resolution }),
      ...(interval === undefined ? {} : { interval }),
      ...(params === undefined || params === "" ? {} : { params }),
      ...(info === undefined ? {} : { info }),
      ...(query === undefined ? {} : { query }),
    });
  }
  return examples;
}

/** Seconds, with an optional unit `s` behind, greater than zero. */
export function positive(value: string): number | undefined {
  const seconds = realNumber(value.replace(/\s*s(ec)?$/i, ""));
  return seconds !== undefined && seconds > 0 ? seconds : undefined;
}

/** The parameters of a path-style request; a value may hold `=`, and `|` as `\\|`. */
function exampleQuery(text: string): ReadonlyMap<string, string> | undefined {
  const pairs = splitFields(text).map((field): [string, string] => {
    const equals = field.indexOf("=");
    return equals < 0 ? ["", ""] : [field.slice(0, equals).trim(), field.slice(equals + 1).trim()];
  });
  const query = new Map(pairs);
  return query.size < pairs.length || pairs.some(([key]) => key === "" || /\s/.test(key)) ? undefined : query;
}

function byNumber(keywords: KeywordSet, base: string): ReadonlyMap<number, string> {
  return new Map(keywords.numbered(base).map(({ number, keyword }) => [number, keyword]));
}
