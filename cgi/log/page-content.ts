import type { LogFilter } from "./filter.js";
import type { LogDay } from "./log-files.js";
import type { RangeSummary } from "./range-sums.js";
import type { LogPage } from "./read-page.js";

/** Everything a page of the log shows. */
export interface PageContent {
  /** Path of the viewer, for links. */
  readonly path: string;
  /** With its range. */
  readonly filter: LogFilter;
  readonly days: readonly LogDay[];
  readonly page: LogPage;
  /** Address of who looks. */
  readonly viewer: string;
  readonly keepDays: number;
  readonly now: Date;
  /** All requests of the range; missing where there are none, and on the page of one request. */
  readonly summary: RangeSummary | undefined;
  /** Whether the log can be followed. */
  readonly isResident: boolean;
  /** What could not be shown, and why. */
  readonly notices: readonly string[];
}
