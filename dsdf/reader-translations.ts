import type { ParamDeclaration, ReaderTranslation, TranslationPart } from "./data-source.js";
import { shown } from "./definition-error.js";
import { isTrue, splitFields, splitList } from "./fields.js";
import type { KeywordSet } from "./keyword-set.js";

const SYNTAX =
  'KEY | pattern with %{VALUE} or %{FLAG,"separator"}, or KEY | in1,in2,... | out1,out2,... with as many words behind as before';

/**
 * How values of declared parameters become words of the reader's command line. A wrong one is noted as a problem and left
 * out. The path-style interface places values by templates; these are for sources of das2-pyserver's prototype.
 * Source: das2-server 12.5.
 */
export function readTranslations(
  keywords: KeywordSet,
  params: readonly ParamDeclaration[],
): ReaderTranslation[] {
  const found: ReaderTranslation[] = [];
  for (const { keyword, number } of keywords.numbered("readerTrans")) {
    const one = keywords.want(keyword, SYNTAX, (value) => translation(number, value));
    if (one === undefined) continue;
    const declared = params.find((param) => param.form === "typed" && param.key === one.key);
    const wrong =
      declared?.form === "typed"
        ? misfit(one, declared)
        : { what: `the key ${one.key}`, expected: "that of a param_NN with a type" };
    if (wrong === undefined) found.push(one);
    else keywords.note(keyword, wrong.what, wrong.expected);
  }
  return found;
}

function translation(number: number, text: string): ReaderTranslation | undefined {
  const [key = "", second = "", third, ...more] = splitFields(text);
  if (key === "" || second === "" || more.length > 0) return undefined;
  if (third === undefined) {
    const parts = pattern(second);
    return parts === undefined ? undefined : { number, key, form: "pattern", parts };
  }
  const [from, to] = [splitList(second), splitList(third)];
  const words = new Map(from.map((word, i): [string, string] => [word, to[i] ?? ""]));
  return from.length === to.length && words.size === from.length
    ? { number, key, form: "map", words }
    : undefined;
}

/** The parts of a pattern; `undefined` where it places no value, or has another `%{...}`. */
function pattern(text: string): TranslationPart[] | undefined {
  const parts: TranslationPart[] = [];
  let at = 0;
  for (const found of text.matchAll(/%\{VALUE\}|%\{FLAG\s*,\s*"([^"]*)"\s*\}/g)) {
    if (found.index > at) parts.push({ kind: "text", text: text.slice(at, found.index) });
    parts.push(found[1] === undefined ? { kind: "value" } : { kind: "flags", separator: found[1] });
    at = found.index + found[0].length;
  }
  if (at < text.length) parts.push({ kind: "text", text: text.slice(at) });
  const foreign = parts.some((part) => part.kind === "text" && part.text.includes("%{"));
  return foreign || parts.every(({ kind }) => kind === "text") ? undefined : parts;
}

/** Why a translation does not fit to its parameter, and what would; `undefined` where it does. */
function misfit(
  one: ReaderTranslation,
  { type, values = [] }: Extract<ParamDeclaration, { form: "typed" }>,
): { what: string; expected: string } | undefined {
  if (one.form === "pattern") {
    const flags = one.parts.some(({ kind }) => kind === "flags");
    return flags && type !== "FLAG_SET"
      ? { what: `a pattern of flags for ${one.key}, which is ${type}`, expected: "%{VALUE}" }
      : undefined;
  }
  const words = [...one.words.keys()];
  switch (type) {
    case "REAL":
    case "TEXT":
      return { what: `a list of values for ${one.key}, which is ${type}`, expected: "a pattern" };
    case "BOOLEAN": {
      const states = new Set(words.map(isTrue));
      return words.length === 2 && states.size === 2
        ? undefined
        : { what: `values ${words.join(",")} of ${one.key}`, expected: "one for true and one for false" };
    }
    case "ENUM":
    case "FLAG_SET": {
      const unknown = words.find((word) => !values.includes(word));
      return unknown === undefined
        ? undefined
        : { what: `value ${shown(unknown)} of ${one.key}`, expected: values.join(", ") };
    }
    default:
      return type satisfies never;
  }
}
