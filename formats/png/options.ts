import { LARGEST_SIZE, LEAST_SIZE } from "../../plot/picture-size.js";
import { isPictureTheme, PICTURE_THEMES, type PictureThemeName } from "../../plot/picture-theme.js";
import { integerArgument, usage } from "../../stream/program-arguments.js";
import { compareTimes, parseTime, type TimeRange } from "../../stream/time.js";

/** What is to be drawn. */
export interface PictureOptions {
  /** Missing: that of the stream. */
  readonly range?: TimeRange;
  readonly width?: number;
  readonly height?: number;
  readonly theme: PictureThemeName;
  /** For a stream that has none of its own. */
  readonly title?: string;
}

const WORDS = new Set(["in_fmt", "time.min", "time.max", "width", "height", "theme", "title"]);

/**
 * Reads words of the form `name=value`, as the server gives them to a plot program.
 * Errors: USAGE. Source: das2-server 2.8.
 */
export function pictureOptions(args: readonly string[]): PictureOptions {
  const given = new Map<string, string>();
  for (const word of args) {
    const equals = word.indexOf("=");
    const name = word.slice(0, Math.max(0, equals));
    if (word.startsWith("-")) throw usage(`unknown option ${word.slice(0, 60)}`);
    if (!WORDS.has(name))
      throw usage(`"${word.slice(0, 60)}", expected one of ${[...WORDS].join(", ")} with its value`);
    given.set(name, word.slice(equals + 1));
  }
  const form = given.get("in_fmt") ?? "das2";
  if (form !== "das2") throw usage(`in_fmt is "${form.slice(0, 20)}", expected das2`);
  return {
    ...rangeOf(given.get("time.min"), given.get("time.max")),
    ...side("width", given),
    ...side("height", given),
    theme: themeOf(given.get("theme")),
    ...(given.has("title") ? { title: given.get("title")! } : {}),
  };
}

function themeOf(text = "light"): PictureThemeName {
  if (isPictureTheme(text)) return text;
  throw usage(`theme is "${text.slice(0, 20)}", expected ${Object.keys(PICTURE_THEMES).join(" or ")}`);
}

function side(
  name: "width" | "height",
  given: ReadonlyMap<string, string>,
): { readonly [K in typeof name]?: number } {
  const text = given.get(name);
  return text === undefined
    ? {}
    : { [name]: integerArgument(text, name, LEAST_SIZE[name], LARGEST_SIZE[name]) };
}

function rangeOf(min: string | undefined, max: string | undefined): Pick<PictureOptions, "range"> {
  if (min === undefined && max === undefined) return {};
  if (min === undefined || max === undefined) throw usage("time.min and time.max are given together");
  const range = { begin: timeWord(min), end: timeWord(max) };
  if (compareTimes(range.end, range.begin) <= 0) throw usage("time.max is not after time.min");
  return { range };
}

function timeWord(text: string) {
  try {
    return parseTime(text, { bareYear: true });
  } catch {
    throw usage(`"${text.slice(0, 60)}" is not a time, expected for example 2021-06-30T12:00`);
  }
}
