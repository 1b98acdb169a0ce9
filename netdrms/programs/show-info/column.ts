import type { RecordBatch } from "../../records/record-batch.js";
import type { Keyword, Segment } from "../../series/model.js";
import type { UnitInfo } from "../../sums/unit-state.js";
import type { SessionInfo } from "./sessions.js";

/** One record that is shown, and what is known of its surroundings. */
export interface ShownRecord {
  readonly batch: RecordBatch;
  readonly row: number;
  /** By SUNUM; empty where no column needs them. */
  readonly units: ReadonlyMap<bigint, UnitInfo>;
  /** By {@link sessionKey}; empty where no column needs them. */
  readonly sessions: ReadonlyMap<string, SessionInfo>;
}

/** A column of what `show_info` prints. */
export interface Column {
  /** Name in the table. */
  readonly title: string;
  /** Name with `-k`, `## ` before it where it is of the record as a whole. */
  readonly label: string;
  /** For `-t`. */
  readonly type: string;
  readonly format: string;
  /** Whether its values are texts that `-k` puts in double quotes. */
  readonly quoted?: boolean;
  cell(record: ShownRecord): string;
}

/** Collects what is read of each record; columns remember the places. */
export class Wanted {
  readonly keywords: Keyword[] = [];
  readonly segments: Segment[] = [];

  /** The place of a keyword in the batches. */
  keyword(keyword: Keyword): number {
    return this.keywords.push(keyword) - 1;
  }

  /** The place of a segment in the batches. */
  segment(segment: Segment): number {
    return this.segments.push(segment) - 1;
  }
}
