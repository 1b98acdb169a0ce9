import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pixelsInMemory } from "../../../fits/image.js";
import { showInfo } from "../../../netdrms/programs/show-info/index.js";
import { defineSeries } from "../../../netdrms/series/define-series.js";
import { parseJsd } from "../../../netdrms/series/jsd-parse.js";
import { seriesCatalog } from "../../../netdrms/series/series-cache.js";
import type { SegmentContent } from "../../../netdrms/store/new-record.js";
import { RecordStore } from "../../../netdrms/store/record-store.js";
import { postgresForTest } from "../../support/postgres.js";
import { type WrittenArchive, writtenArchive } from "../../support/written-archive.js";
import { LEV1_JSD } from "../store/magnetograms.js";
import { type ProgramRun, runOn } from "./run-program.js";

const postgres = await postgresForTest();

/** The example of netdrms 2.11 and 6, with small images, and a second segment that varies. */
const MAG45_JSD = `Seriesname: su_ex.mag45
Author: "A. Author"
Owner: ex
Unitsize: 2
Archive: 0
Retention: 60
StagingRetention: 200
Tapegroup: 0
PrimeKeys: T_REC, CAMERA
Description: "Example magnetograms"
Link: SRC, su_ex.lev1, dynamic, "Source image"
Keyword: T_REC, time, ts_eq, record, DRMS_MISSING_VALUE, 0, TAI, "Slot time"
Keyword: T_REC_step, double, constant, record, 45.0, %f, sec, "Slot width"
Keyword: T_REC_epoch, time, constant, record, 1993.01.01_00:00:00_TAI, 0, TAI, "Slot epoch"
Keyword: CAMERA, int, variable, record, DRMS_MISSING_VALUE, %d, none, "Camera"
Keyword: QUALITY, int, variable, record, 0, 0x%08X, none, "Quality bits"
Keyword: DATAMEAN, float, variable, record, DRMS_MISSING_VALUE, %f, Gauss, "Mean - average of finite pixels"
Keyword: RSUN, double, variable, record, 0.1, %.2f, none, "Radius"
Keyword: NOTE, string, variable, record, "a b", %s, none, "Note"
Keyword: SEGMEAN, float, variable, segment, 0, %g, none, "Mean of a segment"
Keyword: EXPTIME, link, SRC, EXPTIME, "Exposure"
Data: magnetogram, variable, int, 2, 6, 4, "Gauss", fits, "compress Rice", 0, 0.1, "Line-of-sight field"
Data: extra, vardim, float, 1, *, "DN", fits, "", "Extra"
Data: image, link, SRC, image, 2, 6, 4, "Source image"
`;

const T0 = "2010.05.01_00:00:00_TAI";
const T1 = "2010.05.01_00:00:45_TAI";
/** T0; netdrms 8. */
const SECONDS = 1_051_747_200;

describe.skipIf(postgres.missing)(postgres.title("show_info"), () => {
  let archive: WrittenArchive;
  let folder = "";
  /** Units: of the image, of the first two magnetograms. */
  let lev1Unit = "";
  let magUnit = "";

  const show = (...argv: readonly string[]): Promise<ProgramRun> => runOn(archive, showInfo, argv);
  /** What it prints where all goes well. */
  const text = async (...argv: readonly string[]): Promise<string> => {
    const { status, out, lines } = await show(...argv);
    expect(lines).toEqual([]);
    expect(status).toBe(0);
    return out;
  };

  beforeAll(async () => {
    archive = await writtenArchive();
    folder = await mkdtemp(join(tmpdir(), "heliostream-show-"));
    const lev1 = await archive.makeSeries(LEV1_JSD);
    const mag45 = await archive.makeSeries(MAG45_JSD);
    await archive.makeSeries(
      'Seriesname: su_ex.log\nAuthor: "a"\nOwner: ex\nUnitsize: 0\nArchive: 0\nRetention: 1\nTapegroup: 0\nDescription: "Log"\nKeyword: NOTE, string, variable, record, "", %s, none, ""\n',
    );
    const field: SegmentContent = { kind: "image", image: pixelsInMemory(new Int32Array(24), [6, 4]) };
    const extra: SegmentContent = { kind: "image", image: pixelsInMemory(new Float32Array(5), [5]) };
    const image: SegmentContent = { kind: "image", image: pixelsInMemory(new Int16Array(24), [6, 4]) };
    await archive.writing(async (write) => {
      const store = new RecordStore(write);
      await store.insert(lev1, [{ keywords: { FSN: 1, EXPTIME: 0.5 }, segments: { image } }]);
      const links = { SRC: { keys: { FSN: 1 } } };
      await store.insert(mag45, [
        { keywords: { T_REC: SECONDS, CAMERA: 1, DATAMEAN: 0.1 }, links, segments: { magnetogram: field } },
      ]);
      // A newer version of the first, one whose link leads nowhere, and one without link and files.
      await store.insert(mag45, [
        {
          keywords: { T_REC: SECONDS, CAMERA: 1, DATAMEAN: 2.5, QUALITY: -1, NOTE: "new" },
          links,
          segments: { magnetogram: field, extra },
        },
        { keywords: { T_REC: SECONDS + 45, CAMERA: 1 }, links: { SRC: { keys: { FSN: 9 } } } },
        { keywords: { T_REC: SECONDS + 45, CAMERA: 2, SEGMEAN_001: 3 } },
      ]);
    });
    lev1Unit = String((await archive.rows("SELECT sunum FROM su_ex.lev1"))[0]?.sunum);
    magUnit = String((await archive.rows("SELECT sunum FROM su_ex.mag45 WHERE recnum = 1"))[0]?.sunum);
  }, 60_000);
  afterAll(async () => {
    await archive.end();
    await rm(folder, { recursive: true, force: true });
  });

  it("prints a table of keywords of the newest versions, in the order of the prime keys", async () => {
    expect(await text("su_ex.MAG45[]", "key=T_REC,camera,DATAMEAN")).toBe(
      `T_REC\tCAMERA\tDATAMEAN\n${T0}\t1\t2.500000\n${T1}\t1\tnan\n${T1}\t2\tnan\n`,
    );
    expect(await text(`ds=su_ex.mag45[${T1}]`, "key=CAMERA", "-q")).toBe("1\n2\n");
  });

  it("shows specifications where nothing is asked for, as other software names records", async () => {
    expect(await text("su_ex.mag45[]")).toBe(
      `query\nsu_ex.mag45[${T0}][1]\nsu_ex.mag45[${T1}][1]\nsu_ex.mag45[${T1}][2]\n`,
    );
  });

  it("puts columns in their order whatever the order of flags, with types and formats", async () => {
    expect(
      await text("su_ex.mag45[][1]", "n=1", "-tSir", "seg=magnetogram", "key=T_REC,QUALITY,EXPTIME,NOTE"),
    ).toBe(
      [
        "recnum\tsunum\tquery\tT_REC\tQUALITY\tEXPTIME\tNOTE\tmagnetogram",
        "longlong\tlonglong\tstring\ttime\tint\tfloat\tstring\tstring",
        "%lld\t%lld\t%s\t%s\t0x%08X\t%f\t%s\t%s",
        `2\t${magUnit}\tsu_ex.mag45[${T0}][1]\t${T0}\t0xFFFFFFFF\t0.500000\tnew\tmagnetogram.fits`,
        "",
      ].join("\n"),
    );
  });

  it("shows all keywords that are not made by the system, those of links too", async () => {
    expect(await text("su_ex.mag45[][2]", "-a")).toBe(
      `T_REC\tT_REC_step\tT_REC_epoch\tCAMERA\tQUALITY\tDATAMEAN\tRSUN\tNOTE\tSEGMEAN_000\tSEGMEAN_001\tSEGMEAN_002\tEXPTIME\n${T1}\t45.000000\t1993.01.01_00:00:00_TAI\t2\t0x00000000\tnan\t0.10\ta b\t0\t3\t0\tInvalidLink\n`,
    );
  });

  it("shows the first or the last records, and all versions", async () => {
    expect(await text("su_ex.mag45", "n=1", "-rq")).toBe("2\n");
    expect(await text("su_ex.mag45", "n=-2", "-rq")).toBe("3\n4\n");
    expect(await text("su_ex.mag45[]", "-brq")).toBe("1\n2\n3\n4\n");
  });

  it("counts", async () => {
    expect(await text("-c", "su_ex.mag45")).toBe("3 records match the query\n");
    expect(await text("-cq", "su_ex.mag45[][1],su_ex.lev1")).toBe("3\n");
    expect(await text("-cqb", "su_ex.mag45")).toBe("4\n");
  });

  it("shows files by name or path, what they are, and files at the end of links", async () => {
    expect(await text("su_ex.mag45[]", "n=2", "-Ad")).toBe(
      [
        "magnetogram\tmagnetogram_info\textra\textra_info\timage\timage_info",
        'magnetogram.fits\t"Gauss, fits, 6x4"\textra.fits\t"DN, fits, 5"\timage.fits\t"DN, fits, 6x4"',
        'NA\t"Gauss, fits, 6x4"\tNA\t"DN, fits, 0"\tBadSegLink\t"DN, fits, 6x4"',
        "",
      ].join("\n"),
    );
    const path = `${archive.partition}/D${magUnit}/S00001`;
    expect(await text("su_ex.mag45[]{magnetogram,image}", "n=2", "-P")).toBe(
      `magnetogram\timage\n${path}/magnetogram.fits\t${archive.partition}/D${lev1Unit}/S00000/image.fits\n**_NO_sudir_**\tBadSegLink\n`,
    );
    expect(await text("su_ex.mag45[]", "n=2", "-Pq")).toBe(
      `${archive.partition}/D${magUnit}\n**_NO_sudir_**\n`,
    );
    // Not followed, the segment is looked for in the record's own unit, under its own name.
    expect(await text("su_ex.mag45[]", "n=1", "-PCq", "seg=image")).toBe(`${path}/image\n`);
  });

  it("says what is known of storage units", async () => {
    const [size] = await archive.rows("SELECT bytes FROM sum_main WHERE ds_index = $1", [magUnit]);
    const [until] = await archive.rows("SELECT to_char(now() + interval '60 days', 'YYYY.MM.DD') AS day");
    expect(await text("su_ex.mag45[][1]", "-oRxTz")).toBe(
      `online\tretain\tarchive\ttapename\tfilenum\tsize\nY\t${String(until?.day)}\tN\tN/A\t0000\t${String(size?.bytes)}\nNA\tNA\tNA\tNA\tNA\tNA\n`,
    );
  });

  it("says which session made a record", async () => {
    const [session] = await archive.rows("SELECT max(sessionid) AS id FROM su_ex.drms_session");
    expect(await text("su_ex.mag45[]", "n=1", "-I")).toBe(
      `host\tsessionid\truntime\tjsoc_version\tlogdirectory\nhost.example\t${String(session?.id)}\t2026-01-02 03:04:05\t1.2.3(10203)\tNA\n`,
    );
  });

  it("shows records of many sessions, and refuses more than it can hold", async () => {
    await archive.makeSeries(
      'Seriesname: su_ex.many\nAuthor: "a"\nOwner: ex\nUnitsize: 0\nArchive: 0\nRetention: 1\nTapegroup: 0\nDescription: "Many"\nKeyword: NOTE, string, variable, record, "", %s, none, ""\n',
    );
    await archive.rows(
      "INSERT INTO su_ex.many (recnum, sessionid, sessionns) SELECT n, n, 'su_ex' FROM generate_series(1, 100001) AS n",
    );
    const shown = await text("su_ex.many", "n=100000", "-Iq");
    expect(shown.split("\n")).toHaveLength(100_001);
    expect(await show("su_ex.many", "n=100001", "-Iq")).toEqual({
      status: 1,
      out: "",
      lines: ["show_info: records of more than 100000 sessions, expected fewer with -I"],
    });
  });

  it("prints names and values with -k, texts in quotes, a blank line behind each record", async () => {
    expect(await text("su_ex.mag45[]", "n=2", "-krSTK", "key=T_REC,NOTE,DATAMEAN", "seg=magnetogram")).toBe(
      [
        `# su_ex.mag45[${T0}][1]`,
        "## recnum=2",
        `## sunum=${magUnit}`,
        "## tapename=N/A",
        "## tapeinfo=0000",
        `T_REC=${T0}`,
        'NOTE="new"',
        "DATAMEAN=2.500000",
        "magnetogram=magnetogram.fits",
        "SRC=su_ex.lev1[1]",
        "",
        `# su_ex.mag45[${T1}][1]`,
        "## recnum=3",
        "## sunum=-1",
        "## tapename=NA",
        "## tapeinfo=NA",
        `T_REC=${T1}`,
        'NOTE="a b"',
        "DATAMEAN=nan",
        "magnetogram=NA",
        "SRC=InvalidLink",
        "",
        "",
      ].join("\n"),
    );
  });

  it("prints real numbers with all digits, or as bits", async () => {
    const keys = "key=DATAMEAN,RSUN,T_REC,CAMERA,NOTE";
    expect(await text("su_ex.mag45[:#1]", keys, "-qM")).toBe(
      "0.100000001\t0.10000000000000001\t2010.05.01_00:00:00.000000_TAI\t1\ta b\n",
    );
    // IEEE 754: 0.1 as binary32 and binary64; 1051747200 is 0x3EB06380, 2^29 times 1.F5831C (hexadecimal).
    expect(await text("su_ex.mag45[:#1]", keys, "-qB")).toBe(
      "3DCCCCCD\t3FB999999999999A\t41CF5831C0000000\t1\t612062\n",
    );
  });

  it("shows everything of the record that a link leads to", async () => {
    const { status, out, lines } = await show(
      "su_ex.mag45[]",
      "link=src",
      "-rSiP",
      "key=EXPTIME,FSN",
      "seg=image",
    );
    expect(status).toBe(0);
    expect(out).toBe(
      `recnum\tsunum\tquery\tEXPTIME\tFSN\timage\n1\t${lev1Unit}\tsu_ex.lev1[1]\t0.500000\t1\t${archive.partition}/D${lev1Unit}/S00000/image.fits\n`,
    );
    expect(lines).toEqual(["show_info: 2 records are left out, whose link SRC leads to no record"]);
    expect(await text("su_ex.mag45[][1]", "n=1", "link=SRC", "-Iq")).toMatch(/^host\.example\t\d+\t/);
  });

  it("finds the records of storage units", async () => {
    expect(await text(`sunum=${lev1Unit},${magUnit}`, "-ir")).toBe(
      `recnum\tquery\n1\tsu_ex.lev1[1]\n1\tsu_ex.mag45[${T0}][1]\n2\tsu_ex.mag45[${T0}][1]\n`,
    );
    expect(await show("sunum=77")).toMatchObject({
      status: 1,
      lines: ["show_info: storage unit 77 is not known here"],
    });
  });

  it("repeats the header where a set has other columns", async () => {
    expect(await text("su_ex.lev1[1],su_ex.lev1[1],su_ex.mag45[][2]", "seg=image", "-a")).toMatch(
      /^FSN\tEXPTIME\timage\n1\t.*\n1\t.*\nT_REC\t.*\timage\n2010\..*\n$/,
    );
  });

  it("reads lists of record sets from files, which limit what is shown", async () => {
    const list = join(folder, "list");
    await writeFile(list, `su_ex.mag45[${T1}][2]\n\nsu_ex.lev1\n`);
    expect(await text(`ds=@${list}`, "-iq")).toBe(`su_ex.mag45[${T1}][2]\nsu_ex.lev1[1]\n`);
  });

  it("tells the parts of a query", async () => {
    expect(await text("-e", "su_ex.mag45[2010.05.01/1d] [? quality=0 ?]{magnetogram} , su_none.x")).toBe(
      "su_ex.mag45\t[2010.05.01/1d] [? quality=0 ?]\nsu_none.x\tNONE\n",
    );
  });

  it("prints the structure of a series", async () => {
    // netdrms 6, "Structure listing".
    expect(await text("-l", "su_ex.mag45")).toBe(
      [
        "Prime Keys are:",
        "\tT_REC is slotted 'ts_eq' using T_REC_index",
        "\tCAMERA",
        "DB Index Keys are same as Prime Keys",
        "All Keywords for series su_ex.mag45:",
        "\tT_REC     \t(time)\tSlot time",
        "\tT_REC_step\t(double)\tSlot width",
        "\tT_REC_epoch\t(time)\tSlot epoch",
        "\tCAMERA    \t(int)\tCamera",
        "\tQUALITY   \t(int)\tQuality bits",
        "\tDATAMEAN  \t(float)\tMean - average of finite pixels",
        "\tRSUN      \t(double)\tRadius",
        "\tNOTE      \t(string)\tNote",
        "\tSEGMEAN   \t(float), per-segment\tMean of a segment",
        "\tEXPTIME   \tlink through SRC\tExposure",
        "Segments for series su_ex.mag45:",
        "\tmagnetogram\t  Gauss\t   fits\t6x4\tLine-of-sight field",
        "\textra     \t     DN\t   fits\tVAR\tExtra",
        "\timage     \tlink through SRC\tSource image",
        "Links for series su_ex.mag45:",
        "\tSRC       \tDYNAMIC\tsu_ex.lev1\tSource image",
        "",
      ].join("\n"),
    );
    expect(await text("-l", "su_ex.log")).toBe(
      "No Prime Keys are defined for this series.\nNo DB Index Keys are defined for this series.\nAll Keywords for series su_ex.log:\n\tNOTE      \t(string)\t\n",
    );
  });

  it("prints a definition from which the same series can be made", async () => {
    const { definition, placeOf } = parseJsd(await text("-j", "su_ex.mag45"));
    expect(definition).toMatchObject({ name: "su_ex.mag45", primeKeys: ["T_REC", "CAMERA"], unitSize: 2 });
    const made = await archive.reading((database) =>
      defineSeries(definition, { owner: "ex", created: "", catalog: seriesCatalog(database) }, placeOf),
    );
    expect(made.series.keywords).toEqual(
      (await archive.reading((database) => seriesCatalog(database).series("su_ex.mag45"))).keywords,
    );
  });

  it("prints the first and the last record of a series", async () => {
    expect(await text("-s", "su_ex.mag45[][2]")).toBe(
      [
        `First Record: su_ex.mag45[${T0}][1], Recnum = 2`,
        `Last Record:  su_ex.mag45[${T1}][1] is first of 2 records matching first keyword, Recnum = 3`,
        "Last Recnum:  4",
        "Has shadow table: no",
        "",
      ].join("\n"),
    );
    expect(await text("-s", "su_ex.log")).toBe("No records Present\nHas shadow table: no\n");
    await archive.rows("INSERT INTO su_ex.log (recnum, note) VALUES (7, 'x'), (9, 'y')");
    expect(await text("-s", "su_ex.log")).toBe(
      "First Record: su_ex.log[:#7], Recnum = 7\nLast Record:  su_ex.log[:#9], Recnum = 9\nLast Recnum:  9\nHas shadow table: no\n",
    );
  });

  it("names columns that cannot be filled", async () => {
    expect(await text("su_ex.lev1[1]", "key=FSN,FNS", "seg=imago")).toBe(
      "FSN\tFNS\timago\n1\tInvalidKeyname\tInvalidSegName\n",
    );
  });

  it("keeps the units whose paths it gives for longer, and says so where it may not", async () => {
    const days = async (): Promise<unknown> =>
      (
        await archive.rows(
          "SELECT to_date(effective_date, 'YYYYMMDDHH24MI') - current_date AS days FROM sum_partn_alloc WHERE ds_index = $1",
          [magUnit],
        )
      )[0]?.days;
    await text("su_ex.mag45[][1]", "-P");
    expect(await days()).toBe(60);
    // 200 days of the series for what is read, and 3 of grace; netdrms 3.6.
    await text("su_ex.mag45[][1]", "-p");
    expect(await days()).toBe(203);
    // The owner of the series may shorten it.
    await text("su_ex.mag45[][1]", "-P", "DRMS_RETENTION=10");
    expect(await days()).toBe(13);
    const stranger = "heliostream_stranger";
    await archive.rows(
      `DO $$ BEGIN CREATE ROLE ${stranger}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`,
    );
    await archive.rows(`GRANT SELECT ON sum_main, sum_partn_alloc TO ${stranger}`);
    const mark = archive.database.url.includes("?") ? "&" : "?";
    const url = `${archive.database.url}${mark}options=-c%20role%3D${stranger}`;
    const reader = await runOn(archive, showInfo, ["su_ex.mag45[][1]", "-pq", "n=1"], { storage: { url } });
    expect(reader).toEqual({
      status: 0,
      out: `${archive.partition}/D${magUnit}\n`,
      lines: [
        "show_info: storage units are not kept for longer: The user of the archive's database may not do that",
      ],
    });
    expect(await days()).toBe(13);
  });

  it("shows no path of a unit that is off line or whose folder is gone", async () => {
    await archive.rows("UPDATE sum_main SET online_status = 'N' WHERE ds_index = $1", [lev1Unit]);
    expect(await text("su_ex.lev1[1]", "-PoRq", "seg=image")).toBe("N\t-1\t**_NO_sudir_**\n");
    await archive.rows("UPDATE sum_main SET online_status = 'Y', online_loc = $2 WHERE ds_index = $1", [
      lev1Unit,
      `/none/D${lev1Unit}`,
    ]);
    const gone = await show("su_ex.lev1[1]", "-PoRq", "seg=image");
    expect(gone).toMatchObject({ status: 0, out: "N\t-1\t**_NO_sudir_**\n" });
    expect(gone.lines).toEqual([
      `show_info: storage unit ${lev1Unit} is marked on line, its folder /none/D${lev1Unit} is missing`,
    ]);
  });

  const problems: readonly (readonly [
    what: string,
    argv: readonly string[],
    status: number,
    message: string | RegExp,
  ])[] = [
    ["no query", [], 1, "expected a query: show_info QUERY, ds=QUERY or sunum=NUMBER,..."],
    ["two queries", ["su_ex.lev1", "ds=su_ex.lev1"], 1, "ds= and an argument, expected one query"],
    [
      "a whole series",
      ["su_ex.lev1"],
      1,
      '"su_ex.lev1" names all records of the series, expected a filter, or n=N for the first or last ones',
    ],
    [
      "an unknown series",
      ["su_ex.none[]"],
      1,
      /^show_info: The archive has no series "su_ex\.none" \(character 1\)\nsu_ex\.none\[\]\n\^{10}$/,
    ],
    ["a query that is none", ["su_ex.lev1[1"], 2, /^show_info: .*\(character \d+\)\nsu_ex\.lev1\[1\n *\^/],
    ["a filter on what is no prime key", ["su_ex.lev1[exptime=1]"], 2, /^show_info: .*exptime/i],
    ["an unknown link", ["su_ex.lev1[1]", "link=SRC"], 1, "series su_ex.lev1 has no link SRC"],
    [
      "links of a linked record",
      ["su_ex.mag45[]", "link=SRC", "-K"],
      1,
      "-K and link=, expected one of them",
    ],
    ["a storage unit that is none", ["sunum=x"], 1, 'storage unit "x", expected a decimal number'],
  ];
  it.each(problems)("refuses %s", async (_, argv, status, message) => {
    const run = await show(...argv);
    expect(run).toMatchObject({ status, out: "" });
    expect(run.lines).toHaveLength(1);
    if (typeof message === "string") expect(run.lines[0]).toBe(`show_info: ${message}`);
    else expect(run.lines[0]).toMatch(message);
  });

  it("tells its usage with -h, and the query with -v", async () => {
    expect(await text("-h")).toMatch(/^usage: show_info .*\n[\s\S]* {2}n +INT +the first or, negative/);
    expect((await show("-vc", "su_ex.lev1")).lines).toEqual(["show_info: query su_ex.lev1"]);
  });
});
