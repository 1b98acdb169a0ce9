import type { OutputForm } from "../../dsdf/data-query.js";
import { timeText } from "../../dsdf/stages.js";
import { DasError } from "../../errors/das-error.js";
import { LARGEST_SIZE, LEAST_SIZE } from "../../plot/picture-size.js";
import { isPictureTheme, PICTURE_THEMES } from "../../plot/picture-theme.js";
import type { TimeRange } from "../../stream/time.js";
import type { QueryWords } from "../query-words.js";
import { quoted } from "./quoted.js";

/** How values are written where a form has more than one way; missing: the usual one of the form. */
export type Serial = "text" | "binary" | "json";

/** The form of an answer, and the words for the program that makes it. */
export interface FormatChoice {
  readonly output: OutputForm;
  readonly serial?: Serial;
  readonly formatArgs?: readonly string[];
}

/** What `format=` may say. Source: das2-server 3.1, 7.3. */
const FORMATS = {
  das2: { output: "das2" },
  "das2-text": { output: "das2text" },
  das3: { output: "das3" },
  "das3-text": { output: "das3", serial: "text", formatArgs: ["-t"] },
  "das3-xml": { output: "das3doc" },
  csv: { output: "csv" },
  "hapi-csv": { output: "hapi", formatArgs: ["-F", "csv"] },
  "hapi-binary": { output: "hapi", serial: "binary", formatArgs: ["-F", "binary"] },
  "hapi-json": { output: "hapi", serial: "json", formatArgs: ["-F", "json"] },
  arrow: { output: "arrow" },
  parquet: { output: "parquet" },
  fits: { output: "fits" },
  png: { output: "png" },
} as const satisfies Readonly<Record<string, FormatChoice>>;

/** The same as text, of the forms that are text or have a text form. */
const TEXT_OF: Readonly<Partial<Record<keyof typeof FORMATS, keyof typeof FORMATS>>> = {
  das2: "das2-text",
  "das2-text": "das2-text",
  das3: "das3-text",
  "das3-text": "das3-text",
  "das3-xml": "das3-xml",
  csv: "csv",
  "hapi-csv": "hapi-csv",
  "hapi-json": "hapi-json",
};

/** The words that `format=` may be, in any case. */
export const FORMAT_WORDS: readonly string[] = Object.keys(FORMATS);

/**
 * What the words of a request say of the form of its answer. `ascii` asks for text, of the form that `format` names if it names one. A
 * word that names no form is given back as `unknown`: only the source tells whether it is the extension of its files.
 * Errors: BAD_PARAMETER for text of a form that has none, for a size of a picture, or an id of a packet, that cannot be.
 */
export function readFormat(
  words: QueryWords,
  asText: boolean,
  range: TimeRange,
): FormatChoice & { readonly unknown?: string } {
  const given = words.get("format");
  // What the source makes, whatever that is.
  if (given === undefined) return { output: asText ? "text" : "stream" };
  const word = given.toLowerCase();
  if (!isFormat(word)) return { output: asText ? "text" : "stream", unknown: given };
  const name = asText ? TEXT_OF[word] : word;
  if (name === undefined)
    throw new DasError(
      "BAD_PARAMETER",
      `ascii=1 and format=${word} ask for two forms, expected one of them, or another format: ${Object.keys(TEXT_OF).join(", ")}`,
    );
  const choice: FormatChoice = FORMATS[name];
  switch (choice.output) {
    case "png":
      return { ...choice, formatArgs: pictureArguments(words, range) };
    case "arrow":
    case "parquet":
      return { ...choice, ...packetArguments(words) };
    default:
      return choice;
  }
}

function isFormat(name: string): name is keyof typeof FORMATS {
  return Object.hasOwn(FORMATS, name);
}

/** The error for a `format` that names no form. */
export function unknownFormat(given: string): DasError {
  return new DasError("BAD_PARAMETER", `format=${quoted(given)}, expected one of ${FORMAT_WORDS.join(", ")}`);
}

/**
 * The words by which the plot program is told what to show: the range as it was asked for, and the size and theme of the picture, if any.
 * Errors: BAD_PARAMETER for a size outside the limits, and a theme that there is not. Source: das2-server 2.8, 7.3 (`format.width`, `format.height`).
 */
export function pictureArguments(words: QueryWords, { begin, end }: TimeRange): readonly string[] {
  const size = (["width", "height"] as const).flatMap((side) => {
    const text = words.get(`format.${side}`);
    if (text === undefined) return [];
    return [`${side}=${wholeNumber(`format.${side}`, text, LEAST_SIZE[side], LARGEST_SIZE[side], "pixels")}`];
  });
  return [`time.min=${timeText(begin)}`, `time.max=${timeText(end)}`, ...size, ...themeArgument(words)];
}

/** `format.theme`: the colours of a picture. */
function themeArgument(words: QueryWords): readonly string[] {
  const theme = words.get("format.theme");
  if (theme === undefined) return [];
  if (isPictureTheme(theme)) return [`theme=${theme}`];
  throw new DasError(
    "BAD_PARAMETER",
    `format.theme=${quoted(theme)}, expected ${Object.keys(PICTURE_THEMES).join(" or ")}`,
  );
}

/** `format.id`: the packets that become the table, where a stream has several kinds. */
function packetArguments(words: QueryWords): Pick<FormatChoice, "formatArgs"> {
  const text = words.get("format.id");
  if (text === undefined) return {};
  return { formatArgs: ["-i", String(wholeNumber("format.id", text, 1, 99, "a packet id"))] };
}

function wholeNumber(name: string, text: string, least: number, most: number, what: string): number {
  const value = /^[0-9]{1,6}$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new DasError("BAD_PARAMETER", `${name}=${quoted(text)}, expected ${what} from ${least} to ${most}`);
}
