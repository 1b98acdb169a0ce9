import { node } from "./dom.js";
import { findSources, type ListedSource, listedSources } from "./source-list.js";

/** Sources that are shown at once. */
const MOST_SHOWN = 12;
const LIST_ID = "found-sources";

/**
 * Lets the reader search all sources of the server in an input: a list below it, by keys and pointer, as the pattern of a combobox has
 * it. The sources are asked for once, when the input is first used.
 */
export class SourceSearch {
  readonly #input: HTMLInputElement;
  readonly #mount: string;
  readonly #chosen: (id: string) => void;
  readonly #list = node("ul", {
    class: "found",
    is: { role: "listbox", id: LIST_ID, "aria-label": "Sources" },
  });
  readonly #count = node("span", { class: "unseen", is: { role: "status" } });
  #sources: Promise<readonly ListedSource[]> | undefined;
  /** Place of the option that Enter chooses; -1 for none. */
  #active = -1;

  constructor(input: HTMLInputElement, mount: string, chosen: (id: string) => void) {
    this.#input = input;
    this.#mount = mount;
    this.#chosen = chosen;
    for (const [name, value] of [
      ["role", "combobox"],
      ["aria-autocomplete", "list"],
      ["aria-controls", LIST_ID],
      ["aria-expanded", "false"],
    ] as const)
      input.setAttribute(name, value);
    input.placeholder = "id or words";
    this.#list.hidden = true;
    this.#field.after(this.#count);
    (input.closest("form") ?? input).append(this.#list);
    input.addEventListener("input", () => void this.#show());
    input.addEventListener("blur", () => this.#close());
    input.addEventListener("keydown", (event) => {
      if (!this.#list.hidden && this.#key(event.key)) event.preventDefault();
    });
    // Pressing an option takes the focus from the input before the click comes.
    this.#list.addEventListener("pointerdown", (event) => event.preventDefault());
  }

  /** The input with its label. */
  get #field(): HTMLElement {
    return this.#input.closest("label") ?? this.#input;
  }

  get #options(): readonly HTMLElement[] {
    return [...this.#list.querySelectorAll<HTMLElement>('[role="option"]')];
  }

  /** Does what a key asks for; false for those that ask for nothing. */
  #key(name: string): boolean {
    switch (name) {
      case "ArrowDown":
        this.#mark(this.#active + 1);
        return true;
      case "ArrowUp":
        this.#mark(this.#active < 0 ? -1 : this.#active - 1);
        return true;
      case "Escape":
        this.#close();
        return true;
      case "Enter":
        if (this.#active < 0) return false;
        this.#choose(this.#options[this.#active]?.querySelector(".found-id")?.textContent ?? "");
        return true;
      default:
        return false;
    }
  }

  #mark(place: number): void {
    const all = this.#options;
    this.#active = all.length === 0 ? -1 : (place + all.length) % all.length;
    for (const [n, option] of all.entries()) option.setAttribute("aria-selected", String(n === this.#active));
    const active = all[this.#active];
    if (active !== undefined) this.#input.setAttribute("aria-activedescendant", active.id);
    active?.scrollIntoView({ block: "nearest" });
  }

  #choose(id: string): void {
    this.#close();
    this.#chosen(id);
  }

  #close(): void {
    this.#list.hidden = true;
    this.#active = -1;
    this.#input.setAttribute("aria-expanded", "false");
    this.#input.removeAttribute("aria-activedescendant");
  }

  async #show(): Promise<void> {
    const text = this.#input.value;
    const all = await this.#all();
    // A later letter shows its own.
    if (all === undefined || text !== this.#input.value) return;
    const found = findSources(all, text);
    this.#active = -1;
    this.#list.replaceChildren(...found.slice(0, MOST_SHOWN).map((source, n) => this.#option(source, n)));
    const isOpen = found.length > 0 && document.activeElement === this.#input;
    this.#list.hidden = !isOpen;
    this.#input.setAttribute("aria-expanded", String(isOpen));
    this.#count.textContent = text.trim() === "" ? "" : `${found.length} sources found`;
    const { offsetLeft, offsetTop, offsetHeight } = this.#field;
    this.#list.style.left = `${offsetLeft}px`;
    this.#list.style.top = `${offsetTop + offsetHeight}px`;
  }

  /** All sources; `undefined` where the server is away: the next letter asks again. */
  async #all(): Promise<readonly ListedSource[] | undefined> {
    this.#sources ??= fetch(`${this.#mount === "" ? "/" : this.#mount}?server=list`).then(async (answer) =>
      listedSources(await answer.text()),
    );
    try {
      return await this.#sources;
    } catch {
      this.#sources = undefined;
      return undefined;
    }
  }

  #option({ id, about }: ListedSource, n: number): HTMLElement {
    const is = { role: "option", id: `found-source-${n}`, "aria-selected": "false" };
    return node(
      "li",
      { is, click: () => this.#choose(id) },
      node("span", { class: "found-id", text: id }),
      node("span", { class: "found-about", text: about }),
    );
  }
}
