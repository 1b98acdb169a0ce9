import type { DataSource } from "../../dsdf/data-source.js";
import { DAS_FORMAT_TYPES } from "../../dsdf/flex/format-types.js";
import { DasError } from "../../errors/das-error.js";
import type { TimeRange } from "../../stream/time.js";
import { type FormatChoice, pictureArguments } from "../data/format-words.js";
import { quoted } from "../data/quoted.js";
import type { QueryWords } from "../query-words.js";

const DELIMITERS: Readonly<Record<string, string>> = { comma: ",", semicolon: ";", tab: "\t" };

/** Whether a request asks for das3 by its version, before anything is known of its source. */
export function asksForDas3(words: QueryWords): boolean {
  return /^3(?:\.0)?$/.test(words.get("format.version") ?? "");
}

/**
 * The form of an answer by `format.type`, `format.version` and their companions.
 * Errors: BAD_PARAMETER; NOT_IMPLEMENTED for a form that the source cannot be given in. Source: das2-server 7.3.
 */
export function readFlexFormat(given: QueryWords, source: DataSource, range: TimeRange): FormatChoice {
  const words = withFormatWord(given);
  const type = words.get("format.type")?.toLowerCase();
  const version = versionOf(words);
  const serial = readSerial(words);
  if (serial === "xml") return documentFormat(words, source, version, type);
  const isText = serial === "text";
  if (source.form === "file") return { output: isText ? "text" : "stream" };
  if (source.form === "qstream") {
    if ((type ?? "qstream") !== "qstream" || version !== undefined)
      throw new DasError(
        "NOT_IMPLEMENTED",
        `a q stream is given as it is, not as format.type=${type ?? "das"}`,
      );
    return { output: isText ? "text" : "stream" };
  }
  switch (type ?? "das") {
    case "das":
      return dasFormat(words, source, version, isText);
    case "csv":
      return { output: "csv", formatArgs: [...delimiter(words), ...digits(words, 18)] };
    case "hapi":
      return isText || words.get("format.serial") === undefined
        ? { output: "hapi", formatArgs: ["-F", "csv"] }
        : { output: "hapi", serial: "binary", formatArgs: ["-F", "binary"] };
    case "png":
      return { output: "png", formatArgs: pictureArguments(words, range) };
    case "arrow":
    case "parquet":
    case "fits":
      return { output: type as "arrow" | "parquet" | "fits" }; // one of these
    case "qstream":
      throw new DasError("NOT_IMPLEMENTED", "this source makes no q stream, expected format.type=das");
    default:
      throw new DasError(
        "BAD_PARAMETER",
        `format.type=${quoted(type ?? "")}, expected one of ${DAS_FORMAT_TYPES.join(", ")}`,
      );
  }
}

/** What the words of `format` are in those of this interface. Source: das2-server 2.7, 7.3. */
const FORMAT_WORDS: Readonly<
  Record<string, readonly [type: string, version?: string | undefined, serial?: string]>
> = {
  das2: ["das", "2"],
  "das2-text": ["das", "2", "text"],
  das3: ["das", "3"],
  "das3-text": ["das", "3", "text"],
  "das3-xml": ["das", "3", "xml"],
  csv: ["csv"],
  "hapi-csv": ["hapi", undefined, "text"],
  "hapi-binary": ["hapi", undefined, "binary"],
  arrow: ["arrow"],
  parquet: ["parquet"],
  fits: ["fits"],
  png: ["png"],
};

/** The one word by which requests of das2.2 ask for a form, as those of this interface; these win where both are given. */
function withFormatWord(words: QueryWords): QueryWords {
  const word = words.get("format")?.toLowerCase();
  if (word === undefined) return words;
  const known = Object.hasOwn(FORMAT_WORDS, word) ? FORMAT_WORDS[word] : undefined;
  if (known === undefined)
    throw new DasError(
      "BAD_PARAMETER",
      `format=${quoted(word)}, expected one of ${Object.keys(FORMAT_WORDS).join(", ")}`,
    );
  const [type, version, serial] = known;
  const all = new Map(words);
  for (const [name, value] of [
    ["format.type", type],
    ["format.version", version],
    ["format.serial", serial],
  ] as const)
    if (value !== undefined && !all.has(name)) all.set(name, value);
  return all;
}

function dasFormat(
  words: QueryWords,
  { form }: DataSource,
  version: 2 | 3 | undefined,
  isText: boolean,
): FormatChoice {
  const textArgs = digits(words, 17);
  const isNative = version === undefined || (version === 3) === (form === "das3");
  if (isNative) return isText ? { output: "text", formatArgs: textArgs } : { output: "stream" };
  if (version === 2) return isText ? { output: "das2text", formatArgs: textArgs } : { output: "das2" };
  return isText ? { output: "das3", serial: "text", formatArgs: ["-t", ...textArgs] } : { output: "das3" };
}

/**
 * Checks the words that a definition's own commands are given as they are, for these take any value for an option of theirs.
 * Errors: BAD_PARAMETER. Source: das2-server 7.3.
 */
export function checkFormatWords(words: QueryWords, range: TimeRange): void {
  digits(words, 18);
  delimiter(words);
  pictureArguments(words, range);
}

function versionOf(words: QueryWords): 2 | 3 | undefined {
  const text = words.get("format.version");
  if (text === undefined) return undefined;
  if (/^2(?:\.[0-9])?$/.test(text)) return 2;
  if (asksForDas3(words)) return 3;
  throw new DasError("BAD_PARAMETER", `format.version=${quoted(text)}, expected 2 or 3`);
}

function readSerial(words: QueryWords): "text" | "binary" | "xml" {
  const text = words.get("format.serial")?.toLowerCase() ?? "binary";
  if (text !== "text" && text !== "binary" && text !== "xml")
    throw new DasError("BAD_PARAMETER", `format.serial=${quoted(text)}, expected text, binary or xml`);
  return text;
}

/** XML is what a das3 document is written in, and nothing else. */
function documentFormat(
  words: QueryWords,
  { form }: DataSource,
  version: 2 | 3 | undefined,
  type = "das",
): FormatChoice {
  if (form === "file" || form === "qstream")
    throw new DasError(
      "NOT_IMPLEMENTED",
      "this source makes no das stream, of which alone there are documents",
    );
  if (type !== "das" || version === 2)
    throw new DasError(
      "BAD_PARAMETER",
      `format.serial=xml and ${type === "das" ? "format.version=2" : `format.type=${quoted(type)}`}, expected format.type=das, format.version=3`,
    );
  return { output: "das3doc", formatArgs: digits(words, 17) };
}

/** Options of the converters that write text. */
function digits(words: QueryWords, mostDigits: number): string[] {
  return [
    ...whole(words, "format.sigdigit", "-r", 2, mostDigits, "significant digits"),
    ...whole(words, "format.secfrac", "-s", 0, 9, "digits of seconds"),
  ];
}

function whole(
  words: QueryWords,
  name: string,
  option: string,
  least: number,
  most: number,
  what: string,
): string[] {
  const text = words.get(name)?.trim();
  if (text === undefined) return [];
  const value = /^[0-9]{1,3}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most))
    throw new DasError("BAD_PARAMETER", `${name}=${quoted(text)}, expected ${what} from ${least} to ${most}`);
  return [option, String(value)];
}

function delimiter(words: QueryWords): string[] {
  const text = words.get("format.delim");
  if (text === undefined) return [];
  const character = (Object.hasOwn(DELIMITERS, text) ? DELIMITERS[text] : undefined) ?? text;
  // What stands in times and numbers cannot stand between them.
  if (!/^[\t\x20-\x7e]$/.test(character) || /["0-9A-Za-z.:+-]/.test(character))
    throw new DasError(
      "BAD_PARAMETER",
      `format.delim=${quoted(text)}, expected comma, semicolon, tab or one ASCII character that is in no time or number`,
    );
  return ["-d", character];
}
