import type { ParamDeclaration } from "./data-source.js";
import { splitFields } from "./fields.js";
import type { KeywordSet } from "./keyword-set.js";
import { PARAM_SYNTAX, paramDeclaration } from "./param-declarations.js";

const VALUE_INFO_SYNTAX =
  "VALUE:DESCRIPTION or VALUE:DESCRIPTION | VALUE:DESCRIPTION ..., each VALUE only once";

/**
 * The declared parameters of a reader (`param_NN`), each with its summary (`paramInfo_NN`) and what its values mean
 * (`paramValInfo_NN`). What is wrong is noted as a problem and left out. Source: das2-server 12.3, 12.4.
 */
export function readParams(keywords: KeywordSet): ParamDeclaration[] {
  const declared = keywords.numbered("param");
  const summaries = companions(keywords, "paramInfo", declared);
  const values = companions(keywords, "paramValInfo", declared);
  const params: ParamDeclaration[] = [];
  for (const { keyword, number } of declared) {
    const param = keywords.want(keyword, PARAM_SYNTAX, paramDeclaration);
    if (param === undefined) continue;
    const summary = keywords.text(summaries.get(number) ?? "");
    const valueInfo = readValueInfo(keywords, values.get(number), param);
    params.push({
      ...param,
      ...(summary === undefined ? {} : { summary }),
      ...(valueInfo === undefined ? {} : { valueInfo }),
    });
  }
  return params;
}

/** Keywords of a base by number; those that belong to no parameter are noted. */
function companions(
  keywords: KeywordSet,
  base: string,
  declared: readonly { readonly number: number }[],
): ReadonlyMap<number, string> {
  const known = new Set(declared.map(({ number }) => number));
  const found = keywords.numbered(base);
  for (const { keyword, number } of found)
    if (!known.has(number)) keywords.note(keyword, "belongs to no param of its number");
  return new Map(found.map(({ keyword, number }) => [number, keyword]));
}

function readValueInfo(
  keywords: KeywordSet,
  keyword: string | undefined,
  param: ParamDeclaration,
): ReadonlyMap<string, string> | undefined {
  if (keyword === undefined) return undefined;
  const found = keywords.want(keyword, VALUE_INFO_SYNTAX, valueInfo);
  const values = param.form === "typed" ? param.values : undefined;
  for (const value of found?.keys() ?? [])
    if (values !== undefined && !values.includes(value))
      keywords.note(keyword, `describes ${value}, which is no value of ${values.join(", ")}`);
  return found;
}

function valueInfo(text: string): ReadonlyMap<string, string> | undefined {
  const pairs = splitFields(text).map((field): [string, string] => {
    const colon = field.indexOf(":");
    return colon < 0 ? ["", ""] : [field.slice(0, colon).trim(), field.slice(colon + 1).trim()];
  });
  const info = new Map(pairs);
  return info.size < pairs.length || pairs.some((pair) => pair.includes("")) ? undefined : info;
}
