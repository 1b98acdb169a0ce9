import { DasError } from "../errors/das-error.js";

/** Most words of one request: far above any reader's, far below what an operating system takes as arguments. */
const MAX_PARAM_WORDS = 128;
/**
 * `..` as an element of a path, wherever in the word the path begins: between other characters than letters, digits and
 * points (a path may stand behind any punctuation, and end before any), behind the letter of an option, and before
 * any slash.
 */
const CLIMB = /(?:^|^-[A-Za-z]|[^A-Za-z0-9.])\.\.(?:$|[^A-Za-z0-9.])|(?<!\.)\.\.\//;
const USUAL = /^[A-Za-z0-9_.,:=+%/@*^~-]$/;

/**
 * Splits reader parameters of a request at white space into the words a reader gets, each an argument of its own. `&` separates
 * too, unless the source allows it: Autoplot joins several options so (das2-server 21.1).
 *
 * @param moreChars characters that the source allows besides the usual ones (`readerParamChars`)
 * Errors: BAD_PARAMETER for a character outside the set, a path that climbs, more than 128 words.
 * Source: das2-server 13.1, 13.3.
 */
export function splitParams(text: string, moreChars = ""): string[] {
  const words = text.split(moreChars.includes("&") ? /\s+/ : /[\s&]+/).filter((word) => word !== "");
  checkParamWords(words, moreChars);
  return words;
}

/** The check of {@link splitParams} on words that are split already. */
export function checkParamWords(words: readonly string[], moreChars = ""): void {
  if (words.length > MAX_PARAM_WORDS)
    throw new DasError(
      "BAD_PARAMETER",
      `${words.length} reader parameters, expected at most ${MAX_PARAM_WORDS}`,
    );
  for (const word of words) {
    const wrong = [...word].find((character) => !USUAL.test(character) && !allowedBy(moreChars, character));
    if (wrong !== undefined)
      throw new DasError(
        "BAD_PARAMETER",
        `${JSON.stringify(wrong)} in the reader parameter ${JSON.stringify(word.slice(0, 60))}, expected letters, digits and _.,:=+%/@*^~-${moreChars}`,
      );
    if (CLIMB.test(word))
      throw new DasError(
        "BAD_PARAMETER",
        `".." in the reader parameter ${JSON.stringify(word.slice(0, 60))}`,
      );
  }
}

/** Control characters are never allowed, whatever a definition says. */
function allowedBy(moreChars: string, character: string): boolean {
  return character > " " && character !== "\u007f" && moreChars.includes(character);
}
