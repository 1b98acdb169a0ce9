import { isSlotted } from "./keyword-class.js";
import { SERIES_LIMITS } from "./limits.js";
import { masterError, shown } from "./master-row.js";
import { findNamed, type Keyword, type PrimeKey } from "./model.js";
import { indexKeywordName, keyList } from "./names.js";

/**
 * The prime keys that `primary_idx` lists by their internal names: the index keyword of a slotted one stands for it.
 * Errors: ARCHIVE_FAILED for more than 15, for one that is no keyword or has no column, and for one twice.
 * Source: netdrms 1.6, 2.10.
 */
export function readPrimeKeys(
  primaryIndex: string,
  keywords: readonly Keyword[],
  place: string,
): readonly PrimeKey[] {
  const names = keyList(primaryIndex);
  if (names.length > SERIES_LIMITS.primeKeys)
    throw masterError(place, `${names.length} prime keys, expected at most ${SERIES_LIMITS.primeKeys}`);
  const keys = names.map((name) => {
    const internal = findNamed(keywords, name);
    if (internal === undefined)
      throw masterError(place, `prime key ${shown(name)} is no keyword of the series`);
    if (internal.column === undefined)
      throw masterError(place, `prime key ${shown(name)} has no column: it is constant or linked`);
    return { external: externalOf(internal, keywords, place), internal };
  });
  const twice = keys.find((key, n) => keys.findIndex(({ internal }) => internal === key.internal) !== n);
  if (twice !== undefined)
    throw masterError(place, `prime key ${shown(twice.internal.name)} is listed twice`);
  return keys;
}

function externalOf(internal: Keyword, keywords: readonly Keyword[], place: string): Keyword {
  const indexed = keywords.find(
    (keyword) =>
      isSlotted(keyword.class) &&
      indexKeywordName(keyword.name).toLowerCase() === internal.name.toLowerCase(),
  );
  if (indexed !== undefined) return indexed;
  if (internal.class === "index")
    throw masterError(place, `prime key ${shown(internal.name)} is the index of no slotted keyword`);
  return internal;
}
