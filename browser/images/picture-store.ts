/** Pictures that are kept decoded: some seconds ahead; the browser keeps the files of the others. */
const MOST_KEPT = 24;

/** A picture that is there, is being loaded, or could not be. */
type Entry =
  | { readonly state: "loading"; readonly image: HTMLImageElement; readonly ready: Promise<boolean> }
  | { readonly state: "ready"; readonly image: HTMLImageElement }
  | { readonly state: "failed" };

/** Loads pictures and keeps the last of them; what is not there in time its user passes over. */
export class PictureStore {
  readonly #entries = new Map<string, Entry>();

  /** The picture of an address if it can be shown at once. */
  ready(url: string): HTMLImageElement | undefined {
    const entry = this.#entries.get(url);
    return entry?.state === "ready" ? entry.image : undefined;
  }

  /** Whether the picture could not be loaded. */
  hasFailed(url: string): boolean {
    return this.#entries.get(url)?.state === "failed";
  }

  /** How many are on their way. */
  get loading(): number {
    return [...this.#entries.values()].filter(({ state }) => state === "loading").length;
  }

  /** Loads a picture unless that has been begun; the promise says whether it can be shown. */
  load(url: string): Promise<boolean> {
    const known = this.#entries.get(url);
    if (known?.state === "loading") return known.ready;
    if (known?.state === "ready") {
      // Used last, so that it leaves last.
      this.#entries.delete(url);
      this.#entries.set(url, known);
      return Promise.resolve(true);
    }
    const image = new Image();
    image.src = url;
    const ready = image.decode().then(
      () => this.#settle(url, { state: "ready", image }),
      () => this.#settle(url, { state: "failed" }),
    );
    this.#entries.delete(url);
    this.#entries.set(url, { state: "loading", image, ready });
    this.#forgetOldest();
    return ready;
  }

  /** Those that failed may be tried again. */
  forgetFailures(): void {
    for (const [url, { state }] of this.#entries) if (state === "failed") this.#entries.delete(url);
  }

  #settle(url: string, entry: Entry): boolean {
    // One that was forgotten meanwhile stays so.
    if (this.#entries.has(url)) this.#entries.set(url, entry);
    return entry.state === "ready";
  }

  #forgetOldest(): void {
    for (const [url, entry] of this.#entries) {
      if (this.#entries.size <= MOST_KEPT) return;
      if (entry.state !== "loading") this.#entries.delete(url);
    }
  }
}
