import type { Stage } from "../dsdf/stage.js";
import { DasError } from "../errors/das-error.js";
import { BARE_HEADER } from "../stream/bare-header.js";
import type {
  ItemSource,
  StreamDecoder,
  StreamEncoder,
  StreamHeader,
  StreamTransform,
} from "../stream/model.js";
import type { FilterProgram, Program, ProgramContext } from "../stream/program.js";
import { das2Encoder } from "../stream/stream-writer.js";
import { type Link, planLinks } from "./plan.js";

/** What a pipeline is made with, besides its stages. */
export interface AssembleOptions {
  /** The arguments and surroundings of a built-in stage. */
  readonly openWith: (stage: number) => {
    readonly args: readonly string[];
    readonly context: ProgramContext;
  };
  /** Makes the transform that cuts the range, where it is cut. */
  readonly makeCut?: (() => StreamTransform) | undefined;
  readonly rewriteHeader?: ((header: StreamHeader) => StreamHeader) | undefined;
}

/** A link whose programs have taken their arguments. */
export type Opened = Extract<Link, { kind: "spawned" }> | OpenedBytes | OpenedLink;

/**
 * Opens the built-in programs of a pipeline: their arguments are checked before anything is started.
 * Errors: BAD_DEFINITION, those of the programs for their arguments.
 */
export function openLinks(
  stages: readonly Stage[],
  programs: readonly (Program | undefined)[],
  options: AssembleOptions,
): Opened[] {
  const links = planLinks(stages, programs, options.makeCut !== undefined);
  let begin = 0;
  return links.map((link, position) => {
    if (link.kind === "spawned") {
      begin += link.stages.length;
      return link;
    }
    if (link.kind === "bytes") {
      begin = link.stage + 1;
      return openBytes(link.stage, programs, options);
    }
    const open = openLink(link, begin, programs, options, position === links.length - 1);
    begin = open.end;
    return open;
  });
}

/** A built-in program that gives bytes, open. */
export interface OpenedBytes {
  readonly kind: "bytes";
  readonly stage: number;
  readonly source: AsyncIterable<Uint8Array>;
  readonly log: (line: string) => void;
}

function openBytes(
  stage: number,
  programs: readonly (Program | undefined)[],
  options: AssembleOptions,
): OpenedBytes {
  const program = programs[stage];
  if (program?.kind !== "bytes") throw new RangeError(`stage ${stage} gives no bytes`);
  const { args, context } = options.openWith(stage);
  return { kind: "bytes", stage, source: program.open(args, context), log: context.log };
}

/** A built-in link with its programs open. */
export interface OpenedLink {
  readonly kind: "built in";
  readonly reader: { readonly index: number; readonly items: ItemSource } | undefined;
  /** Reads the input, where it is no das2 stream. */
  readonly decoder: StreamDecoder | undefined;
  readonly transforms: readonly StreamTransform[];
  /** The stage that each transform is; `undefined` for those that are none. */
  readonly stageOf: readonly (number | undefined)[];
  readonly encoder: StreamEncoder;
  /** Whether any of its stages is a filter or a converter. */
  readonly computes: boolean;
  /** The first of its stages, and the one after its last. */
  readonly begin: number;
  readonly end: number;
}

/** Opens the programs of one built-in link; `begin` is the first of its stages. Errors: those of the programs for their arguments. */
export function openLink(
  plan: Extract<Link, { kind: "built in" }>,
  begin: number,
  programs: readonly (Program | undefined)[],
  options: AssembleOptions,
  isLast: boolean,
): OpenedLink {
  let reader: OpenedLink["reader"];
  let encoder: StreamEncoder | undefined;
  let decoder: StreamDecoder | undefined;
  let end = begin;
  const transforms: StreamTransform[] = [];
  const stageOf: (number | undefined)[] = [];
  for (const step of plan.steps) {
    if (step.kind === "cut") {
      if (options.makeCut !== undefined) transforms.push(options.makeCut());
      stageOf.push(undefined);
      continue;
    }
    end = step.index + 1;
    const program = programs[step.index];
    const { args, context } = options.openWith(step.index);
    if (program?.kind === "reader") reader = { index: step.index, items: program.open(args, context) };
    else if (program?.kind === "parser") decoder = program.open(args, context);
    else if (program?.kind === "converter") encoder = program.open(args, context);
    else if (program?.kind === "filter") {
      transforms.push(openFilter(program, args, context));
      stageOf.push(step.index);
    }
  }
  if (isLast && options.rewriteHeader !== undefined) {
    transforms.push(headerRewriter(options.rewriteHeader));
    stageOf.push(undefined);
  }
  return {
    kind: "built in",
    reader,
    decoder,
    transforms,
    stageOf,
    encoder: encoder ?? das2Encoder(),
    computes: encoder !== undefined || stageOf.some((stage) => stage !== undefined),
    begin,
    end,
  };
}

/** Bad arguments end the pipeline before it starts, but for a filter that tells of them in the stream. */
function openFilter(
  program: FilterProgram,
  args: readonly string[],
  context: ProgramContext,
): StreamTransform {
  try {
    return program.open(args, context);
  } catch (error) {
    if (program.usageInStream !== true || !(error instanceof DasError)) throw error;
    return {
      push(_item, emit) {
        emit({ kind: "stream", header: BARE_HEADER });
        throw error;
      },
      end: () => undefined,
    };
  }
}

function headerRewriter(rewrite: (header: StreamHeader) => StreamHeader): StreamTransform {
  return {
    push: (item, emit) =>
      emit(item.kind === "stream" ? { kind: "stream", header: rewrite(item.header) } : item),
    end: () => undefined,
  };
}
