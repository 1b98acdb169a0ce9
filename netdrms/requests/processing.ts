import { DasError } from "../../errors/das-error.js";
import { type CutoutOrder, readCutout } from "../cutout/cutout-order.js";

/** What is done to the records of a request. */
export interface Processing {
  /** The first or, negative, the last so many records; 0: all. */
  readonly records: number;
  /** Each step as text, `im_patch,x=1,y=2`; empty for none. */
  readonly steps: readonly string[];
  readonly cutout?: CutoutOrder;
}

const MAX_STEPS = 8;

/**
 * Reads what clients write: `n=4|im_patch,x=1,y=2,…`, steps with `|` between them, in the order in which they are to be done.
 * Errors: BAD_PARAMETER for a step that is not done here, naming it, and for what is wrong with one that is. Source: export B7, B9.
 */
export function readProcessing(text: string): Processing {
  const parts = text
    .split("|")
    .map((part) => part.trim())
    // A step of that name does nothing, and pages of the original send it.
    .filter((part) => part !== "" && part !== "no_op");
  if (parts.length > MAX_STEPS)
    throw new DasError("BAD_PARAMETER", `${parts.length} steps of processing, expected at most ${MAX_STEPS}`);
  let records = 0;
  const steps: string[] = [];
  let cutout: CutoutOrder | undefined;
  for (const part of parts) {
    const limit = /^n\s*=\s*(.*)$/s.exec(part)?.[1];
    if (limit !== undefined) {
      records = recordLimit(limit);
      continue;
    }
    const [name = "", ...words] = part.split(",");
    if (name.trim() !== "im_patch")
      throw new DasError(
        "BAD_PARAMETER",
        `processing step ${JSON.stringify(name.trim().slice(0, 40))} is not done here, expected im_patch`,
      );
    if (cutout !== undefined) throw new DasError("BAD_PARAMETER", "im_patch: more than once");
    cutout = readCutout(parametersOf(words));
    steps.push(part);
  }
  return { records, steps, ...(cutout === undefined ? {} : { cutout }) };
}

/** A limit of records as clients write it. Errors: BAD_PARAMETER. */
export function recordLimit(text: string): number {
  const number = /^[+-]?\d{1,9}$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (Number.isNaN(number))
    throw new DasError("BAD_PARAMETER", `n=${text.slice(0, 40)}, expected a whole number of records`);
  return number;
}

function parametersOf(words: readonly string[]): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const word of words) {
    const equals = word.indexOf("=");
    if (equals < 1)
      throw new DasError(
        "BAD_PARAMETER",
        `im_patch: ${JSON.stringify(word.slice(0, 40))}, expected name=value`,
      );
    parameters.set(word.slice(0, equals).trim(), word.slice(equals + 1).trim());
  }
  return parameters;
}

/**
 * The same steps from JSON, `{"im_patch": {"x": 1, …}}`, as the text of {@link readProcessing}.
 * Errors: BAD_PARAMETER for anything else. Source: export B7 (`processing`).
 */
export function processingOfJson(text: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const isObject = (one: unknown): one is Record<string, unknown> =>
    typeof one === "object" && one !== null && !Array.isArray(one);
  const wrong = (): DasError =>
    new DasError("BAD_PARAMETER", "processing is no JSON object of steps, expected {step: {name: value}}");
  if (!isObject(value)) throw wrong();
  return Object.entries(value)
    .map(([step, parameters]) => {
      if (!isObject(parameters)) throw wrong();
      const words = Object.entries(parameters).map(([name, one]) => {
        if (typeof one !== "string" && typeof one !== "number" && typeof one !== "boolean") throw wrong();
        return `${name}=${one === true ? 1 : one === false ? 0 : one}`;
      });
      const all = [step, ...words];
      if (all.some((word) => /[,|]/.test(word))) throw wrong();
      return all.join(",");
    })
    .join("|");
}
