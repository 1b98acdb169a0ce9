import { bytesText, countText } from "../../cgi/pages/format.js";
import type { ProgressOutput } from "./sample-progress.js";

/** A terminal gets at most a line each so many ms, a file one each so many. */
const TERMINAL_MS = 100;
const FILE_MS = 30_000;

/** How far some work over blocks is whose end nobody knows: `1,200 blocks checked, 3.40 GB, 120 MB/s`. */
export class CountProgress {
  readonly #output: ProgressOutput;
  readonly #what: string;
  readonly #now: () => number;
  readonly #begin: number;
  #told: number;
  #count = 0;
  #bytes = 0;

  /** @param now milliseconds that only grow */
  constructor(output: ProgressOutput, what: string, now: () => number) {
    this.#output = output;
    this.#what = what;
    this.#now = now;
    this.#begin = now();
    this.#told = this.#begin;
  }

  get count(): number {
    return this.#count;
  }
  /** Since the begin. */
  get ms(): number {
    return this.#now() - this.#begin;
  }

  /** One more block. */
  add(bytes: number): void {
    this.#count++;
    this.#bytes += bytes;
    const now = this.#now();
    const isTerminal = this.#output.isTTY === true;
    if (now - this.#told < (isTerminal ? TERMINAL_MS : FILE_MS)) return;
    this.#told = now;
    const rate = this.#bytes / (this.ms / 1000);
    const line = `${countText(this.#count, "block")} ${this.#what}, ${bytesText(this.#bytes)}, ${bytesText(rate)}/s`;
    this.#output.write(isTerminal ? `\r\x1b[K${line}` : `${line}\n`);
  }

  /** Clears the line of a terminal, so that another can be written. */
  end(): void {
    if (this.#output.isTTY === true) this.#output.write("\r\x1b[K");
  }
}
