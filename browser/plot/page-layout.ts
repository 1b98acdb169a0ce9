import { LEFT, RIGHT } from "./chart-axes.js";
import { readTheme, type Theme } from "./theme.js";

/** Width of plots on paper, CSS pixels: that of a sheet between its margins. */
const PAPER_PX = 680;
/** Narrower than this nothing can be read. */
const LEAST_PX = 240;
const FEWEST_COLUMNS = 50;

/** Where plots lie on the page, and in which colours: those of the screen, or of paper while the page is printed. */
export class PageLayout {
  readonly #list: HTMLElement;
  #theme: Theme;
  #isPrinted = false;

  /** @param list holds the plots */
  constructor(list: HTMLElement) {
    this.#list = list;
    this.#theme = readTheme(list);
  }

  get theme(): Theme {
    return this.#theme;
  }

  get isPrinted(): boolean {
    return this.#isPrinted;
  }

  /** Width of a panel, CSS pixels. */
  get width(): number {
    return this.#isPrinted ? PAPER_PX : Math.max(LEAST_PX, Math.floor(this.#list.clientWidth));
  }

  /** What lies beside the plot of a panel, CSS pixels. */
  sides(hasColours: boolean): { readonly left: number; readonly right: number } {
    return { left: LEFT, right: hasColours ? RIGHT.colours : RIGHT.plain };
  }

  /** Columns of pixels of a plot. */
  columns(hasColours: boolean): number {
    const { left, right } = this.sides(hasColours);
    return Math.max(FEWEST_COLUMNS, Math.round((this.width - left - right) * devicePixelRatio));
  }

  /** The colours of the style sheet are others. */
  recolour(): void {
    this.#theme = readTheme(this.#list);
  }

  /** The page is printed, or no more; gives whether that is new. */
  print(isPrinted: boolean): boolean {
    if (isPrinted === this.#isPrinted) return false;
    this.#isPrinted = isPrinted;
    document.documentElement.classList.toggle("printed", isPrinted);
    this.recolour();
    return true;
  }
}
