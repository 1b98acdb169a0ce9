import { Pacer } from "./pacer.js";

/** While an answer comes, it is drawn at most so often, ms. */
const DRAW_EVERY_MS = 60;

/** What frames are made of. */
export interface FramesHost {
  readonly draw: () => void;
  /** Whether anything is on its way. */
  readonly isLoading: () => boolean;
}

/** Draws the page before the browser shows its next picture, once however often it is asked to. */
export class PageFrames {
  readonly #host: FramesHost;
  readonly #pacer = new Pacer(DRAW_EVERY_MS, () => this.#request());
  #frame: number | undefined;

  constructor(host: FramesHost) {
    this.#host = host;
  }

  /** With the next picture. */
  next(): void {
    this.#pacer.now();
  }

  /** What has come: at once where it is the first or the last, between them not with each piece of an answer. */
  soon(): void {
    if (this.#host.isLoading()) this.#pacer.soon();
    else this.#pacer.now();
  }

  /** Before anything else happens: a page that is printed has no next picture. */
  atOnce(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.#frame = undefined;
    this.#host.draw();
  }

  #request(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      this.#host.draw();
    });
  }
}
