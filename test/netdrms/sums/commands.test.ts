import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sql } from "../../../netdrms/database/sql.js";
import type { SumsContext } from "../../../netdrms/sums/commands/command.js";
import { SUMS_COMMANDS } from "../../../netdrms/sums/commands/index.js";
import { holdUnits } from "../../../netdrms/sums/unit-locks.js";
import { postgresForTest } from "../../support/postgres.js";
import { withClient } from "../../support/test-databases.js";
import { rejectionOf } from "../../support/thrown.js";
import { FIRST_SUNUM, type SumsSite, sumsSite } from "./sums-site.js";

const postgres = await postgresForTest();

/** The words of a line. */
const words = (line: string) => line.split(" ").filter((word) => word !== "");

describe.skipIf(postgres.missing)(postgres.title("the commands of sums"), () => {
  let site: SumsSite;
  beforeAll(async () => {
    site = await sumsSite();
    await withClient(site.database.url, (client) =>
      client.query("CREATE TABLE su_ex.mag45 (recnum bigint PRIMARY KEY, sunum bigint)"),
    );
  });
  beforeEach(() => site.clear());
  afterAll(() => site.end());

  const context = (more: Partial<SumsContext> = {}): SumsContext => ({
    sums: site.pool,
    drms: site.pool,
    log: site.log,
    askSpace: site.askSpace,
    user: "ex",
    site: { durable: false },
    ...more,
  });
  /** Rows that a command line prints, each as an object by the names of the columns. */
  const run = async (line: string, more: Partial<SumsContext> = {}) => {
    const [name, ...args] = words(line);
    const command = SUMS_COMMANDS.find((one) => one.name === name)!;
    const { columns, rows } = await command.run(args, context(more));
    const found: Readonly<Record<string, string>>[] = [];
    for await (const row of rows) {
      expect(row).toHaveLength(columns.length);
      found.push(Object.fromEntries(columns.map((column, n) => [column, row[n]!])));
    }
    return found;
  };

  it("are all there, each with a help that begins with how it is called", () => {
    expect(SUMS_COMMANDS.map(({ name }) => name)).toEqual([
      "list",
      "where",
      "allocate",
      "put",
      "abandon",
      "touch",
      "retention",
      "purge",
      "partitions",
      "clean-up",
    ]);
    for (const { name, help } of SUMS_COMMANDS) expect(help.startsWith(`usage: sums ${name}`)).toBe(true);
  });

  it("list units, all or some", async () => {
    await site.give({ sunum: 1n, expiresIn: 5 });
    await site.give({ sunum: 2n, series: "su_ex.Other", online: "N", missing: true });
    await site.give({ sunum: 3n });
    const numbers = async (line: string) => (await run(line)).map(({ sunum }) => sunum);
    expect(await numbers("list")).toEqual(["1", "2", "3"]);
    expect(await numbers("list --limit 2")).toEqual(["1", "2"]);
    expect(await numbers("list --limit 0")).toEqual([]);
    expect(await numbers("list --series SU_EX.OTHER")).toEqual(["2"]);
    expect(await numbers("list --status Y")).toEqual(["1", "3"]);
    expect(await numbers("list --status N --series su_ex.mag45")).toEqual([]);
    expect(await rejectionOf(() => run("list --status y"))).toMatchObject({ code: "BAD_PARAMETER" });
    expect(await rejectionOf(() => run("list --limit -1"))).toBeInstanceOf(Error);
    expect(await rejectionOf(() => run("list --nonsense"))).toMatchObject({
      code: "ERR_PARSE_ARGS_UNKNOWN_OPTION",
    });
  });

  it("tell where units are, also unknown ones", async () => {
    const folder = await site.give({ sunum: 1n, bytes: 4711n, archived: "Y" });
    const hold = await holdUnits(site.pool, [1n]);
    const unknown = { series: "NA", size: "NA", retain: "NA", archive: "NA", held: "no", folder: "NA" };
    expect(await run("where 1,2 4611686018427387905")).toEqual([
      expect.objectContaining({
        sunum: "1",
        state: "Y",
        series: "su_ex.mag45",
        size: "4711",
        archive: "Y",
        held: "yes",
        folder,
      }),
      { sunum: "2", state: "remote", ...unknown },
      { sunum: "4611686018427387905", state: "I", ...unknown },
    ]);
    await hold.release();
    for (const line of ["where", "where x", "where 9223372036854775808"])
      expect(await rejectionOf(() => run(line))).toMatchObject({ code: "BAD_PARAMETER" });
  });

  it("make a unit that is filled by hand and put", async () => {
    const [made] = await run("allocate --bytes 1000 --slots 2");
    await writeFile(join(made!.folder!, "S00001/image.fits"), "SIMPLE");
    expect(await run(`where ${made!.sunum}`)).toMatchObject([{ state: "I" }]);
    expect(await rejectionOf(() => run(`put ${made!.sunum}`))).toMatchObject({ code: "BAD_PARAMETER" });
    expect(
      await run(`put --series su_ex.mag45 --days 9 --archive=-1 --records 1=1041 ${made!.sunum}`),
    ).toEqual([made]);
    expect(await run(`where ${made!.sunum}`)).toMatchObject([{ state: "Y", series: "su_ex.mag45" }]);
    expect(await readFile(join(made!.folder!, "Records.txt"), "utf8")).toBe(
      "DELETE_SLOTS_RECORDS\nseries=su_ex.mag45\nslot\trecord number\n1\t1041\n",
    );
    expect(await site.query(sql`SELECT * FROM public.sum_open`)).toEqual([]);
    // It is put now.
    for (const line of [`put --series a.b ${made!.sunum}`, `abandon ${made!.sunum}`])
      expect(await rejectionOf(() => run(line))).toMatchObject({ code: "BAD_PARAMETER" });
  });

  it("let a put that was refused be tried again, or abandoned", async () => {
    const [made] = await run("allocate --slots 1");
    const hostile = `put --series ${"x".repeat(81)} ${made!.sunum}`;
    expect(await rejectionOf(() => run(hostile))).toMatchObject({ code: "BAD_PARAMETER" });
    expect(await run(`abandon ${made!.sunum}`)).toEqual([made]);
    for (const partition of site.partitions) expect(await site.names(partition)).toEqual([]);
    expect(await site.query(sql`SELECT * FROM public.sum_partn_alloc`)).toEqual([]);
  });

  it("leave nothing of a unit that could not be made", async () => {
    const askSpace = async () => ({ usedBytes: 1, freeBytes: 1 });
    expect(await rejectionOf(() => run("allocate", { askSpace }))).toMatchObject({ code: "DISK_FULL" });
    for (const line of ["allocate --slots x", "allocate --slots 100001", "allocate --sunum -1"])
      expect(await rejectionOf(() => run(line))).toBeInstanceOf(Error);
    expect(await site.query(sql`SELECT * FROM public.sum_open`)).toEqual([]);
  });

  it("keep units for longer, or for another time", async () => {
    await site.give({ sunum: 1n, expiresIn: 1 });
    await site.give({ sunum: 2n, expiresIn: 90 });
    expect(await run("touch 10 1 2 3")).toEqual([
      { sunum: "1", result: "changed" },
      { sunum: "2", result: "as it was" },
      { sunum: "3", result: "as it was" },
    ]);
    expect(await run("retention 10 2 3")).toEqual([
      { sunum: "2", result: "changed" },
      { sunum: "3", result: "not on line" },
    ]);
    const [dates] = await site.query(sql`
      SELECT count(DISTINCT substr(effective_date, 1, 8)) AS days,
             bool_and(substr(effective_date, 1, 8) = to_char(now() + interval '13 days', 'YYYYMMDD')) AS right
        FROM public.sum_partn_alloc`);
    expect(dates).toEqual({ days: 1n, right: true });
    expect(await run("retention 0 --series SU_EX.MAG45")).toEqual([{ series: "SU_EX.MAG45", units: "2" }]);
    for (const line of [
      "touch",
      "touch 1",
      "touch -1 1",
      "touch 40000 1",
      "retention 1 2 --series su_ex.mag45",
    ])
      expect(await rejectionOf(() => run(line)), line).toBeInstanceOf(Error);
  });

  it("let only those shorten a retention who may", async () => {
    await site.give({ sunum: 1n, expiresIn: 90 });
    const { drms, ...without } = context();
    const retention = SUMS_COMMANDS.find(({ name }) => name === "retention")!;
    expect(drms).toBeDefined();
    expect(await rejectionOf(() => retention.run(["1", "1"], without))).toMatchObject({ code: "BAD_CONFIG" });
    const stranger = `${site.database.name}_stranger`;
    await withClient(site.database.url, (client) => client.query(`CREATE ROLE ${stranger} LOGIN`));
    const { connectionPool } = await import("../../../netdrms/database/connection-pool.js");
    const url = site.database.url.replace(/\/\/[^@/]*@/, `//${stranger}@`);
    const pool = connectionPool({ url, maxConnections: 1 });
    const error = await rejectionOf(() => run("retention 1 1", { drms: pool }));
    expect(error).toMatchObject({ code: "FORBIDDEN" });
    expect(error.message).toContain("su_ex.mag45");
    await pool.close();
    await withClient(site.database.url, (client) => client.query(`DROP ROLE ${stranger}`));
  });

  it("purge, and tell with a dry run what would go", async () => {
    await site.give({ sunum: 1n, expiresIn: -1, bytes: 10n });
    const askSpace = async (partition: string) =>
      partition === site.partitions[0] ? { usedBytes: 96, freeBytes: 4 } : { usedBytes: 0, freeBytes: 100 };
    const empty = { sunum: "", series: "", bytes: "", expiry: "", why: "" };
    const [first, second] = site.partitions;
    const begin = { partition: first, what: "96.0% used", ...empty };
    const end = { partition: second, what: "0.0% used", ...empty };
    const unit = expect.objectContaining({
      partition: first,
      what: "would go",
      sunum: "1",
      series: "su_ex.mag45",
      bytes: "10",
    });
    expect(await run("purge --dry-run", { askSpace })).toEqual([begin, unit, end]);
    expect(await run("purge --dry-run --high 96", { askSpace })).toEqual([begin, end]);
    const removed = expect.objectContaining({ what: "removed", sunum: "1" });
    expect(await run("purge", { askSpace })).toEqual([begin, removed, { ...begin, what: "closed" }, end]);
    expect(await site.names(first)).toEqual([]);
    expect(await rejectionOf(() => run("purge --high 101"))).toMatchObject({ code: "BAD_PARAMETER" });
    expect(await rejectionOf(() => run("purge --high 50"))).toMatchObject({ code: "BAD_PARAMETER" });
  });

  it("show and change partitions", async () => {
    const [first, second] = site.partitions;
    const row = (partition: string, state = "open", set = "0") => ({
      partition,
      set,
      state,
      used: "0.1%", // 1e9 of 1.001e12
      usedBytes: "1000000000",
      freeBytes: "1000000000000",
    });
    expect(await run("partitions")).toEqual([row(first), row(second)]);
    expect(await run(`partitions close ${first}`)).toEqual([row(first, "closed by hand"), row(second)]);
    expect(await run(`partitions open ${first}`)).toEqual([row(first), row(second)]);
    const third = join(second, "SUM2");
    await mkdir(third);
    expect(await run(`partitions add ${third} --set 5`)).toEqual([
      row(first),
      row(second),
      row(third, "open", "5"),
    ]);
    for (const line of [
      "partitions add",
      "partitions drop /SUM0",
      "partitions nonsense",
      "partitions close /SUM9",
      `partitions list ${first}`,
      `partitions close ${first} ${second}`,
    ])
      expect(await rejectionOf(() => run(line)), line).toMatchObject({ code: "BAD_PARAMETER" });
  });

  it("clean up, and tell with a dry run what would be done", async () => {
    const [made] = await run("allocate");
    const first = FIRST_SUNUM;
    await site.give({
      sunum: first,
      files: { "Records.txt": "series=su_ex.mag45\nslot\trecord number\n0\t5\n" },
    });
    await site.query(sql`UPDATE public.sum_main SET creat_date = localtimestamp - interval '2 days'`);
    await mkdir(join(site.partitions[0], ".D7.gone-01234567"));
    expect(await run("clean-up --dry-run")).toEqual([
      { what: "left over", sunum: "7", detail: "a removal was cut off" },
    ]);
    const dry = await run("clean-up --dry-run --dead-after 0 --orphans");
    const done = await run("clean-up --dead-after 0 --orphans");
    const session = dry[0]?.detail;
    expect(session).toMatch(/^session \d+$/);
    expect(done).toEqual([
      { what: "session ended", sunum: "", detail: session },
      { what: "unfinished", sunum: made!.sunum, detail: session },
      { what: "removed", sunum: "7", detail: "a removal was cut off" },
      { what: "given up", sunum: String(first), detail: "no record of su_ex.mag45 points to it" },
    ]);
    expect(dry).toEqual(done.map((row) => (row.what === "removed" ? { ...row, what: "left over" } : row)));
    expect(await run("clean-up --dead-after 0 --orphans")).toEqual([]);
    const { drms: _, ...without } = context();
    const cleanUp = SUMS_COMMANDS.find(({ name }) => name === "clean-up")!;
    expect(await rejectionOf(() => cleanUp.run(["--orphans"], without))).toMatchObject({
      code: "BAD_CONFIG",
    });
  });
});
