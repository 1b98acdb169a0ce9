import { createHash } from "node:crypto";
import type { DataQuery } from "../../dsdf/data-query.js";
import type { Provenance } from "../../dsdf/provenance.js";
import type { Stage } from "../../dsdf/stage.js";
import { compareTimes, formatTime, type Time } from "../../stream/time.js";
import type { AnswerPlan } from "./answer-plan.js";

/**
 * The ETag of an answer that comes from blocks alone: another as soon as one of them was built anew, the definition was edited, or
 * anything else was asked for. Weak, because the same answer may be coded in other bytes (gzip). Source: das2-server 1.3.
 *
 * @param answer `stages`: what is made of the blocks: the definition of an intrinsic level says nothing of the reducer, nor does that of
 *   any where bins begin; `provenance` stands in the answer, with the version of this server
 */
export function answerTag(
  plan: AnswerPlan,
  query: DataQuery,
  { stages, provenance }: { readonly stages: readonly Stage[]; readonly provenance: Provenance },
): string {
  const { choice, reading, version, extent, valid = extent } = plan;
  const { level } = choice;
  const { grid } = reading;
  const { begin, end, requested, output } = query;
  const parts = [
    level.sourceId,
    level.folder,
    level.period,
    level.definition,
    level.dataVersion ?? "",
    version,
    stages.map(({ argv, env }) => [argv, env]),
    provenance,
    grid === undefined ? "" : [grid.origin === "block" ? "block" : text(grid.origin), grid.width],
    // A bin at an end of what is valid is made from a part of its time.
    compareTimes(valid.begin, extent.begin) > 0 ? text(valid.begin) : "",
    compareTimes(valid.end, extent.end) < 0 ? text(valid.end) : "",
    ...[begin, end, requested.begin, requested.end].map(text),
    output,
  ];
  return `W/"${createHash("sha256").update(JSON.stringify(parts)).digest("base64url").slice(0, 22)}"`;
}

function text(time: Time): string {
  return formatTime(time, 9);
}
