/** A cast that a description asks for; export A3. */
export type FitsCast = "INTEGER" | "FLOAT" | "STRING" | "LOGICAL";

/** What the description of a keyword says to the exporter. */
export interface KeywordDescription {
  /** The name of `[NAME]` or `[NAME:TYPE]`; absent too where TYPE is none of the four. */
  readonly fitsName?: string;
  readonly cast?: FitsCast;
  /** The short text of a card's comment: without the bracket, up to the first separating `-`. */
  readonly shortText: string;
}

const CASTS: ReadonlySet<string> = new Set(["INTEGER", "FLOAT", "STRING", "LOGICAL"] satisfies FitsCast[]);

/**
 * Reads a description such as `[DATE-OBS] Time of observation - mid exposure`. The bracket is the first word; `--` in the
 * text stands for a `-`; a single `-` with something after it ends the short text, also inside a word.
 * Source: export A3 step 3, A6.
 */
export function readDescription(description: string): KeywordDescription {
  const [, word = "", rest = ""] = /^\s*(\S*)\s*(.*)$/s.exec(description) ?? [];
  const bracket = /^\[([^\][:]+)(?::([^\]]*))?\]$/.exec(word);
  if (bracket === null) return { shortText: shortText(description) };
  const [, name, type] = bracket;
  const cast = type?.toUpperCase();
  if (cast === undefined) return { fitsName: name!, shortText: shortText(rest) };
  if (!isCast(cast)) return { shortText: shortText(rest) };
  return { fitsName: name!, cast, shortText: shortText(rest) };
}

function isCast(word: string): word is FitsCast {
  return CASTS.has(word);
}

function shortText(text: string): string {
  let short = "";
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== "-") short += text[at];
    else if (text[at + 1] === "-") {
      short += "-";
      at++;
    } else if (at + 1 < text.length) break;
    else short += "-";
  }
  return short.trim();
}
