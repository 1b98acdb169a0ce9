import { type FileType, onlyAsFile } from "../../dsdf/file-type.js";
import type { QueryWords } from "../query-words.js";
import type { DataWords } from "./data-words.js";
import { quoted } from "./quoted.js";

/**
 * Refuses what a file cannot be asked for: text, tables, bins. A `format` that names the file's own extension is none of it.
 *
 * A resolution is refused too, although "or better" would allow to pass it over (das2-server 2.7): who sends one is a client
 * that goes on to read a stream.
 * Errors: BAD_PARAMETER, whose message says what the source gives.
 */
export function checkFileRequest(fileType: FileType, words: DataWords, given: QueryWords): void {
  const { output, resolution } = words;
  const format = given.get("format");
  const own = fileType.extension.toLowerCase();
  if (output === "text") throw onlyAsFile(fileType, "text (ascii)");
  if (format !== undefined && format.toLowerCase() !== own)
    throw onlyAsFile(fileType, `format=${quoted(format)}`);
  if (output === "csv" && own !== "csv") throw onlyAsFile(fileType, "a table (csv)");
  if (resolution !== undefined) throw onlyAsFile(fileType, `resolution=${resolution}`);
}
