import { createHash } from "node:crypto";
import type { DataQuery } from "../../dsdf/data-query.js";
import { formatTime } from "../../stream/time.js";
import type { AnswerPlan } from "./answer-plan.js";

/**
 * The ETag of an answer that comes from blocks alone: another as soon as one of them was built anew, the definition was edited, or
 * anything else was asked for. Weak, because the same answer may be coded in other bytes (gzip). Source: das2-server 1.3.
 */
export function answerTag({ choice, version }: AnswerPlan, query: DataQuery): string {
  const { level } = choice;
  const { begin, end, requested, output } = query;
  const parts = [
    level.sourceId,
    level.folder,
    level.period,
    level.definition,
    level.dataVersion ?? "",
    version,
    choice.use === "reduce" ? String(choice.seconds) : "",
    ...[begin, end, requested.begin, requested.end].map((time) => formatTime(time, 9)),
    output,
  ];
  return `W/"${createHash("sha256").update(JSON.stringify(parts)).digest("base64url").slice(0, 22)}"`;
}
