import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readPlane, readXUs2000 } from "../../stream/columns.js";
import type { PacketBatch, StreamItem } from "../../stream/model.js";
import { epochUnit } from "../../stream/units.js";
import { referenceData } from "../support/reference-data.js";
import { encodeAll, joined, parseAll } from "./support.js";

const folder = referenceData("das2");

/** What a stream holds, found without the parser: packets by kind and id, with the bytes of each. */
interface Census {
  readonly counts: Readonly<Record<string, number>>;
  readonly records: readonly string[];
  /** Where each packet ends. */
  readonly ends: readonly number[];
}

/**
 * Walks over a stream of the C tools by its prefixes. The length of a data packet is summed up from the
 * attributes `type` and `nitems` in the text of its header.
 */
function census(bytes: Buffer): Census {
  const counts: Record<string, number> = {};
  const records: string[] = [];
  const ends: number[] = [];
  const lengths: Record<string, number> = {};
  for (let at = 0; at < bytes.length; ) {
    const prefix = bytes.toString("latin1", at, at + 4);
    counts[prefix] = (counts[prefix] ?? 0) + 1;
    if (prefix.startsWith(":")) {
      const length = lengths[prefix.slice(1, 3)]!;
      records.push(bytes.toString("latin1", at, at + 4 + length));
      at += 4 + length;
    } else {
      const length = Number(bytes.toString("latin1", at + 4, at + 10));
      const body = bytes.toString("latin1", at + 10, at + 10 + length);
      if (body.startsWith("<packet")) lengths[prefix.slice(1, 3)] = recordLength(body);
      at += 10 + length;
    }
    ends.push(at);
  }
  return { counts, records, ends };
}

function recordLength(body: string): number {
  let length = 0;
  for (const [element] of body.matchAll(/<(?:x|y|z|yscan)\s[^>]*>/g)) {
    const type = /\btype="([^"]*)"/.exec(element)![1]!;
    const width = Number(/[0-9]+$/.exec(type)![0]);
    length += width * Number(/\bnitems="([0-9]+)"/.exec(element)?.[1] ?? 1);
  }
  return length;
}

function batchesOf(items: readonly StreamItem[]): PacketBatch[] {
  return items.flatMap((item) => (item.kind === "data" ? [item.batch] : []));
}

describe.skipIf(folder === undefined)("the reference streams (absent data is the reason for a skip)", () => {
  const files = folder === undefined ? [] : readdirSync(folder);

  test("are there", () => {
    expect(files.length).toBeGreaterThanOrEqual(11);
  });

  test.each(files)("%s is read completely", (file) => {
    const bytes = readFileSync(join(folder!, file));
    const expected = census(bytes);
    const items = parseAll(bytes, 65_536);
    const counts: Record<string, number> = {};
    const add = (prefix: string, n = 1) => {
      counts[prefix] = (counts[prefix] ?? 0) + n;
    };
    for (const item of items) {
      if (item.kind === "stream") add("[00]");
      else if (item.kind === "data")
        add(`:${item.batch.header.id.toString().padStart(2, "0")}:`, item.batch.count);
      else if (item.kind === "packet") add(`[${item.header.id.toString().padStart(2, "0")}]`);
      else add("[xx]");
    }
    expect(counts).toEqual(expected.counts);
    const read = Buffer.concat(batchesOf(items).map((batch) => batch.bytes));
    expect(read.equals(Buffer.from(expected.records.join(""), "latin1"))).toBe(true);
  });

  test.each(files)("%s is the same however it is cut, written and read again", (file) => {
    const bytes = readFileSync(join(folder!, file));
    const data = bytes.subarray(
      0,
      census(bytes).ends.findLast((end) => end <= 40_000),
    );
    const items = joined(parseAll(data));
    for (const step of [1, 2, 3, 5, 17, 1000])
      expect(kept(joined(parseAll(data, step)))).toEqual(kept(items));
    const canonical = encodeAll(items);
    expect(Buffer.from(encodeAll(parseAll(canonical))).equals(canonical)).toBe(true);
    expect(kept(joined(parseAll(canonical)))).toEqual(kept(items));
  });

  /** Comparable at speed: bytes as text. */
  function kept(items: readonly StreamItem[]): unknown {
    return items.map((item) =>
      item.kind === "data" ? [item.batch.header, Buffer.from(item.batch.bytes).toString("latin1")] : item,
    );
  }

  test.each(files)("%s has ascending times, and values that Number() and DataView agree on", (file) => {
    const bytes = readFileSync(join(folder!, file));
    let packets = 0;
    for (const batch of batchesOf(joined(parseAll(bytes, 65_536)))) {
      packets += batch.count;
      const { header } = batch;
      const isTime = epochUnit(header.planes[0]!.units) !== undefined;
      if (isTime) {
        const x = new Float64Array(batch.count);
        expect(readXUs2000(batch, x)).toBe(0);
        for (let n = 1; n < x.length; n++) expect(x[n]! - x[n - 1]!).toBeGreaterThan(-60e6);
        // Between the start of 1990 and of 2030.
        expect(Math.min(...x)).toBeGreaterThan(-10 * 366 * 86400e6);
        expect(Math.max(...x)).toBeLessThan(30 * 366 * 86400e6);
      }
      for (const plane of header.planes.slice(1)) {
        const out = new Float64Array(batch.count * plane.items);
        expect(readPlane(batch, plane, out)).toBe(0);
        const buffer = Buffer.from(batch.bytes.buffer, batch.bytes.byteOffset, batch.bytes.byteLength);
        const odd = out.findIndex((value, i) => {
          const at =
            Math.floor(i / plane.items) * header.stride + plane.offset + (i % plane.items) * plane.type.width;
          const field = buffer.subarray(at, at + plane.type.width);
          const other =
            plane.type.kind === "ascii"
              ? Number(field.toString("latin1"))
              : plane.type.name.startsWith("little")
                ? field.readFloatLE()
                : field.readFloatBE();
          return !Object.is(other, value);
        });
        expect(odd).toBe(-1);
      }
    }
    expect(packets).toBeGreaterThan(10);
  });
});
