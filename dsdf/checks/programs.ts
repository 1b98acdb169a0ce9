import { type CommandTemplate, commandKeys } from "../command.js";
import type { Problem } from "../definition-problem.js";
import { programFault, programName } from "../find-program.js";
import type { CheckOptions } from "./check-options.js";
import type { Findings } from "./findings.js";

/** What the pipeline gives to every `#[...]`; das2-server 9.1, 7.3. */
const KNOWN_KEYS: ReadonlySet<string> = new Set(
  (
    "read.time.min read.time.max read.time.inter bin.time.max read.opts time.min time.max start_time end_time start stop " +
    "interval resolution params _LOCAL_ID_ _SERVER_ _FILENAME_"
  ).split(" "),
);

/** Whether the programs that the definition names are there, and fit each other. */
export async function checkPrograms(findings: Findings, options: CheckOptions): Promise<void> {
  checkNames(findings, options);
  await checkKinds(findings, options);
}

function checkNames(findings: Findings, options: CheckOptions): void {
  const { reader, reducer, form, cacheReader } = findings.source;
  const { tools } = options;
  // The reader of a das1 source is run by the converter, from the definition.
  if (reader !== undefined && form !== "das1") checkCommand(findings, options, reader, "reader");
  if (reducer) checkCommand(findings, options, reducer, "reducer");
  if (form === "das1" && tools.das1ToDas2 !== undefined)
    checkCommand(findings, options, tools.das1ToDas2, "reader");
  // Data are there without it.
  if (cacheReader !== undefined) checkCommand(findings, options, cacheReader, "cacheReader", "warning");
}

function checkCommand(
  findings: Findings,
  { isBuiltIn, programFolders }: CheckOptions,
  command: CommandTemplate,
  keyword: string,
  level: Problem["level"] = "error",
): void {
  for (const program of command.programs) {
    const missing = programFault(programName(program), isBuiltIn, programFolders);
    if (missing !== undefined) findings.add(level, missing, keyword);
  }
  for (const key of commandKeys(command))
    if (!KNOWN_KEYS.has(key)) sayUnknownKey(findings, command, key, keyword);
}

function sayUnknownKey(findings: Findings, command: CommandTemplate, key: string, keyword: string): void {
  const needed = command.programs
    .flatMap(({ words }) => words.flat())
    .some((part) => part.kind === "value" && part.key === key && part.absent === undefined);
  const effect = needed ? "a request without it is refused" : "clients do not know of it";
  findings.add("warning", `asks for the request parameter ${key}: ${effect}`, keyword);
}

/** Whether built-in programs fit their neighbours, and the last of the reader what the definition says it gives. */
async function checkKinds(findings: Findings, { builtInKind }: CheckOptions): Promise<void> {
  const { reader, form } = findings.source;
  if (reader === undefined || form === "das1" || builtInKind === undefined) return;
  const names = reader.programs.map(programName);
  const kinds = await Promise.all(names.map((name) => builtInKind(name)));
  kinds.forEach((kind, index) => {
    if (kinds[index - 1] === "bytes" && (kind === "filter" || kind === "converter"))
      findings.add("error", `${names[index]} reads a stream, but ${names[index - 1]} gives a file`, "reader");
  });
  const last = kinds.at(-1);
  if (form === "file" && (last === "reader" || last === "filter"))
    findings.add("error", `${names.at(-1)} gives a das2 stream, not a file`, "reader");
  if (form !== "file" && last === "bytes")
    findings.add("error", `${names.at(-1)} gives a file: outputType says of which type`, "reader");
}
