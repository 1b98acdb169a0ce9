import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";

const root = join(import.meta.dirname, "../../..");

/** A program of the tests, bundled. */
export interface ChildProgram {
  start(...args: readonly string[]): RunningChild;
  /** Ends what runs, and removes the bundle. */
  remove(): Promise<void>;
}

/** A process of it. */
export interface RunningChild {
  /** What it has said so far on standard output. */
  readonly lines: readonly string[];
  /** The same of standard error. */
  readonly errors: readonly string[];
  /** Resolves at the first line of either, from the begin on, that is `line` or matches it. Errors: where the process ends before. */
  said(line: string | RegExp): Promise<void>;
  kill(signal: "SIGKILL" | "SIGTERM"): void;
  /** Resolves with the exit status, `null` where a signal ended it, when all was read that it has said. */
  readonly ended: Promise<number | null>;
}

/** Bundles a program beside the packages that it loads. */
export async function childProgram(file: string): Promise<ChildProgram> {
  const folder = await mkdtemp(join(root, "node_modules/.programs-"));
  const outfile = join(folder, "program.mjs");
  await build({
    ...{ entryPoints: [file], outfile },
    ...{ bundle: true, platform: "node", target: "node20", format: "esm", packages: "external" },
    logLevel: "silent",
  });
  const children: ChildProcess[] = [];
  return {
    start(...args) {
      const child = spawn(process.execPath, [outfile, ...args], { stdio: ["ignore", "pipe", "pipe"] });
      children.push(child);
      return running(child);
    },
    async remove() {
      for (const child of children) child.kill("SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Waiting {
  readonly isIt: (line: string) => boolean;
  resolve(): void;
  reject(error: Error): void;
}

function running(child: ChildProcess): RunningChild {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error("a process without output");
  const lines: string[] = [];
  const errors: string[] = [];
  const waiting: Waiting[] = [];
  for (const [stream, said] of [[stdout, lines] as const, [stderr, errors] as const])
    createInterface({ input: stream }).on("line", (line) => {
      said.push(line);
      for (const one of waiting) if (one.isIt(line)) one.resolve();
    });
  const ended = once(child, "close").then(([status]: (number | null)[]) => {
    for (const one of waiting)
      one.reject(new Error(`it ended without that line:\n${[...lines, ...errors].join("\n")}`));
    return status ?? null;
  });
  return {
    ...{ lines, errors, ended },
    said(line) {
      const isIt = (said: string): boolean => (typeof line === "string" ? said === line : line.test(said));
      if ([...lines, ...errors].some(isIt)) return Promise.resolve();
      return new Promise((resolve, reject) => waiting.push({ isIt, resolve, reject }));
    },
    kill: (signal) => void child.kill(signal),
  };
}
