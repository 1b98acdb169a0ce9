import type { CommandTemplate } from "../../../dsdf/command.js";
import type { DataSource } from "../../../dsdf/data-source.js";
import { programFault, programName } from "../../../dsdf/find-program.js";
import { pipelineTools } from "../../../dsdf/tools.js";
import { builtInNames } from "../../../pipeline/built-in.js";
import { childEnvironment } from "../../../pipeline/environment.js";
import { type Check, type CheckSubject, type Finding, fewOf } from "../finding.js";

/** Programs that definitions and configuration name: those that are not there, or that cannot be run. Source: das2-server 13. */
export const programs: Check = {
  name: "programs",
  keepMs: 60_000,
  async run(subject, signal) {
    const named = await namedPrograms(subject, signal);
    const shipped = new Set(builtInNames());
    const folders = (childEnvironment(subject.config).PATH ?? "").split(":");
    const faults: string[] = [];
    for (const [program, users] of named) {
      const fault = programFault(program, (one) => shipped.has(one), folders);
      if (fault !== undefined) faults.push(`${fault} (${fewOf([...users], 3)})`);
    }
    const name = "Programs";
    const figures = { programs: named.size, programs_missing: faults.length };
    if (faults.length === 0)
      return [
        { name, state: "good", says: `${named.size} readers, reducers and converters can be run`, figures },
      ];
    const finding: Finding = {
      name,
      state: "bad",
      says: `${faults.length} of ${named.size} cannot be run: ${fewOf(faults)}`,
      advice:
        "Install them in a folder of BIN_PATH and make them executable (chmod a+x), or correct the definitions that name them.",
      figures,
    };
    return [finding];
  },
};

/** Programs by name, and which sources or settings use them. */
async function namedPrograms(
  { config, sources }: CheckSubject,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const named = new Map<string, Set<string>>();
  const add = (command: CommandTemplate, user: string): void => {
    for (const program of command.programs) {
      const name = programName(program);
      const users = named.get(name) ?? new Set();
      named.set(name, users.add(user));
    }
  };
  for (const tool of Object.values(pipelineTools(config))) add(tool, "configuration");
  for (const id of (await sources.files()).keys()) {
    if (signal.aborted) break;
    // One that does not load is for another check.
    const source = await sources.find(id).catch(() => undefined);
    if (source !== undefined) for (const command of commandsOf(source)) add(command, id);
  }
  return named;
}

function commandsOf({ rename, server, form, reader, reducer, cacheReader }: DataSource): CommandTemplate[] {
  if (rename !== undefined || server !== undefined) return [];
  // The reader of a das1 source is run by its converter, from the definition.
  const commands = [
    form === "das1" ? undefined : reader,
    reducer === false ? undefined : reducer,
    cacheReader,
  ];
  return commands.filter((command) => command !== undefined);
}
