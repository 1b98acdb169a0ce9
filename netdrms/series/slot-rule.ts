import { DasError, isDasError } from "../../errors/das-error.js";
import { readSlotting, type SlotSettings, type SlottingResult } from "../values/slot-settings.js";
import type { SlotKind } from "../values/slots.js";
import { slotKindOf } from "./keyword-class.js";
import { keywordDefault } from "./keyword-default.js";
import { findNamed, type Keyword, type Series } from "./model.js";

/** The constant keywords `K_epoch`, … that say how values of a slotted keyword `K` fall into slots. Source: netdrms 1.6. */
const COMPANIONS = {
  ts_eq: ["epoch", "step", "unit"],
  ts_slot: ["epoch", "step", "unit", "round"],
  slot: ["base", "step"],
  carr: ["step", "unit"],
} as const satisfies Record<SlotKind, readonly (keyof SlotSettings)[]>;

/**
 * The rule by which values of a slotted keyword fall into slots, from constant keywords of its series; `undefined` for a keyword
 * without slots.
 *
 * Errors: ARCHIVE_FAILED naming series and keyword where one that is needed is missing, not constant or says nothing of use.
 * Source: netdrms 1.6.
 */
export function slotRule(series: Series, keyword: Keyword): SlottingResult | undefined {
  try {
    return slottingOf(series.keywords, keyword);
  } catch (error) {
    if (!isDasError(error, "BAD_DEFINITION")) throw error;
    throw new DasError("ARCHIVE_FAILED", `Series ${series.name}: ${error.message}`, {}, error);
  }
}

/** {@link slotRule} of a series in the making. Errors: BAD_DEFINITION naming the keyword. */
export function slottingOf(keywords: readonly Keyword[], keyword: Keyword): SlottingResult | undefined {
  const kind = slotKindOf(keyword.class);
  if (kind === undefined) return undefined;
  const settings: { -readonly [what in keyof SlotSettings]: SlotSettings[what] } = {};
  for (const what of COMPANIONS[kind]) {
    const found = constantKeyword(keywords, `${keyword.name}_${what}`);
    if (found === undefined) continue;
    const value = keywordDefault(found);
    if (what === "unit") settings.unit = String(value);
    else settings[what] = value;
  }
  return readSlotting(keyword.name, kind, settings);
}

function constantKeyword(keywords: readonly Keyword[], name: string): Keyword | undefined {
  const found = findNamed(keywords, name);
  if (found === undefined || (found.class === "constant" && found.link === undefined)) return found;
  throw new DasError(
    "BAD_DEFINITION",
    `${found.name} is ${found.link ? "linked" : found.class}, expected a constant keyword`,
  );
}
