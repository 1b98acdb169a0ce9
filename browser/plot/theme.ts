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

/**
 * Reads the colours of the style sheet in the scheme that is in use: variables of both schemes are told apart only where they are used.
 * All of them are put to use before the first is read, for each reading after a change has the browser look at all styles again.
 */
export function readTheme(root: HTMLElement): Theme {
  const probes = document.createElement("span");
  probes.hidden = true;
  const probe = (name: string) => {
    const one = document.createElement("span");
    one.style.color = `var(--${name})`;
    probes.append(one);
    return () => getComputedStyle(one).color;
  };
  const several = (name: string) => {
    const all = Array.from({ length: LINES }, (_, n) => probe(`${name}-${n + 1}`));
    return () => all.map((colour) => colour());
  };
  const ink = probe("ink");
  const muted = probe("muted");
  const rule = probe("plot-rule");
  const panel = probe("panel");
  const lines = several("line");
  const bands = several("band");
  root.append(probes);
  const theme: Theme = {
    ink: ink(),
    muted: muted(),
    rule: rule(),
    panel: panel(),
    lines: lines(),
    bands: bands(),
  };
  probes.remove();
  return theme;
}
