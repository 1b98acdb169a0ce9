import { lstat, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DasError } from "../../../errors/das-error.js";
import { param, sql } from "../../../netdrms/database/sql.js";
import { writeNewFile } from "../../../netdrms/sums/durable.js";
import {
  openSession,
  resumeSession,
  type SeriesUnits,
  type SessionOptions,
  type SumsSession,
} from "../../../netdrms/sums/session.js";
import { siteCode } from "../../../netdrms/sums/sunum.js";
import { holdUnits } from "../../../netdrms/sums/unit-locks.js";
import { TEST_SITE } from "../../support/archive-database.js";
import { postgresForTest } from "../../support/postgres.js";
import { rejectionOf } from "../../support/thrown.js";
import { dateIn, type SumsSite, sumsSite } from "./sums-site.js";

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("a session that makes storage units"), () => {
  let site: SumsSite;
  beforeAll(async () => {
    site = await sumsSite();
  });
  beforeEach(() => site.clear());
  afterAll(() => site.end());

  const open = (options: Partial<SessionOptions> = {}): Promise<SumsSession> =>
    openSession({ ...site, user: "ex", random: () => 0, ...options });
  const rows = async (table: "sum_main" | "sum_partn_alloc" | "sum_open") =>
    site.query(
      {
        sum_main: sql`SELECT * FROM public.sum_main ORDER BY ds_index`,
        sum_partn_alloc: sql`SELECT * FROM public.sum_partn_alloc ORDER BY wd`,
        sum_open: sql`SELECT * FROM public.sum_open`,
      }[table],
    );
  const series = (
    unit: SeriesUnits["units"][number]["unit"],
    more: Partial<SeriesUnits> = {},
  ): SeriesUnits => ({
    series: "su_ex.mag45",
    retentionDays: 60,
    archive: 0,
    units: [
      {
        unit,
        recnums: new Map([
          [0, 1041n],
          [1, 1042n],
        ]),
      },
    ],
    ...more,
  });

  it("has a row, and none after its end", async () => {
    const session = await open();
    const [row] = await site.query(
      sql`SELECT sumid, abs(extract(epoch FROM localtimestamp - open_date))::float8 AS age FROM public.sum_open`,
    );
    expect(row).toMatchObject({ sumid: session.sumid });
    expect(row!.age as number).toBeLessThan(60);
    await session.close();
    expect(await rows("sum_open")).toEqual([]);
  });

  it("allocates a folder with slots, and the row of a unit that is being written", async () => {
    const session = await open();
    const unit = await session.allocate({ bytes: 5_000_000, slots: 2 });
    expect(siteCode(unit.sunum)).toBe(TEST_SITE);
    expect(unit.folder).toBe(`${site.partitions[0]}/D${unit.sunum}`);
    // netdrms 3.6, 2.
    expect(await rows("sum_partn_alloc")).toEqual([
      {
        wd: unit.folder,
        sumid: session.sumid,
        status: 1,
        bytes: 5_000_000n,
        effective_date: "0",
        archive_substatus: 0,
        group_id: 0,
        ds_index: 0n,
        safe_id: 0,
      },
    ]);
    expect(await rows("sum_main")).toEqual([]);
    for (const folder of ["", "/S00000", "/S00001"])
      expect((await lstat(unit.folder + folder)).mode & 0o7777).toBe(0o2775);
    expect(await site.names(unit.folder)).toEqual(["S00000", "S00001"]);
    await session.close();
  });

  it("puts a unit: read-only files, Records.txt, and the rows that others look for", async () => {
    const session = await open();
    const unit = await session.allocate({ slots: 2, group: 7 });
    await writeNewFile(join(unit.folder, "S00000/image.fits"), [Buffer.alloc(3000), Buffer.alloc(2760)]);
    await session.put([series(unit)]);
    await session.close();
    expect(await readFile(join(unit.folder, "Records.txt"), "utf8")).toBe(
      "series=su_ex.mag45\nslot\trecord number\n0\t1041\n1\t1042\n",
    );
    expect((await lstat(join(unit.folder, "S00000/image.fits"))).mode & 0o222).toBe(0);
    expect((await lstat(unit.folder)).mode & 0o7777).toBe(0o2755);
    const folders = await Promise.all(
      ["", "/S00000", "/S00001"].map(async (folder) => (await lstat(unit.folder + folder)).size),
    );
    const records = 18 + 1 + 18 + 1 + 7 + 7;
    const bytes = BigInt(5760 + records + folders.reduce((sum, size) => sum + size, 0));
    expect(await rows("sum_main")).toEqual([
      expect.objectContaining({
        online_loc: unit.folder,
        online_status: "Y",
        archive_status: "N",
        offsite_ack: "N",
        owning_series: "su_ex.mag45",
        storage_group: 7,
        storage_set: 0,
        bytes,
        ds_index: unit.sunum,
        create_sumid: session.sumid,
        username: "ex",
      }),
    ]);
    const [expected] = await site.query(sql`SELECT ${dateIn(60)} AS date`);
    const [alloc, ...more] = await rows("sum_partn_alloc");
    expect(more).toEqual([]);
    expect(alloc).toMatchObject({
      wd: unit.folder,
      status: 2,
      archive_substatus: 32,
      ds_index: unit.sunum,
      bytes,
    });
    expect(Math.abs(Number(alloc!.effective_date) - Number(expected!.date))).toBeLessThanOrEqual(1);
  });

  // netdrms 3.6, 4: state, substate.
  it.each([
    [1, true, 4, 128],
    [0, true, 4, 32],
    [-1, true, 4, 32],
    [1, false, 2, 32],
    [0, false, 2, 32],
  ] as const)(
    "of a series with archive flag %i and tape %s puts units in state %i, %i",
    async (archive, hasTape, status, substatus) => {
      const session = await open({ hasTape });
      const unit = await session.allocate({ slots: 1 });
      await session.put([series(unit, { archive })]);
      expect(await rows("sum_partn_alloc")).toMatchObject([{ status, archive_substatus: substatus }]);
      const text = await readFile(join(unit.folder, "Records.txt"), "utf8");
      expect(text.startsWith("DELETE_SLOTS_RECORDS\n")).toBe(archive === -1);
      await session.close();
    },
  );

  it("puts a log, which has no records, without Records.txt", async () => {
    const session = await open({ durable: false });
    const unit = await session.allocate({ slots: 0 });
    await session.put([series(unit, { units: [{ unit, recnums: new Map() }] })]);
    expect(await site.names(unit.folder)).toEqual([]);
    await session.close();
  });

  it("makes readable for its owner what was made unreadable", async () => {
    const session = await open();
    const unit = await session.allocate({ slots: 1 });
    await mkdir(join(unit.folder, "S00000/shut"), { mode: 0 });
    await writeFile(join(unit.folder, "S00000/file"), "x", { mode: 0 });
    await session.put([series(unit)]);
    expect((await lstat(join(unit.folder, "S00000/shut"))).mode & 0o777).toBe(0o700);
    expect((await lstat(join(unit.folder, "S00000/file"))).mode & 0o777).toBe(0o400);
    await session.close();
  });

  it("leaves nothing of units that were not put when it is closed", async () => {
    const session = await open();
    const kept = await session.allocate({ slots: 1 });
    const lost = await session.allocate({ slots: 1 });
    await writeFile(join(lost.folder, "S00000/half.fits"), "x");
    await mkdir(join(lost.folder, "shut"), { mode: 0 });
    await session.put([series(kept)]);
    // A reader's hold goes with the session; one of another session stays.
    await site.query(sql`
      INSERT INTO public.sum_partn_alloc (wd, sumid, status, ds_index)
      VALUES ('/SUM0/D9', ${param(session.sumid, "int8")}, 8, 9), ('/SUM0/D9', 1, 8, 9)`);
    await session.close();
    expect(await site.names(site.partitions[0])).toEqual([`D${kept.sunum}`]);
    const left = await rows("sum_partn_alloc");
    expect(left.map(({ status, sumid }) => [status, sumid])).toEqual([
      [8, 1n],
      [2, session.sumid],
    ]);
  });

  it("does not remove a unit whose put by the original left the row of its writing", async () => {
    const session = await open();
    const folder = await site.give({ sunum: 33n, expiresIn: 9 });
    await site.query(sql`
      INSERT INTO public.sum_partn_alloc (wd, sumid, status, ds_index)
      VALUES (${param(folder, "text")}, ${param(session.sumid, "int8")}, 1, 0)`);
    await session.close();
    expect(await site.names(site.partitions[0])).toEqual(["D33"]);
    expect(await rows("sum_partn_alloc")).toMatchObject([{ status: 2 }]);
  });

  it("takes back what it put when it is rolled back", async () => {
    const session = await open();
    const put = await session.allocate({ slots: 1 });
    await session.allocate({ slots: 1 });
    await session.put([series(put, { archive: -1 })]);
    await session.rollback();
    expect(await site.names(site.partitions[0])).toEqual([]);
    for (const table of ["sum_main", "sum_partn_alloc", "sum_open"] as const)
      expect(await rows(table)).toEqual([]);
    expect(site.lines).toEqual([]);
  });

  it("does not take back a unit of the same number that somebody else put", async () => {
    const session = await open();
    const unit = await session.allocate({ slots: 1, sunum: 55n });
    // As other software might do, which asks nobody.
    await site.give({ sunum: 55n, expiresIn: 9, partition: site.partitions[1] });
    expect(await rejectionOf(() => session.put([series(unit)]))).toMatchObject({ code: "ARCHIVE_FAILED" });
    await site.query(sql`UPDATE public.sum_partn_alloc SET sumid = 1 WHERE status = 2`);
    await session.rollback();
    expect(await site.names(site.partitions[0])).toEqual([]);
    expect(await site.names(site.partitions[1])).toEqual(["D55"]);
    expect(await rows("sum_main")).toMatchObject([{ ds_index: 55n, online_status: "Y" }]);
  });

  it("has the units before their records are committed", async () => {
    const session = await open();
    const unit = await session.allocate({ slots: 1 });
    const seen: unknown[] = [];
    await session.commit([series(unit)], async () => {
      seen.push((await rows("sum_main"))[0]?.online_status);
    });
    expect(seen).toEqual(["Y"]);
    await session.rollback();
    // What was committed is not taken back.
    expect(await site.names(site.partitions[0])).toEqual([`D${unit.sunum}`]);
  });

  it("withdraws the units where the database refuses their records", async () => {
    const session = await open();
    const unit = await session.allocate({ slots: 1 });
    const refusal = new DasError("ARCHIVE_FAILED", "no");
    expect(await rejectionOf(() => session.commit([series(unit)], () => Promise.reject(refusal)))).toBe(
      refusal,
    );
    expect(await site.names(site.partitions[0])).toEqual([]);
    expect(await rows("sum_main")).toEqual([]);
    await session.close();
  });

  it("keeps the units where nobody knows whether their records were committed", async () => {
    const session = await open();
    const unit = await session.allocate({ slots: 1 });
    const lost = new DasError("ARCHIVE_AWAY", "connection lost");
    expect(await rejectionOf(() => session.commit([series(unit)], () => Promise.reject(lost)))).toBe(lost);
    await session.rollback();
    expect(await rows("sum_main")).toMatchObject([{ ds_index: unit.sunum, online_status: "Y" }]);
    expect(site.lines.join()).toContain(String(unit.sunum));
  });

  it("gives a unit that somebody holds up to the next purge where it cannot withdraw it", async () => {
    const session = await open();
    const unit = await session.allocate({ slots: 1 });
    await session.put([series(unit)]);
    const hold = await holdUnits(site.pool, [unit.sunum]);
    await session.rollback();
    expect(await site.names(site.partitions[0])).toEqual([`D${unit.sunum}`]);
    expect(await rows("sum_partn_alloc")).toMatchObject([{ status: 2, effective_date: "0" }]);
    await hold.release();
  });

  it("puts all units or none", async () => {
    const session = await open();
    const first = await session.allocate({ slots: 1 });
    const second = await session.allocate({ slots: 1 });
    await site.query(sql`DELETE FROM public.sum_partn_alloc WHERE wd = ${param(second.folder, "text")}`);
    const both = series(first, {
      units: [first, second].map((unit) => ({ unit, recnums: new Map<number, bigint>() })),
    });
    expect(await rejectionOf(() => session.put([both]))).toMatchObject({ code: "ARCHIVE_FAILED" });
    expect(await rows("sum_main")).toEqual([]);
    await session.close();
  });

  it("refuses to keep a link, or terms that the tables cannot hold, and goes on", async () => {
    const session = await open();
    const unit = await session.allocate({ slots: 1 });
    await symlink("/etc/passwd", join(unit.folder, "S00000/passwd"));
    const error = await rejectionOf(() => session.put([series(unit)]));
    expect(error).toMatchObject({ code: "BAD_FILE" });
    expect(error.message).toContain(`D${unit.sunum}/S00000/passwd`);
    for (const bad of [
      { series: "x".repeat(81) },
      { series: "" },
      { retentionDays: 40_000 },
      { retentionDays: 1.5 },
    ])
      expect(await rejectionOf(() => session.put([series(unit, bad)]))).toMatchObject({
        code: "BAD_PARAMETER",
      });
    await session.close();
    expect(await site.names(site.partitions[0])).toEqual([]);
  });

  it("takes up a unit of another site by its number, and one that was off line", async () => {
    const session = await open();
    await site.give({ sunum: 77n, online: "N", archived: "Y", missing: true, partition: site.partitions[1] });
    for (const sunum of [55n, 77n]) {
      const unit = await session.allocate({ slots: 1, sunum });
      expect(unit.folder).toBe(`${site.partitions[0]}/D${sunum}`);
      await session.put([series(unit)]);
    }
    expect(await rows("sum_main")).toMatchObject([
      { ds_index: 55n, online_status: "Y", archive_status: "N" },
      { ds_index: 77n, online_status: "Y", archive_status: "Y", online_loc: `${site.partitions[0]}/D77` },
    ]);
    // The row of its earlier stay is gone (netdrms 3.6, 4).
    expect(await rows("sum_partn_alloc")).toHaveLength(2);
    for (const sunum of [55n, -1n])
      expect(await rejectionOf(() => session.allocate({ slots: 1, sunum }))).toMatchObject({
        code: "BAD_PARAMETER",
      });
    await session.close();
  });

  it("is gone on with by another process, which has it alone", async () => {
    const session = await open();
    const unit = await session.allocate({ slots: 1 });
    const options = { ...site, user: "ex" };
    expect(await rejectionOf(() => resumeSession(options, session.sumid))).toMatchObject({
      code: "BAD_PARAMETER",
    });
    await session.leave();
    const again = await resumeSession(options, session.sumid);
    await again.put([series(unit)]);
    await again.close();
    expect(await rows("sum_main")).toMatchObject([{ ds_index: unit.sunum }]);
    expect(await rejectionOf(() => resumeSession(options, session.sumid))).toMatchObject({
      code: "BAD_PARAMETER",
    });
  });
});
