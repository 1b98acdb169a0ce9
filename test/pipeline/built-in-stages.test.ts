import { describe, expect, it } from "vitest";
import { DasError } from "../../errors/das-error.js";
import type { PipelineOptions } from "../../pipeline/options.js";
import { runPipeline } from "../../pipeline/run.js";
import type { ItemSource, StreamItem } from "../../stream/model.js";
import type { FilterProgram, Program, ProgramContext, ReaderProgram } from "../../stream/program.js";
import { StreamParser } from "../../stream/stream-parser.js";
import {
  collect,
  exceptionAtEnd,
  PACKET_HEADER,
  rows,
  SAMPLE,
  Scripts,
  STREAM_HEADER,
  shell,
  stage,
  until,
} from "./support.js";

const scripts = new Scripts();
const ITEMS = new StreamParser().push(Buffer.from(SAMPLE, "latin1"));
const HEADER: StreamItem = { kind: "stream", header: { version: "2.2", properties: [] } };

/** A reader that is made of a generator. */
function reader(open: (context: ProgramContext) => ItemSource): ReaderProgram {
  return { kind: "reader", name: "r", help: "", open: (_args, context) => open(context) };
}

/** A filter that does something at each data item. */
function filter(onData: () => void, open?: () => void): FilterProgram {
  return {
    kind: "filter",
    name: "f",
    help: "",
    open: () => {
      open?.();
      return {
        push(item, emit) {
          if (item.kind === "data") onData();
          emit(item);
        },
        end: () => undefined,
      };
    },
  };
}

function options(
  programs: Readonly<Record<string, Program>>,
  more: Partial<PipelineOptions> = {},
): PipelineOptions {
  return {
    programs: (name) => (programs[name] === undefined ? undefined : Promise.resolve(programs[name])),
    limits: { graceMs: 100 },
    ...more,
  };
}

const R = stage("reader", "r");
const F = stage("filter", "f");
const CAT = stage("filter", "cat");
const whole = reader(async function* () {
  yield ITEMS;
});

describe("a built-in reader", () => {
  it("that fails before its header rejects the start with its own error", async () => {
    const r = reader(async function* () {
      yield [];
      throw new DasError("BAD_FILE", "the tape is torn");
    });
    for (const stages of [[R], [R, F]]) {
      const { thrown, text, outcome } = await collect(stages, options({ r, f: filter(() => undefined) }));
      expect([thrown, text]).toEqual(["BAD_FILE", ""]);
      expect(outcome).toMatchObject({ kind: "failed", reason: "stage", stage: 0 });
    }
  });

  it("that fails after data is told of, before built-in and spawned stages", async () => {
    const r = reader(async function* () {
      yield ITEMS;
      throw new DasError("BAD_FILE", "the tape is torn");
    });
    for (const stages of [[R], [R, F], [R, CAT], [R, CAT, F]]) {
      const { text, outcome } = await collect(stages, options({ r, f: filter(() => undefined) }));
      expect(text.match(/^:01:/gm)).toHaveLength(20);
      expect(exceptionAtEnd(text)).toEqual({ type: "ServerError", message: "the tape is torn" });
      expect(outcome).toMatchObject({ kind: "failed", reason: "stage", stage: 0 });
    }
  });

  it("that finds nothing says so by an error or by an empty stream", async () => {
    const r = reader(async function* () {
      yield [];
      throw new DasError("NO_DATA", "none there");
    });
    const { text, outcome } = await collect([R], options({ r }));
    expect(text.startsWith(STREAM_HEADER)).toBe(true);
    expect(exceptionAtEnd(text)?.type).toBe("NoDataInInterval");
    expect(outcome).toEqual({ kind: "no data" });
    const bare = reader(async function* () {
      yield [HEADER];
    });
    expect((await collect([R], options({ r: bare }))).outcome).toEqual({ kind: "no data" });
  });

  it("that gives nothing at all is empty", async () => {
    const { text, outcome } = await collect([R], options({ r: reader(async function* () {}) }));
    expect(exceptionAtEnd(text)?.type).toBe("EmptyResponseFromReader");
    expect(outcome).toMatchObject({ kind: "failed", reason: "empty" });
  });

  it("that never comes back is left behind at a limit and when the client leaves", async () => {
    const r = reader(async function* () {
      yield [HEADER];
      await new Promise(() => undefined);
    });
    const late = await collect([R], options({ r }, { limits: { idleMs: 50 } }));
    expect(late.outcome).toMatchObject({ kind: "failed", reason: "time limit" });
    expect(exceptionAtEnd(late.text)?.type).toBe("ServerError");
    const abort = new AbortController();
    const run = runPipeline([R], options({ r }, { signal: abort.signal }));
    await run.started;
    abort.abort();
    expect(await run.outcome).toEqual({ kind: "cancelled" });
  });

  it("is told by its signal, and its files are closed, whoever leaves", async () => {
    for (const stages of [[R], [R, F], [R, CAT]]) {
      let closed = 0;
      const r = reader(async function* (context) {
        try {
          yield [HEADER, ...ITEMS.slice(1)];
          while (!context.signal.aborted) {
            yield ITEMS.slice(2);
            await new Promise((resolve) => setImmediate(resolve));
          }
        } finally {
          closed++;
        }
      });
      const run = runPipeline(stages, options({ r, f: filter(() => undefined) }));
      for await (const piece of run.bytes) if (piece.length > 0) break;
      expect(await run.outcome).toEqual({ kind: "cancelled" });
      await new Promise((resolve) => setImmediate(resolve));
      expect(closed).toBe(1);
    }
  });

  it("gives out what it has when it pauses", async () => {
    let goOn: (() => void) | undefined;
    const r = reader(async function* () {
      yield ITEMS;
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
    });
    const iterator = runPipeline([R], options({ r })).bytes[Symbol.asyncIterator]();
    let seen = "";
    while (!seen.endsWith(rows(1, 19)))
      seen += Buffer.from((await iterator.next()).value ?? []).toString("latin1");
    const last = iterator.next();
    await until(() => goOn !== undefined);
    goOn?.();
    expect((await last).done).toBe(true);
  });
});

describe("a built-in filter", () => {
  it("that fails is told of after what it gave, and its reader is ended", async () => {
    let batches = 0;
    const f = filter(() => {
      if (++batches === 3) throw new DasError("DOMAIN", "these data are beyond me");
    });
    const endless = `printf '%s' "$1"; while printf '%s' "$2"; do sleep 0.01; done`;
    const stages = [shell(endless, "reader", STREAM_HEADER + PACKET_HEADER, rows(5)), F];
    const { text, outcome } = await collect(stages, options({ f }));
    expect(text).toContain(rows(5));
    expect(exceptionAtEnd(text)).toEqual({ type: "ServerError", message: "these data are beyond me" });
    expect(outcome).toMatchObject({ kind: "failed", reason: "stage", stage: 1 });
  });

  it("that breaks in an unforeseen way says nothing of the inside", async () => {
    const f = filter(() => {
      throw new TypeError("secret");
    });
    const { text, outcome } = await collect([scripts.reader(SAMPLE), F], options({ f }));
    expect(text).not.toContain("secret");
    expect(exceptionAtEnd(text)?.type).toBe("ServerError");
    expect(outcome).toMatchObject({ kind: "failed", error: { code: "INTERNAL" } });
  });

  it("with bad arguments starts nothing, or says it in the stream where it is made so", async () => {
    const refuse = (): void => {
      throw new DasError("USAGE", "two arguments expected");
    };
    const strict = await collect([R, F], options({ r: whole, f: filter(() => undefined, refuse) }));
    expect([strict.thrown, strict.text]).toEqual(["USAGE", ""]);
    const telling: FilterProgram = { ...filter(() => undefined, refuse), usageInStream: true };
    const told = await collect([R, F], options({ r: whole, f: telling }));
    expect(told.text.startsWith(STREAM_HEADER)).toBe(true);
    expect(exceptionAtEnd(told.text)?.type).toBe("IllegalArgument");
    expect(told.outcome).toMatchObject({ kind: "failed", reason: "stage", stage: 1 });
  });
});

describe("the cut to the range of the request", () => {
  // The year 2000 has 366 days; the rows are one a second from 2001 on.
  const begin = 366 * 86_400e6 + 5e6;
  const cut = { begin, end: begin + 7e6 };

  it.each([
    ["behind a built-in reducer", [R, stage("reducer", "f"), CAT]],
    ["behind a spawned reducer", [R, stage("reducer", "cat"), stage("converter", "cat")]],
    ["behind the last stage", [R, stage("reducer", "cat")]],
    ["behind a lone reader", [scripts.reader(SAMPLE)]],
  ])("is %s", async (_name, stages) => {
    const { text, outcome } = await collect(
      stages,
      options({ r: whole, f: filter(() => undefined) }, { cut }),
    );
    expect(text.slice(text.indexOf(":01:"))).toBe(rows(7, 5));
    expect(outcome).toEqual({ kind: "complete" });
  });

  it("that leaves nothing is no data", async () => {
    const nothing = { begin: 0, end: 1 };
    const { text, outcome } = await collect([R], options({ r: whole }, { cut: nothing }));
    expect(text).toContain("[01]");
    expect(text).not.toContain(":01:");
    expect(outcome).toEqual({ kind: "no data" });
  });
});
