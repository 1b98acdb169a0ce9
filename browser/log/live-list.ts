import type { Batch } from "./batch.js";

/** Requests that stay on the page. */
const MOST_SHOWN = 200;

const NUMBER = new Intl.NumberFormat("en");

/**
 * The list of new requests, newest first. However fast they come it is changed at most once a frame, it has at most 200 of them, and
 * says how many it does not have.
 */
export class LiveList {
  readonly #place: HTMLElement;
  readonly #status: HTMLElement;
  readonly #list = document.createElement("ol");
  #waiting: Batch[] = [];
  #frame: number | undefined;
  #seen = 0;
  #more = 0;
  #problems = 0;

  constructor(place: HTMLElement, status: HTMLElement) {
    this.#place = place;
    this.#status = status;
    this.#list.className = "stories";
  }

  /** Tells in words how things stand. */
  tell(text: string): void {
    this.#status.textContent = this.#seen + this.#more === 0 ? text : `${this.#counts()}; ${text}`;
  }

  /** Shows a batch with the next frame. */
  add(batch: Batch): void {
    this.#waiting.push(batch);
    // A page that is not seen has no frames: what waits for one is bounded all the same.
    if (this.#waiting.length > 8) this.flush();
    this.#frame ??= requestAnimationFrame(() => this.flush());
  }

  /** Shows what waits. */
  flush(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.#frame = undefined;
    const batches = this.#waiting;
    this.#waiting = [];
    for (const batch of batches) this.#show(batch);
    if (batches.length > 0) this.#status.textContent = this.#counts();
  }

  #show({ html, outcomes, more }: Batch): void {
    this.#seen += outcomes.length;
    this.#more += more;
    this.#problems += outcomes.filter((outcome) => outcome !== "complete" && outcome !== "no data").length;
    if (!this.#list.isConnected) this.#place.append(this.#list);
    const parts = document.createElement("template");
    parts.innerHTML = html;
    if (more > 0) {
      const note = document.createElement("li");
      note.className = "story junk";
      note.textContent = `${NUMBER.format(more)} more not shown`;
      parts.content.append(note);
    }
    this.#list.prepend(parts.content);
    while (this.#list.children.length > MOST_SHOWN) this.#list.lastElementChild?.remove();
  }

  #counts(): string {
    const all = NUMBER.format(this.#seen + this.#more);
    const problems = this.#problems === 0 ? "" : `, ${NUMBER.format(this.#problems)} shown with a problem`;
    return `${all} new${problems}${this.#more === 0 ? "" : `, ${NUMBER.format(this.#more)} not shown`}`;
  }
}
