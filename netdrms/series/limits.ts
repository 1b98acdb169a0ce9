/** What a series may have at most, names and texts in characters. Source: netdrms 1.2. */
export const SERIES_LIMITS = {
  /** `ns.table`. */
  seriesName: 63,
  /** Keywords, links and segments; those that the system makes from such a name are longer. */
  memberName: 31,
  unit: 31,
  format: 19,
  description: 254,
  defaultText: 1000,
  compression: 255,
  primeKeys: 15,
  dbIndex: 10,
  segments: 255,
  axes: 16,
  /** Slots of a storage unit, whose folders have five digits (netdrms 3.3). */
  slots: 100_000,
  linkSteps: 20,
} as const;

/**
 * Limits of what is read from master tables, which a site may have changed by hand: far above those of the specification, so
 * that they hurt no archive, and low enough for the memory of a server.
 */
export const MASTER_LIMITS = {
  /** Characters of one field. */
  text: 4096,
  /** Rows of one series in `drms_keyword`: 1600 columns is what PostgreSQL allows, constants have none. */
  keywordRows: 2500,
  linkRows: 1024,
  /** Keywords when those per segment are counted one by one. */
  keywords: 16_384,
} as const;
