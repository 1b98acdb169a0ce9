import type { PipelineTools } from "../../dsdf/tools.js";
import type { PipelineOptions } from "../../pipeline/options.js";
import type { BlockIndex } from "../index/block-index.js";
import type { OnProgress } from "../queue/build-queue.js";

/** What the making of blocks needs of the process that it runs in. */
export interface BuildSurroundings {
  readonly index: BlockIndex;
  readonly tools: PipelineTools;
  /** How programs are run: which are built in, limits, environment. */
  readonly pipelineOptions: Pick<
    PipelineOptions,
    "programs" | "limits" | "env" | "grants" | "cwd" | "onStderr" | "slots"
  >;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Names who builds, for people and for claims: `host:pid:random`. */
  readonly owner: string;
  /** Ends the work; nothing is published then. */
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
  /** How long a claim lasts unless it is renewed, which is done three times in that time; default {@link LEASE_MS}. */
  readonly leaseMs?: number;
  /** The newest of the files that the source watches, milliseconds since 1970; das2-server 15.8. */
  readonly sourceMtimeMs?: number;
}

/** Long enough that a busy host does not lose its claims, short enough that what a dead one leaves is built soon. */
export const LEASE_MS = 60_000;
