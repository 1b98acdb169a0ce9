import { writeSync } from "node:fs";
import { describeProblem } from "../config/problem.js";
import { asDasError, DasError, OUTCOME } from "../errors/das-error.js";
import { FlushClock } from "../pipeline/flush-clock.js";
import { LEAP_SECONDS_VARIABLE, useLeapSecondsFile } from "../pipeline/leap-seconds-file.js";
import { BARE_HEADER } from "../stream/bare-header.js";
import { exceptionOf, ItemChain } from "../stream/item-chain.js";
import type { StreamEncoder, StreamItem } from "../stream/model.js";
import type {
  ConverterProgram,
  FilterProgram,
  ParserProgram,
  Program,
  ProgramContext,
  ReaderProgram,
} from "../stream/program.js";
import { StreamParser } from "../stream/stream-parser.js";
import { das2Encoder } from "../stream/stream-writer.js";
import { Pauses } from "./pauses.js";
import { readInput } from "./program-input.js";
import { ConsumerGone, ProgramOutput } from "./program-output.js";
import { writeBytes } from "./write-bytes.js";

/** Programs to which `-v` means something else; reducers 6. */
const OWN_V = new Set(["das2_bin_ratesec"]);

/**
 * Runs a program as this process: arguments from `argv`, a stream on standard input (but for readers), a stream (or
 * a file) on standard output, messages on standard error, and the exit status of reducers 1.1. Does not return: the
 * process ends when the program has.
 */
export function runProgram(
  load: () => Promise<Program>,
  argv: readonly string[] = process.argv.slice(2),
): void {
  main(load, argv).then(
    (status) => process.exit(status),
    (error) => {
      if (error instanceof ConsumerGone) process.exit(0);
      complain("heliostream", asDasError(error, "the program"));
      process.exit(OUTCOME.INTERNAL.exit);
    },
  );
}

async function main(load: () => Promise<Program>, argv: readonly string[]): Promise<number> {
  useLeapSecondsFile(process.env[LEAP_SECONDS_VARIABLE]);
  const program = await load();
  const output = new ProgramOutput();
  const asked = await questionText(program, argv);
  if (asked !== undefined) {
    output.write(Buffer.from(asked));
    await output.end();
    return 0;
  }
  const context: ProgramContext = {
    // A process whose output is not wanted ends; there is nothing to tell its program.
    signal: new AbortController().signal,
    log: (line) => say(`${program.name}: ${line}`),
    env: process.env,
  };
  const failure = await work(program, argv, context, output);
  if (failure === undefined) return 0;
  complain(program.name, failure);
  return OUTCOME[failure.code].exit;
}

/** Runs the program to its end; its failure, if it failed. Errors: {@link ConsumerGone}. */
async function work(
  program: Program,
  argv: readonly string[],
  context: ProgramContext,
  output: ProgramOutput,
): Promise<DasError | undefined> {
  try {
    switch (program.kind) {
      case "reader":
        return await runReader(program, argv, context, output);
      case "bytes":
        return await writeBytes(program.open(argv, context), output);
      default:
        return await runFilter(program, argv, context, output);
    }
  } catch (error) {
    if (error instanceof ConsumerGone) throw error;
    return asDasError(error, "the program");
  } finally {
    await output.end();
  }
}

async function runReader(
  program: ReaderProgram,
  argv: readonly string[],
  context: ProgramContext,
  output: ProgramOutput,
): Promise<DasError | undefined> {
  const source = program.open(argv, context);
  const sink = new Sink(das2Encoder(), output);
  const chain = new ItemChain([], sink.push);
  const pauses = new Pauses(() => sink.flush());
  try {
    for await (const items of source) {
      for (const item of items) chain.push(item);
      if (chain.closed) break;
      sink.flushIfDue();
      await output.ready();
      pauses.arrived();
    }
    chain.end();
  } catch (error) {
    if (error instanceof ConsumerGone) throw error;
    chain.fail(asDasError(error, "the reader"));
  }
  pauses.stop();
  sink.end();
  return chain.failure?.error;
}

async function runFilter(
  program: FilterProgram | ConverterProgram | ParserProgram,
  argv: readonly string[],
  context: ProgramContext,
  output: ProgramOutput,
): Promise<DasError | undefined> {
  const encoder = program.kind === "converter" ? program.open(argv, context) : das2Encoder();
  const sink = new Sink(encoder, output);
  const transforms = program.kind === "filter" ? [openFilter(program, argv, context, sink)] : [];
  const chain = new ItemChain(transforms, sink.push);
  const parser = program.kind === "parser" ? program.open(argv, context) : new StreamParser();
  const parse = (portions: () => Iterable<readonly StreamItem[]>): void => {
    try {
      for (const items of portions()) for (const item of items) chain.push(item);
    } catch (error) {
      if (error instanceof ConsumerGone || sink.failed) throw error;
      chain.fail(asDasError(error, "reading the stream"));
    }
  };
  try {
    await readInput({
      onBytes(bytes) {
        parse(() => parser.portions(bytes));
        sink.flushIfDue();
        return output.ready();
      },
      onPause: () => sink.flush(),
      isDone: () => chain.closed,
    });
    if (!chain.closed) parse(() => [parser.end()]);
    if (!chain.closed) chain.end();
    sink.end();
    await sink.rest();
  } finally {
    sink.close();
  }
  return chain.failure?.error;
}

/** Opens a filter; one that tells of bad arguments in the stream writes a stream of nothing else. */
function openFilter(program: FilterProgram, argv: readonly string[], context: ProgramContext, sink: Sink) {
  try {
    return program.open(argv, context);
  } catch (error) {
    if (program.usageInStream === true && error instanceof DasError) {
      sink.push({ kind: "stream", header: BARE_HEADER });
      sink.push({ kind: "exception", exception: exceptionOf(error) });
      sink.end();
    }
    throw error;
  }
}

/** The encoder at the end, writing to standard output. */
class Sink {
  readonly #encoder: StreamEncoder;
  readonly #output: ProgramOutput;
  readonly #clock = new FlushClock();
  #used = false;
  #failed = false;

  constructor(encoder: StreamEncoder, output: ProgramOutput) {
    this.#encoder = encoder;
    this.#output = output;
  }

  /** Whether the encoder itself threw. */
  get failed(): boolean {
    return this.#failed;
  }

  readonly push = (item: StreamItem): void => {
    this.#used = true;
    try {
      this.#encoder.push(item, this.#output.write);
    } catch (error) {
      this.#failed = true;
      throw error;
    }
    // At once, so that whoever comes next does not give up waiting (reducers 1.1).
    if (item.kind === "stream" || item.kind === "packet") this.flush();
  };

  flush(): void {
    this.#clock.flushed();
    if (!this.#used) return;
    this.#encoder.flush?.(this.#output.write);
    this.#output.flush();
  }

  flushIfDue(): void {
    if (this.#clock.isDue) this.flush();
  }

  /** Where no stream came, none is ended: the output stays empty. */
  end(): void {
    if (this.#used) this.#encoder.end(this.#output.write);
    this.#output.flush();
  }

  /** Writes what follows the end, as fast as it is read. */
  async rest(): Promise<void> {
    if (!this.#used || this.#encoder.rest === undefined) return;
    for (const piece of this.#encoder.rest()) {
      this.#output.write(piece);
      await this.#output.ready();
    }
    this.#output.flush();
  }

  close(): void {
    this.#encoder.close?.();
  }
}

/** The answer to `--help` or `--version`, wherever they stand. */
async function questionText(program: Program, argv: readonly string[]): Promise<string | undefined> {
  const own = program.kind === "reader" || program.kind === "bytes" ? program.question?.(argv) : undefined;
  if (own === "help" || argv.includes("-h") || argv.includes("--help")) return `${program.help.trimEnd()}\n`;
  const shortVersion = argv.includes("-v") && !OWN_V.has(program.name);
  if (own !== "version" && !shortVersion && !argv.includes("--version")) return undefined;
  const { packageVersion } = await import("../config/package-root.js");
  return `${program.name} (heliostream ${packageVersion()})\n`;
}

function complain(name: string, error: DasError): void {
  // What is wrong with a definition is not in the message, which clients see.
  say(`${name}: ${error.code === "BAD_DEFINITION" ? describeProblem(error) : error.message}`);
  const { detail } = error.where;
  if (error.code === "INTERNAL" && typeof detail === "string") say(detail);
}

/** Standard error may be closed or full; that is no reason to fail. */
function say(line: string): void {
  try {
    writeSync(2, `${line}\n`);
  } catch {
    // Nobody can be told.
  }
}
