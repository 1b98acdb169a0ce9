import { DasError } from "../../errors/das-error.js";
import { quoted } from "./data-words.js";

/** What a word given to a reader may consist of; das2-server 13.3. */
const WORD = /^[A-Za-z0-9_.,:=+%/@*^~-]+$/;
/** `..` as an element of a path, wherever in the word the path begins. */
const CLIMB = /(?:^|[/=:,])\.\.(?:\/|$)/;
/** Words of one request: far above any reader's, far below the limit of a command line. */
const MAX_WORDS = 128;

/**
 * Splits the `params` of a request at white space into the words a reader gets, each its own argument.
 * Errors: BAD_PARAMETER for a character outside the allowed set or a path that climbs. Source: das2-server 13.1, 13.3.
 */
export function readerParams(text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  const words = text.split(/\s+/).filter((word) => word !== "");
  if (words.length > MAX_WORDS)
    throw new DasError("BAD_PARAMETER", `params has ${words.length} words, expected at most ${MAX_WORDS}`);
  for (const word of words)
    if (!WORD.test(word) || CLIMB.test(word))
      throw new DasError(
        "BAD_PARAMETER",
        `params has the word ${quoted(word)}, expected letters, digits and _.,:=+%/@*^~- without ".." paths`,
      );
  return words;
}
