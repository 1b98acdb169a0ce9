import { blockRange } from "../../cache/block-number.js";
import { jobId } from "../../cache/queue/build-job.js";
import type { BuildJob } from "../../cache/queue/build-queue.js";
import { countText, durationText } from "../../cgi/pages/format.js";
import { timeToUs2000 } from "../../stream/time.js";
import type { ProgressOutput } from "./sample-progress.js";

/** Width of the bar, characters. */
const BAR = 24;
/** A terminal gets at most a line each so many ms; a file one for each part of the work. */
const TERMINAL_MS = 100;
const FILE_LINES = 10;

/** A build with the blocks that are wanted of it. */
export interface CountedJob {
  readonly job: BuildJob;
  readonly blocks: number;
}

/** How far many builds are: blocks done, rate, time left. On a terminal one line that is written over, else some lines. */
export class BuildProgress {
  readonly #output: ProgressOutput;
  readonly #now: () => number;
  readonly #begin: number;
  readonly #jobs: ReadonlyMap<string, { readonly blocks: number; readonly seconds: number }>;
  readonly #total: number;
  readonly #done = new Map<string, number>();
  #told = Number.NEGATIVE_INFINITY;
  #part = 0;

  /** @param now milliseconds that only grow */
  constructor(output: ProgressOutput, jobs: readonly CountedJob[], now: () => number) {
    this.#output = output;
    this.#now = now;
    this.#begin = now();
    this.#jobs = new Map(jobs.map(({ job, blocks }) => [jobId(job), { blocks, seconds: secondsOf(job) }]));
    this.#total = jobs.reduce((sum, { blocks }) => sum + blocks, 0);
  }

  /** A build has come so far, 0 to 1; one that has ended is done. */
  set(job: BuildJob, fraction: number): void {
    const id = jobId(job);
    this.#done.set(id, Math.max(this.#done.get(id) ?? 0, Math.min(fraction, 1)));
    this.#tell();
  }

  /** What is told: `120 of 365 blocks (32 %), 12.0 blocks/s, 2.00 days of data/s, 20.4 s left`. */
  line(): string {
    let [blocks, seconds, allSeconds] = [0, 0, 0];
    for (const [id, job] of this.#jobs) {
      const part = this.#done.get(id) ?? 0;
      blocks += part * job.blocks;
      seconds += part * job.seconds;
      allSeconds += job.seconds;
    }
    const elapsed = (this.#now() - this.#begin) / 1000;
    const part = allSeconds === 0 ? 1 : seconds / allSeconds;
    const parts = [
      `${Math.floor(blocks)} of ${countText(this.#total, "block")} (${Math.floor(100 * part)} %)`,
    ];
    if (elapsed > 0 && part > 0) {
      parts.push(`${rateText(blocks / elapsed)} blocks/s`, `${dataRateText(seconds / elapsed)} of data/s`);
      if (part < 1) parts.push(`${durationText(((1 - part) / part) * elapsed * 1000)} left`);
    }
    return parts.join(", ");
  }

  /** Ends the line of a terminal, so that others can follow. */
  end(): void {
    if (this.#output.isTTY === true) this.#output.write("\r\x1b[K");
  }

  #tell(): void {
    const line = this.line();
    const part = this.#share();
    if (this.#output.isTTY === true) {
      if (this.#now() - this.#told < TERMINAL_MS && part < 1) return;
      this.#told = this.#now();
      const filled = Math.floor(BAR * part);
      this.#output.write(`\r\x1b[K[${"#".repeat(filled)}${".".repeat(BAR - filled)}] ${line}`);
      return;
    }
    const step = Math.floor(FILE_LINES * part);
    if (step <= this.#part) return;
    this.#part = step;
    this.#output.write(`${line}\n`);
  }

  #share(): number {
    let [done, all] = [0, 0];
    for (const [id, { seconds }] of this.#jobs) {
      all += seconds;
      done += seconds * (this.#done.get(id) ?? 0);
    }
    return all === 0 ? 1 : done / all;
  }
}

function secondsOf({ number, period }: BuildJob): number {
  const { begin, end } = blockRange(number, period);
  return (timeToUs2000(end) - timeToUs2000(begin)) / 1e6;
}

const UNITS = [
  { name: "years", seconds: 365.25 * 86_400 },
  { name: "days", seconds: 86_400 },
  { name: "h", seconds: 3600 },
  { name: "min", seconds: 60 },
] as const;

/** Time of data for a second, for people: `2.00 days`. */
function dataRateText(seconds: number): string {
  const unit = UNITS.find((one) => seconds >= one.seconds) ?? { name: "s", seconds: 1 };
  return `${rateText(seconds / unit.seconds)} ${unit.name}`;
}

/** Three figures. */
function rateText(rate: number): string {
  return rate >= 100 ? rate.toFixed(0) : rate.toPrecision(3);
}
