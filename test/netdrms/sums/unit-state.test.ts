import { chmod, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { param, sql } from "../../../netdrms/database/sql.js";
import { memberPath, openMember } from "../../../netdrms/sums/open-file.js";
import { readSums } from "../../../netdrms/sums/sums-transaction.js";
import { ownSiteCode } from "../../../netdrms/sums/sunum.js";
import {
  archiveColumn,
  onlineColumn,
  retainColumn,
  sizeColumn,
  tapeColumns,
} from "../../../netdrms/sums/unit-columns.js";
import { locateUnits, type UnitInfo } from "../../../netdrms/sums/unit-state.js";
import { TEST_SITE } from "../../support/archive-database.js";
import { postgresForTest } from "../../support/postgres.js";
import { rejectionOf } from "../../support/thrown.js";
import { asNobody, dateIn, FIRST_SUNUM, type SumsSite, sumsSite } from "./sums-site.js";

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("where a unit is"), () => {
  let site: SumsSite;
  beforeAll(async () => {
    site = await sumsSite();
  });
  afterAll(() => site.end());

  const locate = (sunums: readonly bigint[]) =>
    readSums(site.pool, (sums) => locateUnits(sums, sunums, { siteCode: TEST_SITE, log: site.log }));
  const locateOne = async (sunum: bigint): Promise<UnitInfo> => (await locate([sunum])).get(sunum)!;

  it("follows the table of states", async () => {
    // netdrms 3.4, row by row.
    await site.give({ sunum: 101n, online: "Y", archived: "Y" });
    await site.give({ sunum: 102n, online: "Y", archived: "N" });
    await site.give({ sunum: 103n, online: "N", archived: "Y", missing: true });
    await site.give({ sunum: 104n, online: "N", archived: "N", missing: true });
    const local = FIRST_SUNUM + 99n;
    const foreign = 105n;
    const units = await locate([101n, 102n, 103n, 104n, local, foreign]);
    expect([...units].map(([sunum, { state }]) => [sunum, state])).toEqual([
      [101n, "Y"],
      [102n, "Y"],
      [103n, "N"],
      [104n, "X"],
      [local, "I"],
      [foreign, "remote"],
    ]);
    expect([...units.values()].map(onlineColumn)).toEqual(["Y", "Y", "N", "N", "NA", "NA"]);
    expect([...units.values()].map(archiveColumn)).toEqual(["Y", "N", "Y", "N", "NA", "NA"]);
  });

  it("is told with what the tables say", async () => {
    const folder = await site.give({ sunum: 110n, expiresIn: 5, bytes: 4711n, series: "su_ex.Other" });
    const [expected] = await site.query(
      sql`SELECT ${dateIn(5)} AS date, to_char(now() + interval '5 days', 'YYYY.MM.DD') AS day`,
    );
    const unit = await locateOne(110n);
    expect(unit).toMatchObject({
      folder,
      series: "su_ex.Other",
      bytes: 4711n,
      allocation: 2,
      archiveSubstatus: 32,
      tape: "N/A",
      tapeFile: 0,
    });
    // A minute may have begun since.
    expect(Math.abs(Number(unit.effectiveDate) - Number(expected!.date))).toBeLessThanOrEqual(1);
    expect(retainColumn(unit)).toBe(expected!.day);
    expect(sizeColumn(unit)).toBe("4711");
  });

  it("of one that nobody knows has the fill-in values of the original", async () => {
    expect(await locateOne(999n)).toEqual({
      sunum: 999n,
      state: "remote",
      folder: "",
      series: "",
      bytes: 0n,
      archiveStatus: "",
      createdBy: "",
      created: "",
      effectiveDate: "N/A",
      allocation: 0,
      archiveSubstatus: 0,
      tape: "N/A",
      tapeFile: 0,
    });
    const columns = [onlineColumn, retainColumn, archiveColumn, sizeColumn];
    for (const column of columns) expect(column(undefined)).toBe("NA");
    expect(tapeColumns(undefined)).toEqual(["NA", "NA"]);
  });

  it("without an expiry date shows the date of the original, and no day to people", async () => {
    await site.give({ sunum: 120n, expiresIn: "undated" });
    const unit = await locateOne(120n);
    expect(unit.effectiveDate).toBe("195801010000");
    expect(retainColumn(unit)).toBe("NoRetValue");
    expect(retainColumn({ ...unit, effectiveDate: "0" })).toBe("NoRetValue");
    expect(retainColumn({ ...unit, state: "X" })).toBe("-1");
  });

  it("on its way to tape is pending, and on tape says which", async () => {
    await site.give({ sunum: 130n, status: 4 });
    await site.query(sql`UPDATE public.sum_partn_alloc SET archive_substatus = 128 WHERE ds_index = 130`);
    await site.query(
      sql`UPDATE public.sum_main SET arch_tape = '000123S1', arch_tape_fn = 42 WHERE ds_index = 130`,
    );
    const unit = await locateOne(130n);
    expect(archiveColumn(unit)).toBe("Pending");
    expect(tapeColumns(unit)).toEqual(["000123S1", "0042"]);
  });

  it("is asked once for each number, in the order asked, and never for a negative one", async () => {
    await site.give({ sunum: 140n });
    const units = await locate([999n, -1n, 140n, 999n, -5n]);
    expect([...units.keys()]).toEqual([999n, 140n]);
  });

  it("is told of more units than one statement takes", async () => {
    await site.give({ sunum: 150n });
    const many = Array.from({ length: 40_000 }, (_, n) => 1_000_000n + BigInt(n));
    const units = await locate([...many, 150n]);
    expect(units.size).toBe(40_001);
    expect([...units.values()].filter(({ state }) => state === "Y").map(({ sunum }) => sunum)).toEqual([
      150n,
    ]);
  });

  it("is not told by the row of a reader's hold", async () => {
    const folder = await site.give({ sunum: 160n, expiresIn: 7 });
    await site.query(sql`
      INSERT INTO public.sum_partn_alloc (wd, sumid, status, effective_date, ds_index)
      VALUES (${param(folder, "text")}, 9, 8, '999912312359', 160)`);
    expect(await locateOne(160n)).toMatchObject({ allocation: 2 });
  });

  it("marked on line without a folder is off line, and the log is told", async () => {
    await site.give({ sunum: 170n, missing: true });
    await site.give({ sunum: 171n, missing: true, archived: "Y" });
    const file = await site.give({ sunum: 172n });
    await rm(file, { recursive: true });
    await writeFile(file, "no folder");
    site.lines.length = 0;
    const units = await locate([170n, 171n, 172n]);
    expect([...units.values()].map(({ state }) => state)).toEqual(["X", "N", "X"]);
    expect(site.lines).toHaveLength(3);
    expect(site.lines.find((line) => line.includes("unit 170 "))).toMatch(/missing/);
    expect(site.lines.find((line) => line.includes("unit 172 "))).toMatch(/no folder/);
  });

  it("is nowhere else than in a folder of a unit, whatever the database says", async () => {
    await site.give({ sunum: 180n });
    for (const hostile of ["/etc", "/tmp/../etc", "D180", `${site.partitions[0]}/D140`]) {
      await site.query(
        sql`UPDATE public.sum_main SET online_loc = ${param(hostile, "text")} WHERE ds_index = 180`,
      );
      expect((await locateOne(180n)).state, hostile).toBe("X");
    }
  });

  it("knows the code of its own site from the sequence", async () => {
    expect(await readSums(site.pool, ownSiteCode)).toBe(0x4000);
  });
});

describe.skipIf(postgres.missing)(postgres.title("a file of a unit"), () => {
  let site: SumsSite;
  let folder: string;
  const sunum = 17n;
  beforeAll(async () => {
    site = await sumsSite();
    folder = await site.give({ sunum, files: { "S00000/image.fits": "SIMPLE  =" } });
  });
  afterAll(() => site.end());
  const open = (path: string) => openMember({ sunum, folder, path });

  it("is opened for reading, and stays readable when the unit goes", async () => {
    const other = await site.give({ sunum: 18n, files: { "S00000/image.fits": "SIMPLE  =" } });
    const file = await openMember({ sunum: 18n, folder: other, path: "S00000/image.fits" });
    await rm(other, { recursive: true });
    expect(await file.readFile("utf8")).toBe("SIMPLE  =");
    await expect(file.write("x")).rejects.toMatchObject({ code: "EBADF" });
    await file.close();
  });

  it("that is missing is named without its folder", async () => {
    const error = await rejectionOf(() => open("S00001/image.fits"));
    expect(error).toMatchObject({ code: "BAD_FILE" });
    expect(error.message).toBe('file "S00001/image.fits" of storage unit 17 is missing');
  });

  it("is not reached by a path out of the unit", async () => {
    for (const path of ["../D17/S00000/image.fits", "/etc/passwd", "S00000/../../x", "a\0b"])
      expect(await rejectionOf(() => open(path)), path).toMatchObject({ code: "BAD_FILE" });
  });

  it("is not reached by a link out of the unit, wherever the link is in its path", async () => {
    const outside = join(site.partitions[1], "secret");
    await mkdir(outside);
    await writeFile(join(outside, "image.fits"), "secret");
    await symlink(join(outside, "image.fits"), join(folder, "S00000/link.fits"));
    await symlink(outside, join(folder, "S00001"));
    // Beside the unit, with a name that begins as its own.
    const twin = `${folder}9`;
    await mkdir(twin);
    await writeFile(join(twin, "image.fits"), "other unit");
    await symlink(join(twin, "image.fits"), join(folder, "S00000/twin.fits"));
    for (const path of ["S00000/link.fits", "S00001/image.fits", "S00000/twin.fits"]) {
      const error = await rejectionOf(() => open(path));
      expect(error, path).toMatchObject({ code: "BAD_FILE" });
      expect(error.message).not.toContain(site.partitions[0]);
    }
  });

  it("may be a link inside the unit", async () => {
    await symlink("image.fits", join(folder, "S00000/again.fits"));
    const file = await open("S00000/again.fits");
    expect(await file.readFile("utf8")).toBe("SIMPLE  =");
    await file.close();
  });

  it("that is a link in a circle, a folder or a pipe is refused at once", async () => {
    await symlink("circle", join(folder, "S00000/circle"));
    expect(await rejectionOf(() => open("S00000/circle"))).toMatchObject({ code: "BAD_FILE" });
    expect(await rejectionOf(() => open("S00000"))).toMatchObject({ code: "BAD_FILE" });
    expect(await memberPath({ sunum, folder, path: "S00000" })).toBe(join(folder, "S00000"));
    const { execFileSync } = await import("node:child_process");
    execFileSync("mkfifo", [join(folder, "S00000/pipe")]);
    expect(await rejectionOf(() => open("S00000/pipe"))).toMatchObject({ code: "BAD_FILE" });
  });

  it("that may not be read says so", async () => {
    await chmod(join(folder, "S00000/image.fits"), 0);
    const error = await asNobody(() => rejectionOf(() => open("S00000/image.fits")));
    expect(error).toMatchObject({ code: "ARCHIVE_FAILED" });
    expect(error.message).toContain("may not");
  });
});
