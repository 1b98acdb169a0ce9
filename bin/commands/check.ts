import { existsSync, statSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import { parseArgs } from "node:util";
import { levelRemarks } from "../../cache/levels/level-remarks.js";
import type { Config } from "../../config/config.js";
import { checkTree, type SourceReport } from "../../dsdf/check.js";
import { checkFolders } from "../../dsdf/check-folders.js";
import { problemText } from "../../dsdf/definition-problem.js";
import { pipelineTools } from "../../dsdf/tools.js";
import type { SourceTree } from "../../dsdf/tree.js";
import { DasError } from "../../errors/das-error.js";
import { builtInNames, builtInProgram } from "../../pipeline/built-in.js";
import { childEnvironment } from "../../pipeline/environment.js";
import { useLeapSecondsFile } from "../../pipeline/leap-seconds-file.js";
import { limitsOfConfig } from "../../pipeline/limits-of-config.js";
import { killPipelinesOnSignal } from "../../pipeline/process-group.js";
import { programGrants } from "../../pipeline/program-grants.js";
import { tryExample } from "../../pipeline/try-example.js";
import type { Command } from "./command.js";
import { commandConfig, sourceTree } from "./source-setting.js";

/** `heliostream check`: says for each source: good, or what is wrong and what was expected. */
export const check: Command = {
  help: [
    "usage: heliostream check [-c FILE] [--run] [DIR|FILE]",
    "",
    "Checks definitions: the tree of the configuration (DSDF_ROOT), another folder, or one .dsdf file.",
    "",
    "  -c, --config FILE  configuration (default: HELIOSTREAM_CONFIG, else etc/das2server.conf)",
    "  --run              also runs the first example of each good source and checks the stream",
    "",
    "Exit status: 0 when every source and folder is good, 1 when one is not.",
  ].join("\n"),
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { config: { type: "string", short: "c" }, run: { type: "boolean" } },
    });
    if (positionals.length > 1)
      throw new DasError(
        "BAD_PARAMETER",
        `${positionals.length} folders or files given, expected one at most`,
      );
    const config = commandConfig(values.config);
    const { tree, ids } = chosenSources(config, positionals[0]);
    useLeapSecondsFile(config.leapSecondsFile);
    if (values.run === true) killPipelinesOnSignal();
    const env = childEnvironment(config);
    const names = new Set(builtInNames());
    const folders = ids === undefined ? await checkFolders(tree, config) : [];
    for (const folder of folders) printReport(folder);
    const badFolders = folders.filter(({ good }) => !good).length;
    const tools = pipelineTools(config);
    const reports = await checkTree(
      {
        tree,
        tools,
        isBuiltIn: (name) => names.has(name),
        builtInKind: async (name) => (await builtInProgram(name))?.kind,
        programFolders: (env.PATH ?? "").split(":"),
        hasPasswords: config.userPasswd !== undefined,
        levelRemarks: (source) => levelRemarks(source, tools),
      },
      ids,
    );
    let bad = 0;
    for (const report of reports) {
      const works =
        report.good && (values.run !== true || (await runFirstExample(report, tree, config, env)));
      if (!report.good || values.run !== true) printReport(report);
      else printProblems(report);
      if (!works) bad++;
    }
    const more = badFolders === 0 ? "" : `; folders: ${badFolders} not good`;
    console.log(`${reports.length} sources, ${reports.length - bad} good, ${bad} not${more}`);
    return bad + badFolders === 0 ? 0 : 1;
  },
};

function printReport(report: SourceReport): void {
  console.log(`${report.good ? "good" : "BAD "}  ${report.id}`);
  printProblems(report);
}

function printProblems({ problems }: SourceReport): void {
  for (const problem of problems) console.log(`      ${problemText(problem)}`);
}

function chosenSources(
  config: Config,
  place: string | undefined,
): { readonly tree: SourceTree; readonly ids?: readonly string[] } {
  if (place === undefined) return { tree: sourceTree(config) };
  const path = resolve(place);
  if (!existsSync(path)) throw new DasError("NOT_FOUND", `there is no folder or file "${place}"`);
  if (statSync(path).isDirectory()) return { tree: sourceTree(config, [path]) };
  // A file inside the site's own tree keeps its id; any other is a tree of its own.
  const root = config.dsdfRoot.find((folder) => path.startsWith(folder + sep)) ?? dirname(path);
  return { tree: sourceTree(config, [root]), ids: [relative(root, path).replace(/\.dsdf$/, "")] };
}

async function runFirstExample(
  report: SourceReport,
  tree: SourceTree,
  config: Config,
  env: Readonly<Record<string, string>>,
): Promise<boolean> {
  const source = await tree.find(report.id);
  const example = source?.examples[0];
  if (
    source === undefined ||
    example === undefined ||
    source.rename !== undefined ||
    source.server !== undefined
  ) {
    console.log(
      `good  ${report.id} (nothing to run: ${example === undefined ? "no example" : "served elsewhere"})`,
    );
    return true;
  }
  const result = await tryExample(source, example, pipelineTools(config), {
    programs: builtInProgram,
    limits: limitsOfConfig(config),
    env,
    grants: programGrants(config),
    cwd: "/",
  });
  const good = result.problems.length === 0;
  const amount = result.packets === undefined ? "" : `${result.packets} packets, `;
  console.log(
    `${good ? "good" : "BAD "}  ${report.id} (${amount}${result.bytes} bytes in ${Math.round(result.ms)} ms)`,
  );
  for (const problem of result.problems) console.log(`      ${source.file}: error: ${problem}`);
  if (!good) for (const line of result.said) console.log(`      > ${line}`);
  return good;
}
