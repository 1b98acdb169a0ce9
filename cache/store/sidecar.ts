/**
 * What stands beside a block as `FILE.meta.json`: all that must be known to trust it and to use it without reading it through. Times
 * are ISO-8601 UTC. A block without it is a gap. Source: das2-server 15.2.
 */
export interface Sidecar {
  readonly v: 1;
  readonly source: string;
  /** {@link Level.definition} of the level it was built for. */
  readonly dsdfHash: string;
  readonly dataVersion?: string;
  /** Sorted words for the reader. */
  readonly params: readonly string[];
  /** Name of the folder of the resolution: `bin-60s`. */
  readonly res: string;
  readonly period: string;
  readonly begin: string;
  /** Excluded. */
  readonly end: string;
  /** Where its source began or ended, where that is inside of the block. */
  readonly validFrom?: string;
  readonly validTo?: string;
  /** When the reading for it began: what changed later may not be in it. */
  readonly builtAt: string;
  /** The newest of the watched files when it was built; `sourceGlob`. */
  readonly sourceMtime?: string;
  /** Data packets. */
  readonly records: number;
  readonly bytes: number;
  readonly sha256: string;
  /** CRC-32 of the same bytes, which is faster to check. */
  readonly crc32: number;
  readonly complete: true;
  /** The block holds no data packet, and is known to. */
  readonly noData: boolean;
  /** It was found, not built here: an older server made it. */
  readonly adopted?: true;
  /** What it was made from: the raw stream, or the name of a finer level (`bin-60s daily`), steps away from the raw stream. */
  readonly madeFrom:
    | { readonly kind: "raw" }
    | { readonly kind: "level"; readonly level: string; readonly steps: number };
  /** Bytes before the first data packet: stream header and packet headers. All bytes where there is no data packet. */
  readonly headerBytes: number;
  /** Nothing but data packets, their positions ascending within each id, follows the headers: the rest can be passed on without a look. */
  readonly flat: boolean;
  /**
   * Least and greatest position of its records, us2000. Missing where there is no record, and where positions do not ascend within
   * one packet id.
   */
  readonly x?: { readonly first: number; readonly last: number };
  /** The companion with least and greatest values and counts, where there is one. */
  readonly statistics?: { readonly bytes: number; readonly sha256: string; readonly crc32: number };
  /** Its records changed after it was built: never to be served. */
  readonly changed?: true;
}
