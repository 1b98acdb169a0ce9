import { DasError } from "../../errors/das-error.js";
import { drawFigure } from "../../plot/draw-figure.js";
import { LARGEST_SIZE, USUAL_SIZE } from "../../plot/picture-size.js";
import { PICTURE_THEMES } from "../../plot/picture-theme.js";
import type { StreamEncoder, StreamItem } from "../../stream/model.js";
import type { ConverterProgram } from "../../stream/program.js";
import { getProperty } from "../../stream/properties.js";
import { parseTimeRange } from "../../stream/time.js";
import { failUnlessNoData } from "../told-failure.js";
import { FigureGatherer } from "./gather.js";
import { type PictureOptions, pictureOptions } from "./options.js";
import { pngFile } from "./png-file.js";

/** Pixels by which a picture is higher for each panel beyond two, where its height is not given. */
const MORE_FOR_A_PANEL = 170;

/**
 * A das2 stream as a picture: spectrograms and lines over one x. Records are gathered in as many columns as the picture has pixels, so
 * memory does not grow with the stream; the picture is drawn at the end. A stream without data gives an empty plot.
 *
 * Errors: DOMAIN for an exception in the stream other than NoDataInInterval, UNSUITED_STREAM for an x that is a time in one packet and
 * not in another. After an error nothing is written.
 */
export class PngEncoder implements StreamEncoder {
  #options: PictureOptions;
  #figure: FigureGatherer;

  constructor(options: PictureOptions) {
    this.#options = options;
    this.#figure = this.#gatherer();
  }

  push(item: StreamItem): void {
    switch (item.kind) {
      case "stream":
        this.#takeRange(item.header.properties);
        this.#figure.stream(item.header);
        return;
      case "packet":
        this.#figure.define(item.header);
        return;
      case "data":
        this.#figure.data(item.batch);
        return;
      case "comment":
        return;
      case "exception":
        failUnlessNoData(item.exception);
        return;
      default:
        item satisfies never;
    }
  }

  end(write: (bytes: Uint8Array) => void): void {
    const { figure } = this.#figure;
    const { width = USUAL_SIZE.width, height } = this.#options;
    const more = Math.max(0, figure.panels.length - 2) * MORE_FOR_A_PANEL;
    const size = { width, height: height ?? Math.min(LARGEST_SIZE.height, USUAL_SIZE.height + more) };
    write(pngFile(drawFigure(figure, size, PICTURE_THEMES[this.#options.theme])));
  }

  /** The range that the stream covers, where none was asked for. */
  #takeRange(properties: Parameters<typeof getProperty>[0]): void {
    const text = getProperty(properties, "xCacheRange")?.value;
    if (this.#options.range !== undefined || text === undefined) return;
    try {
      this.#options = { ...this.#options, range: parseTimeRange(text) };
    } catch (error) {
      if (!(error instanceof DasError)) throw error;
      return; // a range of something else, or none that can be read: that of the records is shown
    }
    this.#figure = this.#gatherer();
  }

  #gatherer(): FigureGatherer {
    const { width = USUAL_SIZE.width, height = USUAL_SIZE.height } = this.#options;
    return new FigureGatherer(this.#options, { width, height });
  }
}

const HELP = `Usage: das2_png [time.min=TIME time.max=TIME] [width=PIXELS] [height=PIXELS] [theme=light|dark]
                [title=TEXT] [in_fmt=das2]

Reads a das2 stream and writes a plot of it as a PNG file: a spectrogram for each yscan, lines for other planes, those of the
same units together; least and greatest values are a band around their average. Gaps and fill are left blank. A stream
without data gives an empty plot.

  time.min=, time.max=   what is shown (xCacheRange of the stream, else its records)
  width=, height=        240 to 3000 and 160 to 2000 pixels (900, and 500 or more for more than two panels)
  theme=                 colours for a light ground, which is usual, or a dark one
  title=                 for a stream that has no title
  -h, --help             print this
  -v, --version          print the version

Exit status: 0 done, 1 the stream ended in an exception, told on standard error, 13 arguments, 22 unreadable stream. After a
failure
nothing is written.
`;

/** The converter `das2_png`. Source: das2-server 2.8, 7.3. */
export const png: ConverterProgram = {
  kind: "converter",
  name: "das2_png",
  help: HELP,
  open: (args) => new PngEncoder(pictureOptions(args)),
};
