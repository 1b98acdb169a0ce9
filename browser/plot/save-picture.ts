import { plainLabel } from "../../plot/label.js";
import { type Span, spanText } from "../../plot/span.js";
import { drawLabel } from "./rich-text.js";
import type { SourceView } from "./source-view.js";
import type { Theme } from "./theme.js";

const FONT_PX = 14;
const HEAD_PX = 26;

/** All panels below each other as one picture, as they are seen, with what they are of above them. */
export function wholePicture(sources: readonly SourceView[], theme: Theme, span: Span): HTMLCanvasElement {
  const px = devicePixelRatio;
  const canvases = sources.map((source) => source.panels.flatMap(({ canvas }) => canvas ?? []));
  const picture = document.createElement("canvas");
  picture.width = Math.max(1, ...canvases.flat().map(({ width }) => width));
  const heads = HEAD_PX * px;
  picture.height = Math.max(
    1,
    canvases.reduce((sum, of) => sum + heads + of.reduce((all, { height }) => all + height, 0), 0),
  );
  const context = picture.getContext("2d");
  if (context === null) return picture;
  context.fillStyle = theme.panel;
  context.fillRect(0, 0, picture.width, picture.height);
  const { begin, end } = spanText(span);
  let top = 0;
  for (const [n, { facts, title }] of sources.entries()) {
    const range = n === 0 ? `!n, ${begin} to ${end} UTC` : "";
    const text = `${plainLabel(facts.id)}${title === "" ? "" : `: ${title}`}${range}`;
    drawLabel(context, text, picture.width / 2, top + heads / 2, {
      fontPx: FONT_PX * px,
      colour: theme.ink,
      most: picture.width * 0.96,
    });
    top += heads;
    for (const canvas of canvases[n] ?? []) {
      context.drawImage(canvas, 0, top);
      top += canvas.height;
    }
  }
  return picture;
}

/** Gives a picture to the reader as a file. */
export function savePicture(picture: HTMLCanvasElement, name: string): void {
  picture.toBlob((blob) => {
    if (blob === null) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    // The browser has taken it when its turn comes.
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }, "image/png");
}
