import type { Page } from "playwright-core";

/** How Chromium is started: without a window, nothing asked from anywhere by itself. Run as root it has no sandbox. */
export const CHROMIUM_ARGUMENTS: readonly string[] = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** How far the document reaches beyond the window to the right, pixels; 0 where nothing does. */
export async function sticksOut(page: Page): Promise<number> {
  const { scrollWidth, clientWidth } = await page.evaluate<{ scrollWidth: number; clientWidth: number }>(
    "({ scrollWidth: document.documentElement.scrollWidth, clientWidth: document.documentElement.clientWidth })",
  );
  return scrollWidth - clientWidth;
}
