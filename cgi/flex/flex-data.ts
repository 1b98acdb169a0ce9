import type { DataSource } from "../../dsdf/data-source.js";
import { flexFileName } from "../../dsdf/flex/file-name.js";
import {
  definedFileName,
  type FlexInterface,
  type FlexSource,
  requestedSource,
} from "../../dsdf/flex/flex-source.js";
import { localId } from "../../dsdf/flex/view-facts.js";
import { type AnswerLabel, answerData } from "../data/answer.js";
import { type DataWords, readInterval } from "../data/data-words.js";
import { outputType } from "../data/output-type.js";
import { type PreparedData, pipelineFormat, prepareData } from "../data/prepare.js";
import { asDas3Error } from "../error-response.js";
import type { Response } from "../http.js";
import type { QueryContext } from "../query.js";
import type { QueryWords } from "../query-words.js";
import type { LocalSource } from "./find-local.js";
import { asksForDas3, checkFormatWords } from "./flex-format.js";
import { flexWords, readFlexWords, readRangeWords } from "./flex-words.js";

/** A request that has been read, for its source. */
interface Asked {
  readonly source: DataSource;
  readonly words: DataWords;
  readonly label: (prepared: PreparedData) => AnswerLabel;
}

/**
 * The data of a source for a request in the words of the path-style interface, or of das2.2. Errors are those of all data, told
 * to clients of das3 in their own form. Source: das2-server 7.1, 7.3, 4.1.
 */
export async function flexData(
  context: QueryContext,
  { source, flex }: LocalSource,
  face: FlexInterface,
): Promise<Response> {
  const translations = face === "das2" ? flex?.definition.translations : undefined;
  const words = flexWords(context.words, translations);
  let isDas3 = asksForDas3(words);
  try {
    const asked = flex === undefined ? askedOf(words, source) : askedOfFlex(words, flex, face);
    isDas3 = pipelineFormat(asked.source, asked.words.output) === "das3";
    const canonical = { ...context, path: canonicalPath(context.path, source) };
    const prepared = await prepareData(canonical, asked.words, asked.source);
    if ("elsewhere" in prepared) return prepared.elsewhere;
    return await answerData(prepared, context, asked.label(prepared));
  } catch (error) {
    throw isDas3 ? asDas3Error(error) : error;
  }
}

function askedOf(words: QueryWords, source: DataSource): Asked {
  return {
    source,
    words: readFlexWords(words, source),
    label: (prepared) => ({ fileName: fileNameOf(prepared) }),
  };
}

/** The commands of a dasFlex definition make the form that is asked for themselves. */
function askedOfFlex(words: QueryWords, flex: FlexSource, face: FlexInterface): Asked {
  const { source, type } = requestedSource(flex, words, face);
  const range = readRangeWords(words, source.id);
  checkFormatWords(words, range);
  const interval = words.get("read.time.inter");
  if (interval !== undefined) readInterval(interval);
  const { resolution, ...others } = range;
  const given = new Map([...flex.definition.defaults[face], ...words]);
  const fileName =
    definedFileName(flex, given, type.extension) ?? flexFileName({ ...range, id: flex.id }, type.extension);
  // A file has no bins for the server to speak of; the commands know them all the same.
  const bins = source.form === "file" || resolution === undefined ? {} : { resolution };
  return {
    source,
    words: { ...others, ...bins, output: "stream" },
    label: () => ({ contentType: type.contentType, fileName }),
  };
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
