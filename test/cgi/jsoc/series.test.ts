import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { patternTest } from "../../../cgi/jsoc/offered-series.js";
import { type JsocServer, jsocServer } from "../../support/jsoc-server.js";
import { postgresForTest } from "../../support/postgres.js";
import { type FieldArchive, fieldArchive } from "./field-archive.js";

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(
  postgres.title("series of the JSOC web interface (export B2 to B4)"),
  () => {
    let made: FieldArchive;
    beforeAll(async () => {
      made = await fieldArchive();
    });
    afterAll(() => made.end());

    it("lists them by name, as they are spelled, with external prime keys", async () => {
      expect(await made.ask("show_series", {})).toEqual({
        status: 0,
        names: [
          { name: "su_ex.Field", primekeys: "T_REC, CAMERA", note: "Fields" },
          { name: "su_ex.Lev1", primekeys: "FSN", note: "Images" },
          { name: "su_ex.log", primekeys: "", note: 'Log: "quoted" <b>marked</b>' },
        ],
        n: 3,
      });
      expect(await made.ask("show_series", { filter: "FIELD|lev", v: "1" })).toMatchObject({
        names: [
          {
            name: "su_ex.Field",
            archive: 0,
            retention: 60,
            tapegroup: 0,
            unitsize: 2,
            owner: expect.any(String),
          },
          { name: "su_ex.Lev1", retention: 10, unitsize: 1 },
        ],
      });
      expect(await made.ask("show_series", { filter: "NOT e" })).toMatchObject({ names: [], n: 0 });
      expect(await made.ask("show_series", { filter: "^field$" })).toEqual({ status: 0, names: [], n: 0 });
    });

    it("lists them in the form of the wrapper", async () => {
      expect(await made.ask("showextseries", { dbhost: "hmidb2", filter: "log|field" })).toEqual({
        errMsg: "",
        seriesList: ["su_ex.Field", "su_ex.log"],
      });
      expect(await made.ask("showextseries", { filter: "log", info: "1" })).toEqual({
        errMsg: "",
        seriesList: [{ "su_ex.log": { description: 'Log: "quoted" <b>marked</b>' } }],
      });
    });

    it("tells of a pattern that is none in the form of each", async () => {
      const { status, error, errmsg } = await made.ask("show_series", { filter: "(" });
      expect([status, error]).toEqual([1, errmsg]);
      expect(error).not.toBe("");
      expect(await made.ask("showextseries", { filter: "(" })).toEqual({ errMsg: error, seriesList: [] });
    });

    it("tells what a series is, all keywords by rank, per-segment ones once", async () => {
      const { keywords, ...rest } = await made.ask("jsoc_info", {
        op: "series_struct",
        ds: "su_ex.FIELD[what][ever{",
      });
      expect(rest).toEqual({
        note: "Fields",
        retention: 60,
        // None is set: that of the site (netdrms 2.3).
        stagingretention: 3,
        unitsize: 2,
        archive: 0,
        tapegroup: 0,
        primekeys: ["T_REC", "CAMERA"],
        primekeysinfo: [
          { name: "T_REC", slotted: 1, step: "45.000000" },
          { name: "CAMERA", slotted: 0 },
        ],
        dbindex: [null],
        segments: [
          {
            name: "field",
            type: "int",
            units: "Gauss",
            protocol: "fits",
            dims: "6x4",
            note: "Line-of-sight field",
          },
          { name: "extra", type: "float", units: "DN", protocol: "fits", dims: "VAR", note: "Extra" },
          {
            name: "image",
            type: "short",
            units: null,
            protocol: "link via SRC",
            dims: null,
            note: "Source image",
          },
        ],
        links: [
          { name: "SRC", target: "su_ex.Lev1", kind: "DYNAMIC", note: "Source image" },
          { name: "NOTES", target: "su_ex.log", kind: "STATIC", note: "Notes" },
        ],
        Interval: {
          FirstRecord: "su_ex.Field[2010.05.01_00:00:00_TAI][1]",
          FirstRecnum: 2,
          LastRecord: "su_ex.Field[2010.05.01_00:00:45_TAI][1]",
          LastRecnum: 3,
          MaxRecnum: 4,
        },
        runtime: expect.any(Number),
        status: 0,
      });
      const words = keywords as readonly { readonly name: string }[];
      expect(words.map(({ name }) => name)).toEqual([
        "cparms_sg000",
        "field_bzero",
        "field_bscale",
        "cparms_sg001",
        "T_REC",
        "T_REC_index",
        "T_REC_step",
        "T_REC_epoch",
        "DATE",
        "CAMERA",
        "QUALITY",
        "COUNT",
        "DATAMEAN",
        "RSUN",
        "NOTE",
        "SEGMEAN",
        "EXPTIME",
      ]);
      const of = (name: string) => words.find((word) => word.name === name);
      expect(of("T_REC")).toEqual({
        name: "T_REC",
        type: "time",
        recscope: "ts_eq",
        // The missing time, in TAI without decimals; netdrms 5.5.
        defval: "-4712.01.01_11:59:28_TAI",
        units: "TAI",
        note: "Slot time",
      });
      expect(of("T_REC_epoch")).toMatchObject({ recscope: "constant", defval: "1993.01.01_00:00:00_TAI" });
      expect(of("RSUN")).toMatchObject({ type: "double", recscope: "variable", defval: "0.10" });
      expect(of("QUALITY")).toMatchObject({ defval: "0x80000000" });
      expect(of("SEGMEAN")).toMatchObject({ type: "float", recscope: "segment" });
      expect(of("EXPTIME")).toEqual({
        name: "EXPTIME",
        linkinfo: "SRC->EXPTIME",
        type: "float",
        recscope: "variable",
        defval: "nan",
        units: "s",
        note: "Exposure",
      });
    });

    it("leaves the time out with r=1, adds the owner with o=1, follows linked segments with l=1", async () => {
      const struct = await made.ask("jsoc_info", {
        op: "series_struct",
        ds: "su_ex.field",
        r: "1",
        o: "1",
        l: "1",
      });
      expect(struct).not.toHaveProperty("runtime");
      expect(struct).toMatchObject({ owner: expect.any(String), Interval: { HasShadow: 0 } });
      expect((struct.segments as readonly unknown[])[2]).toEqual({
        name: "image",
        type: "short",
        units: "DN",
        protocol: "fits",
        dims: "6x4",
        note: "Source image",
      });
    });

    it("knows a series without keys, and one without records", async () => {
      const log = await made.ask("jsoc_info", { op: "series_struct", ds: "su_ex.log" });
      expect(log).toMatchObject({
        primekeys: [],
        primekeysinfo: [],
        segments: [],
        Interval: { FirstRecord: "su_ex.log[:#1]", LastRecord: "su_ex.log[:#1]", MaxRecnum: 1 },
      });
      await made.archive.rows("DELETE FROM su_ex.log");
      const { Interval } = await made.ask("jsoc_info", { op: "series_struct", ds: "su_ex.log" });
      expect(Interval).toEqual({
        FirstRecord: "NA",
        FirstRecnum: "NA",
        LastRecord: "NA",
        LastRecnum: "NA",
        MaxRecnum: 0,
      });
    });

    it("counts the records of a query, of several sets together, and no more than n of each", async () => {
      const count = async (ds: string, n = "0") => {
        const { count, status } = await made.ask("jsoc_info", { op: "rs_summary", ds, n });
        expect(status).toBe(0);
        return count;
      };
      expect(await count("su_ex.field")).toBe(3);
      expect(await count("su_ex.field[! 1=1 !]")).toBe(4);
      expect(await count("su_ex.field[][2],su_ex.lev1")).toBe(2);
      expect(await count("su_ex.field", "-2")).toBe(2);
      expect(await count("su_ex.field[2001.01.01]")).toBe(0);
    });

    it("says what there is to do", async () => {
      expect(await made.ask("jsoc_info", { op: "rs_image", ds: "su_ex.field" })).toEqual({
        status: 4,
        error: "operation not implemented",
        errmsg: "operation not implemented",
      });
      expect(await made.ask("jsoc_info", {})).toMatchObject({
        status: 1,
        error: "op=, expected one of: series_struct, rs_summary, rs_list",
      });
    });

    describe("which are offered", () => {
      let folder = "";
      beforeAll(async () => {
        folder = await mkdtemp(join(tmpdir(), "heliostream-jsoc-"));
        await mkdir(join(folder, "sources"));
        const definition = (access: string) =>
          `description = 'x'\nreader = 'drms-keywords "ds=su_ex.FIELD[][1]" key=DATAMEAN'\ndas2Stream = 1\n${access}`;
        await writeFile(
          join(folder, "sources/Secret.dsdf"),
          definition("readAccess = 'USER:ann'\nhidden = 1\n"),
        );
        await writeFile(join(folder, "sources/Open.dsdf"), definition("").replace("FIELD", "log"));
        // It has no reader, so that nothing comes from it; what it protected stays protected.
        await writeFile(
          join(folder, "sources/Broken.dsdf"),
          "description = 'su_ex.Lev1'\nreadAccess = 'USER:ann'\ndas2Stream = 1\n",
        );
      });
      afterAll(() => rm(folder, { recursive: true, force: true }));

      /** Names by each way to name them, over a server with these settings. */
      const offered = async (settings: Readonly<Record<string, string>>) => {
        const server: JsocServer = await jsocServer(made.archive.database.url, settings);
        try {
          const { seriesList } = await server.ask("showextseries", {});
          const asked = await Promise.all(
            ["su_ex.Field", "su_ex.Lev1", "su_ex.log"].map(async (ds) => [
              ds,
              await server.ask("jsoc_info", { op: "rs_summary", ds }),
              await server.ask("jsoc_info", { op: "series_struct", ds }),
              await (await fetch(`${server.url}/show_info?ds=${ds}&c=1`)).text(),
            ]),
          );
          const open = asked.flatMap(([ds, summary, struct, text]) => {
            const states = [summary, struct].map((answer) => (answer as { status: number }).status === 0);
            states.push(!/has no series/.test(String(text)));
            expect(new Set(states).size, `${ds}: ${JSON.stringify(states)}`).toBe(1);
            return states[0] === true ? [ds] : [];
          });
          expect(seriesList).toEqual(open);
          const byUnit = await (await fetch(`${server.url}/show_info?sunum=${made.fieldUnit}&c=1`)).text();
          expect(byUnit).toBe(
            open.includes("su_ex.Field")
              ? "2 records match the query\n"
              : "show_info: one of the storage units is not known here\n",
          );
          return { open, server: await linkThrough(server) };
        } finally {
          await server.close();
        }
      };
      /** What a keyword at the end of a link shows. */
      const linkThrough = async (server: JsocServer) => {
        const { keywords } = await server.ask("jsoc_info", {
          op: "rs_list",
          ds: "su_ex.field[]",
          n: "1",
          key: "EXPTIME",
        });
        return (keywords as readonly { readonly values: readonly unknown[] }[] | undefined)?.[0]?.values;
      };

      it("are those of JSOC_SERIES, and links lead to no others", async () => {
        expect(await offered({})).toEqual({
          open: ["su_ex.Field", "su_ex.Lev1", "su_ex.log"],
          server: ["0.500"],
        });
        expect(await offered({ HELIOSTREAM_JSOC_SERIES: "SU_ex.* !*.lev?1 !*lev1" })).toEqual({
          open: ["su_ex.Field", "su_ex.log"],
          server: ["Invalid KeyLink"],
        });
        expect((await offered({ HELIOSTREAM_JSOC_SERIES: "other.*" })).open).toEqual([]);
      });

      it("are none that protected sources read, unless they are named", async () => {
        const roots = { HELIOSTREAM_DSDF_ROOT: join(folder, "sources") };
        expect((await offered(roots)).open).toEqual(["su_ex.log"]);
        const named = { ...roots, HELIOSTREAM_JSOC_SERIES: "* su_ex.field" };
        expect((await offered(named)).open).toEqual(["su_ex.Field", "su_ex.log"]);
      });
    });
  },
);

describe("patterns of names of series", () => {
  it.each([
    ["*", "su_ex.a", true],
    ["su_ex.*", "SU_EX.a", true],
    ["su_ex.*", "su_exa", false],
    ["hmi.*_45s", "hmi.m_45s", true],
    ["hmi.*_45s", "hmi.m_720s", false],
    ["* !hmi.*", "hmi.m_45s", false],
    ["su.ex", "suxex", false],
    ["!hmi.*", "su_ex.a", false],
  ])("%s with %s: %s", (patterns, name, expected) => {
    expect(patternTest(patterns.split(" ")).offers(name)).toBe(expected);
  });
});
