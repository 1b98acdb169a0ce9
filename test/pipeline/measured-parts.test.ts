import { describe, expect, it } from "vitest";
import { MeasuredParts } from "../../pipeline/measured-parts.js";
import type { PacketBatch, StreamItem } from "../../stream/model.js";
import { packetHeader, xPlane, yscanPlane } from "../../stream/packet-header.js";
import { LE_REAL4, LE_REAL8 } from "../../stream/value-type.js";

/** 4 + 8 + 4 * 253 = 1024 bytes a record. */
const headerOf = (id: number, items = 253) =>
  packetHeader({
    id,
    planes: [
      xPlane({ type: LE_REAL8, units: "us2000" }),
      yscanPlane({
        name: "s",
        type: LE_REAL4,
        units: "V",
        yUnits: "Hz",
        yTags: { kind: "interval", interval: 1 },
        items,
      }),
    ],
  });

/** Each record is filled with its number. */
function batchOf(count: number, header = headerOf(1)): PacketBatch {
  const bytes = new Uint8Array(count * header.stride);
  for (let n = 0; n < count; n++) bytes.fill(n, n * header.stride, (n + 1) * header.stride);
  return { header, bytes, count, lasts: true };
}

/** Numbers of records of the parts of a batch, while each record takes `msPerRecord`. */
function parted(parts: MeasuredParts, time: { ms: number }, batch: PacketBatch, msPerRecord: number) {
  const counts: number[] = [];
  for (const part of parts.of({ kind: "data", batch })) {
    if (part.kind !== "data") throw new Error("a part of a batch is one");
    counts.push(part.batch.count);
    time.ms += part.batch.count * msPerRecord;
  }
  return counts;
}

function measured() {
  const time = { ms: 0 };
  return { time, parts: new MeasuredParts(() => time.ms) };
}

describe("the parts of a batch", () => {
  it("are its records, all of them, in order, in its own memory", () => {
    const { parts } = measured();
    const batch = batchOf(100);
    let at = 0;
    for (const part of parts.of({ kind: "data", batch })) {
      if (part.kind !== "data") throw new Error("a part of a batch is one");
      expect(part.batch.header).toBe(batch.header);
      expect(part.batch.bytes.buffer).toBe(batch.bytes.buffer);
      expect(part.batch.bytes.byteOffset).toBe(at * 1024);
      expect(part.batch.bytes.length).toBe(part.batch.count * 1024);
      at += part.batch.count;
    }
    expect(at).toBe(100);
  });

  it("double from 16 KiB on while they take no time", () => {
    const { time, parts } = measured();
    expect(parted(parts, time, batchOf(250), 0)).toEqual([16, 32, 64, 128, 10]);
    // What was left over tells nothing of a longer part.
    expect(parted(parts, time, batchOf(250), 0)).toEqual([250]);
  });

  it("shrink to what is done in five milliseconds, down to single records", () => {
    const { time, parts } = measured();
    // 16 records take 16 ms, five take 5 ms, which is kept.
    expect(parted(parts, time, batchOf(36), 1)).toEqual([16, 5, 5, 5, 5]);
    expect(parted(parts, time, batchOf(8), 1000)).toEqual([5, 1, 1, 1]);
    // Grows again when the rest is quick.
    expect(parted(parts, time, batchOf(32), 0).slice(0, 5)).toEqual([1, 1, 1, 1, 1]);
    expect(Math.max(...parted(parts, time, batchOf(4096), 0))).toBeGreaterThan(16);
  });

  it("are measured for each packet id by itself", () => {
    const { time, parts } = measured();
    parted(parts, time, batchOf(32, headerOf(1)), 1000);
    expect(parted(parts, time, batchOf(2, headerOf(1)), 1000)).toEqual([1, 1]);
    expect(parted(parts, time, batchOf(48, headerOf(2)), 0)).toEqual([16, 32]);
  });

  it("are not charged for what came after they were left for a while", () => {
    const { time, parts } = measured();
    const counts: number[] = [];
    for (const part of parts.of({ kind: "data", batch: batchOf(48) })) {
      if (part.kind === "data") counts.push(part.batch.count);
      parts.took();
      time.ms += 5000;
    }
    expect(counts).toEqual([16, 32]);
  });

  it("are not said to last, but a batch that is not divided is passed on itself", () => {
    const { parts } = measured();
    const long: StreamItem = { kind: "data", batch: batchOf(17) };
    for (const part of parts.of(long)) expect(part.kind === "data" && part.batch.lasts).not.toBe(true);
    const short: StreamItem = { kind: "data", batch: batchOf(16) };
    expect([...parts.of(short)]).toEqual([short]);
    expect([...parts.of(short)][0]).toBe(short);
  });

  it("of what is no batch are itself", () => {
    const { parts } = measured();
    const item: StreamItem = { kind: "comment", comment: { type: "log:info", source: "", value: "hello" } };
    expect([...parts.of(item)]).toEqual([item]);
  });
});
