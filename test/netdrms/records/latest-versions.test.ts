import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CopyBatch } from "../../../netdrms/database/copy-binary.js";
import { latestVersions } from "../../../netdrms/records/latest-versions.js";

/** Slot, number, name of a row; the number is its recnum. */
type Row = readonly [slot: bigint | null, real: number, recnum: bigint];

async function* batchesOf(rows: readonly Row[], cuts: readonly number[]): AsyncGenerator<CopyBatch> {
  const edges = [0, ...cuts.filter((cut) => cut < rows.length).sort((a, b) => a - b), rows.length];
  for (let n = 1; n < edges.length; n++) {
    const part = rows.slice(edges[n - 1], edges[n]);
    // Arrays are longer than their rows, as those of a copy.
    const isNull = new Uint8Array(part.length + 3);
    for (const [row, [slot]] of part.entries()) isNull[row] = slot === null ? 1 : 0;
    const none = new Uint8Array(part.length + 3);
    yield {
      rows: part.length,
      columns: [
        { type: "text", values: part.map(([, , recnum]) => `r${recnum}`), isNull: none },
        {
          type: "int8",
          values: BigInt64Array.from([...part.map(([slot]) => slot ?? 0n), 0n, 0n, 0n]),
          isNull,
        },
        {
          type: "float8",
          values: Float64Array.from([...part.map(([, real]) => real), 0, 0, 0]),
          isNull: none,
        },
        {
          type: "int8",
          values: BigInt64Array.from([...part.map(([, , recnum]) => recnum), 0n, 0n, 0n]),
          isNull: none,
        },
      ],
    };
  }
}

async function latest(rows: readonly Row[], cuts: readonly number[] = []): Promise<string[]> {
  const found: string[] = [];
  for await (const batch of latestVersions(batchesOf(rows, cuts), { recnum: 3, keys: [1, 2] })) {
    expect(batch.rows).toBeGreaterThan(0);
    const [names, , , recnums] = batch.columns;
    for (let row = 0; row < batch.rows; row++) {
      expect(names!.values[row]).toBe(`r${recnums!.values[row]}`);
      found.push(String(names!.values[row]));
    }
  }
  return found;
}

describe("the latest versions", () => {
  const rows: readonly Row[] = [
    [1n, 0, 5n],
    [1n, 0, 9n],
    [1n, 0, 7n],
    [1n, 1, 1n],
    [2n, Number.NaN, 4n],
    [2n, Number.NaN, 3n],
    // As the database sorts them: NULL last, and the same as NULL but not as 0.
    [2n ** 40n, 0, 2n],
    [2n ** 40n + 1n, 0, 10n],
    [null, 0, 12n],
    [null, 0, 11n],
  ];
  const expected = ["r9", "r1", "r4", "r2", "r10", "r12"];

  it("are those with the largest number of each value, wherever batches end", async () => {
    expect(await latest(rows)).toEqual(expected);
    for (let cut = 1; cut < rows.length; cut++) expect(await latest(rows, [cut])).toEqual(expected);
    expect(await latest(rows, [1, 2, 3, 4, 5, 6, 7, 8, 9])).toEqual(expected);
    expect(await latest([])).toEqual([]);
  });

  it("are the same as a map gives, for any versions and batches", async () => {
    const key = fc.tuple(fc.bigInt(0n, 3n), fc.integer({ min: 0, max: 1 }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(key, { maxLength: 30 }),
        fc.array(fc.nat(30), { maxLength: 8 }),
        async (keys, cuts) => {
          const numbered = keys.map(([slot, real], n): Row => [slot, real, BigInt((n * 7) % 31)]);
          const sorted = numbered.toSorted((a, b) => Number(a[0]! - b[0]!) || a[1] - b[1]);
          const newest = new Map<string, bigint>();
          for (const [slot, real, recnum] of sorted) {
            const before = newest.get(`${slot} ${real}`) ?? -1n;
            newest.set(`${slot} ${real}`, recnum > before ? recnum : before);
          }
          expect(await latest(sorted, cuts)).toEqual([...newest.values()].map((recnum) => `r${recnum}`));
        },
      ),
      { numRuns: 200 },
    );
  });
});
