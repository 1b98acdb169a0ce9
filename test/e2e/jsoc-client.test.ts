import { readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../config/package-root.js";
import { type ClientCall, type ClientTable, drmsClient, runPython } from "../support/drms-client.js";
import { flagsArchive } from "../support/flags-archive.js";
import { type JsocServer, jsocServer } from "../support/jsoc-server.js";
import { postgresForTest, type TestDatabase } from "../support/postgres.js";
import { sampleArchive } from "../support/sample-archive.js";
import type { WrittenArchive } from "../support/written-archive.js";

/** Seconds of TAI since 1977.01.01 as the archive prints them; there are no leap seconds in TAI. */
function tai(seconds: number): string {
  const iso = new Date(Date.UTC(1977, 0, 1) + seconds * 1000).toISOString();
  return `${iso.slice(0, 10).replaceAll("-", ".")}_${iso.slice(11, 19)}_TAI`;
}

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(
  postgres.title("the Python client drms against the JSOC web interface"),
  () => {
    let database: TestDatabase;
    let server: JsocServer;
    let sql: pg.Client;
    const ask = (calls: readonly ClientCall[], settings: Readonly<Record<string, string>> = {}) =>
      drmsClient(server.url, calls, settings);

    beforeAll(async () => {
      database = await sampleArchive();
      server = await jsocServer(database.url);
      sql = new pg.Client({ connectionString: database.url });
      await sql.connect();
    });
    afterAll(async () => {
      await sql?.end();
      await server?.close();
      await database?.drop();
    });

    it("lists series by both endpoints, all and those whose names match", async () => {
      const { rows } = await sql.query(
        "SELECT seriesname, description FROM sample_hmi.drms_series UNION ALL SELECT seriesname, description FROM sample_aia.drms_series ORDER BY 1",
      );
      const names = rows.map(({ seriesname }) => seriesname);
      const calls: ClientCall[] = [
        ["series", []],
        ["series", ["_720S$"]],
        ["series", ["NOT hmi"]],
        ["series", ["no such name"]],
        ["series", [], { full: true }],
      ];
      const [all, some, others, none, full] = await ask(calls);
      expect(all).toEqual(names);
      expect(some).toEqual(["sample_hmi.ic_720s", "sample_hmi.m_720s"]);
      expect(others).toEqual(["sample_aia.lev1_euv_12s"]);
      expect(none).toEqual([]);
      const { columns } = full as ClientTable;
      expect(columns.note).toEqual(rows.map(({ description }) => description));
      expect(columns.primekeys?.[names.indexOf("sample_hmi.m_720s")]).toEqual(["T_REC", "CAMERA"]);
      const wrapper = { cgi_show_series_wrapper: "showextseries", show_series_wrapper_dbhost: "any" };
      const [wrapped, , , , wrappedFull] = await ask(calls, wrapper);
      expect(wrapped).toEqual(names);
      expect((wrappedFull as ClientTable).columns).toEqual({
        name: names,
        note: rows.map(({ description }) => description),
      });
    });

    it("knows what a series is: keys, types, constants, segments, links, first and last record", async () => {
      const [info, keys, primeKeys] = (await ask([
        ["info", ["Sample_HMI.M_720s[2010.05.01]"]],
        ["keys", ["sample_hmi.m_720s"]],
        ["pkeys", ["sample_hmi.m_720s"]],
      ])) as [Record<string, unknown>, readonly string[], unknown];
      const { rows } = await sql.query(
        "SELECT keywordname FROM sample_hmi.drms_keyword WHERE seriesname = 'sample_hmi.m_720s' ORDER BY persegment >> 16",
      );
      expect(keys).toEqual(rows.map(({ keywordname }) => keywordname));
      expect(primeKeys).toEqual(["T_REC", "CAMERA"]);
      expect(info).toMatchObject({
        primekeys: ["T_REC", "CAMERA"],
        dbindex: [null],
        retention: 10_000,
        unitsize: 16,
        archive: 0,
      });
      const { index, columns } = info.keywords as ClientTable;
      const of = (name: string) =>
        Object.fromEntries(
          Object.entries(columns).map(([column, values]) => [column, values[index.indexOf(name)]]),
        );
      expect(of("T_REC")).toMatchObject({ type: "time", recscope: "ts_eq", units: "TAI", note: "Slot time" });
      expect(of("T_REC_index")).toMatchObject({ type: "longlong", recscope: "index" });
      expect(of("TELESCOP")).toMatchObject({ type: "string", recscope: "constant", defval: "SDO/HMI" });
      expect(of("T_REC_step")).toMatchObject({ type: "double", recscope: "constant", defval: "720.0" });
      expect(of("EXPTIME")).toMatchObject({
        type: "float",
        linkinfo: "SRC->EXPTIME",
        units: "s",
        is_real: true,
      });
      expect((info.segments as ClientTable).columns).toMatchObject({
        type: ["int"],
        units: ["Gauss"],
        protocol: ["fits"],
        dims: ["128x128"],
      });
      expect((info.links as ClientTable).columns).toMatchObject({
        target: ["sample_hmi.lev1", "sample_hmi.calibration"],
        kind: ["DYNAMIC", "STATIC"],
      });
      const { rows: ends } = await sql.query(
        "SELECT min(t_rec) AS first, max(t_rec) AS last, max(recnum)::int AS recnum FROM sample_hmi.m_720s",
      );
      const { Interval } = await server.ask("jsoc_info", { op: "series_struct", ds: "sample_hmi.m_720s" });
      expect(Interval).toMatchObject({
        FirstRecord: `sample_hmi.m_720s[${tai(ends[0].first)}][3]`,
        LastRecord: `sample_hmi.m_720s[${tai(ends[0].last)}][3]`,
        MaxRecnum: ends[0].recnum,
      });
    });

    it("reads keywords of the latest versions as numbers, with record numbers and units", async () => {
      const key = ["T_REC", "QUALITY", "DATAMEAN", "DSUN_OBS", "CAR_ROT", "TELESCOP", "*recnum*", "*sunum*"];
      const [table] = (await ask([["query", ["sample_hmi.m_720s[][3]"], { key, rec_index: true }]])) as [
        ClientTable,
      ];
      const { rows } = await sql.query(
        `SELECT DISTINCT ON (t_rec_index) t_rec, quality, datamean, dsun_obs, car_rot, recnum, sunum
         FROM sample_hmi.m_720s WHERE camera = 3 ORDER BY t_rec_index, recnum DESC`,
      );
      const { columns } = table;
      expect(rows.length).toBeGreaterThan(20);
      expect(table.index).toEqual(rows.map(({ t_rec }) => `sample_hmi.m_720s[${tai(t_rec)}][3]`));
      expect(columns.T_REC).toEqual(rows.map(({ t_rec }) => tai(t_rec)));
      expect(columns.QUALITY).toEqual(rows.map(({ quality }) => quality >>> 0));
      expect(columns.CAR_ROT).toEqual(rows.map(({ car_rot }) => car_rot));
      expect(columns["*recnum*"]).toEqual(rows.map(({ recnum }) => Number(recnum)));
      expect(columns["*sunum*"]).toEqual(rows.map(({ sunum }) => Number(sunum)));
      expect(new Set(columns.TELESCOP)).toEqual(new Set(["SDO/HMI"]));
      for (const [n, row] of rows.entries()) {
        // As %f and %.1f print them.
        expect(columns.DATAMEAN?.[n]).toBeCloseTo(row.datamean, 6);
        expect(columns.DSUN_OBS?.[n]).toBeCloseTo(row.dsun_obs, 1);
      }
    });

    it("follows links for keywords, segments and links", async () => {
      const [keys, segments, links] = (
        (await ask([
          [
            "query",
            ["sample_hmi.m_720s"],
            { key: ["EXPTIME", "FSN", "CALVER"], seg: "magnetogram", link: ["SRC", "CAL"], n: -3 },
          ],
        ])) as [readonly ClientTable[]]
      )[0];
      const { rows } = await sql.query(
        `SELECT m.recnum, l.exptime, l.fsn, c.calver, m.ln_cal, s.online_loc, m.slotnum
         FROM (SELECT DISTINCT ON (t_rec_index, camera) * FROM sample_hmi.m_720s ORDER BY t_rec_index, camera, recnum DESC) m
         JOIN sample_hmi.lev1 l ON l.fsn = m.ln_src_fsn JOIN sample_hmi.calibration c ON c.recnum = m.ln_cal
         JOIN public.sum_main s ON s.ds_index = m.sunum
        ORDER BY m.t_rec_index DESC, m.camera DESC LIMIT 3`,
      );
      rows.reverse();
      expect(keys?.columns.FSN?.map(Number)).toEqual(rows.map(({ fsn }) => fsn));
      expect(keys?.columns.CALVER?.map(String)).toEqual(rows.map(({ calver }) => String(calver)));
      for (const [n, { exptime }] of rows.entries())
        expect(Number(keys?.columns.EXPTIME?.[n])).toBeCloseTo(exptime, 4);
      expect(segments?.columns).toEqual({
        magnetogram: rows.map(
          ({ online_loc, slotnum }) => `${online_loc}/S${String(slotnum).padStart(5, "0")}/magnetogram.fits`,
        ),
      });
      expect(links?.columns).toEqual({
        SRC: rows.map(({ fsn }) => `sample_hmi.lev1[${fsn}]`),
        CAL: rows.map(({ ln_cal }) => `sample_hmi.calibration[:#${ln_cal}]`),
      });
    });

    it("takes strings in either kind of quotes, and conditions", async () => {
      const { rows } = await sql.query("SELECT region FROM sample_hmi.regions ORDER BY recnum");
      expect(rows.length).toBeGreaterThan(0);
      const [single, double, none] = (await ask([
        ["query", ["sample_hmi.m_720s[? CAMERA = 3 AND DATAMEAN > 0 ?]"], { key: "DATAMEAN" }],
        ["query", ['sample_hmi.m_720s[? HISTORY LIKE "%" ?]'], { key: "CAMERA" }],
        ["query", ["sample_hmi.m_720s[2001.01.01]"], { key: "T_REC" }],
      ])) as [ClientTable, ClientTable, ClientTable];
      const { rows: counted } = await sql.query(
        `SELECT count(*) FILTER (WHERE datamean > 0)::int AS positive, count(*) FILTER (WHERE history LIKE '%')::int AS all
         FROM (SELECT DISTINCT ON (t_rec_index, camera) * FROM sample_hmi.m_720s ORDER BY t_rec_index, camera, recnum DESC) m`,
      );
      expect(single.columns.DATAMEAN?.length).toBe(counted[0].positive);
      expect(double.columns.CAMERA?.length).toBe(counted[0].all);
      expect(none.index).toEqual([]);
    });

    it("runs the example of the documentation", async () => {
      const page = readFileSync(join(packageRoot(), "docs/jsoc.md"), "utf8");
      const example = /```python\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
      const printed = await runPython([
        "-c",
        example.replaceAll("http://127.0.0.1:8080/cgi-bin/ajax", server.url),
      ]);
      const [names, primeKeys, header, ...lines] = printed.trim().split("\n");
      expect(names).toMatch(/^\['sample_hmi\.calibration', .*'sample_hmi\.v_45s'\]$/);
      expect(primeKeys).toBe("['T_REC', 'CAMERA']");
      expect(header?.trim().split(/ +/)).toEqual(["T_REC", "DATAMEAN", "QUALITY"]);
      expect(lines).toHaveLength(3);
    });

    it("raises what went wrong in its own words", async () => {
      const [unknown, syntax, protectedOne] = await ask([
        ["info", ["sample_hmi.nothing"]],
        ["query", ["sample_hmi.m_720s[2010.05.01"], { key: "T_REC" }],
        ["query", ["sample_hmi.m_720s[QUALITY=0]"], { key: "T_REC" }],
      ]);
      expect(unknown).toEqual({
        raised: "DrmsQueryError",
        text: 'The archive has no series "sample_hmi.nothing" [status=1]',
      });
      expect(syntax).toMatchObject({ raised: "DrmsQueryError", text: expect.stringMatching(/not closed/) });
      expect(protectedOne).toMatchObject({
        raised: "DrmsQueryError",
        text: expect.stringMatching(/QUALITY/),
      });
    });

    it("checks addresses, those that are registered alone", async () => {
      await sql.query(
        `INSERT INTO jsoc.export_addressdomains (domainname) VALUES ('example.org');
       INSERT INTO jsoc.export_addresses (localname, domainid, confirmation) SELECT 'Ann+sun', domainid, '' FROM jsoc.export_addressdomains;
       INSERT INTO jsoc.export_addresses (localname, domainid, confirmation) SELECT 'waits', domainid, 'code' FROM jsoc.export_addressdomains`,
      );
      expect(
        await ask([
          ["check_email", ["ann+SUN@example.org"]],
          ["check_email", ["waits@example.org"]],
          ["check_email", ["nobody@example.org"]],
          ["check_email", ["no address"]],
        ]),
      ).toEqual([true, false, false, false]);
    });
  },
);

describe.skipIf(postgres.missing)(
  postgres.title("the Python client drms and values that are missing"),
  () => {
    let archive: WrittenArchive;
    let server: JsocServer;
    beforeAll(async () => {
      archive = await flagsArchive();
      server = await jsocServer(archive.database.url);
    });
    afterAll(async () => {
      await server?.close();
      await archive?.end();
    });

    it("reads bits as numbers where one is missing or its link is broken, and keywords by the names that it tells", async () => {
      const [names, one, all] = (await drmsClient(server.url, [
        ["keys", ["su_ex.flags"]],
        ["query", ["su_ex.flags[]{second}"], { key: ["BITS", "WIDE", "FAR", "PLAIN", "RMS"] }],
        ["query", ["su_ex.flags[]"], { key: "RMS,N" }],
      ])) as [readonly string[], ClientTable, ClientTable];
      expect(names).toContain("RMS");
      // The missing values of 16 and 32 bits, without a sign.
      expect(one.columns.BITS).toEqual([31, 32768, 0]);
      expect(one.columns.FAR).toEqual([7, 2147483648, 2147483648]);
      expect(one.columns.WIDE?.map(Number)).toEqual([2 ** 64, 2 ** 63, 2 ** 63]);
      expect(one.columns.PLAIN).toEqual([7, null, null]);
      expect(one.columns.RMS).toEqual([2.5, null, 4.5]);
      expect(Object.keys(all.columns)).toEqual(["RMS_000", "RMS_001", "N"]);
    });
  },
);
