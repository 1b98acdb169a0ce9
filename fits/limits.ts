/** What a FITS file may ask for; each is checked before memory is taken. */
export interface FitsLimits {
  /** Cards of one header. */
  readonly maxCards: number;
  /** Header-data units of one file. */
  readonly maxUnits: number;
  /** Axes of an image. */
  readonly maxAxes: number;
  /** Columns of a table. */
  readonly maxColumns: number;
  /** Bytes of one array that is read or decoded at once. */
  readonly maxArrayBytes: number;
  /** Bytes of one decoded tile. */
  readonly maxTileBytes: number;
  /** Elements of a variable-length array of one row, and strings of one column read at once. */
  readonly maxElements: number;
}

/**
 * The widest the standard allows (axes, columns), and for the rest room for the largest solar images (16384 x 16384
 * doubles are 2 GiB) on a small machine.
 */
export const DEFAULT_FITS_LIMITS: FitsLimits = {
  maxCards: 36_000,
  maxUnits: 10_000,
  maxAxes: 999,
  maxColumns: 999,
  maxArrayBytes: 2 ** 31,
  maxTileBytes: 2 ** 29,
  maxElements: 2 ** 26,
};
