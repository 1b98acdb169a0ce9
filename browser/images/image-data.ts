/** One image of the strip. */
export interface Frame {
  readonly time: string;
  readonly recnum: string;
}

/** What the server says of the images of a page. */
export interface ImageData {
  readonly frames: readonly Frame[];
  /** The image that the server shows large. */
  readonly chosen: Frame;
  /** What addresses of pictures, of the page and of headers begin with. */
  readonly pictures: string;
  readonly page: string;
  readonly header: string;
}

/** Reads `data-images` of the viewer; the server of this script wrote it. */
export function readImageData(viewer: HTMLElement): ImageData {
  const raw = JSON.parse(viewer.dataset.images ?? "{}") as Omit<ImageData, "frames" | "chosen"> & {
    readonly frames: readonly (readonly [string, string])[];
    readonly chosen: readonly [string, string];
  };
  const frame = ([time, recnum]: readonly [string, string]): Frame => ({ time, recnum });
  return { ...raw, frames: raw.frames.map(frame), chosen: frame(raw.chosen) };
}

/** Whole milliseconds since 1970 of a time of the server, which is UTC and may have more digits than a date takes. */
export function milliseconds(time: string): number {
  return Date.parse(`${time.slice(0, 23)}Z`);
}

/** The time as people read it. */
export function readableTime(time: string): string {
  return `${time.replace("T", " ")} UTC`;
}
