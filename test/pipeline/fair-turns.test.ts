import { describe, expect, it } from "vitest";
import type { PipelineOptions } from "../../pipeline/options.js";
import { runPipeline, runPipelineItems } from "../../pipeline/run.js";
import { psd } from "../../reducers/psd/psd.js";
import { ItemChain } from "../../stream/item-chain.js";
import type { PacketBatch, StreamItem } from "../../stream/model.js";
import { packetHeader, xPlane, yscanPlane } from "../../stream/packet-header.js";
import type { ConverterProgram, FilterProgram, Program, ReaderProgram } from "../../stream/program.js";
import { LE_REAL4, LE_REAL8 } from "../../stream/value-type.js";
import { TEST_CONTEXT } from "../support/run-stream.js";
import { stage } from "./support.js";

const STREAM: StreamItem = { kind: "stream", header: { version: "2.2", properties: [] } };

/** One packet type with a waveform of so many samples, a millisecond apart, and one batch of it. */
function waveform(samples: number, count: number) {
  const header = packetHeader({
    id: 1,
    planes: [
      xPlane({ type: LE_REAL8, units: "us2000" }),
      yscanPlane({
        name: "w",
        type: LE_REAL4,
        units: "V",
        yUnits: "ms",
        yTags: { kind: "interval", interval: 1 },
        items: samples,
      }),
    ],
  });
  const bytes = new Uint8Array(count * header.stride);
  const view = new DataView(bytes.buffer);
  for (let n = 0; n < count; n++) {
    view.setFloat64(n * header.stride + 4, n * 1e9, true);
    for (let i = 0; i < samples; i++) view.setFloat32(n * header.stride + 12 + 4 * i, Math.sin(i + n), true);
  }
  const batch: PacketBatch = { header, bytes, count };
  return { header, batch, items: [STREAM, { kind: "packet", header }, { kind: "data", batch }] as const };
}

/** Computes for so long, ms. */
function compute(ms: number): void {
  for (const began = performance.now(); performance.now() - began < ms; );
}

/** A reader that gives everything in one portion. */
function reader(items: readonly StreamItem[]): ReaderProgram {
  return {
    kind: "reader",
    name: "r",
    help: "",
    open: async function* () {
      yield items;
    },
  };
}

/** Takes a millisecond for each record. */
const slowFilter: FilterProgram = {
  kind: "filter",
  name: "f",
  help: "",
  open: () => ({
    push(item, emit) {
      if (item.kind === "data") compute(item.batch.count);
      emit(item);
    },
    end: () => undefined,
  }),
};

/** Writes the first byte of each record, a millisecond for each, and eight pieces of more than a turn each behind the end. */
const slowConverter: ConverterProgram = {
  kind: "converter",
  name: "f",
  help: "",
  open: () => ({
    push(item, write) {
      if (item.kind !== "data") return;
      compute(item.batch.count);
      write(new Uint8Array(item.batch.count));
    },
    end: () => undefined,
    *rest() {
      for (let i = 0; i < 8; i++) {
        compute(11);
        yield new Uint8Array(1);
      }
    },
  }),
};

function options(programs: Readonly<Record<string, Program>>): PipelineOptions {
  return { programs: (name) => (programs[name] === undefined ? undefined : Promise.resolve(programs[name])) };
}

const STAGES = [stage("reader", "r"), stage("filter", "f")];

/** Turns of the event loop that another task gets between the first and the last of what `work` gives. */
async function turnsDuring(work: AsyncIterable<unknown>): Promise<number> {
  let turns = 0;
  let watching = true;
  const watch = (): void => {
    turns++;
    if (watching) setImmediate(watch);
  };
  setImmediate(watch);
  for await (const _one of work);
  watching = false;
  return turns;
}

describe("while a dear request computes, others have their turns", () => {
  // 200 records of 1 KiB in one batch: 200 ms, of which no more than 16 + 10 ms pass before others have a turn.
  const { items } = waveform(253, 200);
  const fewest = 200 / 26;

  it("between the records of one batch of a filter", async () => {
    const run = runPipeline(STAGES, options({ r: reader(items), f: slowFilter }));
    expect(await turnsDuring(run.bytes)).toBeGreaterThan(fewest);
  });

  it("between those of a converter, and between the pieces behind its end", async () => {
    const run = runPipeline([STAGES[0]!, stage("converter", "f")], {
      ...options({ r: reader(items), f: slowConverter }),
      format: "other",
    });
    let bytes = 0;
    const counted = (async function* () {
      for await (const piece of run.bytes) {
        bytes += piece.length;
        yield bytes;
      }
    })();
    expect(await turnsDuring(counted)).toBeGreaterThan(fewest + 7);
    expect(bytes).toBe(208);
  });

  it("where the items themselves are taken, which are all of them", async () => {
    const run = runPipelineItems(STAGES, options({ r: reader(items), f: slowFilter }));
    let records = 0;
    const counted = (async function* () {
      for await (const portion of run.items) {
        for (const item of portion) records += item.kind === "data" ? item.batch.count : 0;
        yield records;
      }
    })();
    expect(await turnsDuring(counted)).toBeGreaterThan(fewest);
    expect(records).toBe(200);
  });

  it("and one that is stopped computes no further", async () => {
    let done = 0;
    const counting: FilterProgram = {
      ...slowFilter,
      open: () => ({
        push(item) {
          if (item.kind !== "data") return;
          compute(item.batch.count);
          done += item.batch.count;
        },
        end: () => undefined,
      }),
    };
    const stop = new AbortController();
    const run = runPipeline(STAGES, { ...options({ r: reader(items), f: counting }), signal: stop.signal });
    setImmediate(() => setImmediate(() => stop.abort()));
    await expect(turnsDuring(run.bytes)).rejects.toMatchObject({ code: "CANCELLED" });
    await run.outcome;
    expect(done).toBeLessThan(200);
  });
});

describe("a record that has many spectra", () => {
  // Segments begin 64 samples apart: (16384 - 4096) / 64 + 1 of them.
  const SEGMENTS = 193;
  const { header, batch, items } = waveform(16_384, 2);

  function pushed(args: readonly string[]): { readonly steps: number; readonly spectra: number } {
    let spectra = 0;
    let steps = 0;
    const chain = new ItemChain([psd.open(args, TEST_CONTEXT)], (item) => {
      if (item.kind === "data") spectra += item.batch.count;
    });
    for (const item of items) for (const step of chain.pushInSteps(item)) steps += step === undefined ? 1 : 0;
    expect(chain.failure).toBeUndefined();
    return { steps, spectra };
  }

  it("is done in steps of 16384 samples, or of one spectrum that is longer", () => {
    expect(header.stride).toBe(4 + 8 + 4 * 16_384);
    expect(batch.count).toBe(2);
    expect(pushed(["4096", "64"])).toEqual({
      steps: Math.floor((2 * SEGMENTS * 4096) / 16_384),
      spectra: 2 * SEGMENTS,
    });
    expect(pushed(["16384", "1"])).toEqual({ steps: 2, spectra: 2 });
  });
});
