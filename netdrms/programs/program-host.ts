/** What a program of the archive that is no module needs of its process. */
export interface ProgramHost {
  /** Words behind the name of the program. */
  readonly argv: readonly string[];
  /** Writes to standard output; resolves when there is room for more. Errors: `OutputGone`. */
  readonly print: (text: string) => Promise<void>;
  /** Takes one line for people: standard error. */
  readonly log: (line: string) => void;
}
