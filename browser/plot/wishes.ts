/** What a pointer, a wheel or a key asks of the range that is shown. Parts are of the width of the plot, 0 at its begin. */
export type Wish =
  /** By so many parts; while it lasts, and at last. */
  | { readonly kind: "move"; readonly part: number; readonly isOver: boolean }
  | { readonly kind: "zoom"; readonly factor: number; readonly at: number; readonly isOver: boolean }
  /** To the part between two places. */
  | { readonly kind: "box"; readonly from: number; readonly to: number };

/** What a key asks; `home` is the whole range, `step` moves the cursor by hundredths of the width. `undefined` for other keys. */
export function keyWish(event: {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
}): Wish | { readonly kind: "home" } | { readonly kind: "step"; readonly by: number } | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const far = event.shiftKey ? 0.5 : 0.1;
  switch (event.key) {
    case "ArrowLeft":
      return { kind: "move", part: -far, isOver: true };
    case "ArrowRight":
      return { kind: "move", part: far, isOver: true };
    case "PageUp":
      return { kind: "move", part: -1, isOver: true };
    case "PageDown":
      return { kind: "move", part: 1, isOver: true };
    case "+":
    case "=":
    case "ArrowUp":
      return { kind: "zoom", factor: 0.5, at: 0.5, isOver: true };
    case "-":
    case "_":
    case "ArrowDown":
      return { kind: "zoom", factor: 2, at: 0.5, isOver: true };
    case "Home":
      return { kind: "home" };
    case ",":
    case "<":
      return { kind: "step", by: -1 };
    case ".":
    case ">":
      return { kind: "step", by: 1 };
    default:
      return undefined;
  }
}
