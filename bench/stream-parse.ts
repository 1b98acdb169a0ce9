import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { BatchBuilder } from "../stream/batch-builder.js";
import { readColumn, readPlane, writeValue } from "../stream/columns.js";
import type { PacketHeader, StreamItem } from "../stream/model.js";
import { packetHeader, xPlane, yPlane, yscanPlane } from "../stream/packet-header.js";
import { readStream } from "../stream/read-stream.js";
import { StreamParser } from "../stream/stream-parser.js";
import { das2Encoder } from "../stream/stream-writer.js";
import { LE_REAL4, LE_REAL8, timeType, valueType } from "../stream/value-type.js";
import type { Print } from "./print.js";

/** Size of each input; large enough that the start of a process does not count. */
const INPUT_BYTES = 64 * 1024 * 1024;
/** What one read of a pipe or file gives. */
const PIECE_BYTES = 64 * 1024;
const ROUNDS = 5;

/** Speed of the das2 parser, in memory and at the end of a pipe against `cat` of the same bytes. */
export async function run(print: Print): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "heliostream-bench-"));
  try {
    for (const [name, bytes] of inputs()) {
      const file = join(folder, "input.d2s");
      writeFileSync(file, bytes);
      print(`${name} (${megabytes(bytes.length)} MB, ${countPackets(bytes)} packets)`);
      print(`  parse in memory          ${rate(bytes, () => parse(bytes))} MB/s`);
      print(`  parse + read all values  ${rate(bytes, () => parse(bytes, readValues))} MB/s`);
      print(`  parse + write again      ${rate(bytes, () => copy(bytes))} MB/s`);
      const [plain, parsed] = await pipeSeconds(file);
      print(`  cat | count bytes        ${megabytes(bytes.length / plain)} MB/s`);
      print(
        `  cat | parse              ${megabytes(bytes.length / parsed)} MB/s, ${(parsed / plain).toFixed(2)} times as long`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function* inputs(): Generator<[string, Uint8Array]> {
  const x = xPlane({ type: LE_REAL8, units: "us2000" });
  const narrow = [1, 2, 3, 4].map((n) => yPlane({ name: `y${n}`, type: LE_REAL4, units: "nT" }));
  const one = packetHeader({ id: 1, planes: [x, ...narrow] });
  const two = packetHeader({ id: 2, planes: [x, ...narrow.slice(1)] });
  yield ["28-byte packets of one id", make([one])];
  yield ["packets of two ids in turn", make([one, two])];
  const tags = Float64Array.from({ length: 143 }, (_, i) => 1000 + i);
  const spectrum = yscanPlane({ name: "psd", type: LE_REAL4, units: "V", yUnits: "Hz", yTags: tags });
  yield ["spectra of 143 values", make([packetHeader({ id: 1, planes: [x, spectrum] })])];
  const time = xPlane({ type: timeType(24), units: "us2000" });
  const text = [1, 2].map((n) => yPlane({ name: `y${n}`, type: valueType("ascii14"), units: "nT" }));
  yield ["text, a time and two numbers", make([packetHeader({ id: 1, planes: [time, ...text] })])];
}

function make(headers: readonly PacketHeader[]): Uint8Array {
  const bytes = new Uint8Array(INPUT_BYTES);
  let used = 0;
  const encoder = das2Encoder();
  const write = (part: Uint8Array) => {
    bytes.set(part, used);
    used += part.length;
  };
  encoder.push({ kind: "stream", header: { version: "2.2", properties: [] } }, write);
  for (const header of headers) encoder.push({ kind: "packet", header }, write);
  // In turn: batches of one packet each, so that the ids alternate.
  const builders = headers.map(
    (header) => new BatchBuilder(header, headers.length === 1 ? PIECE_BYTES / 2 : 1),
  );
  const room = INPUT_BYTES - 4 * PIECE_BYTES;
  for (let n = 0; used < room; n++) {
    const builder = builders[n % builders.length]!;
    const at = builder.next();
    for (const plane of builder.header.planes)
      for (let item = 0; item < plane.items; item++) {
        const place = at + plane.offset + item * plane.type.width;
        writeValue(builder.bytes, builder.view, place, plane.type, n * 1e6 + item, plane.units);
      }
    if (builder.full) encoder.push({ kind: "data", batch: builder.take()! }, write);
  }
  encoder.end(write);
  return bytes.subarray(0, used);
}

function parse(bytes: Uint8Array, use: (items: readonly StreamItem[]) => void = () => {}): void {
  const parser = new StreamParser();
  for (let at = 0; at < bytes.length; at += PIECE_BYTES)
    use(parser.push(bytes.subarray(at, at + PIECE_BYTES)));
  use(parser.end());
}

const values = new Float64Array(PIECE_BYTES);

function readValues(items: readonly StreamItem[]): void {
  for (const item of items) {
    if (item.kind !== "data") continue;
    for (const plane of item.batch.header.planes)
      if (plane.items === 1) readColumn(item.batch, plane, 0, values);
      else readPlane(item.batch, plane, values);
  }
}

function copy(bytes: Uint8Array): void {
  const encoder = das2Encoder();
  let length = 0;
  const write = (part: Uint8Array) => {
    length += part.length;
  };
  parse(bytes, (items) => {
    for (const item of items) encoder.push(item, write);
  });
  encoder.end(write);
  if (length !== bytes.length) throw new Error(`copied ${length} of ${bytes.length} bytes`);
}

function countPackets(bytes: Uint8Array): number {
  let count = 0;
  parse(bytes, (items) => {
    for (const item of items) if (item.kind === "data") count += item.batch.count;
  });
  return count;
}

function rate(bytes: Uint8Array, work: () => void): string {
  return megabytes(bytes.length / median(Array.from({ length: ROUNDS }, () => secondsOf(work))));
}

function secondsOf(work: () => void): number {
  const begin = performance.now();
  work();
  return (performance.now() - begin) / 1000;
}

/** Seconds to take the file from a pipe, just counted and parsed; medians, measured in turn. */
async function pipeSeconds(file: string): Promise<[number, number]> {
  const plain: number[] = [];
  const parsed: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    plain.push(
      await fromPipe(file, async (bytes) => {
        let length = 0;
        for await (const piece of bytes) length += piece.length;
        return length;
      }),
    );
    parsed.push(
      await fromPipe(file, async (bytes) => {
        let count = 0;
        for await (const items of readStream(bytes)) count += items.length;
        return count;
      }),
    );
  }
  return [median(plain), median(parsed)];
}

async function fromPipe(
  file: string,
  take: (bytes: AsyncIterable<Uint8Array>) => Promise<number>,
): Promise<number> {
  const begin = performance.now();
  const cat = spawn("cat", [file], { stdio: ["ignore", "pipe", "inherit"] });
  const closed = closing(cat);
  await take(cat.stdout);
  await closed;
  return (performance.now() - begin) / 1000;
}

function closing(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => resolve());
  });
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
