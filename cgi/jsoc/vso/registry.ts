import { shown } from "../../../config/problem.js";
import { DasError } from "../../../errors/das-error.js";
import { readFileNameTemplate } from "../../../netdrms/export/file-name.js";
import { WatchedFile } from "../../access/watched-file.js";

/** How the names of records of one kind become a query. */
export interface NameRule {
  /** A whole name, whose groups fill the places of the query. */
  readonly record: RegExp;
  /** A record set with `%s` in the place of each group. */
  readonly query: string;
}

/** A series of the streaming export. Source: netdrms-export C. */
export interface VsoSeries {
  readonly id: string;
  readonly rule: NameRule;
  /** Of names of several records; the last group is names with `:` between them. */
  readonly group?: NameRule;
  readonly fileName: string;
  /** With `%s` in the place of each group. */
  readonly tarName: string;
}

/** The series by their ids. */
export type VsoRegistry = ReadonlyMap<string, VsoSeries>;

const MAX_TEXT = 1000;
const MAX_SERIES = 1000;

/** The file of series that a setting names, read again when it has changed. Errors of reading: BAD_CONFIG. */
export function watchRegistry(file: string): WatchedFile<VsoRegistry> {
  return new WatchedFile(file, "list of series of the streaming export", parseRegistry);
}

/**
 * Reads the table of an administrator: a JSON object with a member for each id:
 * `{"query": …, "record": …, "fileName": …, "tarName": …, "group": {"query": …, "record": …}}`.
 * Errors: BAD_CONFIG naming the member and what was expected. Source: netdrms-export C.
 */
export function parseRegistry(text: string, file: string): VsoRegistry {
  const wrong = (where: string, expected: string): DasError =>
    new DasError("BAD_CONFIG", `streaming export: ${where}, expected ${expected}`, { file });
  let table: unknown;
  try {
    table = JSON.parse(text);
  } catch (cause) {
    throw new DasError("BAD_CONFIG", "streaming export: the file is no JSON", { file }, cause);
  }
  if (!isObject(table)) throw wrong("the file", "an object with a member for each series");
  const entries = Object.entries(table);
  if (entries.length > MAX_SERIES) throw wrong(`${entries.length} series`, `at most ${MAX_SERIES}`);
  return new Map(
    entries.map(([id, entry]) => {
      if (!isObject(entry)) throw wrong(shown(id), "an object");
      return [id, seriesOf(id, entry, wrong)];
    }),
  );
}

type Wrong = (where: string, expected: string) => DasError;
type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const MEMBERS = ["query", "record", "fileName", "tarName", "group"];

function seriesOf(id: string, entry: JsonObject, wrong: Wrong): VsoSeries {
  const stranger = Object.keys(entry).find((member) => !MEMBERS.includes(member));
  if (stranger !== undefined) throw wrong(`${shown(id)}: member ${shown(stranger)}`, MEMBERS.join(", "));
  const { group } = entry;
  if (group !== undefined && !isObject(group)) throw wrong(`${shown(id)}: group`, "an object");
  const fileName = textOf(id, entry, "fileName", wrong);
  try {
    readFileNameTemplate(fileName);
  } catch (cause) {
    throw wrong(`${shown(id)}: fileName (${cause instanceof Error ? cause.message : ""})`, "a template");
  }
  return {
    ...{ id, fileName, rule: ruleOf(id, entry, wrong), tarName: textOf(id, entry, "tarName", wrong) },
    ...(group === undefined ? {} : { group: ruleOf(id, group, wrong) }),
  };
}

function ruleOf(id: string, entry: JsonObject, wrong: Wrong): NameRule {
  const query = textOf(id, entry, "query", wrong);
  const pattern = textOf(id, entry, "record", wrong);
  let record: RegExp;
  try {
    record = new RegExp(`^(?:${pattern})$`);
  } catch {
    throw wrong(`${shown(id)}: record`, "a regular expression");
  }
  const places = query.split("%s").length - 1;
  // With an alternative of nothing the expression matches, and tells how many groups it has.
  const groups = (new RegExp(`${record.source}|`).exec("")?.length ?? 1) - 1;
  if (places !== groups)
    throw wrong(`${shown(id)}: ${places} places %s in query`, `as many as groups in record, ${groups}`);
  return { record, query };
}

function textOf(id: string, entry: JsonObject, member: string, wrong: Wrong): string {
  const text = entry[member];
  if (typeof text === "string" && text !== "" && text.length <= MAX_TEXT) return text;
  throw wrong(`${shown(id)}: ${member}`, `a text of 1 to ${MAX_TEXT} characters`);
}
