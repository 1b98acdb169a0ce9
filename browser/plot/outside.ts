/** What a page does when something happens outside of it. */
export interface OutsideHost {
  /** Colours are others. */
  readonly recoloured: () => void;
  readonly resized: () => void;
  /** The browser has gone back, or forward. */
  readonly wentBack: () => void;
  /** There is a network again. */
  readonly online: () => void;
  /** The page is printed, or no more. */
  readonly printed: (isPrinted: boolean) => void;
}

/** Watches everything that may happen outside of the plots. */
export function watchOutside(stage: HTMLElement, host: OutsideHost): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", host.recoloured);
  new ResizeObserver(host.resized).observe(stage);
  addEventListener("popstate", host.wentBack);
  addEventListener("online", host.online);
  // A browser that prints tells it before it looks at the page; one that shows how it would print does not.
  addEventListener("beforeprint", () => host.printed(true));
  addEventListener("afterprint", () => host.printed(false));
  matchMedia("print").addEventListener("change", ({ matches }) => host.printed(matches));
}
