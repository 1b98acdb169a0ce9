import { execFile, spawnSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

/**
 * The Python that has the client, that of the system first: packages of the distribution are installed for it. Looking for the package takes
 * less than loading it.
 */
export function findDrmsPython(): string | undefined {
  const look = 'import importlib.util, sys; sys.exit(importlib.util.find_spec("drms") is None)';
  return ["/usr/bin/python3", "python3"].find((program) => spawnSync(program, ["-c", look]).status === 0);
}

/** A call of a method of the client, with its arguments by place and by name. */
export type ClientCall = readonly [
  method: string,
  args: readonly unknown[],
  named?: Readonly<Record<string, unknown>>,
];

/** A table of the client: names of its rows, and its columns. */
export interface ClientTable {
  readonly index: readonly string[];
  readonly columns: Readonly<Record<string, readonly unknown[]>>;
}

/** What a program in Python prints that may use the client. Errors: where the client is not installed, or the program fails. */
export async function runPython(args: readonly string[]): Promise<string> {
  const python = findDrmsPython();
  if (python === undefined)
    throw new Error("python3-drms is not installed (scripts/install-system.sh installs it)");
  const { stdout } = await promisify(execFile)(python, [...args], { maxBuffer: 64 << 20 });
  return stdout;
}

/**
 * Makes calls of the real Python client (Debian: `python3-drms`) against a server, one process for all of them.
 * @param baseUrl of the interface, without a `/` at its end
 * @param settings further settings of its server
 * @returns what each gave: tables as {@link ClientTable}, errors as `{ raised, text }`
 * Errors: where the client is not installed.
 */
export async function drmsClient(
  baseUrl: string,
  calls: readonly ClientCall[],
  settings: Readonly<Record<string, string>> = {},
): Promise<readonly unknown[]> {
  const stdout = await runPython([
    join(import.meta.dirname, "../e2e/drms-client.py"),
    `${baseUrl}/`,
    JSON.stringify(calls.map(([method, args, named = {}]) => [method, args, named])),
    JSON.stringify(settings),
  ]);
  return JSON.parse(stdout) as readonly unknown[]; // the list that the script prints
}
