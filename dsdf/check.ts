import type { Program } from "../stream/program.js";
import { compareTimes } from "../stream/time.js";
import { type CommandTemplate, commandKeys } from "./command.js";
import type { DataSource } from "./data-source.js";
import type { Assignment } from "./definition.js";
import { loadProblem, type Problem, remarkProblem } from "./definition-problem.js";
import { programFault, programName } from "./find-program.js";
import { parseDefinition } from "./grammar.js";
import { hapiObstacle } from "./hapi-fit.js";
import { meantKeyword } from "./known-keywords.js";
import { readDefinitionBytes } from "./load.js";
import { followRenames, MAX_RENAMES } from "./renames.js";
import { SERVER_URL_SYNTAX, serverUrl } from "./server-url.js";
import { isReducible } from "./stages.js";
import type { PipelineTools } from "./tools.js";
import type { SourceTree } from "./tree.js";

/** What the check found about one source; good where nothing is an error. */
export interface SourceReport {
  readonly id: string;
  readonly file: string;
  readonly good: boolean;
  readonly problems: readonly Problem[];
}

/** What a definition is checked against. */
export interface CheckOptions {
  readonly tree: SourceTree;
  readonly tools: PipelineTools;
  /** Whether a program of that name ships with the server. */
  readonly isBuiltIn: (name: string) => boolean;
  /** What a program that ships with the server is; missing where that is not looked at. */
  readonly builtInKind?: (name: string) => Promise<Program["kind"] | undefined>;
  /** Folders in which other programs are looked for: `BIN_PATH` and those of the system. */
  readonly programFolders: readonly string[];
  /** Whether the server has a password file; missing where that is not known. */
  readonly hasPasswords?: boolean;
  /** What is to be said of the cache levels of a source: of the one with that `number`, or of all; missing: nothing. */
  readonly levelRemarks?: (source: DataSource) => readonly {
    readonly level: Problem["level"];
    readonly number?: number;
    readonly message: string;
  }[];
}

/** What the pipeline gives to every `#[...]`; das2-server 9.1, 7.3. */
const KNOWN_KEYS: ReadonlySet<string> = new Set(
  (
    "read.time.min read.time.max read.time.inter bin.time.max read.opts time.min time.max start_time end_time start stop " +
    "interval resolution params _LOCAL_ID_ _SERVER_ _FILENAME_"
  ).split(" "),
);
const FLAGS =
  "das2Stream das3Stream qstream requiresInterval hidden dropParams realTime hapi implicitTimeItem substitutions".split(
    " ",
  );
/** Keywords that only streams have. */
const STREAM_ONLY =
  /^(?:cacheLevels|cacheReader|hapi|(?:cacheLevel|exampleResolution|item|subSource)(?:_[0-9]+)?)$/;
/** The C library cuts longer ids; das2-server 21.3. */
const MAX_ID_BYTES = 63;

/**
 * Checks definitions without running anything: all of them, or those of the given ids.
 * Source: das2-server 19.4.
 */
export async function checkTree(options: CheckOptions, ids?: readonly string[]): Promise<SourceReport[]> {
  const files = await options.tree.files();
  const reports: SourceReport[] = [];
  for (const id of ids ?? files.keys())
    reports.push(await checkSource(options, id, files.get(id) ?? `${id}.dsdf`));
  return reports;
}

async function checkSource(options: CheckOptions, id: string, file: string): Promise<SourceReport> {
  let problems: Problem[];
  try {
    const source = await options.tree.find(id);
    problems =
      source === undefined
        ? [{ level: "error", file, message: `there is no source ${id}` }]
        : await new Checker(options, source).run();
  } catch (error) {
    problems = [loadProblem(file, error)];
  }
  return { id, file, good: problems.every(({ level }) => level !== "error"), problems };
}

/** Looks at one source that could be loaded. */
class Checker {
  readonly #options: CheckOptions;
  readonly #source: DataSource;
  readonly #problems: Problem[] = [];
  readonly #lines: ReadonlyMap<string, Assignment>;

  constructor(options: CheckOptions, source: DataSource) {
    this.#options = options;
    this.#source = source;
    this.#lines = parseDefinition(readDefinitionBytes(source.file), source.file).assignments;
  }

  async run(): Promise<Problem[]> {
    const source = this.#source;
    this.#problems.push(...(source.problems ?? []).map((remark) => remarkProblem(source.file, remark)));
    this.#flags();
    this.#slips();
    await this.#redirect();
    if (source.rename === undefined && source.server === undefined) {
      if (source.form === "file") this.#fileForm();
      else this.#streamForm();
      this.#programs();
      await this.#kinds();
      this.#ranges();
      this.#hapi();
      this.#people();
    }
    if (Buffer.byteLength(source.id) > MAX_ID_BYTES)
      this.#add("warning", `the id has more than ${MAX_ID_BYTES} bytes; clients of the C library cut it`);
    return this.#problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  }

  #add(level: Problem["level"], message: string, keyword?: string): void {
    const at = keyword === undefined ? undefined : this.#lines.get(keyword)?.line;
    this.#problems.push({
      level,
      file: this.#source.file,
      message,
      ...(at === undefined ? {} : { line: at }),
      ...(keyword === undefined ? {} : { keyword }),
    });
  }

  #flags(): void {
    for (const keyword of FLAGS) {
      const value = this.#source.keywords.get(keyword);
      if (value !== undefined && !/^(1|true|yes|on|0|false|no|off|)$/i.test(value.trim()))
        this.#add(
          "warning",
          `value ${JSON.stringify(value)} counts as false (true is 1, true, yes or on)`,
          keyword,
        );
    }
  }

  #slips(): void {
    for (const keyword of this.#lines.keys()) {
      const meant = meantKeyword(keyword, this.#lines);
      if (meant !== undefined)
        this.#add("warning", `is nothing that the server knows; was ${meant} meant?`, keyword);
    }
  }

  async #redirect(): Promise<void> {
    const { rename, server, id } = this.#source;
    if (server !== undefined && serverUrl(server) === undefined)
      this.#add("error", `value ${JSON.stringify(server)} is not ${SERVER_URL_SYNTAX}`, "server");
    if (rename === undefined || server !== undefined) return;
    if (rename === id) return this.#add("error", "the source is renamed to itself", "rename");
    if (!(await this.#exists(rename))) return this.#add("warning", `there is no source ${rename}`, "rename");
    const end = await followRenames(
      this.#source,
      (next) => this.#options.tree.find(next),
      (next) => next.server !== undefined,
    );
    if (end.kind === "found") return;
    const fault = end.kind === "circle" ? "renames go in a circle" : `more than ${MAX_RENAMES} renames`;
    this.#add("error", `${fault}, ${end.path.join(" -> ")}`, "rename");
  }

  async #exists(id: string): Promise<boolean> {
    try {
      return (await this.#options.tree.find(id)) !== undefined;
    } catch {
      return true; // it is there, and has a report of its own
    }
  }

  #streamForm(): void {
    const { keywords, form } = this.#source;
    const { tools } = this.#options;
    const claimed = ["das2Stream", "das3Stream", "qstream"].filter((name) =>
      /^(1|true|yes|on)$/i.test(keywords.get(name) ?? ""),
    );
    if (claimed.length > 1)
      this.#add("warning", `${claimed.join(" and ")} are both true; ${form} counts`, claimed[1]);
    if (form === "das1" && tools.das1ToDas2 === undefined)
      this.#add(
        "error",
        "a das1 source (neither das2Stream, das3Stream nor qstream is true), but DAS1_TO_DAS2 is not configured",
      );
    if (form === "das1" && tools.das1ToDas2 !== undefined && !keywords.has("form"))
      this.#add("error", "a das1 source without form: x_multi_y, x_tagged_y_scan or x_y_z");
    if (
      !isReducible(this.#source, tools) &&
      keywords.get("reducer") === undefined &&
      !this.#source.requiresInterval
    )
      this.#add("warning", `no reducer for ${form} streams: data are sent in full resolution`);
    this.#levels();
  }

  #levels(): void {
    for (const { level, number, message } of this.#options.levelRemarks?.(this.#source) ?? [])
      this.#add(
        level,
        message,
        number === undefined ? this.#firstNumbered("cacheLevel") : this.#numbered("cacheLevel", number),
      );
  }

  /** What says something of streams is of no use beside a file. */
  #fileForm(): void {
    for (const keyword of this.#source.keywords.keys())
      if (STREAM_ONLY.test(keyword))
        this.#add("warning", "has no meaning for a source that gives a file", keyword);
  }

  /** Whether built-in programs fit their neighbours, and the last of the reader what the definition says it gives. */
  async #kinds(): Promise<void> {
    const { reader, form } = this.#source;
    const { builtInKind } = this.#options;
    if (reader === undefined || form === "das1" || builtInKind === undefined) return;
    const names = reader.programs.map(programName);
    const kinds = await Promise.all(names.map((name) => builtInKind(name)));
    kinds.forEach((kind, index) => {
      if (kinds[index - 1] === "bytes" && (kind === "filter" || kind === "converter"))
        this.#add("error", `${names[index]} reads a stream, but ${names[index - 1]} gives a file`, "reader");
    });
    const last = kinds.at(-1);
    if (form === "file" && (last === "reader" || last === "filter"))
      this.#add("error", `${names.at(-1)} gives a das2 stream, not a file`, "reader");
    if (form !== "file" && last === "bytes")
      this.#add("error", `${names.at(-1)} gives a file: outputType says of which type`, "reader");
  }

  #programs(): void {
    const { reader, reducer, form, cacheReader } = this.#source;
    const { tools } = this.#options;
    // The reader of a das1 source is run by the converter, from the definition.
    if (reader !== undefined && form !== "das1") this.#command(reader, "reader");
    if (reducer) this.#command(reducer, "reducer");
    if (form === "das1" && tools.das1ToDas2 !== undefined) this.#command(tools.das1ToDas2, "reader");
    // Data are there without it.
    if (cacheReader !== undefined) this.#command(cacheReader, "cacheReader", "warning");
  }

  #command(command: CommandTemplate, keyword: string, level: Problem["level"] = "error"): void {
    for (const program of command.programs) {
      const missing = this.#missingProgram(programName(program));
      if (missing !== undefined) this.#add(level, missing, keyword);
    }
    for (const key of commandKeys(command)) if (!KNOWN_KEYS.has(key)) this.#unknownKey(command, key, keyword);
  }

  #unknownKey(command: CommandTemplate, key: string, keyword: string): void {
    const needed = command.programs
      .flatMap(({ words }) => words.flat())
      .some((part) => part.kind === "value" && part.key === key && part.absent === undefined);
    const effect = needed ? "a request without it is refused" : "clients do not know of it";
    this.#add("warning", `asks for the request parameter ${key}: ${effect}`, keyword);
  }

  #missingProgram(name: string): string | undefined {
    return programFault(name, this.#options.isBuiltIn, this.#options.programFolders);
  }

  /** Whether the source is kept from clients of HAPI by something that the definition could say. */
  #hapi(): void {
    const { form, hapi, hidden } = this.#source;
    const obstacle = hapiObstacle(this.#source);
    if ((form !== "das2" && form !== "das1") || !hapi || hidden || obstacle === undefined) return;
    this.#add("warning", `clients of HAPI do not get it: ${obstacle}`);
  }

  #ranges(): void {
    const { examples, validRange, requiresInterval, params } = this.#source;
    if (examples.length === 0)
      this.#add(
        "warning",
        this.#source.form === "file"
          ? "no exampleRange: nobody can tell what to ask for"
          : "no exampleRange: the source is missing from server=discovery",
      );
    for (const { number, begin, end, interval, params: words } of examples) {
      const keyword = this.#numbered("exampleRange", number);
      const early = validRange !== undefined && compareTimes(begin, validRange.begin) < 0;
      const late =
        validRange !== undefined && validRange.end !== "now" && compareTimes(end, validRange.end) > 0;
      if (early || late) this.#add("warning", "the example reaches out of validRange", keyword);
      if (requiresInterval && interval === undefined)
        this.#add(
          "warning",
          "an example without exampleInterval for a source that needs an interval",
          keyword,
        );
      if (words !== undefined && this.#source.dropParams)
        this.#add(
          "warning",
          "parameters of an example never reach the reader (dropParams)",
          this.#numbered("exampleParams", number),
        );
    }
    if (params.length > 0 && this.#source.dropParams)
      this.#add("warning", "declared parameters never reach the reader", "dropParams");
  }

  #people(): void {
    const { contacts, securityRealm } = this.#source;
    if (!contacts.some(({ kind }) => kind === "technical")) this.#add("warning", "no techContact");
    this.#login();
    if (securityRealm !== undefined && /["\\]/.test(securityRealm))
      this.#add("warning", "quotes and backslashes in a realm confuse clients", "securityRealm");
  }

  #login(): void {
    const { access, keywords } = this.#source;
    const missing = access.some(({ method }) => method !== "age") && this.#options.hasPasswords === false;
    const keyword = keywords.has("readAccess") ? "readAccess" : "groupAccess";
    if (missing) this.#add("error", "asks for a login, but USER_PASSWD is not configured", keyword);
  }

  #numbered(base: string, number: number): string | undefined {
    const names = [...this.#source.keywords.keys()].filter((keyword) => keyword.startsWith(base));
    return names.find(
      (keyword) =>
        Number(/^_([0-9]+)$/.exec(keyword.slice(base.length))?.[1] ?? (keyword === base ? 0 : -1)) === number,
    );
  }

  #firstNumbered(base: string): string | undefined {
    return [...this.#source.keywords.keys()].find((keyword) => keyword.startsWith(base));
  }
}
