import { shown } from "../../config/problem.js";
import { DasError } from "../../errors/das-error.js";

/** Longest text of a snapshot: one of some thousand transactions at once. */
const MAX_CHARACTERS = 100_000;

/**
 * Checks the text of a snapshot, `xmin:xmax:xip,…`, as `pg_current_snapshot` gives it: which transactions had ended at a moment. What was written by
 * those that it does not see is what has come since, in whatever order they ended.
 * Errors: BAD_FILE.
 */
export function checkSnapshot(text: string): string {
  if (text.length <= MAX_CHARACTERS) {
    const [, least, end, list] = /^(\d{1,19}):(\d{1,19}):((?:\d{1,19}(?:,\d{1,19})*)?)$/.exec(text) ?? [];
    if (least !== undefined && end !== undefined && list !== undefined) {
      const running = list === "" ? [] : list.split(",").map(BigInt);
      const bounds = [BigInt(least), ...running];
      const ascends = running.every((xid, n) => (n === 0 ? xid >= bounds[0]! : xid > running[n - 1]!));
      if (ascends && BigInt(least) > 0n && bounds.every((xid) => xid <= BigInt(end))) return text;
    }
  }
  throw new DasError("BAD_FILE", `${shown(text.slice(0, 60))} is no snapshot of a database`);
}
