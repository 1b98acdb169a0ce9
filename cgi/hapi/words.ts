import { isDasError } from "../../errors/das-error.js";
import { decodeText } from "../query-words.js";
import { hapiError } from "./hapi-error.js";

/** Parameters of one request: twice as many as any endpoint has, so that who is wrong is told of it and not cut off. */
const MAX_PARAMETERS = 32;

/** The parameters of HAPI by their name of version 3; those of version 2 stand beside them. Source: HAPI 3.3, section 1.1. */
export const SPELLINGS = {
  dataset: ["dataset", "id"],
  start: ["start", "time.min"],
  stop: ["stop", "time.max"],
  parameters: ["parameters"],
  include: ["include"],
  format: ["format"],
  resolve_references: ["resolve_references"],
  depth: ["depth"],
} as const;

/** A parameter of HAPI. */
export type HapiWord = keyof typeof SPELLINGS;

/** What a request says; empty values are there, for only one of `parameters` means all. */
export type HapiWords = ReadonlyMap<HapiWord, string>;

/**
 * The parameters of a request, by names of version 3 or 2 in any mixture.
 * @param known those of the endpoint
 * @param maxValueBytes of one decoded value
 * Errors (of HAPI): 1401 for any other name, 1400 for one that is given twice, under whichever of its names, and for what
 * cannot be decoded or is too long. Source: HAPI 3.3, section 3.1.
 */
export function readHapiWords(query: string, known: readonly HapiWord[], maxValueBytes: number): HapiWords {
  const words = new Map<HapiWord, string>();
  if (query === "") return words;
  const pairs = query.split("&").filter((pair) => pair !== "");
  if (pairs.length > MAX_PARAMETERS) throw hapiError(1400, `expected at most ${MAX_PARAMETERS} parameters`);
  for (const pair of pairs) {
    const equals = pair.indexOf("=");
    const name = decoded(equals < 0 ? pair : pair.slice(0, equals));
    const word = known.find((one) => (SPELLINGS[one] as readonly string[]).includes(name));
    if (word === undefined) throw hapiError(1401, expectedNames(known));
    if (words.has(word)) throw hapiError(1400, `${SPELLINGS[word].join(" or ")} is given twice`);
    const value = equals < 0 ? "" : decoded(pair.slice(equals + 1));
    if (Buffer.byteLength(value) > maxValueBytes)
      throw hapiError(1400, `${word} has more than ${maxValueBytes} bytes`);
    words.set(word, value);
  }
  return words;
}

function decoded(raw: string): string {
  try {
    return decodeText(raw, "the query", true);
  } catch (error) {
    if (isDasError(error)) throw hapiError(1400, "the query cannot be decoded", error);
    throw error;
  }
}

function expectedNames(known: readonly HapiWord[]): string {
  return known.length === 0
    ? "this endpoint takes no parameters"
    : `expected ${known.map((word) => SPELLINGS[word].join("|")).join(", ")}`;
}

/** The value of a parameter that must be there. Errors (of HAPI): 1401. */
export function neededWord(words: HapiWords, word: HapiWord): string {
  const value = words.get(word);
  if (value === undefined) throw hapiError(1401, `${SPELLINGS[word].join(" or ")} is missing`);
  return value;
}

/** Checks `resolve_references`: there are none, so both words mean the same. Errors (of HAPI): 1412. */
export function checkReferences(words: HapiWords): void {
  const value = words.get("resolve_references");
  if (value !== undefined && value !== "true" && value !== "false")
    throw hapiError(1412, "expected true or false");
}

/** The names of a list of parameters; `undefined` where none is named, which means all. */
export function parameterList(words: HapiWords): readonly string[] | undefined {
  const text = words.get("parameters");
  return text === undefined || text === "" ? undefined : text.split(",");
}
