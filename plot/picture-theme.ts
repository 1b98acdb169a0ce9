import type { Colour } from "./canvas.js";

/** The colours of everything in a picture but of the data of spectrograms. */
export interface PictureTheme {
  readonly paper: Colour;
  /** Axes and letters. */
  readonly ink: Colour;
  /** What is said beside the plot. */
  readonly muted: Colour;
  /** Lines across a panel. */
  readonly grid: Colour;
  /** Lines, told apart by hue and by lightness; used in turn. */
  readonly lines: readonly Colour[];
}

const LIGHT: PictureTheme = {
  paper: [255, 255, 255],
  ink: [38, 38, 38],
  muted: [110, 110, 110],
  grid: [228, 228, 228],
  lines: [
    [31, 92, 166],
    [200, 82, 18],
    [32, 128, 88],
    [148, 50, 126],
    [150, 118, 16],
    [70, 70, 70],
  ],
};

/** Of the hues of the light one, on the ground that pages have in the dark. */
const DARK: PictureTheme = {
  paper: [26, 32, 41],
  ink: [231, 234, 240],
  muted: [163, 172, 187],
  grid: [43, 51, 63],
  lines: [
    [111, 177, 255],
    [255, 154, 92],
    [89, 199, 150],
    [229, 143, 211],
    [220, 191, 74],
    [196, 196, 196],
  ],
};

/** The themes by their names; `light` is the usual one. */
export const PICTURE_THEMES = { light: LIGHT, dark: DARK } as const satisfies Readonly<
  Record<string, PictureTheme>
>;

/** The name of a theme, as `format.theme` and the like have it. */
export type PictureThemeName = keyof typeof PICTURE_THEMES;

/** Whether a word is the name of a theme. */
export function isPictureTheme(word: string): word is PictureThemeName {
  return Object.hasOwn(PICTURE_THEMES, word);
}
