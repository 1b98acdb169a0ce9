import { DasError } from "../errors/das-error.js";
import type { StreamException, StreamItem } from "../stream/model.js";
import type { Program } from "../stream/program.js";
import {
  type BuiltInLink,
  type LinkInput,
  type LinkOutput,
  type LinkResult,
  runBuiltIn,
} from "./built-in-link.js";
import { type BytesEnd, runBytes } from "./bytes-link.js";
import type { ChildOutput } from "./child-output.js";
import { EncodedOutput } from "./encoded-output.js";
import { ItemsOutput } from "./items-output.js";
import { emptyResponse, firstStageFailure } from "./judge.js";
import {
  type AssembleOptions,
  type Opened,
  type OpenedBytes,
  type OpenedLink,
  openLink,
  openLinks,
} from "./open-links.js";
import { pump } from "./pump.js";
import type { Supervisor } from "./supervisor.js";

/** The end of an assembled pipeline. */
export interface Assembled {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** The last program is one that is not ours, so that nobody has looked at its bytes. */
  readonly spawned: boolean;
  /** What the last link knows of what it wrote, where it is built in; of bytes that are no stream nothing is known. */
  readonly seen: () => Seen;
}

/** The end of an assembled pipeline whose items are taken. */
export interface AssembledItems {
  readonly items: AsyncIterable<readonly StreamItem[]>;
  readonly seen: () => Seen;
}

/** What came out of a link. */
export interface Seen {
  readonly packets: number | undefined;
  readonly exception: StreamException | undefined;
}

/**
 * Starts the programs of a pipeline that are spawned and joins them with those that are built in. Arguments of
 * built-in programs are checked before anything is started.
 * Errors: BAD_DEFINITION, NO_SUCH_PROGRAM, OVERLOADED, those of the built-in programs for their arguments.
 */
export async function assemble(
  supervisor: Supervisor,
  programs: readonly (Program | undefined)[],
  options: AssembleOptions,
): Promise<Assembled> {
  const opened = openLinks(supervisor.stages, programs, options);
  let seen = NOTHING_SEEN;
  const feed = await startLinks(supervisor, opened, ({ chain }) => {
    seen = chain;
  });
  if (feed === undefined) throw new DasError("BAD_DEFINITION", "there is no program to run");
  return { bytes: feed.bytes, spawned: opened.at(-1)?.kind === "spawned", seen: () => seen };
}

/**
 * As {@link assemble}, for whoever wants the items of the stream: those of a built-in last program are never written,
 * those of a spawned one are read.
 * Errors: as there; BAD_DEFINITION for a last program that makes no das2 stream.
 */
export async function assembleItems(
  supervisor: Supervisor,
  programs: readonly (Program | undefined)[],
  options: AssembleOptions,
): Promise<AssembledItems> {
  const last = programs.at(-1);
  if (last?.kind === "converter" || last?.kind === "bytes")
    throw new DasError("BAD_DEFINITION", "the last program of this source makes no das2 stream", {
      argv: supervisor.stages.at(-1)?.argv,
    });
  const opened = openLinks(supervisor.stages, programs, options);
  const final = opened.at(-1);
  let link: OpenedLink;
  if (final?.kind === "built in") {
    link = final;
    opened.pop();
  } else {
    const end = supervisor.stages.length;
    link = openLink({ kind: "built in", steps: [] }, end, programs, options, true);
  }
  const feed = await startLinks(supervisor, opened, () => undefined);
  if (feed === undefined && link.reader === undefined)
    throw new DasError("BAD_DEFINITION", "there is no program to run");
  let seen = NOTHING_SEEN;
  const items = runLink(supervisor, link, feed, new ItemsOutput(), ({ chain }) => {
    seen = chain;
  });
  return { items, seen: () => seen };
}

const NOTHING_SEEN: Seen = { packets: undefined, exception: undefined };

/** Starts links one behind the other; gives what the last one writes, `undefined` where there is none. */
async function startLinks(
  supervisor: Supervisor,
  opened: readonly Opened[],
  onResult: (result: LinkResult) => void,
): Promise<LinkInput | undefined> {
  let feed: LinkInput | undefined;
  for (const link of opened) {
    if (link.kind === "spawned") {
      const { first, output } = await supervisor.start(link.stages, feed !== undefined);
      if (feed !== undefined && first.stdin !== null) void pump(feed.bytes, first.stdin);
      feed = inputFrom(supervisor, output, (link.stages.at(-1) ?? 0) + 1);
    } else if (link.kind === "bytes") {
      const run = {
        source: link.source,
        stop: supervisor.stop,
        onProgress: () => supervisor.clock.progress(),
      };
      const bytes = runBytes(run, (end) => reportBytes(supervisor, link, end));
      feed = { bytes, verdict: verdictUpTo(supervisor, link.stage + 1) };
    } else {
      const output = new EncodedOutput(link.encoder);
      const bytes = runLink(supervisor, link, feed, output, onResult);
      feed = { bytes, verdict: verdictUpTo(supervisor, link.end) };
    }
  }
  return feed;
}

function reportBytes(supervisor: Supervisor, { stage, log }: OpenedBytes, end: BytesEnd): void {
  if (supervisor.stop.aborted) return;
  // Where a process says it, on its standard error.
  if (end.kind === "no data") log(end.message);
  supervisor.builtInEnded(stage, end.kind === "failed" ? end.error : undefined);
}

/** Runs a built-in link and reports how its stages ended. */
function runLink<T>(
  supervisor: Supervisor,
  link: OpenedLink,
  input: LinkInput | undefined,
  output: LinkOutput<T>,
  onResult: (result: LinkResult) => void,
): AsyncIterable<T> {
  let upstream: DasError | undefined;
  const source: BuiltInLink["source"] =
    link.reader !== undefined
      ? { kind: "reader", items: link.reader.items }
      : {
          kind: "bytes",
          decoder: link.decoder,
          input: {
            bytes: input?.bytes ?? nothing(),
            verdict: async () => {
              upstream = await input?.verdict();
              return upstream;
            },
          },
        };
  const run: BuiltInLink = {
    source,
    transforms: link.transforms,
    computes: link.computes,
    stop: supervisor.stop,
    onProgress: () => supervisor.clock.progress(),
  };
  return runBuiltIn(run, output, (result) => {
    report(supervisor, link, result, upstream);
    onResult(result);
  });
}

/** Blames what went wrong in a built-in link on the right stage. */
function report(
  supervisor: Supervisor,
  link: OpenedLink,
  { chain, outputError, emptyInput }: LinkResult,
  upstream: DasError | undefined,
): void {
  if (supervisor.stop.aborted) return;
  const { failure } = chain;
  if (failure !== undefined && failure.error !== upstream) {
    const stage = failure.position < 0 ? link.reader?.index : link.stageOf[failure.position];
    if (stage !== undefined) supervisor.builtInEnded(stage, failure.error);
    // What cannot be read is the fault of the stage that wrote it.
    else supervisor.note({ reason: "bad stream", error: failure.error, stage: Math.max(0, link.begin - 1) });
  }
  if (outputError !== undefined) supervisor.builtInEnded(link.end - 1, outputError);
  if (emptyInput && upstream === undefined) supervisor.note(emptyResponse());
  for (let stage = link.begin; stage < link.end; stage++) supervisor.builtInEnded(stage);
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** The output of spawned programs as the input of a built-in link; `end` is the stage after the last of them. */
function inputFrom(supervisor: Supervisor, output: ChildOutput, end: number): LinkInput {
  const upstream = Array.from({ length: end }, (_, index) => index);
  return {
    bytes: {
      [Symbol.asyncIterator]: () => ({
        next: () => output.next(),
        return: async () => {
          supervisor.letFinish(upstream, output);
          return { done: true, value: undefined };
        },
      }),
    },
    verdict: verdictUpTo(supervisor, end),
  };
}

/** The failure of the stages before `end`, once they have all ended. */
function verdictUpTo(supervisor: Supervisor, end: number): () => Promise<DasError | undefined> {
  return async () => {
    await supervisor.ended(Array.from({ length: end }, (_, index) => index));
    return firstStageFailure(supervisor.stages, supervisor.statuses, end)?.error;
  };
}
