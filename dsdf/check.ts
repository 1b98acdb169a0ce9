import type { CheckOptions } from "./checks/check-options.js";
import { Findings } from "./checks/findings.js";
import { checkForm } from "./checks/form.js";
import { checkHapi } from "./checks/hapi.js";
import { checkPeople } from "./checks/people.js";
import { checkPrograms } from "./checks/programs.js";
import { checkRanges } from "./checks/ranges.js";
import { checkRedirects } from "./checks/redirects.js";
import { checkSpelling } from "./checks/spelling.js";
import type { DataSource } from "./data-source.js";
import { loadProblem, type Problem, remarkProblem } from "./definition-problem.js";
import { parseDefinition } from "./grammar.js";
import { readDefinitionBytes } from "./load.js";

/** What the check found about one source; good where nothing is an error. */
export interface SourceReport {
  readonly id: string;
  readonly file: string;
  readonly good: boolean;
  readonly problems: readonly Problem[];
}

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
        : await problemsOf(options, source);
  } catch (error) {
    problems = [loadProblem(file, error)];
  }
  return { id, file, good: problems.every(({ level }) => level !== "error"), problems };
}

/** What there is to be said of a source that could be loaded. */
async function problemsOf(options: CheckOptions, source: DataSource): Promise<Problem[]> {
  const lines = parseDefinition(readDefinitionBytes(source.file), source.file).assignments;
  const findings = new Findings(source, lines);
  checkSpelling(findings);
  await checkRedirects(findings, options.tree);
  if (source.rename === undefined && source.server === undefined) {
    checkForm(findings, options);
    await checkPrograms(findings, options);
    checkRanges(findings);
    checkHapi(findings);
    checkPeople(findings, options.hasPasswords);
  }
  if (Buffer.byteLength(source.id) > MAX_ID_BYTES)
    findings.add("warning", `the id has more than ${MAX_ID_BYTES} bytes; clients of the C library cut it`);
  const remarks = (source.problems ?? []).map((remark) => remarkProblem(source.file, remark));
  return [...remarks, ...findings.problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
}
