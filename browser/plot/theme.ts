/** Lines on one panel that have colours of their own; after that they come again. */
const LINES = 6;

/** The colours of the page as a canvas needs them. */
export interface Theme {
  readonly ink: string;
  readonly muted: string;
  readonly rule: string;
  readonly panel: string;
  readonly lines: readonly string[];
  /** The same, as the ground of a band. */
  readonly bands: readonly string[];
}

/** Reads the colours of the style sheet in the scheme that is in use: variables of both schemes are told apart only where they are used. */
export function readTheme(root: HTMLElement): Theme {
  const probe = document.createElement("span");
  probe.hidden = true;
  root.append(probe);
  const colour = (name: string) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const lines = Array.from({ length: LINES }, (_, n) => colour(`line-${n + 1}`));
  const theme: Theme = {
    ink: colour("ink"),
    muted: colour("muted"),
    rule: colour("plot-rule"),
    panel: colour("panel"),
    lines,
    bands: Array.from({ length: LINES }, (_, n) => colour(`band-${n + 1}`)),
  };
  probe.remove();
  return theme;
}
