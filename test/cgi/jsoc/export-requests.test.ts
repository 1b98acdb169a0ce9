import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startExportWork } from "../../../cgi/jsoc/export-work.js";
import { memorySource } from "../../../fits/byte-source.js";
import { openFitsFile } from "../../../fits/fits-file.js";
import { firstImageHdu, openImage } from "../../../fits/open-image.js";
import type { ExportWork } from "../../../netdrms/requests/start-exports.js";
import { type JsocServer, jsocServer } from "../../support/jsoc-server.js";
import { postgresForTest, type TestDatabase } from "../../support/postgres.js";
import { sampleArchive } from "../../support/sample-archive.js";
import { withClient } from "../../support/test-databases.js";

const postgres = await postgresForTest();

const NOTIFY = "user@example.org";
const TWO = "sample_hmi.ic_720s[2013.05.23_12:00_TAI/24m]{continuum}";

describe.skipIf(postgres.missing)(postgres.title("requests for exports over HTTP"), () => {
  let database: TestDatabase;
  let server: JsocServer;
  let work: ExportWork | undefined;
  let root = "";
  beforeAll(async () => {
    database = await sampleArchive();
    root = mkdtempSync(join(tmpdir(), "heliostream-exports-"));
    server = await jsocServer(database.url, {
      HELIOSTREAM_EXPORT_ROOT: root,
      HELIOSTREAM_EXPORT_MAX_PENDING: "100",
      HELIOSTREAM_EXPORT_MAX_PENDING_CLIENT: "100",
      HELIOSTREAM_CONTACT_EMAIL: "help@example.org",
    });
    await withClient(database.url, (client) =>
      client.query("INSERT INTO jsoc.export_user_info (address) VALUES ($1)", [NOTIFY]),
    );
    work = startExportWork(server.live.server.site, () => {});
  }, 120_000);
  afterAll(async () => {
    await work?.close();
    await server?.close();
    await database?.drop();
    if (root !== "") rmSync(root, { recursive: true, force: true });
  });

  const request = (words: Readonly<Record<string, string>>): Promise<Record<string, unknown>> =>
    server.ask("jsoc_fetch", { op: "exp_request", notify: NOTIFY, ds: TWO, ...words });
  const status = (requestid: string): Promise<Record<string, unknown>> =>
    server.ask("jsoc_fetch", { op: "exp_status", requestid });
  const finished = async (id: unknown): Promise<Record<string, unknown>> => {
    for (;;) {
      const reply = await status(String(id));
      if (!["1", "2", "12"].includes(String(reply.status))) return reply;
    }
  };
  const bytesAt = async (path: unknown): Promise<Buffer> => {
    const response = await fetch(`${server.url}${path}`);
    expect(response.status).toBe(200);
    return Buffer.from(await response.arrayBuffer());
  };

  it("are answered at once where stored files are on line, whose paths can be fetched", async () => {
    const reply = await request({ method: "url_quick", protocol: "as-is" });
    expect(reply).toMatchObject({
      ...{ rcount: 2, count: 2, size: 1, dir: "", requestid: "", method: "url_quick", protocol: "as-is" },
      ...{ wait: 0, status: 0 },
      data: [
        { record: "sample_hmi.ic_720s[2013.05.23_12:00:00_TAI][3]{continuum}" },
        { record: "sample_hmi.ic_720s[2013.05.23_12:12:00_TAI][3]{continuum}" },
      ],
    });
    const [{ filename }] = reply.data as readonly [{ readonly filename: string }];
    expect(await bytesAt(filename)).toEqual(await readFile(filename));
  });

  it("become files that a client finds by the reply of a finished one", async () => {
    const begun = await request({ method: "url", protocol: "fits,compress Rice", "process=n": "1" });
    expect(begun).toMatchObject({
      ...{ status: 2, method: "url", protocol: "fits,compress Rice", wait: 10, rcount: 1, size: 1 },
      requestid: expect.stringMatching(/^JSOC_\d{8}_\d{3}$/),
    });
    const done = await finished(begun.requestid);
    expect(done).toMatchObject({
      ...{ status: "0", count: "1", dir: `/export/${begun.requestid}`, wait: "0" },
      data: [{ record: "sample_hmi.ic_720s[2013.05.23_12:00:00_TAI][3]" }],
    });
    const [{ filename }] = done.data as readonly [{ readonly filename: string }];
    const bytes = await bytesAt(`${done.dir}/${filename}`);
    const file = await openFitsFile(memorySource(bytes));
    expect(openImage(file, firstImageHdu(file)!).compression).toBe("RICE_1");
    const sums = (await bytesAt(`${done.dir}/SHA256SUMS`)).toString();
    expect(sums).toBe(`${createHash("sha256").update(bytes).digest("hex")}  ${filename}\n`);
  });

  it("that are alike are one job, also when they come at once", async () => {
    const words = { protocol: "fits", filenamefmt: "same.{recnum}.{segment}" };
    const replies = await Promise.all(Array.from({ length: 6 }, () => request(words)));
    const ids = new Set(replies.map(({ requestid }) => requestid));
    expect(ids.size).toBe(1);
    expect(new Set(replies.map(({ status: one }) => one))).toEqual(new Set([2]));
    const [id] = ids;
    await finished(id);
    // Also when it is finished, for a day.
    expect((await request(words)).requestid).toBe(id);
    // Another processing is another job.
    expect((await request({ ...words, "process=n": "1" })).requestid).not.toBe(id);
  });

  it("cut images out, whose coordinates are those of the pixels", async () => {
    const begun = await request({
      protocol: "fits",
      "process=n":
        "0|im_patch,t_ref=2013.05.23_12:00:00_TAI,t=1,r=0,c=0,locunits=pixels,boxunits=pixels,x=101,y=91,width=20,height=10",
    });
    expect(begun.error).toBeUndefined();
    const done = await finished(begun.requestid);
    const full = await finished((await request({ protocol: "fits" })).requestid);
    const open = async (reply: Record<string, unknown>) => {
      const [{ filename }] = reply.data as readonly [{ readonly filename: string }];
      const file = await openFitsFile(memorySource(await bytesAt(`${reply.dir}/${filename}`)));
      return openImage(file, firstImageHdu(file)!);
    };
    const [cut, whole] = [await open(done), await open(full)];
    expect(cut.shape).toEqual([20, 10]);
    // Twenty pixels around pixel 101 (the first is 1): 100 - 10 from 0 on.
    expect(await cut.read()).toEqual(await whole.read({ start: [90, 85], size: [20, 10] }));
    for (const [axis, first] of [
      ["CRPIX1", 90],
      ["CRPIX2", 85],
    ] as const)
      expect(cut.hdu.header.real(axis)).toBeCloseTo(whole.hdu.header.real(axis)! - first, 4);
  });

  it.each([
    ["no address", { notify: "" }, 4, /notify is missing/],
    ["an unknown address", { notify: "nobody@example.org" }, 4, /not registered/],
    ["no record set", { ds: "" }, 4, /ds is missing/],
    ["a series that is not there", { ds: "sample_hmi.nothing[]" }, 4, /nothing/],
    ["several sets", { ds: `${TWO};${TWO}` }, 4, /2 record sets/],
    ["a set that cannot be read", { ds: "sample_hmi.ic_720s[" }, 4, /not closed/],
    [
      "a step that is not done",
      { "process=n": "0|rebin,method=boxcar,scale=0.25" },
      4,
      /"rebin" is not done here/,
    ],
    ["a cutout of stored files", { protocol: "as-is", "process=n": "0|im_patch,x=1" }, 4, /im_patch/],
    ["pictures", { protocol: "jpg,CT=grey.sao" }, 4, /not made here/],
    ["another way of delivery", { method: "ftp" }, 4, /method=ftp/],
    ["a compression that is not written", { protocol: "fits,compress plio" }, 4, /not written here/],
    ["a template that is none", { filenamefmt: "{recnum" }, 4, /without its }/],
    ["no such records", { ds: "sample_hmi.ic_720s[1999.01.01_TAI]" }, 4, /no such records/],
    ["a form that is not made", { format: "xml" }, 4, /format=xml/],
  ])("are refused with a reason: %s", async (_, words, wanted, message) => {
    const reply = await request(words);
    expect(reply).toMatchObject({ status: wanted, requestid: "", contact: "help@example.org" });
    expect(reply.error).toMatch(message);
  });

  it("tell of ids that are not known, and of those that are none", async () => {
    expect(await status("JSOC_20000101_001")).toMatchObject({ status: 6, requestid: "JSOC_20000101_001" });
    expect(await status("../../etc/passwd")).toMatchObject({ status: 4 });
    expect(await server.ask("jsoc_fetch", { op: "exp_repeat" })).toMatchObject({
      ...{ status: 4, error: "operation not implemented" },
    });
  });

  it("are told of as text and as a page, too", async () => {
    const { requestid } = await request({ protocol: "fits" });
    await finished(requestid);
    const words = new URLSearchParams({ op: "exp_status", requestid: String(requestid), format: "txt" });
    const text = await (await fetch(`${server.url}/jsoc_fetch?${words}`)).text();
    expect(text).toMatch(/^# JSOC \nversion=0\.5\nrequestid=JSOC_.*\n# DATA\nsample_hmi\.ic_720s\[.*\]\t/s);
    const page = await fetch(`${server.url}/export/${requestid}/`);
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(await page.text()).toContain("Exported files");
  });

  it("may be for a list of record sets that is uploaded, of one series", async () => {
    const sets = ["2013.05.23_12:12_TAI", "2013.05.23_12:00_TAI"].map(
      (time) => `sample_hmi.ic_720s[${time}]`,
    );
    const form = async (file: string, more: Readonly<Record<string, string>> = {}) => {
      const body = new FormData();
      const words = { op: "exp_request", notify: NOTIFY, ds: "*file*sets.txt", ...more };
      for (const [name, value] of Object.entries(words)) body.set(name, value);
      body.set("file", new Blob([file]), "sets.txt");
      const response = await fetch(`${server.url}/jsoc_fetch`, { method: "POST", body });
      return (await response.json()) as Record<string, unknown>; // as every reply
    };
    const quick = await form(`${sets.join("\n")}\n`, { method: "url_quick", seg: "continuum" });
    expect(quick).toMatchObject({
      ...{ status: 0, rcount: 2, count: 2 },
      data: [
        { record: "sample_hmi.ic_720s[2013.05.23_12:12:00_TAI][3]{continuum}" },
        { record: "sample_hmi.ic_720s[2013.05.23_12:00:00_TAI][3]{continuum}" },
      ],
    });
    const begun = await form(`${sets.join("\n")}`, { protocol: "fits", seg: "continuum" });
    expect(begun).toMatchObject({ status: 2, rcount: 2 });
    expect(await finished(begun.requestid)).toMatchObject({ status: "0", count: "2" });
    for (const [file, why] of [
      [`${sets[0]}\nsample_hmi.m_720s[$]`, /several series/],
      [`${sets[0]};${sets[1]}`, /";" between record sets/],
      [`${sets[0]}{continuum}`, /seg and segments/],
      ["@/etc/passwd", /lists of record sets in files are not read here/],
      [Array.from({ length: 201 }, () => "sample_hmi.lev1[1]").join("\n"), /201 record sets/],
    ] as const)
      expect(await form(file, { seg: "continuum" })).toMatchObject({
        status: 4,
        error: expect.stringMatching(why),
      });
    // Without "*file*" a list is none.
    expect(await request({ ds: sets.join(",") })).toMatchObject({ status: 4 });
  });

  it("of other segments of the same records are others", async () => {
    const words = { protocol: "fits", ds: "sample_hmi.m_720s[2013.05.23_12:00_TAI]" };
    const [all, one] = [await request(words), await request({ ...words, seg: "magnetogram" })];
    expect(one.requestid).not.toBe(all.requestid);
  });

  it("tell where the storage units of records are, each once, by the protocol su", async () => {
    const rows = await withClient(database.url, async (client) => {
      const found = await client.query<{ readonly id: string; readonly folder: string }>(
        `SELECT DISTINCT ds_index::text AS id, online_loc AS folder FROM sum_main
         JOIN sample_hmi.ic_720s r ON r.sunum = ds_index WHERE r.recnum = ANY($1)`,
        [await recnumsOf(TWO)],
      );
      return found.rows;
    });
    const told = await request({ protocol: "su", method: "url_quick" });
    expect(told).toMatchObject({ status: 0, requestid: "", method: "url_quick", protocol: "su", dir: "" });
    const data = told.data as readonly Readonly<Record<string, string>>[];
    expect(new Set(data.map(({ sunum, path }) => `${sunum} ${path}`))).toEqual(
      new Set(rows.map(({ id, folder }) => `${id} ${folder}`)),
    );
    expect(data).toHaveLength(rows.length);
    // As finished lists of units name the records of one.
    const ds = `sample_hmi.ic_720s[! sunum = ${data[0]?.sunum} !]`;
    const counted = await withClient(database.url, (client) =>
      client.query<{ readonly count: number }>(
        "SELECT count(*)::int AS count FROM sample_hmi.ic_720s WHERE sunum = $1",
        [data[0]?.sunum],
      ),
    );
    expect(await server.ask("jsoc_info", { op: "rs_summary", ds })).toMatchObject({
      status: 0,
      count: counted.rows[0]?.count,
    });
    expect(data[0]).toMatchObject({
      ...{ record: "sample_hmi.ic_720s[2013.05.23_12:00:00_TAI][3]", series: "sample_hmi.ic_720s" },
      ...{ filename: data[0]?.path, sustatus: "Y" },
    });
    expect(await request({ protocol: "su-as-is", method: "url_quick" })).toMatchObject({ data });
    expect(await request({ protocol: "su", method: "url-tar" })).toMatchObject({ status: 4 });
    expect(await request({ protocol: "su", ds: "jsoc.heliostream_exports[]" })).toMatchObject({ status: 4 });
  });

  const recnumsOf = async (ds: string): Promise<readonly number[]> => {
    const { keywords } = await server.ask("jsoc_info", { op: "rs_list", ds, key: "*recnum*" });
    return (keywords as readonly { readonly values: readonly number[] }[])[0]?.values ?? [];
  };

  it("list storage units", async () => {
    const [row] = await withClient(
      database.url,
      async (client) =>
        (
          await client.query<{ id: string; folder: string }>(
            "SELECT ds_index::text AS id, online_loc AS folder FROM sum_main WHERE online_status = 'Y' LIMIT 1",
          )
        ).rows,
    );
    const words = { op: "exp_su", sunum: `${row!.id},5`, requestid: "NOASYNCREQUEST" };
    const reply = await server.ask("jsoc_fetch", words);
    expect(reply).toMatchObject({ count: 2, status: 0, requestid: "", wait: 0 });
    expect(reply.data).toEqual([
      expect.objectContaining({ sunum: row!.id, path: row!.folder, sustatus: "Y" }),
      { sunum: "5", series: "NA", path: "NA", sustatus: "I", susize: "0" },
    ]);
    const byNumber = await server.ask("jsoc_fetch", { ...words, formatvar: "dataobj" });
    expect(byNumber.data).toHaveProperty([row!.id, "sustatus"], "Y");
  });
});
