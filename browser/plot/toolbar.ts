import { MAP_TITLES } from "../../plot/colour-maps.js";
import { MAP_NAMES, type PlotState, withMap } from "../../plot/page-state.js";
import { button, node } from "./dom.js";
import type { Wish } from "./wishes.js";

/** What the buttons above the panels do. */
export interface ToolbarHost {
  readonly wish: (wish: Wish) => void;
  readonly wholeRange: () => void;
  readonly change: (change: (state: PlotState) => PlotState) => void;
  readonly savePicture: () => void;
  readonly copyLink: () => Promise<boolean>;
}

/** How long a button says what it did, ms. */
const SAYS_MS = 2000;

/** Buttons and choices for all panels, the time at the cursor, and what is going on. */
export class Toolbar {
  readonly root: HTMLElement;
  readonly #time = node("output", { class: "cursor-time", is: { "aria-live": "off" } });
  readonly #said = node("span", { class: "unseen", is: { role: "status" } });
  readonly #going = node("span", { class: "going", is: { role: "status" } });
  readonly #map = node("select", { is: { id: "plot-map" } });
  readonly #band = node("input", { is: { type: "checkbox", id: "plot-band" } });
  readonly #box = node("button", {
    text: "Box",
    is: {
      type: "button",
      "aria-pressed": "false",
      title: "Dragging draws the range to zoom to (shift-drag does so too)",
    },
  });

  constructor(host: ToolbarHost) {
    const move = (text: string, label: string, part: number) =>
      button(text, () => host.wish({ kind: "move", part, isOver: true }), { label });
    const zoom = (text: string, label: string, factor: number) =>
      button(text, () => host.wish({ kind: "zoom", factor, at: 0.5, isOver: true }), { label });
    this.#map.append(node("option", { text: "Suited to the values", is: { value: "" } }));
    for (const name of MAP_NAMES)
      this.#map.append(node("option", { text: MAP_TITLES[name], is: { value: name } }));
    this.#map.onchange = () =>
      host.change((state) =>
        withMap(
          state,
          MAP_NAMES.find((name) => name === this.#map.value),
        ),
      );
    this.#band.onchange = () => host.change((state) => ({ ...state, band: this.#band.checked }));
    this.#box.onclick = () => {
      this.#box.setAttribute("aria-pressed", String(!this.drawsBox));
    };
    const copy = button("Copy link", () => void this.#copy(copy, host));
    this.root = node(
      "div",
      { class: "toolbar", is: { role: "group", "aria-label": "Range and looks" } },
      node(
        "span",
        { class: "buttons" },
        move("◀", "Earlier", -0.5),
        move("▶", "Later", 0.5),
        zoom("+", "Zoom in", 0.5),
        zoom("−", "Zoom out", 2),
        this.#box,
        button("Whole range", host.wholeRange),
      ),
      node(
        "span",
        { class: "looks" },
        node("label", { text: "Colours ", is: { for: "plot-map" } }),
        this.#map,
      ),
      node(
        "label",
        {
          class: "looks",
          is: { title: "Least and greatest value of each bin, read from the records: slow over long ranges" },
        },
        this.#band,
        " Least and greatest",
      ),
      node("span", { class: "buttons" }, button("Save PNG", host.savePicture), copy),
      this.#time,
      this.#going,
      this.#said,
    );
  }

  get drawsBox(): boolean {
    return this.#box.getAttribute("aria-pressed") === "true";
  }

  /** Shows what the page is set to. */
  show(
    { map, band }: PlotState,
    { hasColours, isLoading }: { readonly hasColours: boolean; readonly isLoading: boolean },
  ): void {
    this.#map.value = map ?? "";
    (this.#map.parentElement ?? this.#map).hidden = !hasColours;
    this.#band.checked = band;
    const text = isLoading ? "Loading" : "";
    if (this.#going.textContent !== text) this.#going.textContent = text;
  }

  /** The time at the cursor; nothing where there is none. */
  time(text: string): void {
    this.#time.textContent = text;
  }

  /** Tells those who do not see the page. */
  say(text: string): void {
    this.#said.textContent = text;
  }

  async #copy(copy: HTMLButtonElement, host: ToolbarHost): Promise<void> {
    copy.textContent = (await host.copyLink()) ? "Copied" : "In the address bar";
    setTimeout(() => {
      copy.textContent = "Copy link";
    }, SAYS_MS);
  }
}

/** Copies a text; gives whether the browser lets the page write to the clipboard. */
export async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // a page that came by plain HTTP from another host may not
  }
}
