import { type Span, timeWord } from "../../plot/span.js";
import type { SourceView } from "./source-view.js";

/** What a cursor needs of the page. */
export interface CursorHost {
  readonly span: () => Span;
  readonly views: () => readonly SourceView[];
  /** Shows the time at the cursor; empty: there is none. */
  readonly time: (text: string) => void;
  /** Tells those who do not see. */
  readonly say: (text: string) => void;
}

/** One cursor for all plots: the time where the pointer or the keys are, and the values there. */
export class PlotCursor {
  readonly #host: CursorHost;
  /** Part of the range, 0 to 1. */
  #part: number | undefined;

  constructor(host: CursorHost) {
    this.#host = host;
  }

  /** The pointer is there; `undefined`: it is nowhere. */
  point(part: number | undefined): void {
    this.#part = part;
    this.read();
  }

  /** Moves by hundredths of the range, and says what is there. */
  step(by: number): void {
    const part = Math.min(1, Math.max(0, (this.#part ?? 0.5) + by / 100));
    this.#part = part;
    for (const view of this.#host.views()) for (const panel of view.panels) panel.pointAt(part);
    this.#host.say([this.#timeAt(part), ...this.read()].join(", "));
  }

  /** Shows time and values at the cursor, and gives the values as text. */
  read(): readonly string[] {
    const part = this.#part;
    const { begin, end } = this.#host.span();
    this.#host.time(part === undefined ? "" : this.#timeAt(part));
    const x = part === undefined ? undefined : begin + part * (end - begin);
    return this.#host.views().flatMap((view) => view.read(x));
  }

  #timeAt(part: number): string {
    const { begin, end } = this.#host.span();
    const us = begin + part * (end - begin);
    // No more digits than a column of pixels is wide.
    const step = 10 ** Math.floor(Math.log10(Math.max(1, (end - begin) / 2000)));
    return `${timeWord(Math.round(us / step) * step).replace("T", " ")} UTC`;
  }
}
