import { isSlotted } from "../series/keyword-class.js";
import { keywordDefault } from "../series/keyword-default.js";
import { findNamed, type Keyword, type Series } from "../series/model.js";
import type { DrmsType } from "../values/drms-type.js";
import type { IndexRange } from "./index-set.js";
import { asKeyNumber } from "./plain-key.js";
import type { KeyRange, KeyValue, Stride } from "./record-set-query.js";

/** The values that indices of a key stand for, base + index * step. */
interface Grid {
  readonly base: number;
  readonly step: number;
}

const SLOTS: Grid = { base: 0, step: 1 };

/**
 * The values of a prime key that an index set selects: of a slotted keyword slots; of another base + n * step, where constant
 * keywords `K_base` and `K_step` say so, else the numbers themselves. `undefined` for a key of strings or characters, which has no
 * numbers.
 * Source: netdrms 4.3.
 */
export function indexedRanges(
  series: Series,
  keyword: Keyword,
  ranges: readonly IndexRange[],
): readonly KeyRange[] | undefined {
  if (keyword.type === "string" || keyword.type === "char") return undefined;
  const slotted = isSlotted(keyword.class);
  const grid = slotted ? SLOTS : gridOf(series, keyword);
  const isWhole =
    slotted || keyword.type === "short" || keyword.type === "int" || keyword.type === "longlong";
  const place =
    isWhole && Number.isSafeInteger(grid.base) && Number.isSafeInteger(grid.step)
      ? (n: bigint): KeyValue => asKeyNumber(n * BigInt(grid.step) + BigInt(grid.base))
      : (n: bigint): KeyValue => rounded(keyword.type, Number(n) * grid.step + grid.base);
  return ranges.map((range) => {
    if (range.kind === "value") return { kind: "value", value: place(range.value) };
    if (range.kind !== "range") return range;
    const { from, to, closed, every } = range;
    return {
      kind: "range",
      ...(from === undefined ? {} : { from: place(from) }),
      ...(to === undefined ? {} : { to: place(to) }),
      closed,
      ...(every === undefined
        ? {}
        : { stride: strideOf(grid, isWhole, every, from === undefined ? from : place(from)) }),
    };
  });
}

/** A value as the column holds it. */
function rounded(type: DrmsType, value: number): number {
  return type === "float" ? Math.fround(value) : value;
}

function strideOf(grid: Grid, isWhole: boolean, every: bigint, start: KeyValue | undefined): Stride {
  if (isWhole && grid.step === 1 && (start === undefined || typeof start === "bigint"))
    return { kind: "whole", every, ...(start === undefined ? {} : { start }) };
  return { kind: "grid", step: grid.step, every, ...(start === undefined ? {} : { start: Number(start) }) };
}

function gridOf(series: Series, keyword: Keyword): Grid {
  const constant = (what: string, missing: number): number => {
    const found = findNamed(series.keywords, `${keyword.name}_${what}`);
    if (found === undefined || found.class !== "constant" || found.link !== undefined) return missing;
    const value = keywordDefault(found);
    const number = Number(value);
    return Number.isFinite(number) ? number : missing;
  };
  // A step of 0 would put all indices in one place.
  return { base: constant("base", 0), step: constant("step", 1) || 1 };
}
