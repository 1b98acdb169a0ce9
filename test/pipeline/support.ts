import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Stage } from "../../dsdf/stage.js";
import { isDasError } from "../../errors/das-error.js";
import type { PipelineOptions } from "../../pipeline/options.js";
import type { Outcome, StageStatus } from "../../pipeline/outcome.js";
import { type PipelineRun, runPipeline } from "../../pipeline/run.js";
import { packet } from "../support/run-stream.js";

/** A stage with an argument vector. */
export function stage(role: Stage["role"], ...argv: [string, ...string[]]): Stage {
  return { role, argv, env: {} };
}

/** A stage that is a shell script: what programs of other people do, in one line. */
export function shell(body: string, role: Stage["role"] = "reader", ...args: string[]): Stage {
  return stage(role, "/bin/sh", "-c", body, "sh", ...args);
}

/** Nothing is built in. */
export const SPAWN_ALL: PipelineOptions = { programs: () => undefined, limits: { graceMs: 200 } };

export const STREAM_HEADER = packet("00", '<stream version="2.2"/>\n');
export const PACKET_HEADER = packet(
  "01",
  '<packet>\n  <x name="t" type="time24" units="us2000"/>\n  <y name="b" type="ascii10" units="nT"/>\n</packet>\n',
);

/** Data packets of {@link PACKET_HEADER}, one a second. */
export function rows(count: number, from = 0): string {
  let text = "";
  for (let i = from; i < from + count; i++) {
    const time = new Date(Date.UTC(2001, 0, 1, 0, 0, i)).toISOString().slice(0, 23);
    text += `:01:${time} ${(i % 7).toFixed(3).padStart(9)}\n`;
  }
  return text;
}

/** A whole small stream. */
export const SAMPLE = STREAM_HEADER + PACKET_HEADER + rows(20);
/** Bytes of one data packet of it. */
export const ROW_BYTES = 4 + 24 + 10;

/** Files and scripts of one test file. */
export class Scripts {
  readonly folder: string = mkdtempSync(join(tmpdir(), "pipeline-"));
  #count = 0;

  /** A file with the text. */
  file(text: string | Uint8Array): string {
    const path = join(this.folder, `file-${this.#count++}`);
    writeFileSync(path, text);
    return path;
  }

  /** An executable with the first line given; not executable with `mode` 0o644. */
  executable(body: string, firstLine = "#!/bin/sh", mode = 0o755): string {
    const path = join(this.folder, `script-${this.#count++}`);
    writeFileSync(path, `${firstLine}\n${body}\n`, { mode });
    return path;
  }

  /** A reader that writes the text and ends well. */
  reader(text: string | Uint8Array): Stage {
    return stage("reader", "/bin/cat", this.file(text));
  }
}

/** Everything that came of a pipeline. */
export interface Collected {
  readonly text: string;
  readonly outcome: Outcome;
  readonly statuses: readonly StageStatus[];
  /** Code of the error that `bytes` threw. */
  readonly thrown: string | undefined;
  readonly message: string | undefined;
}

/** Runs a pipeline to its end. */
export async function collect(
  stages: readonly Stage[],
  options: PipelineOptions = SPAWN_ALL,
): Promise<Collected> {
  return collectRun(runPipeline(stages, options));
}

/** Takes all of a run that was started. */
export async function collectRun(run: PipelineRun): Promise<Collected> {
  const parts: Uint8Array[] = [];
  let thrown: string | undefined;
  let message: string | undefined;
  try {
    for await (const piece of run.bytes) parts.push(piece);
  } catch (error) {
    if (!isDasError(error)) throw error;
    thrown = error.code;
    message = error.message;
  }
  const outcome = await run.outcome;
  return { text: Buffer.concat(parts).toString("latin1"), outcome, statuses: run.statuses, thrown, message };
}

/** The exception at the end of a das2 stream: its type and message. */
export function exceptionAtEnd(text: string): { type: string; message: string } | undefined {
  const found = /\[xx\]\d{6}<exception type="([^"]*)" message="([^"]*)"\/>\n$/.exec(text);
  return found === null ? undefined : { type: found[1] ?? "", message: found[2] ?? "" };
}

/** Process ids whose command line holds `mark`, zombies excluded. */
export function processesWith(mark: string): readonly number[] {
  const found: number[] = [];
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue;
    try {
      const inside = readFileSync(`/proc/${entry}/cmdline`, "latin1").includes(mark);
      if (inside && !isZombie(entry)) found.push(Number(entry));
    } catch {
      // It ended while it was looked at.
    }
  }
  return found;
}

function isZombie(pid: string): boolean {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  return stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
}

/** Open descriptors of this process. */
export function openDescriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

/** Waits until the statement holds; fails after `limitMs`. */
export async function until(holds: () => boolean, limitMs = 5000): Promise<void> {
  const began = performance.now();
  while (!holds()) {
    if (performance.now() - began > limitMs) throw new Error("what was waited for did not come");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Whether a file of a script is there. */
export function written(path: string): boolean {
  return existsSync(path);
}
