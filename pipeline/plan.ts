import type { Stage } from "../dsdf/stage.js";
import { DasError } from "../errors/das-error.js";
import type { Program } from "../stream/program.js";
import type { OutputFormat } from "./options.js";

/** One step of a built-in link: a stage, or the cut to the range that was asked for. */
export type Step = { readonly kind: "stage"; readonly index: number } | { readonly kind: "cut" };

/** Neighbouring stages that run the same way. */
export type Link =
  /** Processes joined by the operating system. */
  | { readonly kind: "spawned"; readonly stages: readonly number[] }
  /** In this process, one that gives bytes and not items. */
  | { readonly kind: "bytes"; readonly stage: number }
  /** In this process; items pass from one to the next. */
  | { readonly kind: "built in"; readonly steps: readonly Step[] };

/**
 * Divides a pipeline into links.
 *
 * @param programs for each stage the program that ships here, or `undefined` where it is spawned
 * @param cut whether the output is cut to a range: after the last reducer, or else before a converter
 * Errors: BAD_DEFINITION for a chain that does not begin with a reader, or has one further on, or one of a program
 * that gives bytes and a built-in one that reads a stream.
 * Source: das2-server 13.2.
 */
export function planLinks(
  stages: readonly Stage[],
  programs: readonly (Program | undefined)[],
  cut: boolean,
): readonly Link[] {
  const links: Link[] = [];
  let spawned: number[] = [];
  let steps: Step[] = [];
  const close = (): void => {
    if (spawned.length > 0) links.push({ kind: "spawned", stages: spawned });
    if (steps.length > 0) links.push({ kind: "built in", steps });
    spawned = [];
    steps = [];
  };
  const cutAfter = cut ? cutPosition(stages) : -1;
  for (const [index, stage] of stages.entries()) {
    const program = programs[index];
    const previous = programs[index - 1];
    // Between a spawned and a built-in program, and behind a converter, there are bytes.
    const otherWay = program === undefined ? steps.length > 0 : spawned.length > 0;
    // A parser reads bytes too, whatever wrote them.
    if (otherWay || previous?.kind === "converter" || program?.kind === "parser") close();
    if (program === undefined) {
      spawned.push(index);
    } else {
      checkPlace(stage, index, program, previous);
      if (program.kind === "bytes") links.push({ kind: "bytes", stage: index });
      else steps.push({ kind: "stage", index });
    }
    if (index === cutAfter) {
      if (program === undefined || program.kind === "converter") close();
      steps.push({ kind: "cut" });
    }
  }
  close();
  return links;
}

/**
 * A file is never sent as a stream: neither clients nor what checks streams could read it.
 * Errors: BAD_DEFINITION where the last program is built in, gives bytes, and `format` is that of a stream.
 */
export function checkFormat(
  stages: readonly Stage[],
  programs: readonly (Program | undefined)[],
  format: OutputFormat,
): void {
  const last = stages.at(-1);
  if (last !== undefined && programs.at(-1)?.kind === "bytes" && format !== "other")
    throw misplaced(last, "gives a file, and the definition does not say of which type (outputType)");
}

/** Errors: BAD_DEFINITION for a built-in program that cannot work where it stands. */
function checkPlace(stage: Stage, index: number, program: Program, previous: Program | undefined): void {
  const reads = program.kind === "filter" || program.kind === "converter" || program.kind === "parser";
  if (!reads && index > 0) throw misplaced(stage, "reads no stream but stands behind another program");
  if (reads && index === 0) throw misplaced(stage, "reads a stream but stands first");
  if (reads && previous?.kind === "bytes")
    throw misplaced(stage, "reads a stream but stands behind a program that gives a file");
}

/** The stage behind which the range is cut. */
function cutPosition(stages: readonly Stage[]): number {
  const reducer = stages.findLastIndex((stage) => stage.role === "reducer");
  return reducer >= 0 ? reducer : stages.findLastIndex((stage) => stage.role !== "converter");
}

function misplaced(stage: Stage, what: string): DasError {
  return new DasError("BAD_DEFINITION", `the ${stage.role} of this source ${what}`, { argv: stage.argv });
}
