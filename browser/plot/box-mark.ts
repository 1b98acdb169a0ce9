import { node } from "./dom.js";

/** Where plots are on the page, pixels: the rectangle of all of them, and what lies beside their columns. */
export interface PlotPlace {
  readonly around: HTMLElement;
  readonly width: number;
  readonly left: number;
  readonly right: number;
}

/** The box that the pointer draws over all plots. */
export class BoxMark {
  readonly root = node("div", { class: "box-mark" });

  constructor() {
    this.root.hidden = true;
  }

  /** Shows a part of the range, 0 to 1 of it at both ends and in any order; nothing hides it. */
  show(box: { readonly from: number; readonly to: number } | undefined, place: PlotPlace): void {
    this.root.hidden = box === undefined;
    if (box === undefined) return;
    const { around, left } = place;
    const width = place.width - left - place.right;
    const inside = (part: number) => Math.min(1, Math.max(0, part));
    const from = inside(Math.min(box.from, box.to));
    const to = inside(Math.max(box.from, box.to));
    this.root.style.left = `${around.offsetLeft + left + from * width}px`;
    this.root.style.width = `${(to - from) * width}px`;
    this.root.style.top = `${around.offsetTop}px`;
    this.root.style.height = `${around.offsetHeight}px`;
  }
}
