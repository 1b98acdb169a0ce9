import { chmod, lstat, mkdir, readFile, rename, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { connectionPool } from "../../../netdrms/database/connection-pool.js";
import { param, sql } from "../../../netdrms/database/sql.js";
import { recordDeleter } from "../../../netdrms/sums/delete-records.js";
import type { PartitionSpace } from "../../../netdrms/sums/partition-space.js";
import { closePartition, listPartitions } from "../../../netdrms/sums/partitions.js";
import { type PurgeEvent, type PurgeOptions, purge } from "../../../netdrms/sums/purge.js";
import type { DeleteRecords } from "../../../netdrms/sums/remove-units.js";
import { touchUnits } from "../../../netdrms/sums/retention.js";
import { changeSums, readSums } from "../../../netdrms/sums/sums-transaction.js";
import { ownSiteCode } from "../../../netdrms/sums/sunum.js";
import { heldUnits, holdUnits, lockPurge, MAX_HELD_UNITS } from "../../../netdrms/sums/unit-locks.js";
import { locateUnits } from "../../../netdrms/sums/unit-state.js";
import { postgresForTest } from "../../support/postgres.js";
import { withClient } from "../../support/test-databases.js";
import { rejectionOf } from "../../support/thrown.js";
import { asNobody, type SumsSite, sumsSite } from "./sums-site.js";

const postgres = await postgresForTest();
const RECORDS = "series=su_ex.mag45\nslot\trecord number\n0\t1041\n1\t1042\n";

describe.skipIf(postgres.missing)(postgres.title("a purge"), () => {
  let site: SumsSite;
  beforeAll(async () => {
    site = await sumsSite();
    await withClient(site.database.url, (client) =>
      client.query("CREATE TABLE su_ex.mag45 (recnum bigint PRIMARY KEY, sunum bigint)"),
    );
  });
  beforeEach(() => site.clear());
  afterAll(() => site.end());

  /** Room of a partition of 100,000 bytes in which units of 1000 bytes and `others` lie; the second one is empty. */
  const counted =
    (others: number) =>
    async (partition: string): Promise<PartitionSpace> => {
      const units = (await site.names(partition)).filter((name) => /^D\d+$/.test(name)).length;
      const usedBytes = partition === site.partitions[0] ? others + 1000 * units : 0;
      return { usedBytes, freeBytes: 100_000 - usedBytes };
    };
  const run = async (options: Partial<PurgeOptions> = {}): Promise<readonly PurgeEvent[]> => {
    const events: PurgeEvent[] = [];
    for await (const event of purge({ ...site, askSpace: counted(99_000), ...options })) events.push(event);
    return events;
  };
  const ends = (events: readonly PurgeEvent[]) =>
    events.flatMap((event) => (event.kind === "unit" ? [[event.unit.sunum, event.end]] : []));
  const known = async () =>
    (await site.query(sql`SELECT ds_index FROM public.sum_main ORDER BY 1`)).map((row) => row.ds_index);
  const locate = (sunum: bigint) =>
    readSums(site.pool, async (sums) =>
      (await locateUnits(sums, [sunum], { siteCode: 0, log: site.log })).get(sunum),
    );
  const D = (sunum: bigint) => `${site.partitions[0]}/D${sunum}`;

  it("does nothing at or below the high-water mark", async () => {
    await site.give({ sunum: 1n });
    // 94,000 and one unit are 95 %.
    expect(ends(await run({ askSpace: counted(94_000) }))).toEqual([]);
    expect(ends(await run({ askSpace: counted(94_001) }))).toEqual([[1n, "removed"]]);
  });

  it("removes expired units, the oldest first, down to the low-water mark", async () => {
    for (let n = 1n; n <= 10n; n++) await site.give({ sunum: n, expiresIn: -Number(n) });
    // 96,000: five units go, then it is 91,000, and one more makes 90,000.
    const events = await run({ askSpace: counted(86_000) });
    expect(ends(events)).toEqual([10n, 9n, 8n, 7n, 6n, 5n].map((sunum) => [sunum, "removed"]));
    expect(await known()).toEqual([1n, 2n, 3n, 4n]);
    expect(await site.names(site.partitions[0])).toEqual(["D1", "D2", "D3", "D4"]);
    expect(await site.query(sql`SELECT count(*) AS n FROM public.sum_partn_alloc`)).toEqual([{ n: 4n }]);
  });

  it("takes units of dropped series before all others", async () => {
    await site.give({ sunum: 1n, expiresIn: -300 });
    await site.give({ sunum: 2n, expiresIn: "given up" });
    expect(ends(await run({ askSpace: counted(94_500), lowWater: 0.95, highWater: 0.95 }))).toEqual([
      [2n, "removed"],
      [1n, "removed"],
    ]);
  });

  it("leaves units that are not expired, not dated, permanent, waiting for tape, being read or written", async () => {
    await site.give({ sunum: 1n, expiresIn: 1 });
    await site.give({ sunum: 2n, expiresIn: "undated" });
    for (const [sunum, status] of [
      [3n, 16],
      [4n, 4],
      [5n, 8],
      [6n, 1],
    ] as const)
      await site.give({ sunum, status });
    // Expired, but another row keeps them: of the original's reader, and of a writer that has not closed its session.
    for (const [sunum, status, number] of [
      [7n, 8, 7n],
      [8n, 1, 0n],
      [9n, 16, 9n],
    ] as const) {
      const folder = await site.give({ sunum });
      await site.query(sql`
        INSERT INTO public.sum_partn_alloc (wd, sumid, status, effective_date, ds_index)
        VALUES (${param(folder, "text")}, 9, ${param(status, "int4")}, '0', ${param(number, "int8")})`);
    }
    await site.give({ sunum: 10n });
    await site.query(sql`UPDATE public.sum_partn_alloc SET effective_date = 'N/A' WHERE ds_index = 10`);
    expect(ends(await run())).toEqual([]);
    expect(await known()).toEqual([1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n, 10n]);
  });

  it("tells with a dry run what would go, and changes nothing", async () => {
    for (let n = 1n; n <= 4n; n++) await site.give({ sunum: n, expiresIn: -Number(n) });
    const hold = await holdUnits(site.pool, [4n]);
    const before = await site.query(sql`SELECT * FROM public.sum_partn_alloc ORDER BY wd`);
    // 96,000; to reach 94,000 two units have to go.
    const events = await run({ dryRun: true, askSpace: counted(92_000), lowWater: 0.94 });
    expect(ends(events)).toEqual([
      [4n, "held"],
      [3n, "removed"],
      [2n, "removed"],
    ]);
    expect(await site.query(sql`SELECT * FROM public.sum_partn_alloc ORDER BY wd`)).toEqual(before);
    expect(await site.names(site.partitions[0])).toEqual(["D1", "D2", "D3", "D4"]);
    await hold.release();
  });

  it("passes by a unit that a reader holds, and takes it when the reader is done", async () => {
    await site.give({ sunum: 1n, expiresIn: -2 });
    await site.give({ sunum: 2n, expiresIn: -1 });
    const first = await holdUnits(site.pool, [1n, -1n]);
    const second = await holdUnits(site.pool, [1n]);
    expect([...(await readSums(site.pool, (sums) => heldUnits(sums, [1n, 2n])))]).toEqual([1n]);
    await first.release();
    expect(ends(await run())).toEqual([
      [1n, "held"],
      [2n, "removed"],
    ]);
    expect(await readFile(`${D(1n)}/S00000/image.fits`, "utf8")).toBe("SIMPLE");
    expect((await locate(1n))?.state).toBe("Y");
    await second.release();
    expect(ends(await run())).toEqual([[1n, "removed"]]);
  });

  it("is kept off by a reader who may only read", async () => {
    await site.give({ sunum: 1n });
    const url = site.database.url.replace(/\/\/[^@/]*@/, "//web@");
    const pool = connectionPool({ url, maxConnections: 2 });
    const hold = await holdUnits(pool, [1n]);
    const units = await readSums(pool, async (sums) =>
      locateUnits(sums, [1n], { siteCode: await ownSiteCode(sums), log: site.log }),
    );
    expect(units.get(1n)?.state).toBe("Y");
    expect(await rejectionOf(() => changeSums(pool, (sums) => touchUnits(sums, [1n], -5)))).toMatchObject({
      code: "ARCHIVE_FAILED",
    });
    expect(ends(await run())).toEqual([[1n, "held"]]);
    await hold.release();
    await pool.close();
  });

  it("is not kept waiting by a reader that was killed", async () => {
    await site.give({ sunum: 1n });
    const hold = await holdUnits(site.pool, [1n]);
    await withClient(site.database.url, (client) =>
      client.query(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
      ),
    );
    expect(ends(await run())).toEqual([[1n, "removed"]]);
    await hold.release();
  });

  it("has a reader that comes meanwhile wait, and find the unit gone", async () => {
    await site.give({ sunum: 1n, files: { "Records.txt": `DELETE_SLOTS_RECORDS\n${RECORDS}` } });
    const { promise: pause, resolve: goOn } = later();
    const { promise: reached, resolve: reach } = later();
    const purging = run({
      deleteRecords: async () => {
        reach();
        await pause;
      },
    });
    await reached;
    let held = false;
    const holding = holdUnits(site.pool, [1n]).then((hold) => {
      held = true;
      return hold;
    });
    await vi.waitUntil(
      async () =>
        (await site.query(sql`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`)).length >
        0,
      { interval: 5, timeout: 10_000 },
    );
    expect(held).toBe(false);
    expect((await locate(1n))?.state).toBe("Y");
    goOn();
    const hold = await holding;
    expect((await locate(1n))?.state).toBe("I");
    expect(ends(await purging)).toEqual([[1n, "removed"]]);
    await hold.release();
  });

  it("does not remove a unit that was touched since it was listed", async () => {
    const files = { "Records.txt": `DELETE_SLOTS_RECORDS\n${RECORDS}` };
    // The tables say that each is 5000 bytes, so one at a time is taken.
    for (const sunum of [1n, 2n])
      await site.give({ sunum, files, bytes: 5000n, expiresIn: -9 + Number(sunum) });
    const deleteRecords: DeleteRecords = async (sunum) => {
      // While the first one is being removed somebody wants the second one.
      if (sunum === 1n) await changeSums(site.pool, (sums) => touchUnits(sums, [2n], -5));
    };
    expect(ends(await run({ deleteRecords, askSpace: counted(94_500), lowWater: 0.945 }))).toEqual([
      [1n, "removed"],
      [2n, "kept"],
    ]);
    expect(await known()).toEqual([2n]);
  });

  it("deletes the records of a unit where Records.txt demands it, and no others", async () => {
    await withClient(site.database.url, (client) =>
      client.query(
        "DELETE FROM su_ex.mag45; INSERT INTO su_ex.mag45 VALUES (1041, 1), (1042, 99), (1043, 1)",
      ),
    );
    await site.give({ sunum: 1n, files: { "Records.txt": `DELETE_SLOTS_RECORDS\n${RECORDS}` } });
    await site.give({ sunum: 2n, files: { "Records.txt": RECORDS.replace("1041", "1043") } });
    expect(ends(await run({ deleteRecords: recordDeleter(site.pool) }))).toEqual([
      [1n, "removed"],
      [2n, "removed"],
    ]);
    // 1042 points to another unit, 1043 is not listed in a file that demands it.
    expect(await site.query(sql`SELECT recnum FROM su_ex.mag45 ORDER BY 1`)).toEqual([
      { recnum: 1042n },
      { recnum: 1043n },
    ]);
  });

  it("keeps a unit whose records cannot be deleted, and goes on with the others", async () => {
    const demand = (text: string) => ({ "Records.txt": `DELETE_SLOTS_RECORDS\n${text}` });
    await site.give({ sunum: 1n, expiresIn: -9, files: demand(RECORDS) });
    await site.give({ sunum: 2n, expiresIn: -8, files: demand(RECORDS.replace("mag45", "other")) });
    await site.give({ sunum: 3n, expiresIn: -7, files: demand("garbage\n") });
    await site.give({ sunum: 4n, expiresIn: -6 });
    // Never ends when it is read.
    await symlink(
      "/dev/zero",
      join(await site.give({ sunum: 5n, expiresIn: -5, files: { a: "" } }), "Records.txt"),
    );
    const events = await run();
    expect(ends(events)).toEqual([
      [1n, "kept"],
      [2n, "kept"],
      [3n, "kept"],
      [4n, "removed"],
      [5n, "kept"],
    ]);
    const whys = events.flatMap((event) =>
      event.kind === "unit" && event.end === "kept" ? [event.why] : [],
    );
    expect(whys[0]).toContain("no archive is given");
    expect(whys[1]).toContain("su_ex.other");
    expect(whys[2]).toContain("line 2");
    expect(whys[3]).toContain("link");
    expect(await site.names(site.partitions[0])).toEqual(["D1", "D2", "D3", "D5"]);
  });

  it("keeps the row of a unit that is on tape, off line", async () => {
    await site.give({ sunum: 1n, archived: "Y" });
    expect(ends(await run())).toEqual([[1n, "removed"]]);
    expect(await locate(1n)).toMatchObject({ state: "N", folder: D(1n) });
  });

  it("removes nothing outside of the folders of units, whatever the database says", async () => {
    const outside = join(site.partitions[0], "precious");
    await mkdir(outside);
    await writeFile(join(outside, "file"), "x");
    await site.give({ sunum: 1n, missing: true });
    await site.give({ sunum: 2n, missing: true });
    await site.query(
      sql`UPDATE public.sum_partn_alloc SET wd = ${param(`${site.partitions[0]}/D1/../precious`, "text")} WHERE ds_index = 1`,
    );
    // On line here, to be removed there.
    await site.query(
      sql`UPDATE public.sum_main SET online_loc = ${param(outside, "text")} WHERE ds_index = 2`,
    );
    // A link in the place of a folder: the link goes, not what it leads to.
    await site.give({ sunum: 3n, missing: true });
    await symlink(outside, D(3n));
    expect(ends(await run())).toEqual([
      [1n, "kept"],
      [2n, "kept"],
      [3n, "removed"],
    ]);
    expect(await readFile(join(outside, "file"), "utf8")).toBe("x");
  });

  it("keeps a unit for which the database has several folders, in whatever order", async () => {
    const elsewhere = (sunum: bigint) =>
      site.query(sql`
        INSERT INTO public.sum_partn_alloc (wd, sumid, status, bytes, effective_date, ds_index)
        VALUES (${param(`${site.partitions[1]}/D${sunum}`, "text")}, 2, 2, 1, '200001010000', ${param(sunum, "int8")})`);
    await site.give({ sunum: 1n });
    await elsewhere(1n);
    await elsewhere(2n);
    await site.give({ sunum: 2n });
    const events = await run({ askSpace: async () => ({ usedBytes: 100, freeBytes: 0 }) });
    expect(new Set(ends(events).map(([, end]) => end))).toEqual(new Set(["kept"]));
    for (const sunum of [1n, 2n]) expect((await locate(sunum))?.state).toBe("Y");
  });

  it("keeps a unit whose folder is missing: its partition may be", async () => {
    await site.give({ sunum: 1n, missing: true });
    const events = await run();
    expect(events).toContainEqual(expect.objectContaining({ end: "kept", why: "its folder is missing" }));
    expect(await known()).toEqual([1n]);
  });

  it("keeps a unit whole that it may not remove", async () => {
    await site.give({ sunum: 1n });
    await chmod(site.partitions[0], 0o555);
    const events = await asNobody(() => run({ askSpace: async () => ({ usedBytes: 99, freeBytes: 1 }) }));
    await chmod(site.partitions[0], 0o755);
    expect(ends(events)).toEqual([[1n, "kept"]]);
    expect((await locate(1n))?.state).toBe("Y");
    expect((await lstat(`${D(1n)}/S00000/image.fits`)).isFile()).toBe(true);
  });

  it("closes a partition that stays too full, and reopens it when there is room", async () => {
    const states = async () =>
      (await readSums(site.pool, listPartitions)).map(({ closed }) => closed ?? "open");
    expect(await run()).toContainEqual({ kind: "closed", partition: site.partitions[0] });
    expect(await states()).toEqual(["purge", "open"]);
    // It is purged again while it is closed.
    await site.give({ sunum: 1n });
    expect(ends(await run())).toEqual([[1n, "removed"]]);
    expect(await run({ askSpace: counted(95_000) })).toContainEqual({
      kind: "reopened",
      partition: site.partitions[0],
    });
    expect(await states()).toEqual(["open", "open"]);
  });

  it("does not open a partition that somebody closed by hand", async () => {
    await changeSums(site.pool, (sums) => closePartition(sums, site.partitions[0], "hand"));
    expect((await run({ askSpace: counted(0) })).filter(({ kind }) => kind === "reopened")).toEqual([]);
  });

  it("stops when the partition does not answer any more", async () => {
    for (let n = 1n; n <= 3n; n++) await site.give({ sunum: n, expiresIn: -Number(n) });
    let asked = 0;
    const askSpace = async (partition: string) =>
      partition === site.partitions[0] && ++asked <= 2 ? { usedBytes: 96_000, freeBytes: 4000 } : undefined;
    // 1000 too many: one unit a time.
    const events = await run({ askSpace, lowWater: 0.95 });
    expect(ends(events)).toEqual([[3n, "removed"]]);
    expect(events.filter(({ kind }) => kind === "closed")).toEqual([]);
    expect(events).toContainEqual({ kind: "partition", partition: site.partitions[1] });
  });

  it("runs once at a time", async () => {
    const lock = await lockPurge(site.pool);
    expect(await rejectionOf(() => run())).toMatchObject({ code: "OVERLOADED" });
    await lock?.release();
    await run();
    // Whoever leaves in the middle leaves no lock.
    await site.give({ sunum: 1n });
    for await (const event of purge({ ...site, askSpace: counted(99_000) }))
      if (event.kind === "partition") break;
    await run();
  });

  it("takes no marks that make no sense", async () => {
    for (const marks of [
      { highWater: 0.5 },
      { lowWater: -0.1 },
      { highWater: 1.1 },
      { lowWater: Number.NaN },
    ])
      expect(await rejectionOf(() => run(marks))).toMatchObject({ code: "BAD_PARAMETER" });
  });

  it("goes through more units than it reads at once", async () => {
    await site.query(sql`
      INSERT INTO public.sum_partn_alloc (wd, sumid, status, bytes, effective_date, ds_index)
      SELECT ${param(site.partitions[0], "text")} || '/D' || n, 2, 2, 0, '20000101' || lpad((n % 7)::text, 4, '0'), n
        FROM generate_series(1, 9000) n`);
    const events = await run({ dryRun: true });
    expect(new Set(ends(events).map(([sunum]) => sunum)).size).toBe(9000);
    const order = events.flatMap((event) => (event.kind === "unit" ? [event.unit] : []));
    for (const [n, unit] of order.entries()) {
      const before = order[n - 1];
      if (before !== undefined)
        expect(
          `${before.effectiveDate}:${String(before.sunum).padStart(5)}` <
            `${unit.effectiveDate}:${String(unit.sunum).padStart(5)}`,
        ).toBe(true);
    }
  });

  it("puts back what a purge that died had set aside, or ends its removal", async () => {
    // Died before its commit: the folder has the other name, the rows are there.
    await site.give({ sunum: 1n, expiresIn: 5 });
    await rename(D(1n), `${site.partitions[0]}/.D1.gone-0123abcd`);
    // Died after its commit: some files are gone, the rows too.
    await mkdir(`${site.partitions[0]}/.D2.gone-00000000/S00000`, { recursive: true });
    // While the first one waits, a reader is told the truth.
    expect((await locate(1n))?.state).toBe("X");
    const events = await run({ askSpace: counted(0) });
    expect(events.filter(({ kind }) => kind === "settled")).toEqual([
      { kind: "settled", sunum: 1n, end: "put back" },
      { kind: "settled", sunum: 2n, end: "removed" },
    ]);
    expect(await site.names(site.partitions[0])).toEqual(["D1"]);
    expect((await locate(1n))?.state).toBe("Y");
  });

  it("holds at most as many units as a server has locks for", async () => {
    const many = Array.from({ length: MAX_HELD_UNITS + 1 }, (_, n) => BigInt(n));
    const hold = await holdUnits(site.pool, many.slice(1));
    expect(hold.sunums).toHaveLength(MAX_HELD_UNITS);
    await hold.release();
    await hold.release();
    expect(await rejectionOf(() => holdUnits(site.pool, many))).toMatchObject({ code: "INTERNAL" });
  });
});

function later(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
