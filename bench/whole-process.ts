import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { packageRoot } from "../config/package-root.js";
import type { Print } from "./print.js";

const ROUNDS = 5;

/** A program to be timed: the same arguments, one standard input. */
export interface Timed {
  readonly label: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** A program that ships here, as it is built. */
export function built(name: string, args: readonly string[]): Timed {
  return {
    label: `${name} ${args.join(" ")}`.trim(),
    command: join(packageRoot(), "dist/programs", name),
    args,
  };
}

/** The program of that name in the folder `DAS2C_BIN`, or `undefined` where there is none. */
export function peer(name: string, args: readonly string[]): Timed | undefined {
  const folder = process.env.DAS2C_BIN;
  const command = folder === undefined ? undefined : join(folder, name);
  return command === undefined || !existsSync(command) ? undefined : { label: "das2C", command, args };
}

const CAT: Timed = { label: "cat", command: "cat", args: [] };

/** Seconds from start to end of a process that reads `file` and whose output goes nowhere. */
async function seconds({ command, args, label }: Timed, file: string): Promise<number> {
  const input = openSync(file, "r");
  try {
    const start = performance.now();
    const child = spawn(command, [...args], { stdio: [input, "ignore", "inherit"] });
    const [status] = await once(child, "exit");
    if (status !== 0) throw new Error(`${label} ended with status ${status}`);
    return (performance.now() - start) / 1e3;
  } finally {
    closeSync(input);
  }
}

/** The times of each program; they run in turn, so that a machine that is slow for a while is slow for all. */
async function roundsOf(programs: readonly Timed[], file: string): Promise<number[][]> {
  const times: number[][] = programs.map(() => []);
  for (let round = 0; round < ROUNDS; round++)
    for (const [i, program] of programs.entries()) times[i]!.push(await seconds(program, file));
  return times;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!; // there is a round
}

/** What the peer is known to do. */
export interface PeerFigures {
  /** MB of input a second on the machine where the goals were set; printed where the peer itself is not at hand. */
  readonly stated: number;
  /** Least ratio that is wanted. */
  readonly goal: number;
}

/** Prints how fast a built program takes `file`, whole process, beside `cat` and its peer. */
export async function compare(
  print: Print,
  file: string,
  bytes: number,
  ours: Timed,
  theirs: Timed | undefined,
  figures?: PeerFigures,
): Promise<void> {
  const programs = theirs === undefined ? [ours, CAT] : [ours, CAT, theirs];
  const [our, cat, peers] = await roundsOf(programs, file);
  const rate = (times: readonly number[]): number => bytes / 1e6 / median(times);
  const mine = rate(our!);
  print(`  ${ours.label}: ${mine.toFixed(1)} MB/s of input; cat ${rate(cat!).toFixed(0)} MB/s`);
  const goal = figures === undefined ? "" : ` (goal ${figures.goal})`;
  if (theirs !== undefined && peers !== undefined) {
    const ratio = median(peers.map((time, round) => time / our![round]!));
    print(`    ${ratio.toFixed(2)} times ${theirs.label}, ${rate(peers).toFixed(1)} MB/s${goal}`);
  } else if (figures !== undefined)
    print(
      `    ${(mine / figures.stated).toFixed(2)} times the stated ${figures.stated} MB/s of das2C${goal}; DAS2C_BIN names no folder that has it`,
    );
}
