import { DasError } from "../../errors/das-error.js";
import type { Keyword } from "../series/model.js";
import { printDrmsTime } from "../times/print-time.js";
import { keywordZone } from "../times/time-keyword.js";
import type { DrmsValue } from "../values/drms-type.js";
import { printKeywordValue, printWithFormat } from "../values/print-value.js";

/** What a template draws on. */
export interface FileNameParts {
  /** Original spelling. */
  readonly seriesName: string;
  readonly recnum: bigint;
  /** The stored file name of the segment, or its name where that is empty. */
  readonly segment: string;
  /** Names made so far in this export. */
  readonly running: number;
  /** A keyword of the record by name in any case, with its value; links followed. */
  keyword(name: string): { readonly source: Keyword; readonly value: DrmsValue } | undefined;
}

/** A file-name template that was read: literal text and what stands in braces. */
export type FileNameTemplate = readonly TemplatePiece[];

type TemplatePiece =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "word"; readonly word: string; readonly layout: string };

/** Source: export A10. */
export const DEFAULT_FILE_NAME = "{seriesname}.{recnum:%lld}.{segment}";

const MAX_TEMPLATE = 512;
const MAX_NAME = 127;
/** What a file system takes, and what leaves a NUL at the end of the block before a single file. */
const MAX_NAME_BYTES = 255;

/**
 * Reads a template such as `{seriesname}.{T_REC:A-3}.{segment}`. Errors: BAD_PARAMETER for a brace that is not closed or a
 * template of more than 512 characters. Source: export A10.
 */
export function readFileNameTemplate(text: string): FileNameTemplate {
  if (text.length > MAX_TEMPLATE)
    throw new DasError("BAD_PARAMETER", `a file-name template of more than ${MAX_TEMPLATE} characters`);
  const pieces: TemplatePiece[] = [];
  for (const [, literal, inside, unbalanced] of text.matchAll(/([^{]+)|\{([^{}]*)\}|(\{)/g)) {
    if (unbalanced !== undefined)
      throw new DasError("BAD_PARAMETER", `file-name template "${text}": a { without its }`);
    if (literal !== undefined) pieces.push({ kind: "literal", text: literal });
    else {
      const colon = inside!.indexOf(":");
      const word = (colon < 0 ? inside! : inside!.slice(0, colon)).trim();
      // Empty braces, also with a layout, stand for nothing.
      if (word !== "") pieces.push({ kind: "word", word, layout: colon < 0 ? "" : inside!.slice(colon + 1) });
    }
  }
  return pieces;
}

/**
 * The name of a file: white space and control characters are left out, `/` becomes `_`.
 * Errors: BAD_PARAMETER for a keyword that the series does not have or whose link leads nowhere, a layout that is none, and a name that
 * is empty, `.` or `..` or longer than 127 characters or 255 bytes of UTF-8. Source: export A10.
 */
export function fileName(template: FileNameTemplate, parts: FileNameParts): string {
  const name = template
    .map((piece) => (piece.kind === "literal" ? piece.text : wordText(piece.word, piece.layout, parts)))
    .join("")
    .replaceAll(/[\s\p{Cc}]/gu, "")
    .replaceAll("/", "_");
  if (name === "" || /^\.\.?$/.test(name))
    throw new DasError(
      "BAD_PARAMETER",
      `the file-name template gives "${name}", expected the name of a file`,
    );
  if (name.length > MAX_NAME)
    throw new DasError(
      "BAD_PARAMETER",
      `the file-name template gives a name of ${name.length} characters, expected at most ${MAX_NAME}`,
    );
  const bytes = Buffer.byteLength(name);
  if (bytes > MAX_NAME_BYTES)
    throw new DasError(
      "BAD_PARAMETER",
      `the file-name template gives a name of ${bytes} bytes, expected at most ${MAX_NAME_BYTES}`,
    );
  return name;
}

function wordText(word: string, layout: string, parts: FileNameParts): string {
  switch (word) {
    case "seriesname":
      return parts.seriesName;
    case "segment":
      return parts.segment;
    case "recnum":
      return layout === "" ? String(parts.recnum) : formatted(layout, parts.recnum, word);
    case "#":
      return formatted(layout === "" ? "%05d" : layout, BigInt(parts.running), word);
    default: {
      const keyword = parts.keyword(word);
      if (keyword === undefined)
        throw new DasError("BAD_PARAMETER", `file-name template: UnknownKey "${word.slice(0, 40)}"`);
      return keywordText(keyword.source, keyword.value, layout);
    }
  }
}

function keywordText(source: Keyword, value: DrmsValue, layout: string): string {
  if (layout === "") return printKeywordValue(source, value);
  if (source.type !== "time") return formatted(layout, value, source.name);
  const read = /^([AD]?)([+-]?\d*)(?:,(.*))?$/.exec(layout.trim());
  if (read === null)
    throw new DasError(
      "BAD_PARAMETER",
      `file-name template: layout "${layout}" of the time ${source.name}, expected [A|D]precision[,zone]`,
    );
  const [, letter, precision, zone] = read;
  const zoneName = zone === undefined ? keywordZone(source.unit) : zone.trim();
  const text = printDrmsTime(Number(value), zoneName, Number(precision === "" ? 0 : precision));
  if (letter === "A") return text.replaceAll(/[.:]/g, "");
  if (letter === "D") return datePathText(text);
  return text;
}

/**
 * `2010.05.01_12:29:41_UTC` as `@2010@05@01@122941_UTC`, `2010-05-01T12:29:41Z` as `@2010-05-01@122941Z`: what stands between date
 * and clock becomes the last `@`. A Julian date has no such place.
 */
function datePathText(text: string): string {
  const [, date = "", rest = text] = /^(-?\d+(?:[.-]\d+){0,2})(.*)$/.exec(text) ?? [];
  const clock = /^[_T]\d/.test(rest) ? `@${rest.slice(1)}` : rest;
  return `@${date}${clock}`.replaceAll(".", "@").replaceAll(":", "");
}

function formatted(layout: string, value: DrmsValue, what: string): string {
  const text = printWithFormat(layout, value);
  if (text === undefined)
    throw new DasError(
      "BAD_PARAMETER",
      `file-name template: layout "${layout.slice(0, 40)}" of ${what}, expected one conversion of printf`,
    );
  return text;
}

/** Names of the lists that exports end with: a file of one of them would be lost, or be two members of a tar. */
const LIST_NAMES = [
  "index.txt",
  "index.json",
  "index.html",
  "file_list.json",
  "error_list.json",
  "acknowledgement.txt",
  "manifest.json",
  "SHA256SUMS",
];

/**
 * The names of one export: each is given once, a second file of the same name gets `_1`, `_2`, … before its extension, and so does
 * the first that is called like a list of the export. Source: export A10.
 */
export class UniqueNames {
  /** The number with which the next file of a name that is taken is tried. */
  readonly #next: Map<string, number>;
  #made = 0;

  /** @param taken names that no file gets, besides those of lists */
  constructor(taken: readonly string[] = []) {
    this.#next = new Map([...LIST_NAMES, ...taken].map((name) => [name, 1]));
  }

  /** The running number of the next name, from 0. */
  next(): number {
    return this.#made++;
  }

  take(name: string): string {
    const dot = name.lastIndexOf(".");
    const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
    let number = this.#next.get(name) ?? 0;
    let unique = number === 0 ? name : `${stem}_${number}${extension}`;
    while (this.#next.has(unique)) unique = `${stem}_${++number}${extension}`;
    this.#next.set(name, number + 1);
    if (unique !== name) this.#next.set(unique, 1);
    return unique;
  }
}
