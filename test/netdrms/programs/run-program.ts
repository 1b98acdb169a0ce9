import type { ModuleDeclaration } from "../../../netdrms/module/declaration.js";
import type { DrmsModule } from "../../../netdrms/module/module.js";
import type { ModuleHost } from "../../../netdrms/module/module-host.js";
import { runModule } from "../../../netdrms/module/run-module.js";
import type { WrittenArchive } from "../../support/written-archive.js";

/** What a run of a program left. */
export interface ProgramRun {
  readonly status: number;
  /** Standard output. */
  readonly out: string;
  /** Standard error. */
  readonly lines: readonly string[];
}

/** Runs a module on an archive, in this process. */
export async function runOn<D extends ModuleDeclaration>(
  archive: Pick<WrittenArchive, "database">,
  module: DrmsModule<D>,
  argv: readonly string[],
  given: Partial<ModuleHost> = {},
): Promise<ProgramRun> {
  const out: Uint8Array[] = [];
  const lines: string[] = [];
  const status = await runModule(module, {
    argv,
    calledAs: module.declaration.name,
    env: {},
    databaseUrl: archive.database.url,
    storage: { durable: false },
    facts: {
      hostName: "host.example",
      pid: process.pid,
      userName: "tester",
      startedAt: new Date(2026, 0, 2, 3, 4, 5),
      softwareVersion: "1.2.3(10203)",
    },
    serverCommand: ["drms_server"],
    signal: new AbortController().signal,
    print: async (bytes) => void out.push(bytes),
    log: (line) => void lines.push(line),
    ...given,
  });
  return { status, out: Buffer.concat(out).toString(), lines };
}
