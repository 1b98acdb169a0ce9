import { describe, expect, it } from "vitest";
import type { Stage } from "../../dsdf/stage.js";
import { DasError, isDasError } from "../../errors/das-error.js";
import { builtInProgram } from "../../pipeline/built-in.js";
import type { PipelineOptions } from "../../pipeline/options.js";
import type { Outcome, StageStatus } from "../../pipeline/outcome.js";
import { runPipeline, runPipelineItems } from "../../pipeline/run.js";
import type { StreamItem } from "../../stream/model.js";
import type { ReaderProgram } from "../../stream/program.js";
import { das2Encoder } from "../../stream/stream-writer.js";
import {
  collectRun,
  exceptionAtEnd,
  openDescriptors,
  processesWith,
  rows,
  SAMPLE,
  Scripts,
  SPAWN_ALL,
  STREAM_HEADER,
  shell,
  stage,
  until,
} from "./support.js";

const scripts = new Scripts();
const BUILT_IN: PipelineOptions = { programs: builtInProgram, limits: { graceMs: 200 } };

const SYNTHETIC = stage(
  "reader",
  ...(["synthetic", "--channels", "5", "--ids", "3", "2021-06-30", "2021-06-30T01:00"] as const),
);
const AVERAGES = stage("reducer", "das2_bin_avgsec", "-r", "-b", "2021-06-30", "60");

/** Everything that came of a run whose items were taken, written as a stream while each portion lasts. */
async function collectItems(
  stages: readonly Stage[],
  options: PipelineOptions,
): Promise<{ text: string; outcome: Outcome; statuses: readonly StageStatus[]; thrown?: string }> {
  const run = runPipelineItems(stages, options);
  const parts: Buffer[] = [];
  const encoder = das2Encoder();
  const write = (bytes: Uint8Array): void => {
    parts.push(Buffer.from(bytes));
  };
  let thrown: string | undefined;
  try {
    for await (const items of run.items) for (const item of items) encoder.push(item, write);
    encoder.end(write);
  } catch (error) {
    if (!isDasError(error)) throw error;
    thrown = error.code;
  }
  const outcome = await run.outcome;
  const text = Buffer.concat(parts).toString("latin1");
  return { text, outcome, statuses: run.statuses, ...(thrown === undefined ? {} : { thrown }) };
}

describe("the items of a pipeline", () => {
  it("are those of its bytes, however its stages run", async () => {
    const raw = await collectRun(runPipeline([SYNTHETIC], BUILT_IN));
    const spawned = scripts.reader(Buffer.from(raw.text, "latin1"));
    const cat = stage("filter", "cat");
    const chains = [
      [SYNTHETIC],
      [SYNTHETIC, AVERAGES],
      [spawned],
      [spawned, AVERAGES],
      [SYNTHETIC, cat],
      [SYNTHETIC, cat, AVERAGES],
      [SYNTHETIC, AVERAGES, cat],
    ];
    for (const stages of chains) {
      const bytes = await collectRun(runPipeline(stages, BUILT_IN));
      const items = await collectItems(stages, BUILT_IN);
      expect(items.text === bytes.text).toBe(true);
      expect(items.text.length).toBeGreaterThan(10_000);
      expect(items.outcome).toEqual({ kind: "complete" });
      expect(items.statuses.map(({ kind }) => kind)).toEqual(bytes.statuses.map(({ kind }) => kind));
    }
  });

  it("are cut and their header is changed as bytes are", async () => {
    const cut = { begin: 678283200e6 + 600e6, end: 678283200e6 + 1200e6 };
    const options: PipelineOptions = {
      ...BUILT_IN,
      cut,
      rewriteHeader: (header) => ({ ...header, properties: [] }),
    };
    for (const stages of [[SYNTHETIC, AVERAGES], [scripts.reader(SAMPLE)]]) {
      const bytes = await collectRun(runPipeline(stages, options));
      const items = await collectItems(stages, options);
      expect(items.text).toBe(bytes.text);
      expect(items.outcome).toEqual(bytes.outcome);
    }
  });

  it("tell how many bytes and packets there were", async () => {
    const run = runPipelineItems([scripts.reader(SAMPLE)], SPAWN_ALL);
    for await (const _ of run.items);
    expect(await run.outcome).toEqual({ kind: "complete" });
    // Headers are counted as they would be written.
    expect(run.facts).toMatchObject({ packets: 20, exception: undefined });
    expect(run.facts.bytes).toBeGreaterThan(20 * 38);
  });
});

describe("a pipeline whose items are taken", () => {
  it("ends with an exception item where a stage fails after data", async () => {
    const file = scripts.file(SAMPLE);
    for (const [body, reason] of [
      [`cat ${file}; exit 3`, "status"],
      [`cat ${file}; printf ':01:2001'`, "bad stream"],
      [`cat ${file}; kill -KILL $$`, "status"],
    ] as const) {
      const { text, outcome } = await collectItems([shell(body)], SPAWN_ALL);
      expect(text.match(/^:01:/gm)).toHaveLength(20);
      expect(exceptionAtEnd(text)?.type).toBe("ServerError");
      expect(outcome).toMatchObject({ kind: "failed", reason, stage: 0 });
    }
  });

  it("throws what went wrong before the first item", async () => {
    expect(await collectItems([shell("exit 3")], SPAWN_ALL)).toMatchObject({
      text: "",
      thrown: "READER_FAILED",
      outcome: { kind: "failed", reason: "status" },
    });
    expect(await collectItems([stage("reader", "/nowhere/reader")], SPAWN_ALL)).toMatchObject({
      thrown: "NO_SUCH_PROGRAM",
    });
  });

  it("without a byte is an empty response, and without packets no data", async () => {
    const empty = await collectItems([shell("exit 0")], SPAWN_ALL);
    expect(exceptionAtEnd(empty.text)?.type).toBe("EmptyResponseFromReader");
    expect(empty.outcome).toMatchObject({ kind: "failed", reason: "empty" });
    const bare = await collectItems([scripts.reader(STREAM_HEADER)], SPAWN_ALL);
    expect(bare.outcome).toEqual({ kind: "no data" });
  });

  it("refuses a last program that makes no stream of das2", async () => {
    const csv = stage("converter", "das3_csv");
    expect(await collectItems([SYNTHETIC, csv], BUILT_IN)).toMatchObject({
      thrown: "BAD_DEFINITION",
      outcome: { kind: "failed" },
    });
  });

  it("is stopped by its limit of bytes and by a signal", async () => {
    const long = await collectItems([scripts.reader(SAMPLE + rows(50_000, 20))], {
      ...SPAWN_ALL,
      limits: { maxBytes: 100_000, graceMs: 100 },
    });
    expect(long.outcome).toMatchObject({ kind: "failed", reason: "output limit" });
    expect(exceptionAtEnd(long.text)?.message).toContain("100000 bytes");
    const controller = new AbortController();
    const run = runPipelineItems([shell(`cat ${scripts.file(SAMPLE)}; exec sleep 60`)], {
      ...SPAWN_ALL,
      signal: controller.signal,
    });
    const taken = (async () => {
      for await (const _ of run.items) controller.abort();
    })();
    await expect(taken).rejects.toMatchObject({ code: "CANCELLED" });
    expect(await run.outcome).toEqual({ kind: "cancelled" });
  });

  it("ends its programs when the consumer leaves, and lets go of everything", async () => {
    const before = openDescriptors();
    const mark = `leave-${process.pid}`;
    const run = runPipelineItems([shell(`cat ${scripts.file(SAMPLE)}; sleep 60 # ${mark}`)], SPAWN_ALL);
    for await (const _ of run.items) break;
    expect(await run.outcome).toEqual({ kind: "cancelled" });
    expect(processesWith(mark)).toEqual([]);
    await until(() => openDescriptors() <= before);
  });

  it("is read no faster than its items are taken", async () => {
    let made = 0;
    const source: ReaderProgram = {
      kind: "reader",
      name: "r",
      help: "",
      open: async function* () {
        yield [{ kind: "stream", header: { version: "2.2", properties: [] } }] satisfies StreamItem[];
        for (; made < 100; made++)
          yield [{ kind: "comment", comment: { type: "log:info", source: "r", value: `${made}` } }];
        throw new DasError("NO_DATA", "none");
      },
    };
    const run = runPipelineItems([stage("reader", "r")], { programs: () => Promise.resolve(source) });
    const iterator = run.items[Symbol.asyncIterator]();
    for (let i = 0; i < 5; i++) await iterator.next();
    await new Promise((resolve) => setImmediate(resolve));
    expect(made).toBeLessThan(8);
    await iterator.return?.();
    expect(await run.outcome).toEqual({ kind: "cancelled" });
  });
});
