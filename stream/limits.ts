/** What a stream may ask of its reader; das2-stream A17. Each is checked before memory is taken. */
export interface StreamLimits {
  /** Bytes of the body of a header or info packet; six digits allow no more than 999999. */
  readonly headerBytes: number;
  /** Bytes of the values of one data packet. */
  readonly recordBytes: number;
  /** Planes of one packet besides x. */
  readonly planes: number;
  /** Values of one table plane in one packet. */
  readonly items: number;
  /** Bytes of the name of a property. */
  readonly propertyNameBytes: number;
}

/** The limits of das2-stream A17. */
export const DEFAULT_LIMITS: StreamLimits = {
  headerBytes: 999_999,
  recordBytes: 64 * 1024 * 1024,
  planes: 99,
  items: 1_000_000,
  propertyNameBytes: 127,
};
