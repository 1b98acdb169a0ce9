import { createHash } from "node:crypto";
import { blockRange } from "../../../cache/block-number.js";
import type { Level } from "../../../cache/level.js";
import { type BuildFacts, openBlockWriter } from "../../../cache/store/block-writer.js";
import type { Sidecar } from "../../../cache/store/sidecar.js";
import { printException, printPacketHeader, printStreamHeader } from "../../../stream/header-print.js";
import { packetHeader, xPlane, yPlane } from "../../../stream/packet-header.js";
import { timeToUs2000 } from "../../../stream/time.js";
import { REAL4, REAL8 } from "../../../stream/value-type.js";

/** A block as its builder has it. */
export interface MadeBlock {
  readonly bytes: Uint8Array;
  readonly statistics: Uint8Array;
  readonly facts: BuildFacts;
}

/** When made blocks were built. */
export const BUILT_MS = Date.UTC(2022, 0, 2, 3, 4, 5, 678);

/**
 * A block of records evenly over its time: record i of n stands at begin + (i + 0.5) / n of its length, and has the value `base` + i.
 * The companion has the same positions and the values `base` + i - 1, `base` + i + 1, i + 1.
 */
export function madeBlock(level: Level, number: number, records: number, base = 0): MadeBlock {
  const { begin, end } = blockRange(number, level.period);
  const from = timeToUs2000(begin);
  const step = (timeToUs2000(end) - from) / records;
  const x = Array.from({ length: records }, (_, i) => from + (i + 0.5) * step);
  const head = stream([], []);
  const bytes = records === 0 ? noData() : stream(["v"], x, (i) => [base + i]);
  const statistics = stream(["v.min", "v.max", "v.count"], x, (i) => [base + i - 1, base + i + 1, i + 1]);
  const headerBytes = records === 0 ? head.length : bytes.length - records * 16;
  return {
    bytes,
    statistics,
    facts: {
      builtMs: BUILT_MS,
      madeFrom: { kind: "raw" },
      records,
      headerBytes,
      flat: records > 0,
      ...(records > 0 && { x: { first: x[0]!, last: x[records - 1]! } }),
    },
  };
}

/** A stream of an 8-byte x and 4-byte planes with those names. */
export function stream(
  names: readonly string[],
  x: readonly number[],
  values: (i: number) => readonly number[] = () => [],
): Uint8Array {
  const parts: Uint8Array[] = [
    printStreamHeader({ version: "2.2", properties: [{ name: "title", type: "String", value: "Pump" }] }),
  ];
  if (names.length > 0) {
    const planes = [xPlane({ type: REAL8, units: "us2000" })];
    for (const name of names) planes.push(yPlane({ name, type: REAL4, units: "V" }));
    parts.push(printPacketHeader(packetHeader({ id: 1, planes, properties: [] })));
  }
  const stride = 12 + 4 * names.length;
  const packets = Buffer.alloc(x.length * stride);
  for (const [i, at] of x.entries()) {
    packets.write(":01:", i * stride);
    packets.writeDoubleBE(at, i * stride + 4);
    for (const [plane, value] of values(i).entries())
      packets.writeFloatBE(value, i * stride + 12 + 4 * plane);
  }
  parts.push(packets);
  return Buffer.concat(parts);
}

function noData(): Uint8Array {
  return Buffer.concat([
    stream([], []),
    printException({ type: "NoDataInInterval", message: "nothing here" }),
  ]);
}

/** Puts a block in place, as a builder does. */
export async function publish(
  level: Level,
  number: number,
  block: MadeBlock,
  hasStatistics = true,
): Promise<Sidecar> {
  const writer = openBlockWriter(level, number, { statistics: hasStatistics });
  await writer.write(block.bytes);
  if (hasStatistics) await writer.writeStatistics(block.statistics);
  await writer.finish(block.facts);
  return await writer.publish();
}

/** All bytes of pieces. */
export async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

/** SHA-256 of bytes, hex: what tests compare where there are many of them. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
