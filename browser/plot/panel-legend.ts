import { node } from "./dom.js";
import { lineName } from "./panels.js";
import type { Quantity } from "./quantity.js";
import { labelNodes } from "./rich-text.js";

/** What a legend shows. */
export interface LegendContent {
  readonly quantities: readonly Quantity[];
  /** Of the lines that are drawn, in the order of their colours; missing: what is shown has colours of its own. */
  readonly lines?: readonly Quantity[];
  readonly colours: readonly string[];
}

/** What a legend does: hides and shows quantities. */
export interface LegendHost {
  readonly toggle: (quantity: string) => void;
  readonly isHidden: (quantity: string) => boolean;
}

/** The names of the quantities of a panel, with the values at the cursor. A press on the name of a line hides it. */
export class PanelLegend {
  readonly root = node("div", { class: "legend" });
  readonly #host: LegendHost;
  readonly #values = new Map<string, HTMLElement>();
  #of = "";

  constructor(host: LegendHost) {
    this.#host = host;
  }

  /** Names quantities; it is made anew only where it says something else. */
  show(content: LegendContent): void {
    const { quantities, lines, colours } = content;
    const hidden = quantities.filter(({ name }) => this.#host.isHidden(name));
    const signature = JSON.stringify([content, hidden]);
    if (signature === this.#of) return;
    this.#of = signature;
    this.#values.clear();
    this.root.replaceChildren(
      ...quantities.map((quantity) => {
        const value = node("output", { class: "value", is: { "aria-live": "off" } });
        this.#values.set(quantity.key, value);
        const place = lines?.findIndex(({ key }) => key === quantity.key);
        const name =
          place === undefined
            ? node("span", { class: "name" }, ...labelNodes(lineName(quantity)))
            : this.#toggle(quantity, place < 0 ? undefined : colours[place % colours.length]);
        return node("span", { class: "quantity" }, name, value);
      }),
    );
  }

  /** Shows the value of each quantity that has one. */
  read(readings: readonly { readonly quantity: Quantity; readonly text: string }[]): void {
    for (const [key, element] of this.#values)
      element.textContent = readings.find(({ quantity }) => quantity.key === key)?.text ?? "";
  }

  #toggle(quantity: Quantity, colour: string | undefined): HTMLElement {
    const swatch = node("span", { class: "swatch" });
    if (colour !== undefined) swatch.style.background = colour;
    const isHidden = this.#host.isHidden(quantity.name);
    return node(
      "button",
      {
        class: "name",
        is: { type: "button", "aria-pressed": String(!isHidden), title: isHidden ? "Show" : "Hide" },
        click: () => this.#host.toggle(quantity.name),
      },
      swatch,
      ...labelNodes(lineName(quantity)),
    );
  }
}
