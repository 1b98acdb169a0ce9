/** Width and height of a picture in pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** What a picture has where nothing is asked for; the height is that of up to two panels. */
export const USUAL_SIZE: PictureSize = { width: 900, height: 500 };
/** Smaller than this nothing can be read. */
export const LEAST_SIZE: PictureSize = { width: 240, height: 160 };
/** What one picture may cost: at most 14 bytes of memory a pixel. */
export const LARGEST_SIZE: PictureSize = { width: 3000, height: 2000 };
