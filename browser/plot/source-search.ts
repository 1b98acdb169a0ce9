import { node } from "./dom.js";
import { findSources, type ListedSource, listedSources } from "./source-list.js";

/** Sources that are shown at once. */
const MOST_SHOWN = 12;

/**
 * Lets the reader search all sources of the server in an input: a list below it, by keys and pointer, as the pattern of a combobox has
 * it. The sources are asked for once, when the input is first used.
 */
export function searchSources(input: HTMLInputElement, mount: string, chosen: (id: string) => void): void {
  const list = node("ul", {
    class: "found",
    is: { role: "listbox", id: "found-sources", "aria-label": "Sources" },
  });
  const count = node("span", { class: "unseen", is: { role: "status" } });
  let sources: Promise<readonly ListedSource[]> | undefined;
  let active = -1;
  list.hidden = true;
  for (const [name, value] of [
    ["role", "combobox"],
    ["aria-autocomplete", "list"],
    ["aria-controls", "found-sources"],
    ["aria-expanded", "false"],
  ] as const)
    input.setAttribute(name, value);
  input.placeholder = "id or words";
  (input.closest("label") ?? input).after(count);
  (input.closest("form") ?? input).append(list);

  const options = () => [...list.querySelectorAll<HTMLElement>('[role="option"]')];
  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (place: number) => {
    const all = options();
    active = all.length === 0 ? -1 : (place + all.length) % all.length;
    for (const [n, option] of all.entries()) option.setAttribute("aria-selected", String(n === active));
    const id = all[active]?.id;
    if (id !== undefined) input.setAttribute("aria-activedescendant", id);
    all[active]?.scrollIntoView({ block: "nearest" });
  };
  const choose = (id: string) => {
    close();
    chosen(id);
  };
  const show = async () => {
    sources ??= fetch(`${mount === "" ? "/" : mount}?server=list`).then(async (answer) =>
      listedSources(await answer.text()),
    );
    const text = input.value;
    let all: readonly ListedSource[];
    try {
      all = await sources;
    } catch {
      sources = undefined; // the server was away: the next letter asks again
      return;
    }
    if (text !== input.value) return; // a later letter shows its own
    const found = findSources(all, text);
    active = -1;
    list.replaceChildren(
      ...found.slice(0, MOST_SHOWN).map(({ id, about }, n) =>
        node(
          "li",
          {
            is: { role: "option", id: `found-source-${n}`, "aria-selected": "false" },
            click: () => choose(id),
          },
          node("span", { class: "found-id", text: id }),
          node("span", { class: "found-about", text: about }),
        ),
      ),
    );
    const isOpen = found.length > 0 && document.activeElement === input;
    list.hidden = !isOpen;
    input.setAttribute("aria-expanded", String(isOpen));
    count.textContent = text.trim() === "" ? "" : `${found.length} sources found`;
    list.style.left = `${(input.closest("label") ?? input).offsetLeft}px`;
    list.style.top = `${(input.closest("label") ?? input).offsetTop + (input.closest("label") ?? input).offsetHeight}px`;
  };
  input.addEventListener("input", () => void show());
  // Pressing an option takes the focus from the input before the click comes.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") mark(active + 1);
    else if (event.key === "ArrowUp") mark(active < 0 ? -1 : active - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && active >= 0)
      choose(options()[active]?.querySelector(".found-id")?.textContent ?? "");
    else return;
    event.preventDefault();
  });
}
