import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RecordBatch, SegmentColumn } from "../../../netdrms/records/record-batch.js";
import { heldGroups } from "../../../netdrms/segments/held-records.js";
import { postgresForTest } from "../../support/postgres.js";
import { FIRST_SUNUM, type WrittenArchive, writtenArchive } from "../../support/written-archive.js";

const postgres = await postgresForTest();

/** Records with so many segments, each in a storage unit of its own; of the segments only their units count here. */
function batchOf(rows: number, segments: number): RecordBatch {
  const none = new BigInt64Array(rows).fill(-1n);
  const columns = Array.from({ length: segments }, (_, segment) => ({
    sunum: BigInt64Array.from({ length: rows }, (_, row) => FIRST_SUNUM + BigInt(row * segments + segment)),
  }));
  return {
    rows,
    recnum: none,
    sunum: none,
    slot: new Int32Array(rows),
    sessionId: none,
    keywords: [],
    segments: columns as unknown as readonly SegmentColumn[],
  };
}

describe.skipIf(postgres.missing)(postgres.title("records whose units are held"), () => {
  let archive: WrittenArchive;
  beforeAll(async () => {
    archive = await writtenArchive();
  }, 60_000);
  afterAll(() => archive.end());

  const access = () => ({ sums: archive.pool, siteCode: 0x4001, log: () => undefined });

  async function groupsOf(batch: RecordBatch, rows?: ArrayLike<number>) {
    const groups: { readonly rows: readonly number[]; readonly units: number }[] = [];
    for await (const group of heldGroups(access(), batch, rows))
      groups.push({ rows: group.rows, units: group.units.size });
    return groups;
  }

  it("come in groups of 64 where they share their units or have few", async () => {
    const groups = await groupsOf(batchOf(70, 1));
    expect(groups.map(({ rows, units }) => [rows.length, units])).toEqual([
      [64, 64],
      [6, 6],
    ]);
    expect(groups.flatMap(({ rows }) => rows)).toEqual(Array.from({ length: 70 }, (_, row) => row));
  });

  it("come in smaller groups where each has many units, so that no more than 1000 are held at once", async () => {
    const groups = await groupsOf(batchOf(64, 255));
    expect(groups.every(({ rows, units }) => rows.length <= 3 && units <= 1000)).toBe(true);
    expect(groups.flatMap(({ rows }) => rows)).toEqual(Array.from({ length: 64 }, (_, row) => row));
  });

  it("are those that are asked for", async () => {
    const groups = await groupsOf(batchOf(10, 2), Int32Array.of(2, 3, 7));
    expect(groups.map(({ rows, units }) => [rows, units])).toEqual([[[2, 3, 7], 6]]);
    expect(await groupsOf(batchOf(10, 2), new Int32Array(0))).toEqual([]);
  });
});
