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
  /** Resolves at the first line, from the begin on, that is `line`. Errors: where the process ends before. */
  said(line: string): Promise<void>;
  kill(signal: "SIGKILL" | "SIGTERM"): void;
  /** Resolves with the exit status, `null` where a signal ended it. */
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
      const child = spawn(process.execPath, [outfile, ...args], { stdio: ["ignore", "pipe", "inherit"] });
      children.push(child);
      return running(child);
    },
    async remove() {
      for (const child of children) child.kill("SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function running(child: ChildProcess): RunningChild {
  if (child.stdout === null) throw new Error("a process without output");
  const lines: string[] = [];
  const waiting: { readonly line: string; resolve(): void; reject(error: Error): void }[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    for (const one of waiting) if (one.line === line) one.resolve();
  });
  const ended = once(child, "close").then(([status]: (number | null)[]) => {
    for (const one of waiting) one.reject(new Error(`it ended before "${one.line}": ${lines.join(", ")}`));
    return status ?? null;
  });
  return {
    said: (line) =>
      lines.includes(line)
        ? Promise.resolve()
        : new Promise((resolve, reject) => waiting.push({ line, resolve, reject })),
    kill: (signal) => void child.kill(signal),
    ended,
  };
}
