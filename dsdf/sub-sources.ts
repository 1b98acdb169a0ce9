import { isDasError } from "../errors/das-error.js";
import type { SubSource } from "./data-source.js";
import { realNumber, splitFields } from "./fields.js";
import type { KeywordSet } from "./keyword-set.js";
import { splitParams } from "./param-words.js";

const SYNTAX =
  "KEY | description [| seconds [| reader params]], KEY without blank, comma, / and |, seconds not negative";

/** What a source says that its sub-sources have to fit to. */
export interface SubSourceContext {
  readonly requiresInterval: boolean;
  /** `readerParamChars`. */
  readonly paramChars: string | undefined;
}

/**
 * The parts of a source that have an id of their own for clients of HAPI. A wrong one is noted as a problem and left out.
 * Source: das2-server 11.1.
 */
export function readSubSources(keywords: KeywordSet, context: SubSourceContext): SubSource[] {
  const found = new Map<string, SubSource>();
  for (const { keyword, number } of keywords.numbered("subSource")) {
    const expected = context.requiresInterval
      ? `${SYNTAX}, above 0 for a source that needs an interval`
      : SYNTAX;
    const one = keywords.want(keyword, expected, (value) => subSource(number, value, context));
    if (one === undefined) continue;
    if (found.has(one.key)) keywords.note(keyword, `the key ${one.key} again`, "a key of its own");
    else found.set(one.key, one);
  }
  return [...found.values()];
}

function subSource(number: number, text: string, context: SubSourceContext): SubSource | undefined {
  const [key = "", description = "", amount = "", params = "", ...more] = splitFields(text);
  const seconds = amount === "" ? 0 : realNumber(amount.replace(/\s*s(ec)?$/i, ""));
  if (!/^[^\s,/|]+$/.test(key) || description === "" || more.length > 0) return undefined;
  if (seconds === undefined || seconds < 0 || (seconds === 0 && context.requiresInterval)) return undefined;
  const words = paramWords(params, context.paramChars);
  return words === undefined ? undefined : { number, key, description, seconds, params: words };
}

function paramWords(text: string, moreChars: string | undefined): readonly string[] | undefined {
  try {
    return splitParams(text, moreChars);
  } catch (error) {
    if (isDasError(error, "BAD_PARAMETER")) return undefined;
    throw error;
  }
}
