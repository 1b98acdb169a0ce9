import type { Plane, StreamEncoder } from "../../stream/model.js";
import { AsciiTransform } from "../ascii.js";
import { timeUnit } from "../time-text-writer.js";
import { through } from "./through.js";

/** Digits of the fraction of seconds. */
const FRACTION_DIGITS = 9;

/**
 * An encoder that gets times counted in text as dates, for text of a time is read as a date by clients of das3, whatever its units
 * say. All else goes to it as it is. Source: das2-stream C4.1.
 */
export function withDates(encoder: StreamEncoder): StreamEncoder {
  return through(
    new AsciiTransform({ fractionDigits: FRACTION_DIGITS, dropComments: false, which: isCounted }),
    encoder,
  );
}

function isCounted(plane: Plane): boolean {
  return plane.type.kind === "ascii" && timeUnit(plane) !== undefined;
}
