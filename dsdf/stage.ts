/**
 * One program of a pipeline: an argument vector, never shell text. Whether `argv[0]` is built in or spawned is
 * decided by who runs it. Source: das2-server 13.3.
 */
export interface Stage {
  readonly role: "reader" | "filter" | "reducer" | "converter";
  readonly argv: readonly [string, ...string[]];
  /** Settings before the program's name (`env NAME=V program`), added to its environment. */
  readonly env: Readonly<Record<string, string>>;
}
