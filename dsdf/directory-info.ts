import type { Definition, Remark } from "./definition.js";
import { isTrue } from "./fields.js";
import { parseDefinition } from "./grammar.js";
import { readDefinitionBytes } from "./load.js";
import { type SubstitutionContext, substituteOne } from "./substitute.js";

/** What the file `_dirinfo_.dsdf` of a directory says of it. Source: das2-server 12.1, 12.3. */
export interface DirectoryInfo {
  /** One line. */
  readonly description?: string;
  /** Name of the directory in a federated catalog. */
  readonly uri?: string;
  /** `false`: left out where people browse; lists have it all the same. */
  readonly browse: boolean;
}

/** The keywords that count there; what else stands there is of no use. */
const KEYWORDS: ReadonlySet<string> = new Set(["description", "uri", "browse", "substitutions"]);

/** Takes the keywords of a directory out of its file. Errors: BAD_DEFINITION of a substitution. */
export function directoryInfo(definition: Definition, context: SubstitutionContext): DirectoryInfo {
  const text = (keyword: string) => {
    const value = substituteOne(definition, keyword, context)?.trim();
    return value === "" ? undefined : value;
  };
  const description = text("description");
  const uri = text("uri");
  const browse = text("browse");
  return {
    ...(description === undefined ? {} : { description }),
    ...(uri === undefined ? {} : { uri }),
    browse: browse === undefined || isTrue(browse),
  };
}

/**
 * What is wrong in a `_dirinfo_.dsdf`: with `expected` where a value does not count because of it.
 * Errors: BAD_DEFINITION for a file that cannot be read at all.
 */
export function directoryRemarks(file: string, context: SubstitutionContext): Remark[] {
  const definition = parseDefinition(readDefinitionBytes(file), file);
  const { uri, description } = directoryInfo(definition, context);
  const remarks = [...definition.remarks];
  const used = (keyword: string) =>
    [...definition.assignments.values()].some(({ value }) => value.includes(`$(${keyword}`));
  for (const { keyword, value, line } of definition.assignments.values()) {
    const add = (message: string, expected?: string) =>
      remarks.push({ line, keyword, message, ...(expected === undefined ? {} : { expected }) });
    if (!KEYWORDS.has(keyword) && !used(keyword))
      add("does not count here, only description, uri and browse do");
    if (keyword === "browse" && !/^(1|true|yes|on|0|false|no|off|)$/i.test(value.trim()))
      add(`value ${JSON.stringify(value)} counts as false (true is 1, true, yes or on)`);
    if (keyword === "uri" && uri !== undefined && !/^[a-z][a-z0-9+.-]*:\S+$/i.test(uri))
      add(`value ${JSON.stringify(value)}`, "a URI such as tag:example.org,2021:/demo");
  }
  if (description === undefined) remarks.push({ line: 1, message: "no description" });
  return remarks;
}
