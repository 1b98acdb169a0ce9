import type { DataSource } from "../../dsdf/data-source.js";
import { flexFileName } from "../../dsdf/flex/file-name.js";
import { localId } from "../../dsdf/flex/view-facts.js";
import { answerData } from "../data/answer.js";
import { outputType } from "../data/output-type.js";
import { type PreparedData, pipelineFormat, prepareData } from "../data/prepare.js";
import { asDas3Error } from "../error-response.js";
import type { Response } from "../http.js";
import type { QueryContext } from "../query.js";
import { asksForDas3 } from "./flex-format.js";
import { flexWords, readFlexWords } from "./flex-words.js";

/**
 * The data of a source for a request in the words of the path-style interface, or of das2.2. Errors are those of all data, told
 * to clients of das3 in their own form. Source: das2-server 7.1, 7.3, 4.1.
 */
export async function flexData(context: QueryContext, source: DataSource): Promise<Response> {
  const words = flexWords(context.words);
  let isDas3 = asksForDas3(words);
  try {
    const read = readFlexWords(words, source);
    isDas3 = pipelineFormat(source, read.output) === "das3";
    const prepared = await prepareData(
      { ...context, path: canonicalPath(context.path, source) },
      read,
      source,
    );
    if ("elsewhere" in prepared) return prepared.elsewhere;
    return await answerData(prepared, context, { fileName: fileNameOf(prepared) });
  } catch (error) {
    throw isDas3 ? asDas3Error(error) : error;
  }
}

/** The path with the id as it is, for redirects replace it. */
function canonicalPath(path: string, { id }: DataSource): string {
  const at = path.toLowerCase().indexOf(id.toLowerCase());
  return at < 0 ? path : `${path.slice(0, at)}${id}${path.slice(at + id.length)}`;
}

function fileNameOf({ words, source }: PreparedData): string {
  const { extension } = outputType(source, words.output, false, words.serial);
  const { begin, end, resolution, params } = words;
  return flexFileName({ id: localId(source), begin, end, resolution, params }, extension);
}
