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

/**
 * Follows pointers and the wheel over the charts in a list: dragging moves or draws a box, two fingers and the wheel zoom about the place where they
 * are.
 */
export function followPointers(list: HTMLElement, sides: () => PlotSides, host: GestureHost): void {
  const pointers = new Map<number, number>();
  let last = 0;
  let start = 0;
  let mode: "none" | "move" | "box" | "pinch" = "none";
  let middle = 0;
  let spread = 0;
  const part = (clientX: number) => {
    const { left, right } = sides();
    const box = list.getBoundingClientRect();
    return (clientX - box.left - left) / Math.max(1, box.width - left - right);
  };
  const width = () => {
    const { left, right } = sides();
    return Math.max(1, list.getBoundingClientRect().width - left - right);
  };
  const ends = () => {
    const [a = 0, b = 0] = [...pointers.values()];
    return { middle: (a + b) / 2, spread: Math.max(1, Math.abs(a - b)) };
  };
  list.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !isOnPlot(event)) return;
    pointers.set(event.pointerId, event.clientX);
    list.setPointerCapture(event.pointerId);
    last = event.clientX;
    start = event.clientX;
    if (pointers.size === 2) {
      mode = "pinch";
      ({ middle, spread } = ends());
      host.box(undefined);
    } else mode = host.drawsBox() !== event.shiftKey ? "box" : "move";
  });
  list.addEventListener("pointermove", (event) => {
    if (!pointers.has(event.pointerId)) return;
    pointers.set(event.pointerId, event.clientX);
    if (mode === "move") {
      host.wish({ kind: "move", part: (last - event.clientX) / width(), isOver: false });
      last = event.clientX;
    } else if (mode === "box") host.box({ from: part(start), to: part(event.clientX) });
    else if (mode === "pinch" && pointers.size === 2) {
      const now = ends();
      // What lay between the fingers stays between them.
      host.wish({ kind: "move", part: (middle - now.middle) / width(), isOver: false });
      host.wish({ kind: "zoom", factor: spread / now.spread, at: part(now.middle), isOver: false });
      ({ middle, spread } = now);
    }
  });
  const over = (event: PointerEvent) => {
    if (!pointers.delete(event.pointerId)) return;
    if (mode === "move") host.wish({ kind: "move", part: 0, isOver: true });
    else if (mode === "pinch") host.wish({ kind: "zoom", factor: 1, at: 0.5, isOver: true });
    else if (mode === "box") {
      host.box(undefined);
      const [from, to] = [part(start), part(event.clientX)].sort((a, b) => a - b) as [number, number];
      if (event.type === "pointerup" && Math.abs(event.clientX - start) >= LEAST_DRAG)
        host.wish({ kind: "box", from: Math.max(0, from), to: Math.min(1, to) });
    }
    mode = "none";
  };
  list.addEventListener("pointerup", over);
  list.addEventListener("pointercancel", over);
  list.addEventListener("dblclick", (event) => {
    if (isOnPlot(event))
      host.wish({ kind: "zoom", factor: event.shiftKey ? 2 : 0.5, at: part(event.clientX), isOver: true });
  });
  let wheelOver: ReturnType<typeof setTimeout> | undefined;
  list.addEventListener(
    "wheel",
    (event) => {
      const at = part(event.clientX);
      if (at < 0 || at > 1 || !isOnPlot(event)) return;
      event.preventDefault();
      const isSideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 100 : 3;
      if (isSideways) host.wish({ kind: "move", part: event.deltaX / width(), isOver: false });
      else host.wish({ kind: "zoom", factor: NOTCH ** (event.deltaY / lines), at, isOver: false });
      clearTimeout(wheelOver);
      wheelOver = setTimeout(() => host.wish({ kind: "move", part: 0, isOver: true }), WHEEL_OVER_MS);
    },
    { passive: false },
  );
}

/** Whether it happens over the plot of a chart, and not on what can be pressed beside it. */
function isOnPlot({ target }: Event): boolean {
  return target instanceof Element && target.closest(".u-over") !== null;
}
