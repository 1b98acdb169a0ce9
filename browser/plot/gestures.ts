import type { Wish } from "./wishes.js";

/** What gestures need of the page. */
export interface GestureHost {
  readonly wish: (wish: Wish) => void;
  /** Whether a plain drag draws a box; with the shift key it is the other way about. */
  readonly drawsBox: () => boolean;
  /** A box is being drawn; `undefined`: no more. */
  readonly box: (box: { readonly from: number; readonly to: number } | undefined) => void;
}

/** Where the plots lie within the list, CSS pixels. */
export interface PlotSides {
  readonly left: number;
  readonly right: number;
}

/** Zoom of a notch of a wheel, and how long after the last notch it counts as over, ms. */
const NOTCH = 1.2;
const WHEEL_OVER_MS = 160;
/** A drag that is shorter than this is none, pixels. */
const LEAST_DRAG = 4;

/** What the pointers that are down do. */
type Mode = "none" | "move" | "box" | "pinch";

/**
 * Follows pointers and the wheel over the charts in a list: dragging moves or draws a box, two fingers and the wheel zoom about the place where they
 * are.
 */
export class Gestures {
  readonly #list: HTMLElement;
  readonly #sides: () => PlotSides;
  readonly #host: GestureHost;
  /** Where each pointer is that is down. */
  readonly #pointers = new Map<number, number>();
  #mode: Mode = "none";
  /** Where a drag began, and where it is. */
  #start = 0;
  #last = 0;
  /** Of two fingers. */
  #ends = { middle: 0, spread: 1 };
  #wheelOver: ReturnType<typeof setTimeout> | undefined;

  constructor(list: HTMLElement, sides: () => PlotSides, host: GestureHost) {
    this.#list = list;
    this.#sides = sides;
    this.#host = host;
    list.addEventListener("pointerdown", (event) => this.#down(event));
    list.addEventListener("pointermove", (event) => this.#move(event));
    list.addEventListener("pointerup", (event) => this.#up(event));
    list.addEventListener("pointercancel", (event) => this.#up(event));
    list.addEventListener("dblclick", (event) => {
      if (!isOnPlot(event)) return;
      const at = this.#part(event.clientX);
      host.wish({ kind: "zoom", factor: event.shiftKey ? 2 : 0.5, at, isOver: true });
    });
    list.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
  }

  /** Width of the plots, CSS pixels. */
  get #width(): number {
    const { left, right } = this.#sides();
    return Math.max(1, this.#list.getBoundingClientRect().width - left - right);
  }

  /** The part of the range at a place of the window. */
  #part(clientX: number): number {
    return (clientX - this.#list.getBoundingClientRect().left - this.#sides().left) / this.#width;
  }

  #fingers(): { readonly middle: number; readonly spread: number } {
    const [a = 0, b = 0] = [...this.#pointers.values()];
    return { middle: (a + b) / 2, spread: Math.max(1, Math.abs(a - b)) };
  }

  #down(event: PointerEvent): void {
    if (event.button !== 0 || !isOnPlot(event)) return;
    this.#pointers.set(event.pointerId, event.clientX);
    this.#list.setPointerCapture(event.pointerId);
    this.#start = event.clientX;
    this.#last = event.clientX;
    if (this.#pointers.size === 2) {
      this.#mode = "pinch";
      this.#ends = this.#fingers();
      this.#host.box(undefined);
    } else this.#mode = this.#host.drawsBox() !== event.shiftKey ? "box" : "move";
  }

  #move(event: PointerEvent): void {
    if (!this.#pointers.has(event.pointerId)) return;
    this.#pointers.set(event.pointerId, event.clientX);
    const host = this.#host;
    if (this.#mode === "move") {
      host.wish({ kind: "move", part: (this.#last - event.clientX) / this.#width, isOver: false });
      this.#last = event.clientX;
    } else if (this.#mode === "box")
      host.box({ from: this.#part(this.#start), to: this.#part(event.clientX) });
    else if (this.#mode === "pinch" && this.#pointers.size === 2) {
      const { middle, spread } = this.#ends;
      const now = this.#fingers();
      // What lay between the fingers stays between them.
      host.wish({ kind: "move", part: (middle - now.middle) / this.#width, isOver: false });
      host.wish({ kind: "zoom", factor: spread / now.spread, at: this.#part(now.middle), isOver: false });
      this.#ends = now;
    }
  }

  #up(event: PointerEvent): void {
    if (!this.#pointers.delete(event.pointerId)) return;
    const host = this.#host;
    if (this.#mode === "move" || this.#mode === "pinch") host.wish({ kind: "move", part: 0, isOver: true });
    else if (this.#mode === "box") {
      host.box(undefined);
      const ends = [this.#part(this.#start), this.#part(event.clientX)];
      const isBox = event.type === "pointerup" && Math.abs(event.clientX - this.#start) >= LEAST_DRAG;
      if (isBox)
        host.wish({ kind: "box", from: Math.max(0, Math.min(...ends)), to: Math.min(1, Math.max(...ends)) });
    }
    // The finger that is left does nothing more.
    this.#mode = "none";
  }

  #wheel(event: WheelEvent): void {
    const at = this.#part(event.clientX);
    if (at < 0 || at > 1 || !isOnPlot(event)) return;
    event.preventDefault();
    const host = this.#host;
    const isSideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
    const notch = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 100 : 3;
    if (isSideways) host.wish({ kind: "move", part: event.deltaX / this.#width, isOver: false });
    else host.wish({ kind: "zoom", factor: NOTCH ** (event.deltaY / notch), at, isOver: false });
    clearTimeout(this.#wheelOver);
    this.#wheelOver = setTimeout(() => host.wish({ kind: "move", part: 0, isOver: true }), WHEEL_OVER_MS);
  }
}

/** Whether it happens over the plot of a chart, and not on what can be pressed beside it. */
function isOnPlot({ target }: Event): boolean {
  return target instanceof Element && target.closest(".u-over") !== null;
}
