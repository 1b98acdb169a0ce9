/** How files of a request reach whoever asked. Source: export B7. */
export type ExportMethod = "url" | "url-tar";

/** What a request is for, as it is kept: texts as they were asked for, with the record set completed. */
export interface ExportOrder {
  /** `records`: files of a record set; `units`: where storage units are. */
  readonly kind: "records" | "units";
  /** The record set that is run, or SUNUMs with commas between them. */
  readonly dataset: string;
  /** The first or, negative, the last so many records; 0: all. */
  readonly records: number;
  /** Steps of processing, as `im_patch,x=1,…|…`; empty for none. */
  readonly processing: string;
  /** `as-is`, `fits`, `fits,compress Rice`, … */
  readonly protocol: string;
  readonly fileNameFormat: string;
  readonly method: ExportMethod;
}

/** Who asks. */
export interface Requester {
  /** Registered address, lower case. */
  readonly address: string;
  /** What the client calls its user; for people. */
  readonly name: string;
  /** IP address. */
  readonly client: string;
}

/** A request that is to be accepted. */
export interface NewRequest extends ExportOrder {
  readonly requester: Requester;
  /** In test mode: the statuses that it shows are others. Source: export B9. */
  readonly test: boolean;
  /** Tells requests that are alike, see `requestHash`. */
  readonly md5: string;
  readonly recordCount: number;
  readonly megabytes: number;
}

/** Statuses of requests as they are kept. Source: export B9. */
export const REQUEST_STATUS = {
  done: 0,
  running: 1,
  waiting: 2,
  tooLarge: 3,
  failed: 4,
  expired: 5,
  needsHelp: 25,
  cancelled: -1,
} as const;

/** What is known of an accepted request. Times: Unix ms. */
export interface ExportRequest extends ExportOrder {
  readonly id: string;
  readonly status: number;
  readonly test: boolean;
  readonly address: string;
  readonly recordCount: number;
  readonly megabytes: number;
  readonly acceptedMs: number;
  readonly startedMs?: number;
  readonly finishedMs?: number;
  readonly expiresMs?: number;
  readonly attempts: number;
  /** What is being done, in a word or a few. */
  readonly stage: string;
  readonly recordsDone: number;
  readonly bytesDone: number;
  readonly failures: number;
  readonly error?: string;
}
