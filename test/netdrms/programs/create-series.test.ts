import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSeries } from "../../../netdrms/programs/create-series.js";
import { showSeries } from "../../../netdrms/programs/show-series.js";
import { definitionText, terminalInput } from "../../../netdrms/programs/terminal-input.js";
import { readSeries } from "../../../netdrms/series/read-series.js";
import { postgresForTest } from "../../support/postgres.js";
import { type WrittenArchive, writtenArchive } from "../../support/written-archive.js";
import { LEV1_JSD, MAG45_JSD } from "../store/magnetograms.js";
import { type ProgramRun, runOn } from "./run-program.js";

const postgres = await postgresForTest();

describe("the text of a definition", () => {
  it("is UTF-8 or Latin-1, and keeps what the archive can keep", () => {
    expect(definitionText(Buffer.from("µ é Ω", "utf8"))).toBe("µ é ?");
    expect(definitionText(Buffer.from("µ é", "latin1"))).toBe("µ é");
  });

  it("has an end", async () => {
    const piece = Buffer.alloc(1 << 22, 0x23);
    const endless = Readable.from(Array.from({ length: 6 }, () => piece));
    await expect(terminalInput(endless, new PassThrough()).readDefinition(undefined)).rejects.toThrow(
      "a definition of more than 4194304 characters",
    );
  });
});

describe.skipIf(postgres.missing)(postgres.title("create_series and show_series"), () => {
  let archive: WrittenArchive;
  let folder = "";
  let lev1 = "";
  let mag45 = "";
  /** What was asked for by create_series. */
  let asked = "";

  const create = (argv: readonly string[], typed = ""): Promise<ProgramRun> => {
    const terminal = new PassThrough();
    terminal.on("data", (bytes: Buffer) => {
      asked += bytes.toString();
    });
    asked = "";
    return runOn(archive, createSeries(terminalInput(Readable.from([typed]), terminal)), argv);
  };
  const show = (...argv: readonly string[]): Promise<ProgramRun> => runOn(archive, showSeries, argv);

  beforeAll(async () => {
    archive = await writtenArchive();
    folder = await mkdtemp(join(tmpdir(), "heliostream-jsd-"));
    lev1 = join(folder, "lev1.jsd");
    mag45 = join(folder, "mag45.jsd");
    await writeFile(lev1, LEV1_JSD);
    await writeFile(mag45, MAG45_JSD);
  }, 60_000);
  afterAll(async () => {
    await archive.end();
    await rm(folder, { recursive: true, force: true });
  });

  it("lists nothing in a new archive", async () => {
    expect(await show()).toEqual({ status: 0, out: "", lines: [] });
  });

  it("makes series from files and standard input, with tables as readers expect them", async () => {
    expect(await create([lev1])).toEqual({ status: 0, out: "su_ex.lev1\n", lines: [] });
    expect(await create(["-i"], MAG45_JSD)).toEqual({ status: 0, out: "su_ex.Mag45\n", lines: [] });
    const series = await archive.reading((database) => readSeries(database, "su_ex.mag45"));
    expect(series).toMatchObject({ name: "su_ex.Mag45", hasShadow: true, unitSize: 4, retentionDays: 60 });
    const [user] = await archive.rows("SELECT current_user AS name");
    expect(series.owner).toBe(user?.name);
    expect(series.created).toMatch(/^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d$/);
  });

  it("gives the series the name that is asked for", async () => {
    expect(await create(["name=su_ex.copy_of_lev1", lev1])).toMatchObject({
      status: 0,
      out: "su_ex.copy_of_lev1\n",
    });
    expect(await show("COPY")).toMatchObject({ out: "su_ex.copy_of_lev1\n" });
  });

  it("leaves a series that is there alone, unless -f is given and a person agrees", async () => {
    await archive.rows("INSERT INTO su_ex.lev1 (recnum, fsn) VALUES (1, 1), (2, 2)");
    expect(await create([lev1])).toEqual({
      status: 1,
      out: "",
      lines: ["create_series: series su_ex.lev1 is there already; -f replaces it"],
    });
    expect(await create(["-f", lev1], "no\n")).toEqual({
      status: 1,
      out: "",
      lines: ["create_series: series su_ex.lev1 is left as it is"],
    });
    expect(asked).toBe("Replace series su_ex.lev1 and its 2 records? (y/n) ");
    expect((await create(["-f", lev1])).status).toBe(1);
    expect(await archive.rows("SELECT recnum FROM su_ex.lev1 ORDER BY 1")).toHaveLength(2);
    expect(await create(["-f", lev1], "y\n")).toMatchObject({ status: 0, out: "su_ex.lev1\n" });
    expect(await archive.rows("SELECT recnum FROM su_ex.lev1")).toEqual([]);
  });

  it("replaces without asking with -y, and what it replaces is back when it fails", async () => {
    await archive.rows("INSERT INTO su_ex.lev1 (recnum, fsn) VALUES (7, 7)");
    const bad = LEV1_JSD.replace("PrimeKeys: FSN", "PrimeKeys: FSM");
    const run = await create(["-fyi"], bad);
    expect(run).toMatchObject({ status: 1, out: "" });
    expect(run.lines[0]).toMatch(/^create_series: Line 8 "PrimeKeys: FSM": /);
    expect(await archive.rows("SELECT recnum FROM su_ex.lev1")).toEqual([{ recnum: "7" }]);
    expect(await create(["-fyi"], LEV1_JSD)).toMatchObject({ status: 0 });
    expect(await archive.rows("SELECT recnum FROM su_ex.lev1")).toEqual([]);
  });

  const problems: readonly (readonly [
    what: string,
    argv: readonly string[],
    typed: string,
    message: string,
  ])[] = [
    ["no definition", [], "", "expected one definition: a file, or standard input with -i"],
    ["two definitions", ["-i", "x.jsd"], "", "expected one definition: a file, or standard input with -i"],
    ["a file that is not there", ["none.jsd"], "", 'definition "none.jsd" cannot be opened'],
    ["a folder", ["."], "", 'definition "." is no ordinary file'],
    [
      "a namespace that is not there",
      ["-i", "name=su_none.lev1"],
      LEV1_JSD,
      "series su_none.lev1: namespace su_none, expected one of the archive",
    ],
    [
      "a name that is none",
      ["-i", "name=lev1"],
      LEV1_JSD,
      'series "lev1", expected namespace.table of letters, digits and _, at most 63 characters',
    ],
    [
      "the name of another table",
      ["-i", "name=su_ex.drms_link"],
      LEV1_JSD,
      "su_ex.drms_link is a table that is no series, expected another name",
    ],
    [
      "lines of Windows",
      ["-i"],
      "Seriesname: su_ex.a\r\n",
      "Line 1 has a carriage return, expected lines that end with a line feed alone (the file was saved for Windows or an old Macintosh)",
    ],
  ];
  it.each(problems)("refuses %s", async (_, argv, typed, message) => {
    expect(await create(argv, typed)).toEqual({ status: 1, out: "", lines: [`create_series: ${message}`] });
  });

  it("makes no series in the namespace of somebody else", async () => {
    const stranger = "heliostream_stranger";
    await archive.rows(
      `DO $$ BEGIN CREATE ROLE ${stranger}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`,
    );
    const mark = archive.database.url.includes("?") ? "&" : "?";
    const databaseUrl = `${archive.database.url}${mark}options=-c%20role%3D${stranger}`;
    const input = terminalInput(Readable.from([""]), new PassThrough());
    const [owner] = await archive.rows("SELECT owner FROM admin.ns WHERE name = 'su_ex'");
    expect(await runOn(archive, createSeries(input), ["name=su_ex.strange", lev1], { databaseUrl })).toEqual({
      status: 1,
      out: "",
      lines: [
        `create_series: namespace su_ex belongs to ${String(owner?.owner)}; this user may not make series in it`,
      ],
    });
  });

  it("makes nothing of what it only prints", async () => {
    const run = await create(["--DRMS_PRINT_SQL", "name=su_ex.printed", lev1]);
    expect(run.status).toBe(0);
    expect(run.out).toContain('CREATE TABLE "su_ex"."printed" (');
    expect(await show("printed")).toMatchObject({ out: "" });
  });

  it("lists series by name, by pattern and by its contrary, with tables for -p and -v", async () => {
    expect(await show()).toEqual({
      status: 0,
      out: "su_ex.copy_of_lev1\nsu_ex.lev1\nsu_ex.Mag45\n",
      lines: [],
    });
    expect(await show("^su_ex\\.m")).toMatchObject({ out: "su_ex.Mag45\n" });
    expect(await show("filter=NOT lev1")).toMatchObject({ out: "su_ex.Mag45\n" });
    expect(await show("-p", "mag45")).toMatchObject({
      out: "series\tprimekeys\tdescription\nsu_ex.Mag45\tT_REC, CAMERA\tExample magnetograms\n",
    });
    const [user] = await archive.rows("SELECT current_user AS name");
    expect(await show("-vq", "mag45")).toMatchObject({
      out: `su_ex.Mag45\tT_REC, CAMERA\tExample magnetograms\t0\t60\t0\t4\t${String(user?.name)}\n`,
    });
  });

  it("tells what is wrong with a pattern", async () => {
    const run = await show("a(");
    expect(run).toMatchObject({ status: 1, out: "" });
    expect(run.lines[0]).toMatch(/^show_series: The archive cannot take a value of the query: /);
  });
});
