import type { DataQuery } from "../../dsdf/data-query.js";
import type { DataSource } from "../../dsdf/data-source.js";
import type { Stage } from "../../dsdf/stage.js";
import type { PipelineOptions } from "../../pipeline/options.js";
import type { Outcome } from "../../pipeline/outcome.js";
import type { HeaderLine } from "../http.js";
import type { QueryContext } from "../query.js";
import { cachedRun } from "./cached-run.js";
import { plainRun } from "./plain-run.js";
import type { Making } from "./provenance.js";

/** The pipeline of an answer, ready to be started. */
export interface DataRun {
  readonly stages: readonly Stage[];
  /** Errors: OVERLOADED where too many processes run pipelines. */
  readonly options: () => PipelineOptions;
  /** How the records come about; `binSeconds` is missing where they are no bins of this server's making. */
  readonly making: Making;
  /** Nothing has to be computed for it: it is there, but for being read. */
  readonly isAtHand: boolean;
  /** Headers by which a client can ask whether the answer has changed; none where that is not known beforehand. */
  readonly validators: readonly HeaderLine[];
  /** The answer that the client has is still right. */
  readonly isUnchanged: boolean;
  /** The whole answer from memory, on record then; missing, or `undefined`: it has to be made. */
  readonly fromMemory?: () => Uint8Array | undefined;
  /** Takes the whole answer when it was made and has ended, for the next who asks for it. */
  readonly keep?: (bytes: Uint8Array) => void;
  /** To be called when the answer has ended, however. */
  readonly onEnd: (outcome: Outcome) => void;
}

/**
 * What answers a query: blocks of the cache and readers for what they leave, or programs alone.
 * Errors: those of {@link planStages}.
 */
export async function dataRun(source: DataSource, query: DataQuery, context: QueryContext): Promise<DataRun> {
  return (await cachedRun(source, query, context)) ?? plainRun(source, query, context);
}
