import type { SampleProgress } from "../../netdrms/sample/archive/make-archive.js";

/** Where a line of progress goes: a terminal, where it is written over, or a file or pipe, which gets a few lines. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Lines that a file gets: one each quarter. */
const LINES = 4;

/** Tells how far the making of the sample archive is. */
export class SampleProgressLine {
  readonly #output: ProgressOutput;
  readonly #begin = performance.now();
  #told = -1;

  constructor(output: ProgressOutput) {
    this.#output = output;
  }

  tell({ title, done, all }: SampleProgress): void {
    const text = `sample archive: ${Math.floor((100 * done) / all)} % (${title})`;
    if (this.#output.isTTY === true) {
      this.#output.write(`\r\x1b[K${text}`);
      return;
    }
    const quarter = Math.floor((LINES * done) / all);
    if (quarter <= this.#told) return;
    this.#told = quarter;
    this.#output.write(`${text}\n`);
  }

  /** The last line. */
  end(text: string): void {
    const seconds = (performance.now() - this.#begin) / 1000;
    const start = this.#output.isTTY === true ? "\r\x1b[K" : "";
    this.#output.write(`${start}sample archive: ${text} (${seconds.toFixed(1)} s)\n`);
  }
}
