import type { Program } from "../../stream/program.js";
import type { DataSource } from "../data-source.js";
import type { Problem } from "../definition-problem.js";
import type { PipelineTools } from "../tools.js";
import type { SourceTree } from "../tree.js";

/** What a definition is checked against. */
export interface CheckOptions {
  readonly tree: SourceTree;
  readonly tools: PipelineTools;
  /** Whether a program of that name ships with the server. */
  readonly isBuiltIn: (name: string) => boolean;
  /** What a program that ships with the server is; missing where that is not looked at. */
  readonly builtInKind?: (name: string) => Promise<Program["kind"] | undefined>;
  /** Folders in which other programs are looked for: `BIN_PATH` and those of the system. */
  readonly programFolders: readonly string[];
  /** Whether the server has a password file; missing where that is not known. */
  readonly hasPasswords?: boolean;
  /** What is to be said of the cache levels of a source: of the one with that `number`, or of all; missing: nothing. */
  readonly levelRemarks?: (source: DataSource) => readonly {
    readonly level: Problem["level"];
    readonly number?: number;
    readonly message: string;
  }[];
}
