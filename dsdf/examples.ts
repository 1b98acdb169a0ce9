import type { Example } from "./data-source.js";
import { realNumber, splitFields } from "./fields.js";
import type { KeywordSet } from "./keyword-set.js";
import { closedRange } from "./ranges.js";

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
  };
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
    examples.push({
      number,
      begin: found.begin,
      end: found.end,
      ...(found.name === "" ? {} : { name: found.name }),
      ...(resolution === undefined ? {} : { resolution }),
      ...(interval === undefined ? {} : { interval }),
      ...(params === undefined || params === "" ? {} : { params }),
      ...(info === undefined ? {} : { info }),
    });
  }
  return examples;
}

/** Seconds, with an optional unit `s` behind, greater than zero. */
export function positive(value: string): number | undefined {
  const seconds = realNumber(value.replace(/\s*s(ec)?$/i, ""));
  return seconds !== undefined && seconds > 0 ? seconds : undefined;
}

function byNumber(keywords: KeywordSet, base: string): ReadonlyMap<number, string> {
  return new Map(keywords.numbered(base).map(({ number, keyword }) => [number, keyword]));
}
