import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { storeFile } from "../../../netdrms/programs/store-file.js";
import { SessionServer } from "../../../netdrms/session/session-server.js";
import { fitsImageFile } from "../../support/fits-image.js";
import { postgresForTest } from "../../support/postgres.js";
import { type WrittenArchive, writtenArchive } from "../../support/written-archive.js";
import { FILES_JSD, LEV1_JSD, MAG45_JSD } from "../store/magnetograms.js";
import { type ProgramRun, runOn } from "./run-program.js";

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("store_file"), () => {
  let archive: WrittenArchive;
  let folder = "";
  let image = "";
  const store = (...argv: readonly string[]): Promise<ProgramRun> => runOn(archive, storeFile, argv);

  beforeAll(async () => {
    archive = await writtenArchive();
    for (const jsd of [LEV1_JSD, MAG45_JSD, FILES_JSD]) await archive.makeSeries(jsd);
    folder = await mkdtemp(join(tmpdir(), "heliostream-files-"));
    image = join(folder, "a.fits");
    await writeFile(
      image,
      fitsImageFile(
        16,
        [6, 4],
        Array.from({ length: 24 }, (_, n) => n),
      ),
    );
  }, 60_000);
  afterAll(async () => {
    await archive.end();
    await rm(folder, { recursive: true, force: true });
  });

  it("stores a file with the keywords of its record, and tells where it is", async () => {
    const run = await store("series=su_ex.lev1", `file=${image}`, "FSN=4711", "EXPTIME=0.5");
    expect(run).toMatchObject({ status: 0, lines: [] });
    const [, specification, recnum, sunum, slot] = /^(.*)\t(\d+)\t(\d+)\t(\d+)\n$/.exec(run.out) ?? [];
    expect([specification, slot]).toEqual(["su_ex.lev1[4711]", "0"]);
    expect(await archive.rows("SELECT recnum, sunum, fsn, exptime, sg_000_file FROM su_ex.lev1")).toEqual([
      { recnum, sunum, fsn: 4711, exptime: 0.5, sg_000_file: "image.fits" },
    ]);
    const stored = join(archive.partition, `D${sunum}`, "S00000/image.fits");
    expect(await readFile(stored)).toEqual(await readFile(image));
  });

  it("takes a record without files, times in any form, and a link to a record that it finds", async () => {
    const run = await store(
      "series=su_ex.mag45",
      "T_REC=2010-05-01T00:00:00Z",
      "CAMERA=0x2",
      "NOTE=two words",
      "SRC=su_ex.lev1[4711]",
    );
    // UTC is 34 s behind TAI; netdrms 8.
    expect(run).toMatchObject({ status: 0, out: "su_ex.Mag45[2010.05.01_00:00:34_TAI][2]\t1\t-1\t-1\n" });
    expect(await archive.rows("SELECT t_rec, note, ln_src_isset, ln_src_fsn FROM su_ex.mag45")).toEqual([
      { t_rec: 1_051_747_234, note: "two words", ln_src_isset: 1, ln_src_fsn: 4711 },
    ]);
    const next = await store(
      "series=su_ex.mag45",
      "T_REC=2010.05.01_TAI",
      "CAMERA=3",
      "EARLIER=su_ex.mag45[][2]",
    );
    expect(next.status).toBe(0);
    expect(await archive.rows("SELECT ln_earlier FROM su_ex.mag45 WHERE camera = 3")).toEqual([
      { ln_earlier: "1" },
    ]);
  });

  it("takes several files by the names of their segments, and keywords from a parameter file", async () => {
    const parameters = join(folder, "note.par");
    await writeFile(parameters, "# of the day\nNOTE='from a file'\n");
    const note = join(folder, "note.txt");
    await writeFile(note, "hello");
    const run = await store(
      "series=su_ex.files",
      `file=${note}`,
      "segment=any",
      "rename=hello.txt",
      `@${parameters}`,
    );
    expect(run).toMatchObject({
      status: 0,
      out: expect.stringMatching(/^su_ex\.files\[:#1\]\t1\t\d+\t0\n$/),
    });
    expect(await archive.rows("SELECT note, sg_000_file FROM su_ex.files")).toEqual([
      { note: "from a file", sg_000_file: "hello.txt" },
    ]);
    const by = await store("series=su_ex.files", `any=${note}`, "DRMS_NEWSURETENTION=900");
    const [, sunum] = /\t(\d+)\t0\n$/.exec(by.out) ?? [];
    expect(
      await archive.rows(
        "SELECT effective_date = to_char(now() + interval '900 days', 'YYYYMMDDHH24MI') AS kept FROM sum_partn_alloc WHERE ds_index = $1",
        [sunum],
      ),
    ).toEqual([{ kept: true }]);
  });

  const problems: readonly (readonly [what: string, argv: readonly string[], message: string])[] = [
    ["no series", ["FSN=1"], "Mandatory parameter series is missing, expected series=DATASERIES: the series"],
    ["an unknown series", ["series=su_ex.none"], 'The archive has no series "su_ex.none"'],
    [
      "an unknown name",
      ["series=su_ex.lev1", "FSN=1", "EXPTIMES=1"],
      "record of su_ex.lev1: unknown keyword EXPTIMES; is EXPTIME meant?",
    ],
    [
      "a value of another type",
      ["series=su_ex.lev1", "FSN=4x"],
      'keyword FSN = "4x", expected a whole number of 32 bits, decimal or 0x',
    ],
    [
      "a time that is none",
      ["series=su_ex.mag45", "T_REC=yesterday"],
      'keyword T_REC = "yesterday", expected a time such as 2010.05.01_00:00:00_TAI',
    ],
    [
      "no prime key",
      ["series=su_ex.lev1", "EXPTIME=1"],
      "record of su_ex.lev1: prime key FSN is not given, expected a value",
    ],
    [
      "a link that finds nothing",
      ["series=su_ex.mag45", "SRC=su_ex.lev1[5]"],
      "link SRC: su_ex.lev1[5] finds no record, expected one",
    ],
    [
      "a link to another series",
      ["series=su_ex.mag45", "SRC=su_ex.mag45[5]"],
      "link SRC: su_ex.mag45[5], expected a record of su_ex.lev1",
    ],
    [
      "segment= without file=",
      ["series=su_ex.lev1", "FSN=1", "segment=image"],
      "segment= and rename= are about file=, expected file=PATH",
    ],
    [
      "a file for one of several segments",
      ["series=su_ex.files", "file=x"],
      "series su_ex.files has 4 segments of its own, expected segment=NAME for file=",
    ],
    [
      "a file that is not there",
      ["series=su_ex.lev1", "FSN=1", "image=/none/x.fits"],
      'file "x.fits" cannot be read (ENOENT)',
    ],
  ];
  it.each(problems)("refuses %s, and leaves nothing", async (_, argv, message) => {
    const units = await archive.unitFolders();
    const run = await store(...argv);
    expect(run).toMatchObject({ status: 1, out: "" });
    expect(run.lines[0]).toContain(`store_file: ${message}`);
    expect(await archive.unitFolders()).toEqual(units);
  });

  it("stores into the session of a server, where its files are seen when that commits", async () => {
    const server = await SessionServer.start({
      pool: archive.pool,
      storage: archive.storage,
      statementTimeoutMs: 30_000,
      facts: {
        hostName: "host.example",
        pid: process.pid,
        userName: "tester",
        startedAt: new Date(),
        softwareVersion: "1",
      },
      token: "secret",
      log: () => undefined,
    });
    const env = { DRMSSESSION: `127.0.0.1:${server.port}`, DRMS_TOKEN: "secret" };
    const argv = ["series=su_ex.lev1", `image=${image}`];
    const first = await runOn(archive, storeFile, [...argv, "FSN=1"], { env });
    expect(first).toMatchObject({ status: 0, lines: [] });
    // One that fails takes nothing of the others back.
    expect(await runOn(archive, storeFile, [...argv, "FSN=x"], { env })).toMatchObject({ status: 1 });
    const second = await runOn(archive, storeFile, [...argv, "FSN=2"], { env });
    expect(second).toMatchObject({ status: 0 });
    expect(await archive.rows("SELECT fsn FROM su_ex.lev1 WHERE fsn < 3")).toEqual([]);
    await server.commit();
    expect(
      await archive.rows(
        "SELECT fsn, online_status FROM su_ex.lev1 JOIN sum_main ON ds_index = sunum WHERE fsn < 3 ORDER BY fsn",
      ),
    ).toEqual([
      { fsn: 1, online_status: "Y" },
      { fsn: 2, online_status: "Y" },
    ]);
  });
});
