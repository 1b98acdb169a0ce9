import { execFileSync } from "node:child_process";
import { existsSync, statfsSync } from "node:fs";
import { chmod, lstat, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { param, sql } from "../../../netdrms/database/sql.js";
import type { UnitRequest } from "../../../netdrms/sums/allocate.js";
import { copyNewFile, writeNewFile } from "../../../netdrms/sums/durable.js";
import { type AskSpace, spaceAsker, usedPart } from "../../../netdrms/sums/partition-space.js";
import {
  addPartition,
  closePartition,
  listPartitions,
  reopenPartition,
} from "../../../netdrms/sums/partitions.js";
import { openSession, type SessionOptions, type SumsSession } from "../../../netdrms/sums/session.js";
import { storageError } from "../../../netdrms/sums/storage-error.js";
import { changeSums, readSums } from "../../../netdrms/sums/sums-transaction.js";
import { postgresForTest } from "../../support/postgres.js";
import { rejectionOf } from "../../support/thrown.js";
import { asNobody, type SumsSite, sumsSite } from "./sums-site.js";

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("allocation"), () => {
  let site: SumsSite;
  const sessions: SumsSession[] = [];
  beforeAll(async () => {
    site = await sumsSite();
  });
  beforeEach(() => site.clear());
  afterAll(() => site.end());

  const open = async (options: Partial<SessionOptions> = {}): Promise<SumsSession> => {
    const session = await openSession({ ...site, user: "ex", ...options });
    sessions.push(session);
    return session;
  };
  const allocate = async (
    request: Partial<UnitRequest>,
    options: Partial<SessionOptions> = {},
  ): Promise<string> => {
    const session = await open(options);
    const { folder } = await session.allocate({ slots: 1, ...request });
    await session.leave();
    return folder.slice(0, folder.lastIndexOf("/"));
  };
  /** Free bytes of each partition; `undefined` of one that does not answer. */
  const free =
    (...bytes: readonly (number | undefined)[]): AskSpace =>
    async (partition) => {
      const freeBytes = bytes[site.partitions.indexOf(partition)];
      return freeBytes === undefined ? undefined : { usedBytes: 0, freeBytes };
    };
  const setOf = (partition: string, set: number) =>
    site.query(
      sql`UPDATE public.sum_partn_avail SET pds_set_num = ${param(set, "int4")} WHERE partn_name = ${param(partition, "text")}`,
    );
  const leftOvers = () => site.query(sql`SELECT wd FROM public.sum_partn_alloc`);

  it("takes one of the partitions with room, by chance", async () => {
    const askSpace = free(100, 100);
    const [first, second] = site.partitions;
    expect(await allocate({ bytes: 100 }, { askSpace, random: () => 0 })).toBe(first);
    expect(await allocate({ bytes: 100 }, { askSpace, random: () => 0.49 })).toBe(first);
    expect(await allocate({ bytes: 100 }, { askSpace, random: () => 0.5 })).toBe(second);
    expect(await allocate({ bytes: 100 }, { askSpace, random: () => 0.999999 })).toBe(second);
  });

  it("passes by what has no room, or does not answer", async () => {
    const [first, second] = site.partitions;
    expect(await allocate({ bytes: 101 }, { askSpace: free(100, 101), random: () => 0 })).toBe(second);
    expect(await allocate({ bytes: 1 }, { askSpace: free(1, undefined), random: () => 0.9 })).toBe(first);
    expect(site.lines).toEqual([`partition ${second} does not answer and is passed by`]);
  });

  it("says that the disk is full where no partition has room", async () => {
    const session = await open({ askSpace: free(100, 250) });
    const error = await rejectionOf(() => session.allocate({ bytes: 300, slots: 1 }));
    expect(error).toMatchObject({ code: "DISK_FULL" });
    expect(error.message).toContain("300 bytes");
    expect(error.message).toContain("250 bytes are free");
    expect(await leftOvers()).toEqual([]);
    await session.close();
  });

  it("asks for 100 MB where the caller does not know better", async () => {
    const request = { askSpace: free(99_999_999, 100_000_000), random: () => 0 };
    expect(await allocate({}, request)).toBe(site.partitions[1]);
  });

  it("chooses the partition set of the group, where there are several sets", async () => {
    const [first, second] = site.partitions;
    await setOf(second, 4);
    await site.query(sql`INSERT INTO public.sum_arch_group (group_id, sum_set) VALUES (9, 4), (10, 5)`);
    expect(await allocate({ group: 9 })).toBe(second);
    expect(await allocate({ group: 0 })).toBe(first);
    const session = await open();
    expect(await rejectionOf(() => session.allocate({ slots: 1, group: 10 }))).toMatchObject({
      code: "DISK_FULL",
    });
    await session.close();
  });

  it("takes no heed of groups where there is one set", async () => {
    await site.query(sql`INSERT INTO public.sum_arch_group (group_id, sum_set) VALUES (9, 4)`);
    expect(await allocate({ group: 9 }, { random: () => 0 })).toBe(site.partitions[0]);
  });

  it("puts nothing into a partition that is closed, until it is reopened", async () => {
    const [first, second] = site.partitions;
    const change = (partition: string, by: "hand" | "purge") =>
      changeSums(site.pool, (sums) => closePartition(sums, partition, by));
    for (const by of ["hand", "purge"] as const) {
      await setOf(first, 0);
      expect(await change(first, by)).toBe(true);
      expect(await change(first, by)).toBe(false);
      expect(await readSums(site.pool, listPartitions)).toEqual([
        { folder: first, set: 0, closed: by },
        { folder: second, set: 0 },
      ]);
      expect(await allocate({}, { random: () => 0 })).toBe(second);
      // As the original writes a closed partition.
      expect(await site.query(sql`SELECT pds_set_num FROM public.sum_partn_avail ORDER BY 1`)).toEqual([
        { pds_set_num: -1 },
        { pds_set_num: 0 },
      ]);
      expect(await changeSums(site.pool, (sums) => reopenPartition(sums, first))).toBe(true);
      expect(await allocate({}, { random: () => 0 })).toBe(first);
    }
    expect(await rejectionOf(() => change("/SUM9", "hand"))).toMatchObject({ code: "BAD_PARAMETER" });
  });

  it("gives units of their own to many at once", async () => {
    const session = await open();
    const other = await open();
    const units = await Promise.all(
      Array.from({ length: 12 }, (_, n) => (n % 2 === 0 ? session : other).allocate({ slots: 1 })),
    );
    expect(new Set(units.map(({ sunum }) => sunum)).size).toBe(12);
    for (const { folder } of units) expect((await lstat(`${folder}/S00000`)).isDirectory()).toBe(true);
    await session.close();
    await other.close();
    expect(await site.names(site.partitions[0])).toEqual([]);
  });

  it("gives a number of another site to one of those who ask at once", async () => {
    const session = await open();
    const other = await open();
    const results = await Promise.allSettled(
      [session, other, session, other].map((one) => one.allocate({ slots: 1, sunum: 55n })),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const result of results)
      if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "BAD_PARAMETER" });
    expect(await leftOvers()).toHaveLength(1);
    await session.close();
    await other.close();
  });

  it("never touches a folder that is there already", async () => {
    const [first] = site.partitions;
    await mkdir(join(first, "D55"));
    await writeFile(join(first, "D55/precious"), "x");
    const session = await open({ random: () => 0 });
    expect(await rejectionOf(() => session.allocate({ slots: 1, sunum: 55n }))).toMatchObject({
      code: "ARCHIVE_FAILED",
    });
    await session.close();
    expect(await readFile(join(first, "D55/precious"), "utf8")).toBe("x");
    expect(await leftOvers()).toEqual([]);
  });

  it("in a partition that may not be written leaves nothing, and says why", async () => {
    const [first] = site.partitions;
    await chmod(first, 0o555);
    const session = await open({ random: () => 0 });
    const error = await asNobody(() => rejectionOf(() => session.allocate({ slots: 1 })));
    await chmod(first, 0o755);
    expect(error).toMatchObject({ code: "ARCHIVE_FAILED" });
    expect(error.message).toContain("may not");
    expect(error.message).not.toContain(first);
    expect(await leftOvers()).toEqual([]);
    await session.close();
  });

  it("takes no number of slots that cannot be named", async () => {
    const session = await open();
    for (const slots of [-1, 1.5, 100_001, Number.NaN])
      expect(await rejectionOf(() => session.allocate({ slots }))).toMatchObject({ code: "BAD_PARAMETER" });
    await session.close();
  });

  it("has partitions added that are folders, by a path that fits the columns", async () => {
    const add = (folder: string, set = 0) =>
      changeSums(site.pool, (sums) => addPartition(sums, folder, set, spaceAsker()));
    const folder = join(site.partitions[0], "more");
    await mkdir(folder);
    await add(folder, 3);
    expect(await readSums(site.pool, listPartitions)).toContainEqual({ folder, set: 3 });
    const bad = [
      folder,
      `${folder}/`,
      `${folder}/none`,
      "relative",
      "/",
      `${folder}/../more`,
      `/${"x".repeat(59)}`,
      "/a b",
    ];
    for (const one of bad) expect(await rejectionOf(() => add(one)), one).toBeInstanceOf(Error);
    expect(await rejectionOf(() => add(site.partitions[1], -1))).toMatchObject({ code: "BAD_PARAMETER" });
    const file = join(site.partitions[0], "file");
    await writeFile(file, "");
    expect(await rejectionOf(() => add(file))).toMatchObject({ code: "BAD_PARAMETER" });
  });
});

describe("the room of a partition", () => {
  it("is what the file system says", async () => {
    const space = await spaceAsker()("/");
    const { bsize, blocks, bfree, bavail } = statfsSync("/");
    // Others write meanwhile; 1 % is far more than that.
    const near = (a: number, b: number) => Math.abs(a - b) < 0.01 * blocks * bsize;
    expect(near(space!.freeBytes, bavail * bsize)).toBe(true);
    expect(near(space!.usedBytes, (blocks - bfree) * bsize)).toBe(true);
  });

  it("is not waited for, and not asked for again, where the file system hangs", async () => {
    const folder = await mkdtemp(join(tmpdir(), "sums-df-"));
    try {
      const [pipe, program, pids] = ["pipe", "df", "pids"].map((name) => join(folder, name));
      execFileSync("mkfifo", [pipe!]);
      // Waits for somebody to write into the pipe; nobody does.
      await writeFile(program!, `#!/bin/sh\necho $$ >> ${pids}\nread line < ${pipe}\n`, { mode: 0o755 });
      const ask = spaceAsker({ program: program!, answerLimitMs: 1000 });
      expect(await Promise.all([ask("/"), ask("/"), ask("/")])).toEqual([undefined, undefined, undefined]);
      const [pid, ...more] = (await readFile(pids!, "utf8")).trim().split("\n");
      expect(more).toEqual([]);
      // It was killed, and is gone when its parent has been told.
      await vi.waitUntil(() => !existsSync(`/proc/${pid}`), { interval: 5, timeout: 10_000 });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("is what df says, whatever the name of the file system", async () => {
    const folder = await mkdtemp(join(tmpdir(), "sums-df-"));
    try {
      const program = join(folder, "df");
      const heading = "Filesystem 1024-blocks Used Available Capacity Mounted on";
      const answer = async (line: string) => {
        await writeFile(program, `#!/bin/sh\nprintf '%s\\n' '${heading}' '${line}'\n`, { mode: 0o755 });
        return spaceAsker({ program })("/SUM0");
      };
      expect(await answer("/dev/sda1 100 60 30 67% /SUM0")).toEqual({ usedBytes: 61_440, freeBytes: 30_720 });
      expect(await answer("host 7:/a 1 b 100 60 30 67% /SUM0")).toEqual({
        usedBytes: 61_440,
        freeBytes: 30_720,
      });
      // A disk that is filled beyond what users may.
      expect(await answer("/dev/sda1 100 99 -4 104% /SUM0")).toEqual({ usedBytes: 101_376, freeBytes: 0 });
      expect(await answer("none 0 0 0 - /SUM0")).toEqual({ usedBytes: 0, freeBytes: 0 });
      expect(await answer("something else")).toBeUndefined();
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("is not known of a folder that is not there, whatever its name", async () => {
    for (const folder of ["/nowhere/at/all", "--help", "/nowhere; true"])
      expect(await spaceAsker()(folder), folder).toBeUndefined();
  });

  it("is in use as its users see it", () => {
    expect(usedPart({ usedBytes: 3, freeBytes: 1 })).toBe(0.75);
    expect(usedPart({ usedBytes: 0, freeBytes: 0 })).toBe(1);
  });
});

/** A file system of 256 KiB, or why there is none. */
function smallDisk(folder: string): string | undefined {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", folder], { stdio: "pipe" });
    return undefined;
  } catch {
    return "this user cannot mount a file system";
  }
}

const canMount = process.getuid?.() === 0;

describe.skipIf(postgres.missing || !canMount)(
  canMount ? postgres.title("a disk that is full") : "a disk that is full [skipped: mounting takes root]",
  () => {
    let site: SumsSite;
    let problem: string | undefined;
    beforeAll(async () => {
      site = await sumsSite();
      problem = smallDisk(site.partitions[0]);
    });
    afterAll(async () => {
      if (problem === undefined) execFileSync("umount", [site.partitions[0]]);
      await site.end();
    });
    const session = () => openSession({ ...site, user: "ex", random: () => 0 });

    it("while a file is written ends with a clear error and no file", async ({ skip }) => {
      if (problem !== undefined) skip(problem);
      const writer = await session();
      const unit = await writer.allocate({ slots: 1 });
      const path = join(unit.folder, "S00000/image.fits");
      const pieces = Array.from({ length: 64 }, () => Buffer.alloc(8192, 1));
      const error = await rejectionOf(() => writeNewFile(path, pieces));
      expect(error).toMatchObject({ code: "DISK_FULL" });
      expect(error.message).toContain("the disk is full");
      expect(error.message).not.toContain(site.partitions[0]);
      expect(await site.names(join(unit.folder, "S00000"))).toEqual([]);
      await writeFile(join(site.partitions[1], "large"), Buffer.alloc(400_000));
      expect(await rejectionOf(() => copyNewFile(join(site.partitions[1], "large"), path))).toMatchObject({
        code: "DISK_FULL",
      });
      expect(await site.names(join(unit.folder, "S00000"))).toEqual([]);
      await writer.rollback();
      expect(await site.names(site.partitions[0])).toEqual([]);
    });

    it("while a unit is put ends with a clear error, and nobody sees the unit", async ({ skip }) => {
      if (problem !== undefined) skip(problem);
      const writer = await session();
      const unit = await writer.allocate({ slots: 1 });
      const files = join(unit.folder, "S00000");
      for (let n = 0; ; n++) {
        const full = await writeNewFile(join(files, `${n}`), [Buffer.alloc(4096)]).then(
          () => false,
          () => true,
        );
        if (full) break;
      }
      const units = [{ unit, recnums: new Map([[0, 1n]]) }];
      const error = await rejectionOf(() =>
        writer.put([{ series: "su_ex.mag45", retentionDays: 1, archive: 0, units }]),
      );
      expect(error).toMatchObject({ code: "DISK_FULL" });
      expect(await site.query(sql`SELECT * FROM public.sum_main`)).toEqual([]);
      expect(await site.names(unit.folder)).toEqual(["S00000"]);
      await writer.rollback();
      expect(await site.names(site.partitions[0])).toEqual([]);
      expect(await site.query(sql`SELECT * FROM public.sum_partn_alloc`)).toEqual([]);
    });
  },
);

describe("a file of a unit that is being written", () => {
  it("is whole or not there, and never takes the place of another", async () => {
    const folder = await mkdtemp(join(tmpdir(), "sums-file-"));
    try {
      const path = join(folder, "a");
      async function* broken() {
        yield Buffer.from("half");
        throw new Error("the source failed");
      }
      expect(await rejectionOf(() => writeNewFile(path, broken()))).toMatchObject({ code: "INTERNAL" });
      await expect(lstat(path)).rejects.toMatchObject({ code: "ENOENT" });
      expect(await writeNewFile(path, [Buffer.from("whole"), Buffer.from("!")])).toBe(6);
      expect(await rejectionOf(() => writeNewFile(path, [Buffer.from("other")]))).toMatchObject({
        code: "ARCHIVE_FAILED",
      });
      expect(await rejectionOf(() => copyNewFile(path, path))).toMatchObject({ code: "ARCHIVE_FAILED" });
      expect(await readFile(path, "utf8")).toBe("whole!");
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each(["ENOSPC", "EDQUOT", "EFBIG"])("is refused for want of room where the system says %s", (code) => {
    const error = Object.assign(new Error("write /SUM0/D1/x"), { code });
    expect(storageError(error, "storage unit 1 cannot be kept")).toMatchObject({
      code: "DISK_FULL",
      message: "storage unit 1 cannot be kept: the disk is full",
    });
  });
});
