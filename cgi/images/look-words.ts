import { DasError } from "../../errors/das-error.js";
import { MAP_NAMES, type MapName } from "../../plot/quick-look/palettes.js";
import { STRETCHES, type Stretch } from "../../plot/quick-look/stretch.js";
import { readDecimal } from "../data/data-words.js";
import { quoted } from "../data/quoted.js";
import type { QueryWords } from "../query-words.js";

/** How somebody wants pictures to look: a request, or the keyword `quickLook` of a definition. What is missing the series decides. */
export interface LookWords {
  readonly scale?: Stretch;
  readonly map?: MapName;
  readonly range?: readonly [number, number];
  /** Whether values count a second of exposure, or the image as it is. */
  readonly per?: "second" | "image";
  /** Whether north is to be up. */
  readonly north?: "up" | "stored";
}

/** Names of the words of {@link LookWords}, in the order in which links have them. */
export const LOOK_NAMES = ["scale", "map", "range", "per", "north"] as const;

const PER = ["second", "image"] as const;
const NORTH = ["up", "stored"] as const;

/** Sides of a picture. */
const LEAST_SIZE = 16;
const MOST_SIZE = 2048;
const USUAL_SIZE = 512;

/** Reads the words of a look. Errors: BAD_PARAMETER. */
export function readLookWords(words: QueryWords): LookWords {
  const scale = oneOf(words, "scale", STRETCHES);
  const map = oneOf(words, "map", MAP_NAMES);
  const per = oneOf(words, "per", PER);
  const north = oneOf(words, "north", NORTH);
  const range = rangeWord(words.get("range"));
  return {
    ...(scale === undefined ? {} : { scale }),
    ...(map === undefined ? {} : { map }),
    ...(range === undefined ? {} : { range }),
    ...(per === undefined ? {} : { per }),
    ...(north === undefined ? {} : { north }),
  };
}

/** The longest side of a picture, pixels. Errors: BAD_PARAMETER. */
export function readSize(words: QueryWords): number {
  const text = words.get("size");
  if (text === undefined) return USUAL_SIZE;
  const size = /^[0-9]{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (size >= LEAST_SIZE && size <= MOST_SIZE) return size;
  throw new DasError(
    "BAD_PARAMETER",
    `size=${quoted(text)}, expected pixels from ${LEAST_SIZE} to ${MOST_SIZE}`,
  );
}

function oneOf<T extends string>(words: QueryWords, name: string, values: readonly T[]): T | undefined {
  const text = words.get(name);
  if (text === undefined) return undefined;
  const value = values.find((one) => one === text);
  if (value !== undefined) return value;
  throw new DasError("BAD_PARAMETER", `${name}=${quoted(text)}, expected one of: ${values.join(" ")}`);
}

function rangeWord(text: string | undefined): readonly [number, number] | undefined {
  if (text === undefined) return undefined;
  const [low, high, ...more] = text.split(",").map(readDecimal);
  if (low !== undefined && high !== undefined && low < high && more.length === 0) return [low, high];
  throw new DasError(
    "BAD_PARAMETER",
    `range=${quoted(text)}, expected two numbers and a comma between, the smaller one first`,
  );
}
