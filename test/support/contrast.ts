import type { Locator } from "playwright-core";

/** The computed colours of an element, 0 to 255: text, and the nearest background that is not transparent. */
export async function coloursOf(locator: Locator): Promise<{ text: number[]; back: number[] }> {
  const [text = "", back = ""] = (await locator.evaluate((element) => {
    // In the page, where the types of a browser hold.
    const view = (element as unknown as { ownerDocument: { defaultView: Record<string, never> } })
      .ownerDocument.defaultView as unknown as {
      getComputedStyle(e: unknown): { color: string; backgroundColor: string };
    };
    let at: unknown = element;
    let found = "rgba(0, 0, 0, 0)";
    while (at !== null && /, 0\)$/.test(found)) {
      found = view.getComputedStyle(at).backgroundColor;
      at = (at as { parentElement: unknown }).parentElement;
    }
    return [view.getComputedStyle(element).color, found];
  })) as string[];
  const rgb = (css: string) => (css.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
  return { text: rgb(text), back: rgb(back) };
}

/** Relative luminance and contrast of two colours as computed styles have them (WCAG 2.2, 1.4.3). */
export function contrast(a: readonly number[], b: readonly number[]): number {
  const luminance = (rgb: readonly number[]) => {
    const [r = 0, g = 0, blue = 0] = rgb.map((v) =>
      v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue;
  };
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

/** The contrast of the text of an element. */
export async function contrastOf(locator: Locator): Promise<number> {
  const { text, back } = await coloursOf(locator);
  return contrast(text, back);
}
