import { DasError } from "../../errors/das-error.js";
import type { KeywordColumn } from "../../netdrms/records/record-batch.js";
import { followKeyword } from "../../netdrms/series/link-target.js";
import { findNamed, type Keyword, type Series } from "../../netdrms/series/model.js";
import type { SeriesCatalog } from "../../netdrms/series/series-cache.js";
import type { RecordValues } from "./record-arguments.js";

/** Which records are too bad to be shown: those whose keyword has any bit of the mask. */
export interface QualityCut {
  readonly keyword: Keyword;
  /** 32 bits, without sign. */
  readonly mask: number;
}

const USUAL_NAME = "QUALITY";
const INTEGERS: readonly string[] = ["char", "short", "int", "longlong"];

/**
 * The cut that the arguments ask for; `undefined` where there is none, also where none was asked for and the series has no QUALITY.
 * Errors: USAGE for a keyword that is not there or no whole number; those of following its link.
 */
export async function qualityCut(
  catalog: SeriesCatalog,
  series: Series,
  { quality, qmask }: Pick<RecordValues, "quality" | "qmask">,
): Promise<QualityCut | undefined> {
  if (qmask === 0) return undefined;
  const keyword = findNamed(series.keywords, quality ?? USUAL_NAME);
  if (keyword !== undefined) {
    const { member } = await followKeyword(catalog, series, keyword);
    if (INTEGERS.includes(member.type)) return { keyword, mask: qmask };
  }
  if (quality === undefined) return undefined;
  throw new DasError(
    "USAGE",
    keyword === undefined
      ? `quality: ${series.name} has no keyword ${quality}`
      : `quality: ${keyword.name} of ${series.name} is no whole number`,
  );
}

/**
 * Sets `bad` to 1 for each row whose value has a bit of the mask. A missing value of 32 bits is the highest bit alone, so it counts
 * as bad with the usual mask.
 */
export function markBad(
  { values, reached }: KeywordColumn,
  mask: number,
  rows: number,
  bad: Uint8Array,
): void {
  switch (values.kind) {
    case "numbers": {
      const numbers = values.values;
      // Both as 32 bits with sign.
      const bits = mask | 0;
      for (let row = 0; row < rows; row++) if ((numbers[row]! & bits) !== 0) bad[row] = 1;
      break;
    }
    case "bigints": {
      const bits = BigInt(mask);
      for (let row = 0; row < rows; row++) if ((values.values[row]! & bits) !== 0n) bad[row] = 1;
      break;
    }
    case "constant":
      if (typeof values.value !== "string" && (BigInt(values.value) & BigInt(mask)) !== 0n) bad.fill(1);
      break;
    case "strings":
      break;
    default:
      values satisfies never;
  }
  // Where the link leads nowhere nothing is known to be bad.
  if (reached !== undefined) for (let row = 0; row < rows; row++) if (reached[row] === 0) bad[row] = 0;
}
