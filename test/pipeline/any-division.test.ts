import { describe, expect, it } from "vitest";
import { PROGRAM_LOADERS as CONVERTERS } from "../../formats/index.js";
import { synthetic } from "../../readers/synthetic/index.js";
import { PROGRAM_LOADERS as REDUCERS } from "../../reducers/index.js";
import { BatchBuilder } from "../../stream/batch-builder.js";
import { ItemChain } from "../../stream/item-chain.js";
import type { StreamEncoder, StreamItem } from "../../stream/model.js";
import { packetHeader, xPlane, yPlane, yscanPlane } from "../../stream/packet-header.js";
import type { Program } from "../../stream/program.js";
import { das2Encoder } from "../../stream/stream-writer.js";
import { LE_REAL4, LE_REAL8 } from "../../stream/value-type.js";
import { TEST_CONTEXT } from "../support/run-stream.js";

const BEGIN = "2021-06-30T12:00:00";

/** Everything that the synthetic reader gives from noon on, in memory of its own. */
async function made(minutes: number, ...options: readonly string[]): Promise<readonly StreamItem[]> {
  const end = new Date(Date.parse(`${BEGIN}Z`) + minutes * 60_000).toISOString().slice(0, 19);
  const items: StreamItem[] = [];
  for await (const portion of synthetic.open([...options, BEGIN, end], TEST_CONTEXT))
    for (const item of portion)
      items.push(
        item.kind === "data"
          ? { kind: "data", batch: { ...item.batch, bytes: new Uint8Array(item.batch.bytes) } }
          : item,
      );
  return items;
}

/** Two waveforms of 40 and 24 samples a packet, sampled each 1 and 2 ms, and a temperature beside them. */
function waveforms(count: number): readonly StreamItem[] {
  const table = (name: string, items: number, interval: number) =>
    yscanPlane({
      name,
      type: LE_REAL4,
      units: "V",
      yUnits: "ms",
      yTags: { kind: "interval", interval },
      items,
    });
  const header = packetHeader({
    id: 7,
    planes: [
      xPlane({ type: LE_REAL8, units: "us2000" }),
      table("fast", 40, 1),
      table("slow", 24, 2),
      yPlane({ name: "temperature", type: LE_REAL8, units: "K" }),
    ],
  });
  const builder = new BatchBuilder(header, count * header.stride);
  for (let n = 0; n < count; n++) {
    const at = builder.next();
    const [x, fast, slow, temperature] = header.planes.map(({ offset }) => at + offset);
    builder.view.setFloat64(x!, n * 1e6, true);
    for (let i = 0; i < 40; i++) builder.view.setFloat32(fast! + 4 * i, Math.sin(i * (1 + n / 9)), true);
    // Every fifth is fill, and has no spectrum.
    for (let i = 0; i < 24; i++) builder.view.setFloat32(slow! + 4 * i, n % 5 === 0 ? -1e31 : i % 4, true);
    builder.view.setFloat64(temperature!, 270 + n / 10, true);
  }
  return [
    { kind: "stream", header: { version: "2.2", properties: [] } },
    { kind: "packet", header },
    { kind: "data", batch: builder.take()! },
  ];
}

/** The same items, batches divided into parts of so many records in turn. */
function* divided(items: readonly StreamItem[], counts: readonly number[]): Generator<StreamItem> {
  let turn = 0;
  for (const item of items) {
    if (item.kind !== "data") {
      yield item;
      continue;
    }
    const { header, bytes, count } = item.batch;
    for (let first = 0; first < count; ) {
      const rows = Math.min(count - first, counts[turn++ % counts.length]!);
      const part = bytes.subarray(first * header.stride, (first + rows) * header.stride);
      // A copy that is written over: what is kept of a batch must be kept by whoever needs it.
      const own = new Uint8Array(part);
      yield { kind: "data", batch: { header, bytes: own, count: rows } };
      own.fill(0xff);
      first += rows;
    }
  }
}

/** All bytes that a program makes of a stream. */
function bytesOf(program: Program, args: readonly string[], items: Iterable<StreamItem>): Buffer {
  const isFilter = program.kind === "filter";
  const filters = isFilter ? [program.open(args, TEST_CONTEXT)] : [];
  const encoder: StreamEncoder =
    program.kind === "converter" ? program.open(args, TEST_CONTEXT) : das2Encoder();
  const pieces: Buffer[] = [];
  const write = (bytes: Uint8Array): void => {
    pieces.push(Buffer.from(bytes)); // a copy: the encoder may use its memory again
  };
  const chain = new ItemChain(filters, (item) => encoder.push(item, write));
  for (const item of items) for (const step of chain.pushInSteps(item)) step satisfies undefined;
  chain.end();
  encoder.end(write);
  for (const piece of encoder.rest?.() ?? []) write(piece);
  encoder.close?.();
  expect(chain.failure).toBeUndefined();
  return Buffer.concat(pieces);
}

const INPUTS: Readonly<Record<string, () => Promise<readonly StreamItem[]>>> = {
  scalars: () => made(3, "--cadence", "1s", "--planes", "3", "--fills", "1/7", "--gaps", "20/100"),
  microseconds: () => made(1 / 60, "--cadence", "1500us"),
  texts: () => made(3, "--cadence", "1s", "--planes", "2", "--type", "ascii12", "--x", "time"),
  spectra: () => made(3, "--cadence", "1s", "--channels", "24", "--fills", "1/5"),
  "two ids": () => made(4, "--cadence", "1s", "--planes", "2", "--ids", "2"),
  waveforms: async () => waveforms(60),
};
const ANY = ["scalars", "microseconds", "texts", "spectra", "two ids"];
/** Programs that make one table want one id. */
const ONE_TABLE = ["scalars", "microseconds", "spectra"];

/** Arguments, and the streams that suit them. */
const CASES: Readonly<Record<string, readonly (readonly [args: string, inputs: readonly string[]])[]>> = {
  das2_bin_avg: [["10", ANY]],
  das2_bin_avgsec: [
    ["7", ANY],
    ["-r -s 7", ["scalars", "spectra"]],
  ],
  das2_bin_peakavgsec: [["7", ANY]],
  das2_bin_ratesec: [["7", ["scalars", "two ids"]]],
  das2_histo: [["-b", ANY]],
  das2_psd: [
    ["16 1", ["scalars", "two ids", "waveforms"]],
    ["32 5", ["scalars", "microseconds"]],
    ["16 8", ["waveforms"]],
  ],
  das2_ascii: [["", [...ANY, "waveforms"]]],
  das3_from_das2: [
    ["", [...ANY, "waveforms"]],
    ["-t", [...ANY, "waveforms"]],
  ],
  das3_document: [["", [...ANY, "waveforms"]]],
  das2_hapi: [
    ["-F csv", ANY],
    ["-F csv -i", ANY],
    ["-F binary", ["scalars", "spectra", "microseconds"]],
    ["-F json", ANY],
  ],
  das3_csv: [["", [...ANY, "waveforms"]]],
  das2_fits: [["", [...ANY, "waveforms"]]],
  das2_parquet: [["", ONE_TABLE]],
  das2_arrow: [["", ONE_TABLE]],
  das2_png: [["width=240 height=160", [...ANY, "waveforms"]]],
};

const LOADERS = { ...REDUCERS, ...CONVERTERS };

describe("the same bytes however batches are divided", () => {
  it("is said of every reducer and converter of das2 streams", () => {
    // It reads bytes, and has its own tests of pieces.
    expect(Object.keys(CASES).sort()).toEqual(
      Object.keys(LOADERS)
        .filter((name) => name !== "das3_to_das2")
        .sort(),
    );
  });

  describe.each(Object.entries(CASES))("%s", (name, cases) => {
    it.each(cases.flatMap(([args, inputs]) => inputs.map((input) => [args, input] as const)))(
      "%s of %s",
      async (args, input) => {
        const program = await LOADERS[name]!();
        const items = await INPUTS[input]!();
        const words = args.split(" ").filter((word) => word !== "");
        const whole = bytesOf(program, words, items);
        expect(whole.length).toBeGreaterThan(0);
        for (const counts of [[1], [2, 1, 5], [64]]) {
          const parts = bytesOf(program, words, divided(items, counts));
          // The bytes first: a difference of many is not to be printed.
          expect(parts.equals(whole), `parts of ${counts}: ${firstDifference(parts, whole)}`).toBe(true);
        }
      },
    );
  });
});

function firstDifference(a: Buffer, b: Buffer): string {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  const around = (bytes: Buffer) => JSON.stringify(bytes.toString("latin1", Math.max(0, at - 40), at + 60));
  return `${a.length} and ${b.length} bytes, at ${at} ${around(a)} and ${around(b)}`;
}
