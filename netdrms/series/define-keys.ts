import { DasError, isDasError } from "../../errors/das-error.js";
import { checkDifferent } from "./definition-checks.js";
import { definitionError } from "./jsd-line.js";
import { isSlotted } from "./keyword-class.js";
import { SERIES_LIMITS } from "./limits.js";
import { shown } from "./master-row.js";
import { findNamed, type Keyword, type PrimeKey } from "./model.js";
import { indexKeywordName } from "./names.js";
import type { PlaceOf } from "./series-definition.js";
import { slottingOf } from "./slot-rule.js";

/** The prime keys that a definition lists by their external names. Errors: BAD_DEFINITION. Source: netdrms 1.6, 2.11. */
export function definePrimeKeys(
  names: readonly string[],
  keywords: readonly Keyword[],
  placeOf: PlaceOf,
): readonly PrimeKey[] {
  const place = placeOf("header", "PrimeKeys");
  if (names.length > SERIES_LIMITS.primeKeys)
    throw definitionError(place, `${names.length} prime keys, expected at most ${SERIES_LIMITS.primeKeys}`);
  checkDifferent(
    names,
    () => place,
    (name) => `prime key ${name} twice`,
  );
  return names.map((name) => {
    const external = keyKeyword(name, keywords, place, "prime key");
    return { external, internal: internalOf(external, keywords) };
  });
}

/**
 * Internal names of the keywords of a `DBIndex` line: index keywords stand for slotted ones. Errors: BAD_DEFINITION.
 * Source: netdrms 2.4, 2.11.
 */
export function defineDbIndex(
  names: readonly string[],
  keywords: readonly Keyword[],
  placeOf: PlaceOf,
): readonly string[] {
  const place = placeOf("header", "DBIndex");
  if (names.length > SERIES_LIMITS.dbIndex)
    throw definitionError(place, `${names.length} index keywords, expected at most ${SERIES_LIMITS.dbIndex}`);
  checkDifferent(
    names,
    () => place,
    (name) => `index keyword ${name} twice`,
  );
  return names.map((name) => internalOf(keyKeyword(name, keywords, place, "index keyword"), keywords).name);
}

/** A declared keyword with one column of its own. */
function keyKeyword(name: string, keywords: readonly Keyword[], place: string, what: string): Keyword {
  const keyword = findNamed(keywords, name);
  if (keyword === undefined || keyword.implicit)
    throw definitionError(place, `${what} ${shown(name)}, expected a keyword of the definition`);
  if (keyword.column === undefined || keyword.segment !== undefined)
    throw definitionError(
      place,
      `${what} ${shown(name)}, expected a keyword that is not constant, linked or per-segment`,
    );
  return keyword;
}

function internalOf(external: Keyword, keywords: readonly Keyword[]): Keyword {
  if (!isSlotted(external.class)) return external;
  return findNamed(keywords, indexKeywordName(external.name)) ?? external; // made with it
}

/**
 * Checks that slotted keywords are prime keys and have what their slots are made from; gives what a person should hear of them.
 * Errors: BAD_DEFINITION. Source: netdrms 1.6, 2.11.
 */
export function checkSlots(
  keywords: readonly Keyword[],
  primeKeys: readonly PrimeKey[],
  placeOf: PlaceOf,
): readonly string[] {
  return keywords.flatMap((keyword) => {
    if (!isSlotted(keyword.class)) return [];
    const place = placeOf("keyword", keyword.name);
    if (!primeKeys.some(({ external }) => external === keyword))
      throw definitionError(place, `class ${keyword.class}, expected the keyword among the prime keys`);
    try {
      return slottingOf(keywords, keyword)?.warnings ?? [];
    } catch (error) {
      if (!isDasError(error, "BAD_DEFINITION")) throw error;
      throw new DasError("BAD_DEFINITION", `${place}: ${error.message}`, {}, error);
    }
  });
}
