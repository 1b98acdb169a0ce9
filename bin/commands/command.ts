/** One command of `heliostream`. */
export interface Command {
  /** Printed by `--help`. */
  readonly help: string;
  /** Runs it; the number is the exit status. Errors: DasError, shown as one line. */
  run(args: readonly string[]): Promise<number>;
}
