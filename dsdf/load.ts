import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { isDasError } from "../errors/das-error.js";
import { ACCESS_SYNTAX, accessRules } from "./access-rules.js";
import { declaredLevels } from "./cache-levels.js";
import { type CommandTemplate, parseCommand } from "./command.js";
import { type Das1Records, das1Records } from "./das1-records.js";
import type { AccessRule, Contact, DataSource, SourceForm, StreamForm } from "./data-source.js";
import { definitionError } from "./definition-error.js";
import { DURATION_SYNTAX, positiveSeconds } from "./durations.js";
import { positive, readExamples } from "./examples.js";
import { splitFields } from "./fields.js";
import { FILE_TYPE_SYNTAX, type FileType, readFileType } from "./file-type.js";
import { readFreshness } from "./freshness.js";
import { MAX_DEFINITION_BYTES, parseDefinition } from "./grammar.js";
import { KeywordSet } from "./keyword-set.js";
import { readParams } from "./param-info.js";
import { readCoordDescriptions, readPlaneDescriptions } from "./path-descriptions.js";
import { closedRange, openRange } from "./ranges.js";
import { readTranslations } from "./reader-translations.js";
import { idElements } from "./source-id.js";
import { readSubSources } from "./sub-sources.js";
import { type SubstitutionContext, substitute } from "./substitute.js";

const NOT_REDUCIBLE = /^not_reduc[ia]ble$/;
const LOCAL_ID_SYNTAX = "the id of a source, such as demo/pump4";

/**
 * Reads the definition `ROOT/ID.dsdf` into its typed model. Nothing is run. The id is taken as it is: whoever has it
 * from a request asks a {@link SourceTree}, which checks it.
 *
 * Errors: BAD_DEFINITION with file, line and keyword for what the data depend on (grammar, commands, access, valid range,
 * cache levels, forms). What is wrong in keywords that only describe (examples, contacts, parameters) is left out and
 * stands in `problems`. Source: das2-server 12.
 */
export function loadDataSource(
  { root, id }: { readonly root: string; readonly id: string },
  context: SubstitutionContext,
): DataSource {
  const file = join(root, `${id}.dsdf`);
  return dataSource(id, file, readDefinitionBytes(file), context);
}

/** The bytes of a definition file. Errors: BAD_DEFINITION where it cannot be read, is no file or is above 1 MiB. */
export function readDefinitionBytes(file: string): Uint8Array {
  let handle: number | undefined;
  try {
    handle = openSync(file, "r");
    const { size } = fstatSync(handle);
    if (size > MAX_DEFINITION_BYTES)
      throw definitionError(`${size} bytes`, { file, expected: "at most 1 MiB" });
    // One byte more than it says: a file that grows meanwhile is noticed by the parser's own limit.
    const bytes = new Uint8Array(size + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read)
      read = readSync(handle, bytes, length, bytes.length - length, null);
    return bytes.subarray(0, length);
  } catch (cause) {
    if (
      cause instanceof Error &&
      "code" in cause &&
      typeof cause.code === "string" &&
      cause.code.startsWith("E")
    )
      throw definitionError("the definition cannot be read", { file }, cause);
    throw cause;
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/** The model of a definition that is at hand as bytes; see {@link loadDataSource}. */
export function dataSource(
  id: string,
  file: string,
  bytes: Uint8Array,
  context: SubstitutionContext,
): DataSource {
  const definition = parseDefinition(bytes, file);
  const keywords = new KeywordSet(definition, substitute(definition, context));
  const rename = keywords.text("rename");
  const server = keywords.text("server");
  const elsewhere = rename !== undefined || server !== undefined;
  const description = keywords.text("description");
  if (description === undefined && !elsewhere)
    throw keywords.missing("description", "one line about the source");
  const fileType = readOutputType(keywords);
  const what: SourceForm =
    fileType === undefined ? { form: streamForm(keywords) } : { form: "file", fileType };
  const { form } = what;
  const reader = command(keywords, "reader");
  if (reader === undefined && !elsewhere) throw keywords.missing("reader", "the command that makes the data");
  const reducerText = keywords.text("reducer");
  const preReduced = reducerText === "pre_reduced";
  const requiresInterval = keywords.values.has("requiresInterval")
    ? keywords.flag("requiresInterval")
    : form === "das1" && keywords.values.has("items");
  const validRange = keywords.need("validRange", "BEGIN to END or BEGIN to now, BEGIN before END", openRange);
  const maxRangeSeconds = keywords.need("maxRange", DURATION_SYNTAX, positiveSeconds);
  const summary = keywords.text("summary");
  const securityRealm = keywords.text("securityRealm");
  const reducer = readReducer(keywords, reducerText);
  const paramChars = keywords.values.get("readerParamChars");
  const test = readTest(keywords);
  const params = readParams(keywords);
  const cacheReader = command(keywords, "cacheReader");
  const liveReader = command(keywords, "liveReader");
  const livePollSeconds = keywords.need("livePoll", DURATION_SYNTAX, positiveSeconds);
  const localId = keywords.want("localId", LOCAL_ID_SYNTAX, localIdOf);
  const das1 = form === "das1" && !elsewhere ? readDas1(keywords) : undefined;
  return {
    id,
    file,
    description: description ?? "",
    ...(summary === undefined ? {} : { summary }),
    contacts: readContacts(keywords),
    ...what,
    ...(reader === undefined ? {} : { reader }),
    ...(reducer === undefined ? {} : { reducer }),
    preReduced,
    requiresInterval,
    ...(validRange === undefined ? {} : { validRange }),
    ...(maxRangeSeconds === undefined ? {} : { maxRangeSeconds }),
    examples: readExamples(keywords),
    ...(test === undefined ? {} : { test }),
    cacheLevels: declaredLevels(keywords),
    freshness: readFreshness(keywords),
    ...(cacheReader === undefined ? {} : { cacheReader }),
    access: readAccess(keywords),
    ...(securityRealm === undefined ? {} : { securityRealm }),
    ...(rename === undefined ? {} : { rename }),
    ...(server === undefined ? {} : { server }),
    hidden: keywords.flag("hidden"),
    dropParams: keywords.flag("dropParams"),
    realTime: keywords.flag("realTime"),
    ...(liveReader === undefined ? {} : { liveReader }),
    ...(livePollSeconds === undefined ? {} : { livePollSeconds }),
    hapi: form !== "file" && (keywords.values.has("hapi") ? keywords.flag("hapi") : true),
    items: readItems(keywords),
    params,
    translations: readTranslations(keywords, params),
    subSources: readSubSources(keywords, { requiresInterval, paramChars }),
    data: readPlaneDescriptions(keywords, "data"),
    coords: readCoordDescriptions(keywords),
    ...(keywords.values.has("implicitTimeItem")
      ? { implicitTimeItem: keywords.flag("implicitTimeItem") }
      : {}),
    ...(localId === undefined ? {} : { localId }),
    ...(das1 === undefined ? {} : { das1 }),
    ...(paramChars === undefined ? {} : { paramChars }),
    keywords: keywords.values,
    problems: [...definition.remarks, ...keywords.problems],
  };
}

function localIdOf(text: string): string | undefined {
  return idElements(text)?.join("/");
}

/** A source gives a stream or a file: what says both is refused, for clients would take one for the other. */
function readOutputType(keywords: KeywordSet): FileType | undefined {
  const fileType = keywords.need("outputType", FILE_TYPE_SYNTAX, readFileType);
  if (fileType === undefined) return undefined;
  const stream = ["das2Stream", "das3Stream", "qstream"].find((keyword) => keywords.flag(keyword));
  if (stream !== undefined)
    throw definitionError(`a file cannot be a stream as well, but ${stream} is true`, {
      ...keywords.place("outputType"),
      expected: `either outputType or ${stream}`,
    });
  const reducer = keywords.text("reducer");
  if (reducer !== undefined && !NOT_REDUCIBLE.test(reducer))
    throw definitionError("a file is not reduced", {
      ...keywords.place("reducer"),
      expected: "no reducer beside outputType",
    });
  return fileType;
}

function streamForm(keywords: KeywordSet): StreamForm {
  if (keywords.flag("das3Stream")) return "das3";
  if (keywords.flag("qstream")) return "qstream";
  return keywords.flag("das2Stream") ? "das2" : "das1";
}

function command(keywords: KeywordSet, keyword: string): CommandTemplate | undefined {
  const text = keywords.text(keyword);
  if (text === undefined) return undefined;
  // With substitutions off, `$(...)` is nothing but a shell's.
  const requestParameters =
    (keyword.startsWith("reader") || keyword === "liveReader") &&
    !/^(0|false|no|off)$/i.test(keywords.text("substitutions") ?? "");
  return parseCommand(text, { requestParameters, place: keywords.place(keyword) });
}

function readReducer(keywords: KeywordSet, text: string | undefined): CommandTemplate | false | undefined {
  if (text === undefined) return undefined;
  return text === "pre_reduced" || NOT_REDUCIBLE.test(text) ? false : command(keywords, "reducer");
}

function readAccess(keywords: KeywordSet): readonly AccessRule[] {
  const rules = keywords.need("readAccess", ACCESS_SYNTAX, accessRules);
  if (rules !== undefined) return rules;
  // A `|` or `:` would make further rules of the name.
  const one = (name: string) =>
    /[|:]/.test(name) ? undefined : accessRules(name === "" ? "" : `GROUP:${name}`);
  return keywords.need("groupAccess", "the name of one group", one) ?? [];
}

function readTest(keywords: KeywordSet): DataSource["test"] {
  const range = keywords.want("testRange", "BEGIN to END, BEGIN before END", closedRange);
  const interval = keywords.want("testInterval", "a positive number of seconds", positive);
  if (range === undefined) return undefined;
  return { ...range, ...(interval === undefined ? {} : { interval }) };
}

/** A source without `form` says nothing of its records: {@link checkTree} asks for it where records are converted. */
function readDas1(keywords: KeywordSet): Das1Records | undefined {
  if (!keywords.values.has("form")) return undefined;
  try {
    return das1Records(keywords.values);
  } catch (error) {
    if (!isDasError(error, "BAD_DEFINITION")) throw error;
    const { keyword, what, expected } = error.where;
    keywords.note(String(keyword), String(what), String(expected));
    return undefined;
  }
}

function readContacts(keywords: KeywordSet): Contact[] {
  const contacts: Contact[] = [];
  for (const [keyword, value] of keywords.values) {
    if (!keyword.endsWith("Contact")) continue;
    const kind = keyword === "techContact" ? "technical" : keyword === "sciContact" ? "scientific" : "other";
    for (const text of value.split(",")) if (text.trim() !== "") contacts.push({ kind, text: text.trim() });
  }
  return contacts;
}

function readItems(keywords: KeywordSet): DataSource["items"] {
  const items: { id: string; description?: string }[] = [];
  for (const { keyword } of keywords.numbered("item")) {
    const fields = keywords.want(keyword, "ID or ID | DESCRIPTION", (value) => {
      const found = splitFields(value);
      return found[0] === "" ? undefined : found;
    });
    if (fields === undefined) continue;
    const [id = "", ...text] = fields;
    items.push({ id, ...(text.length === 0 ? {} : { description: text.join(" | ") }) });
  }
  return items;
}
