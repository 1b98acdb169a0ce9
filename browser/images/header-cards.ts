import { troubleOf, untilBack } from "./outage.js";

/** Answers of the server that are kept: headers of images that were looked at. */
const MOST_KEPT = 50;

/** A header as the server tells it: name, value and comment of each card. */
interface Header {
  readonly record: string;
  readonly cards: readonly (readonly [string, string, string])[];
  readonly note?: string;
}

/** The table of cards beside the picture: its rows follow the image, and those that hold what is searched for are shown. */
export class HeaderCards {
  readonly #body: HTMLElement;
  readonly #note: HTMLElement;
  readonly #find: HTMLInputElement;
  readonly #kept = new Map<string, Header>();
  #asking = new AbortController();

  constructor(root: ParentNode) {
    this.#body = root.querySelector<HTMLElement>("#cards")!;
    this.#note = root.querySelector<HTMLElement>("#cards-note")!;
    this.#find = root.querySelector<HTMLInputElement>("#find-card")!;
    this.#find.closest("label")!.hidden = false;
    this.#find.addEventListener("input", () => this.#search(true));
  }

  /** Shows the header of an address; of several asked for in short time the last. Gives the record, or nothing where another was asked for. */
  async show(url: string): Promise<string | undefined> {
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    try {
      const header = this.#kept.get(url) ?? (await this.#ask(url, signal));
      if (signal.aborted) return undefined;
      this.#fill(header);
      return header.record;
    } catch {
      if (signal.aborted) return undefined;
      this.#body.replaceChildren();
      return this.#recover(url, signal);
    }
  }

  /** Says what is wrong; where nobody answers, asks again when somebody does. */
  async #recover(url: string, signal: AbortSignal): Promise<string | undefined> {
    const trouble = await troubleOf(url, signal);
    if (signal.aborted) return undefined;
    this.#note.textContent = "The header could not be loaded.";
    if (trouble?.kind === "refused") return undefined;
    await untilBack(url, signal);
    return signal.aborted ? undefined : this.show(url);
  }

  async #ask(url: string, signal: AbortSignal): Promise<Header> {
    const response = await fetch(url, { signal });
    if (!response.ok) throw new Error(`status ${response.status}`);
    const header = (await response.json()) as Header;
    this.#kept.set(url, header);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MOST_KEPT) break;
      this.#kept.delete(oldest);
    }
    return header;
  }

  #fill({ cards, note }: Header): void {
    this.#body.replaceChildren(
      ...cards.map(([name, value, comment]) => {
        const row = document.createElement("tr");
        const heading = document.createElement("th");
        heading.scope = "row";
        heading.textContent = name;
        row.append(heading, cell(value), cell(comment));
        return row;
      }),
    );
    this.#note.textContent = note ?? "";
    this.#search(false);
  }

  #search(isAsked: boolean): void {
    const wanted = this.#find.value.trim().toLowerCase();
    const rows = [...this.#body.querySelectorAll("tr")];
    let found = 0;
    for (const row of rows) {
      row.hidden = wanted !== "" && !(row.textContent ?? "").toLowerCase().includes(wanted);
      if (!row.hidden) found++;
    }
    if (isAsked) this.#note.textContent = wanted === "" ? "" : `${found} of ${rows.length} cards`;
  }
}

function cell(text: string): HTMLTableCellElement {
  const made = document.createElement("td");
  made.textContent = text;
  return made;
}
