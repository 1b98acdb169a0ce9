import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../../config/package-root.js";
import { fitsImageFile } from "../../support/fits-image.js";
import { postgresForTest } from "../../support/postgres.js";
import { withClient } from "../../support/test-databases.js";
import { type WrittenArchive, writtenArchive } from "../../support/written-archive.js";
import { type ArchivePrograms, archivePrograms, start } from "../module/programs.js";

const postgres = await postgresForTest();

const PROGRAMS = ["netdrms-setup", "create_series", "store_file", "show_series", "show_info", "sums"];

/** A marked block of the document: `<!-- file: NAME -->` or `<!-- run -->` before it. */
function blocks(): readonly { readonly mark: string; readonly argument: string; readonly text: string }[] {
  const document = readFileSync(join(packageRoot(), "docs/archive-programs.md"), "utf8");
  return [...document.matchAll(/<!-- (\w+)(?:: (.*?))? -->\n```\w*\n([\s\S]*?)```/g)].map(
    ([, mark = "", argument = "", text = ""]) => ({ mark, argument, text }),
  );
}

describe.skipIf(postgres.missing)(postgres.title("programs of the archive as processes"), () => {
  let archive: WrittenArchive;
  let programs: ArchivePrograms;
  let folder = "";
  const run = (
    command: string,
  ): { readonly out: string; readonly err: string; readonly status: number | null } => {
    const { stdout, stderr, status } = spawnSync("/bin/sh", ["-c", command], {
      cwd: folder,
      encoding: "utf8",
      env: {
        PATH: `${programs.folder}:${process.env.PATH ?? ""}`,
        HELIOSTREAM_DRMS_URL: archive.database.url,
        HELIOSTREAM_CONFIG: "",
      },
    });
    return { out: stdout, err: stderr, status };
  };

  beforeAll(async () => {
    [archive, programs] = await Promise.all([writtenArchive(), archivePrograms(PROGRAMS)]);
    folder = mkdtempSync(join(tmpdir(), "heliostream-programs-"));
    writeFileSync(
      join(folder, "mag.fits"),
      fitsImageFile(
        16,
        [6, 4],
        Array.from({ length: 24 }, (_, n) => n),
      ),
    );
    for (const { mark, argument, text } of blocks())
      if (mark === "file") writeFileSync(join(folder, argument), text);
  }, 120_000);
  afterAll(async () => {
    await archive.end();
    await programs.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it("print what docs/archive-programs.md shows", async () => {
    // The document has a partition and a day of its own.
    const [expiry] = await archive.rows("SELECT to_char(now() + interval '60 days', 'YYYY.MM.DD') AS day");
    const shown = (text: string): string =>
      text.replaceAll(archive.partition, "/SUM0").replaceAll(String(expiry?.day), "2026.05.01");
    const runs = blocks().filter(({ mark }) => mark === "run");
    expect(runs.length).toBeGreaterThan(5);
    const told: string[] = [];
    const printed: string[] = [];
    for (const { text } of runs)
      for (const [whole, command = ""] of text.matchAll(/^\$ (.*)\n(?:(?!\$ ).*\n)*/gm)) {
        told.push(whole);
        const { out, err } = run(command);
        // What people are told on standard error is no part of the document.
        printed.push(shown(`$ ${command}\n${out}${command.includes("||") ? "" : err}`));
      }
    expect(printed).toEqual(told);
  }, 120_000);

  it("tell their usage without a database, and their failures by their status", () => {
    for (const program of PROGRAMS) {
      const help = run(`HELIOSTREAM_DRMS_URL= ${program} --help`);
      expect([program, help.status, help.out.split(" ")[0]]).toEqual([program, 0, "usage:"]);
    }
    expect(run("show_info 'su_ex.mag['").status).toBe(2);
    expect(run("show_info su_none.x n=1").status).toBe(1);
    expect(run("store_file").status).toBe(1);
    expect(run("sums where x").status).toBe(13);
    expect(run("HELIOSTREAM_DRMS_URL= sums list")).toMatchObject({
      status: 13,
      err: "sums: no archive: DRMS_URL is not set in the configuration\n",
    });
    expect(run("netdrms-setup --sit").status).toBe(13);
    // Whoever reads the output may leave.
    expect(run("sums list | true; show_series | true")).toMatchObject({ status: 0, err: "" });
  }, 60_000);

  it("leave what a clean-up removes when one is killed between its files and its rows", async () => {
    const units = await archive.rows("SELECT count(*) FROM sum_main");
    const folders = await archive.unitFolders();
    const words = ["series=su_ex.mag", `field=${join(folder, "mag.fits")}`, "T_REC=2013.01.01_TAI"];
    const store = start(join(programs.folder, "store_file"), words, {
      HELIOSTREAM_DRMS_URL: archive.database.url,
    });
    // Its rows have to wait for whoever holds the table.
    await withClient(archive.database.url, async (client) => {
      await client.query("BEGIN; LOCK TABLE su_ex.mag IN EXCLUSIVE MODE");
      const waiting = "SELECT 1 FROM pg_locks WHERE relation = 'su_ex.mag'::regclass AND NOT granted";
      while ((await client.query(waiting)).rowCount === 0) expect(store.child.exitCode).toBeNull();
      store.child.kill("SIGKILL");
      await store.ended;
    });
    const left = (await archive.unitFolders()).filter((name) => !folders.includes(name));
    expect(left).toHaveLength(1);
    expect(await archive.rows("SELECT count(*) FROM sum_main")).toEqual(units);
    expect(run("show_info -cq 'su_ex.mag[2013.01.01_TAI]'").out).toBe("0\n");
    expect(run("sums clean-up --dead-after 0").out).toContain(`unfinished\t${left[0]?.slice(1)}\t`);
    expect(await archive.unitFolders()).toEqual(folders);
  }, 60_000);

  it("leave nothing when the disk is full", async () => {
    const state = async () => ({
      folders: await archive.unitFolders(),
      rows: await archive.rows(
        "SELECT (SELECT count(*) FROM su_ex.mag) AS mag, (SELECT count(*) FROM sum_main) AS units, (SELECT count(*) FROM sum_partn_alloc) AS allocations, (SELECT count(*) FROM sum_open) AS sessions",
      ),
    });
    const before = await state();
    // Files of this shell's programs may have 2048 or 4096 bytes, whatever its unit; the image has 5760.
    const full = run("ulimit -f 4; store_file series=su_ex.mag field=mag.fits T_REC=2012.01.01_TAI");
    expect(full).toEqual({
      status: 1,
      out: "",
      err: "store_file: a file of a storage unit cannot be written: the disk is full\n",
    });
    expect(await state()).toEqual(before);
  }, 60_000);
});
