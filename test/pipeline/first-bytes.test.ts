import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { DasError } from "../../errors/das-error.js";
import type { PipelineOptions } from "../../pipeline/options.js";
import { runPipeline } from "../../pipeline/run.js";
import type { StreamItem } from "../../stream/model.js";
import type { FilterProgram, Program, ReaderProgram } from "../../stream/program.js";
import { StreamParser } from "../../stream/stream-parser.js";
import { packet } from "../support/run-stream.js";
import { collect, exceptionAtEnd, PACKET_HEADER, rows, Scripts, STREAM_HEADER, stage } from "./support.js";

const scripts = new Scripts();
const [HEADER, PACKET, DATA] = new StreamParser().push(
  Buffer.from(STREAM_HEADER + PACKET_HEADER + rows(1), "latin1"),
) as readonly [StreamItem, StreamItem, StreamItem]; // as written above
const R = stage("reader", "r");
const F = stage("filter", "f");

function reader(open: () => AsyncGenerator<readonly StreamItem[]>): ReaderProgram {
  return { kind: "reader", name: "r", help: "", open };
}

/** A filter that takes data in and gives nothing out. */
function swallowing(onData: () => void): FilterProgram {
  const push: ReturnType<FilterProgram["open"]>["push"] = (item, emit) => {
    if (item.kind === "data") onData();
    else emit(item);
  };
  return { kind: "filter", name: "f", help: "", open: () => ({ push, end: () => undefined }) };
}

function options(programs: Readonly<Record<string, Program>>): PipelineOptions {
  return {
    programs: (name) => (programs[name] === undefined ? undefined : Promise.resolve(programs[name])),
    limits: { graceMs: 100 },
  };
}

/** Computes for so long, ms. */
function compute(ms: number): void {
  for (const began = performance.now(); performance.now() - began < ms; );
}

describe("the header of a stream", () => {
  it.each([
    ["a reader", [R]],
    ["a reducer behind it", [R, F]],
  ])("of %s leaves before data are computed", async (_name, stages) => {
    const events: string[] = [];
    const r = reader(async function* () {
      yield [HEADER, PACKET];
      events.push("data made");
      yield [DATA];
    });
    const run = runPipeline(stages, options({ r, f: swallowing(() => undefined) }));
    for await (const _piece of run.bytes) {
      if (events.length > 0) continue;
      events.push("header taken");
      // What is written to a socket leaves at the end of a turn of the event loop.
      setImmediate(() => events.push("turn"));
    }
    expect(events).toEqual(["header taken", "turn", "data made"]);
  });

  it("is an answer: what fails after it is told behind it", async () => {
    const r = reader(async function* () {
      yield [HEADER, PACKET];
      throw new DasError("BAD_FILE", "the tape is torn");
    });
    const run = runPipeline([R], options({ r }));
    await expect(run.started).resolves.toBeUndefined();
    const { text } = await collect([R], options({ r }));
    expect(text.startsWith(STREAM_HEADER + PACKET_HEADER)).toBe(true);
    expect(exceptionAtEnd(text)?.message).toBe("the tape is torn");
    run.cancel();
    await run.outcome;
  });

  it("that is not made yet leaves the failure to be answered otherwise", async () => {
    const r = reader(async function* () {
      await new Promise((resolve) => setImmediate(resolve));
      throw new DasError("BAD_FILE", "the tape is torn");
    });
    const run = runPipeline([R], options({ r }));
    await expect(run.started).rejects.toMatchObject({ code: "BAD_FILE" });
    await run.outcome;
  });
});

describe("the first data", () => {
  it("go out while more are computed without a pause", async () => {
    let made = 0;
    const r = reader(async function* () {
      yield [HEADER, PACKET];
      for (; made < 40; made++) {
        compute(2);
        yield [DATA];
      }
    });
    const madeAt: number[] = [];
    for await (const _piece of runPipeline([R], options({ r })).bytes) madeAt.push(made);
    // The header, then the first packets after some milliseconds; later pieces hold ever more.
    expect(madeAt[0]).toBe(0);
    expect(madeAt[1]).toBeLessThan(10);
    expect(madeAt.length).toBeLessThan(12);
  });
});

describe("a reducer that computes", () => {
  it("lets the server run between portions of one packed piece", async () => {
    // 19 MB that are some tens of kilobytes in the pipe, and come as portions of bounded size.
    const lines = Buffer.from(rows(1).repeat(500_000), "latin1");
    const head = packet("00", '<stream version="2.2" compression="deflate"/>\n');
    const packed = Buffer.concat([
      Buffer.from(head, "latin1"),
      deflateSync(Buffer.concat([Buffer.from(PACKET_HEADER, "latin1"), lines])),
    ]);
    let portions = 0;
    let turns = 0;
    let watching = true;
    const watch = (): void => {
      turns++;
      if (watching) setImmediate(watch);
    };
    const f = swallowing(() => {
      if (portions++ === 0) setImmediate(watch);
      if (portions <= 5) compute(11);
    });
    const { outcome } = await collect([scripts.reader(packed), F], options({ f }));
    watching = false;
    expect(outcome.kind).toBe("no data");
    expect(portions).toBeGreaterThan(5);
    expect(turns).toBeGreaterThanOrEqual(5);
  });
});
