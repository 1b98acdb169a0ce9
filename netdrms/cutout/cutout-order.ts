import { DasError } from "../../errors/das-error.js";
import { parseDrmsTime } from "../times/scan-time.js";

/** The place of a cutout: where it is at some time, or on the sphere. Source: export B9 (`im_patch`). */
export type CutoutPlace =
  | {
      /** `arcsec` from the centre of the disk, west and north; `pixels`, the first is 1; `stony`: degrees west of the central meridian, and of latitude. */
      readonly kind: "arcsec" | "pixels" | "stony";
      readonly x: number;
      readonly y: number;
      /** DRMS time. */
      readonly at: number;
    }
  /** Carrington longitude and latitude, degrees. */
  | { readonly kind: "carrlong"; readonly x: number; readonly y: number };

/** What is cut out of each image of a request. Source: export B9 (`im_patch`). */
export interface CutoutOrder {
  readonly place: CutoutPlace;
  readonly box: {
    /** Degrees are those in the middle of the disk. */
    readonly units: "pixels" | "arcsec" | "degrees";
    readonly width: number;
    readonly height: number;
  };
  /** Whether the box follows the place as the Sun turns, else it stays where it is seen. */
  readonly tracks: boolean;
  /** Whether pixels are interpolated so that the place is exactly in the middle. */
  readonly registers: boolean;
  /** Whether what is beyond the limb becomes missing. */
  readonly crops: boolean;
}

const PLACES = ["arcsec", "pixels", "stony", "carrlong"] as const;
const BOXES = ["pixels", "arcsec", "degrees"] as const;
/** Parameters that are taken; `h` (all keywords in the header) is what exports always do, `car_rot` says nothing that records do not. */
const KNOWN = ["x", "y", "width", "height", "boxunits", "locunits", "t_ref", "t", "r", "c", "h", "car_rot"];

/**
 * Reads the parameters of the step `im_patch`, as the client of the interface names them.
 * Errors: BAD_PARAMETER naming the parameter and what was expected. Source: export B9.
 */
export function readCutout(parameters: ReadonlyMap<string, string>): CutoutOrder {
  for (const name of parameters.keys())
    if (!KNOWN.includes(name))
      throw wrong(`parameter ${JSON.stringify(name.slice(0, 40))}`, KNOWN.join(", "));
  const width = positive(parameters, "width");
  return {
    place: placeOf(parameters),
    box: {
      units: wordOf(parameters, "boxunits", BOXES),
      width,
      height: parameters.has("height") ? positive(parameters, "height") : width,
    },
    tracks: !flag(parameters, "t"),
    registers: flag(parameters, "r"),
    crops: flag(parameters, "c"),
  };
}

function placeOf(parameters: ReadonlyMap<string, string>): CutoutPlace {
  const kind = wordOf(parameters, "locunits", PLACES);
  const [x, y] = [number(parameters, "x"), number(parameters, "y")];
  if (kind === "stony" || kind === "carrlong") {
    if (Math.abs(y) > 90) throw wrong(`y = ${y}`, "a latitude, -90 to 90");
    if (Math.abs(x) > 360) throw wrong(`x = ${x}`, "a longitude in degrees");
  }
  // No image of the Sun is that large in arcseconds or pixels.
  else if (Math.abs(x) > 1e5 || Math.abs(y) > 1e5) throw wrong(`x, y = ${x}, ${y}`, "a place in the image");
  if (kind === "carrlong") return { kind, x, y };
  const text = parameters.get("t_ref");
  const at = text === undefined ? undefined : parseDrmsTime(text);
  if (at === undefined)
    throw wrong(
      text === undefined ? `no t_ref with locunits=${kind}` : `t_ref = ${JSON.stringify(text.slice(0, 60))}`,
      "a time",
    );
  return { kind, x, y, at };
}

function number(parameters: ReadonlyMap<string, string>, name: string): number {
  const text = parameters.get(name)?.trim();
  const value =
    text !== undefined && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(value)) return value;
  throw wrong(
    text === undefined ? `no ${name}` : `${name} = ${JSON.stringify(text.slice(0, 40))}`,
    "a number",
  );
}

function positive(parameters: ReadonlyMap<string, string>, name: string): number {
  const value = number(parameters, name);
  if (value > 0 && value <= 1e5) return value;
  throw wrong(`${name} = ${value}`, "a number above 0, 100000 at most");
}

function flag(parameters: ReadonlyMap<string, string>, name: string): boolean {
  const text = parameters.get(name)?.trim() ?? "0";
  if (/^[01]$/.test(text)) return text === "1";
  throw wrong(`${name} = ${JSON.stringify(text.slice(0, 40))}`, "0 or 1");
}

function wordOf<const T extends string>(
  parameters: ReadonlyMap<string, string>,
  name: string,
  words: readonly T[],
): T {
  const text = parameters.get(name)?.trim().toLowerCase() ?? "";
  // Units are written in several ways: arcsecs, pixel, degree.
  const found = words.find((word) => text.replace(/s$/, "") === word.replace(/s$/, ""));
  if (found !== undefined) return found;
  throw wrong(
    text === "" ? `no ${name}` : `${name} = ${JSON.stringify(text.slice(0, 40))}`,
    words.join(", "),
  );
}

function wrong(found: string, expected: string): DasError {
  return new DasError("BAD_PARAMETER", `im_patch: ${found}, expected ${expected}`);
}
