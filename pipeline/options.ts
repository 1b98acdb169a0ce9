import type { StreamHeader } from "../stream/model.js";
import type { Program } from "../stream/program.js";
import type { PipelineLimits } from "./limits.js";
import type { PipelineSlots } from "./slots.js";

/** Finds the program of a name that ships here; `undefined`: the name is that of a program to spawn. */
export type ProgramLookup = (name: string) => Promise<Program> | undefined;

/**
 * What the last program writes. `das2`, `das3` and `qstream` are followed packet by packet and tell of a failure in the
 * stream; of the others nothing is known, and a failure breaks them off.
 */
export type OutputFormat = "das2" | "das3" | "qstream" | "other";

/**
 * The variables of the environment that one program gets besides those that all get: what not every program may know.
 *
 * @param command as in its argument vector
 * @param builtIn whether it ships here and runs in this process
 */
export type Grants = (command: string, builtIn: boolean) => Readonly<Record<string, string>>;

/** How a pipeline is run. */
export interface PipelineOptions {
  /** Which programs are built in; {@link builtInProgram} for all that ship here. */
  readonly programs: ProgramLookup;
  /** Default `das2`. A pipeline whose last stage is a built-in filter or reader writes das2 in any case. */
  readonly format?: OutputFormat;
  /** Not one byte of `other` output is an answer too, and not a failure; default false. */
  readonly mayBeEmpty?: boolean;
  /**
   * Aborted when the client has left. With an error of the house as its reason somebody still listens: the stream
   * ends with that error, in band where its form can, and the error is what `bytes` throws where it cannot.
   */
  readonly signal?: AbortSignal;
  readonly limits?: Partial<PipelineLimits>;
  /** The whole environment of spawned programs; default {@link childEnvironment} without folders of its own. */
  readonly env?: Readonly<Record<string, string>>;
  /** What single programs get besides; default nothing. Settings of the definition (`env NAME=value`) win over it. */
  readonly grants?: Grants;
  /** Working folder of spawned programs; default `/`. */
  readonly cwd?: string;
  /** Takes what a stage says on standard error, line by line. */
  readonly onStderr?: (stage: number, line: string) => void;
  /** Changes the stream header of das2 output on its way out. */
  readonly rewriteHeader?: (header: StreamHeader) => StreamHeader;
  /**
   * Keeps only rows with x in [begin, end), us2000: behind the last reducer, or else before a converter, so that whole
   * bins are asked for and only those with their centre in the request are given; das2-server 13.2.
   */
  readonly cut?: { readonly begin: number; readonly end: number };
  /** Limits the pipelines that run at once. */
  readonly slots?: PipelineSlots;
}
