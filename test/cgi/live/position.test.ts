import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Position } from "../../../cgi/live/position.js";
import { BatchBuilder } from "../../../stream/batch-builder.js";
import { readColumn } from "../../../stream/columns.js";
import type { PacketBatch } from "../../../stream/model.js";
import { packetHeader, xPlane, yPlane } from "../../../stream/packet-header.js";
import { REAL8 } from "../../../stream/value-type.js";

interface Row {
  readonly id: number;
  readonly x: number;
  readonly value: number;
}

const HEADERS = [1, 2].map((id) =>
  packetHeader({
    id,
    planes: [
      xPlane({ type: REAL8, units: "us2000" }),
      yPlane({ name: "v", type: REAL8, units: "V", properties: [] }),
    ],
  }),
);

function batchOf(rows: readonly Row[]): PacketBatch {
  const header = HEADERS[(rows[0]?.id ?? 1) - 1];
  if (header === undefined) throw new Error("no such id");
  const builder = new BatchBuilder(header);
  for (const { x, value } of rows) {
    const at = builder.next();
    builder.view.setFloat64(at + 4, x);
    builder.view.setFloat64(at + 12, value);
  }
  const batch = builder.take();
  if (batch === undefined) throw new Error("no rows");
  return batch;
}

function rowsOf(batch: PacketBatch | undefined): Row[] {
  if (batch === undefined) return [];
  const [x, value] = batch.header.planes.map((plane) => {
    const column = new Float64Array(batch.count);
    readColumn(batch, plane, 0, column);
    return column;
  });
  return Array.from({ length: batch.count }, (_, n) => ({
    id: batch.header.id,
    x: x?.[n] ?? 0,
    value: value?.[n] ?? 0,
  }));
}

/** Gives rows in batches of one id, as they follow each other. */
function take(position: Position, rows: readonly Row[]): Row[] {
  const runs: Row[][] = [];
  for (const row of rows)
    if (runs.at(-1)?.[0]?.id === row.id) runs.at(-1)?.push(row);
    else runs.push([row]);
  return runs.flatMap((run) => rowsOf(position.take(batchOf(run))));
}

const row = (x: number, value: number, id = 1): Row => ({ x, value, id });

describe("a position in a stream", () => {
  it("lets what comes after the last x pass, and nothing from before it", () => {
    const position = new Position(10);
    expect(take(position, [row(9, 1), row(10, 2), row(12, 3), row(11, 4)])).toEqual([row(10, 2), row(12, 3)]);
  });

  it("tells records of the same x apart by what they hold, as often as they come", () => {
    const position = new Position(0);
    take(position, [row(5, 1), row(5, 2), row(5, 2)]);
    position.complete();
    position.expect();
    const again = take(position, [row(5, 2), row(5, 3), row(5, 1), row(5, 2), row(5, 2)]);
    expect(again).toEqual([row(5, 3), row(5, 2)]);
  });

  it("takes one bin of each x and id, whatever it holds", () => {
    const position = new Position(0, "one");
    expect(take(position, [row(5, 1), row(5, 2), row(5, 3, 2)])).toEqual([row(5, 1), row(5, 3, 2)]);
    position.complete();
    position.expect();
    expect(take(position, [row(5, 9), row(5, 8, 2), row(6, 4)])).toEqual([row(6, 4)]);
  });

  it("goes on with each id where it stopped after a reading that failed, and drops what is late after one that did not", () => {
    const position = new Position(0);
    take(position, [row(1, 1), row(8, 8)]);
    expect(position.from).toBe(0);
    position.expect();
    expect(take(position, [row(2, 2, 2), row(1, 1), row(8, 8)])).toEqual([row(2, 2, 2)]);
    position.complete();
    expect(position.from).toBe(8);
    position.expect();
    expect(take(position, [row(3, 3, 2), row(8, 8), row(9, 9)])).toEqual([row(9, 9)]);
  });

  it("is the same when it is made again from its text", () => {
    const made = fc.record({
      from: fc.integer({ min: -1e15, max: 1e15 }),
      rows: fc.array(fc.record({ id: fc.constantFrom(1, 2), x: fc.nat(4), value: fc.nat(3) }), {
        maxLength: 12,
      }),
    });
    fc.assert(
      fc.property(
        made,
        fc.array(fc.record({ id: fc.constantFrom(1, 2), x: fc.nat(5), value: fc.nat(4) })),
        (one, more) => {
          const shifted = (rows: readonly Row[]) =>
            rows.map(({ x, ...rest }) => ({ ...rest, x: one.from + x / 4 }));
          const position = new Position(one.from);
          take(position, shifted(one.rows));
          const again = Position.parse(position.toText());
          if (again === undefined) throw new Error("not read");
          expect(again.toText()).toBe(position.toText());
          position.expect();
          again.expect();
          expect(take(again, shifted(more))).toEqual(take(position, shifted(more)));
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each([
    "",
    "x",
    "1~",
    "1~0=1",
    "1~100=1",
    "1~1=1,short",
    "1~1=1e400",
    "NaN",
    "1~1=2,AAAAAAA\u00e9",
    `1${"~1=1".repeat(100)}`,
    `1~1=1${",AAAAAAAA".repeat(65)}`,
  ])("is not made from %j", (text) => {
    expect(Position.parse(text)).toBeUndefined();
  });

  it("gives each record of an archive that grows once and in order, however it is read", () => {
    // What comes between two portions of a reading; a reading may fail behind any portion.
    const step = fc.record({
      grows: fc.array(
        fc.record({ dx: fc.constantFrom(0, 0, 1, 3), value: fc.nat(2), id: fc.constantFrom(1, 2) }),
        {
          maxLength: 4,
        },
      ),
      portion: fc.integer({ min: 1, max: 4 }),
      fails: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => {
        const archive: Row[] = [];
        let x = 0;
        const grow = (rows: readonly { dx: number; value: number; id: number }[]) => {
          for (const { dx, value, id } of rows) {
            x += dx;
            archive.push(row(x, value, id));
          }
        };
        const position = new Position(0);
        const given: Row[] = [];
        let reading: number | undefined;
        for (const { grows, portion, fails } of [
          ...steps,
          { grows: [], portion: 1e9, fails: false },
          { grows: [], portion: 1e9, fails: false },
        ]) {
          grow(grows);
          if (reading === undefined) {
            position.expect();
            reading = archive.findIndex((one) => one.x >= position.from);
            if (reading < 0) reading = archive.length;
          }
          const some = archive.slice(reading, reading + portion);
          given.push(...take(position, some));
          reading += some.length;
          if (fails) reading = undefined;
          else if (reading >= archive.length) {
            position.complete();
            reading = undefined;
          }
        }
        expect(given).toEqual(archive);
      }),
      { numRuns: 300 },
    );
  });

  it("lowered to another position finds all that is new to either, of which each takes its own", () => {
    const rows = fc.array(fc.record({ id: fc.constantFrom(1, 2), x: fc.nat(6), value: fc.nat(1) }), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(rows, fc.nat(20), fc.nat(20), (unsorted, a, b) => {
        const archive = [...unsorted].sort((p, q) => p.x - q.x);
        const [first, second] = [new Position(0), new Position(0)];
        const givenTo = [take(first, archive.slice(0, a)), take(second, archive.slice(0, b))];
        const shared = first.clone();
        shared.lower(second);
        expect(first.covers(shared) && second.covers(shared)).toBe(true);
        shared.expect();
        first.expect(shared);
        second.expect(shared);
        for (const one of archive.filter(({ x }) => x >= shared.from)) {
          const some = shared.take(batchOf([one]));
          if (some === undefined) continue;
          for (const [n, position] of [first, second].entries())
            givenTo[n]?.push(...rowsOf(position.take(some)));
        }
        expect(givenTo).toEqual([archive, archive]);
      }),
      { numRuns: 300 },
    );
  });
});
