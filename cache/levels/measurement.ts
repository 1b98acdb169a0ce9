/** What a source's raw stream is like, found by running its reader over parts of it. */
export interface Measurement {
  /** Median distance of neighbouring records of the packet type that has most of the bytes, seconds; 0 where none was found. */
  readonly cadence: number;
  /** Values of one record beside x, over all packet types. */
  readonly channels: number;
  /** Bytes of one record, over all packet types: about what a bin takes. */
  readonly recordBytes: number;
  /** Of the raw stream, over the time that was looked at. */
  readonly bytesPerSecond: number;
  /** Data packets that were looked at. */
  readonly packets: number;
  /** How much time was looked at, seconds. */
  readonly spanSeconds: number;
}
