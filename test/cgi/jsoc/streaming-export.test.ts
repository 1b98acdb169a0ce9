import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { namedRecords } from "../../../cgi/jsoc/vso/named-records.js";
import { parseRegistry } from "../../../cgi/jsoc/vso/registry.js";
import { memorySource } from "../../../fits/byte-source.js";
import { openFitsFile } from "../../../fits/fits-file.js";
import { firstImageHdu, openImage } from "../../../fits/open-image.js";
import { type JsocServer, jsocServer } from "../../support/jsoc-server.js";
import { postgresForTest, type TestDatabase } from "../../support/postgres.js";
import { sampleArchive } from "../../support/sample-archive.js";
import { codeOf, messageOf } from "../../support/thrown.js";

const REGISTRY = {
  continuum: {
    query: "sample_hmi.ic_720s[%s][%s]{continuum}",
    record: "([^|]+)\\|(\\d+)",
    fileName: "{seriesname}.{T_REC:A-1}.{segment}",
    tarName: "continuum_%s_%s",
    group: {
      query: "sample_aia.lev1_euv_12s[2013.05.23_14:06_TAI][? WAVELNTH=%s ?][? INSTRUME IN (%s) ?]{image}",
      record: "group\\|(\\d+)\\|(.+)",
    },
  },
  secret: {
    query: "sample_hmi.m_720s[%s]{magnetogram}",
    record: "(.+)",
    fileName: "{recnum}.fits",
    tarName: "secret",
  },
};

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("the streaming export"), () => {
  let database: TestDatabase;
  let server: JsocServer;
  let folder = "";
  beforeAll(async () => {
    database = await sampleArchive();
    folder = mkdtempSync(join(tmpdir(), "heliostream-vso-"));
    writeFileSync(join(folder, "series.json"), JSON.stringify(REGISTRY));
    server = await jsocServer(database.url, {
      HELIOSTREAM_VSO_EXPORTS: join(folder, "series.json"),
      HELIOSTREAM_JSOC_SERIES: "* !sample_hmi.m_720s",
    });
  }, 120_000);
  afterAll(async () => {
    await server?.close();
    await database?.drop();
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  const get = (query: string, method = "GET"): Promise<Response> =>
    fetch(`${server.url}/drms_export.cgi?${query}`, { method });

  it("is a tar of files below jsoc/, with a list of what was sent", async () => {
    const response = await get("series=continuum;record=2013.05.23_12:00_TAI/24m%7C3;compress=rice");
    expect(response.headers.get("content-type")).toBe("application/octet-stream");
    expect(response.headers.get("content-transfer-encoding")).toBe("binary");
    expect(response.headers.get("content-disposition")).toBe(
      'attachment; filename="continuum_2013_05_23_12_00_TAI_24m_3.tar"',
    );
    const into = mkdtempSync(join(folder, "tar-"));
    writeFileSync(join(into, "all.tar"), Buffer.from(await response.arrayBuffer()));
    execFileSync("tar", ["xf", "all.tar"], { cwd: into });
    expect(readdirSync(join(into, "jsoc")).sort()).toEqual([
      "error_list.json",
      "file_list.json",
      "sample_hmi.ic_720s.20130523_1200_TAI.continuum.fits",
      "sample_hmi.ic_720s.20130523_1212_TAI.continuum.fits",
    ]);
    const list: unknown = JSON.parse(readFileSync(join(into, "jsoc/file_list.json"), "utf8"));
    expect(list).toMatchObject({
      ...{ status: 0, requestid: null, method: "url_direct", protocol: "FITS", dir: null, wait: 0, count: 2 },
      data: [{ record: "sample_hmi.ic_720s[2013.05.23_12:00:00_TAI][3]{continuum}" }, {}],
    });
    const file = await openFitsFile(
      memorySource(readFileSync(join(into, "jsoc/sample_hmi.ic_720s.20130523_1200_TAI.continuum.fits"))),
    );
    expect(openImage(file, firstImageHdu(file)!).compression).toBe("RICE_1");
  });

  it("is one file where that was asked for, whose length is told, to HEAD as well", async () => {
    const query = "series=continuum&record=2013.05.23_12:00_TAI%7C3&skiptar=1";
    const response = await get(query);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(response.headers.get("content-disposition")).toBe(
      'attachment; filename="sample_hmi_ic_720s_20130523_1200_TAI_continuum.fits"',
    );
    expect(response.headers.get("content-length")).toBe(String(bytes.length));
    const file = await openFitsFile(memorySource(bytes));
    const image = openImage(file, firstImageHdu(file)!);
    expect([image.compression, image.hdu.index]).toEqual([undefined, 0]);
    const head = await get(query, "HEAD");
    expect(head.status).toBe(200);
    expect(head.headers.get("content-length")).toBe(String(bytes.length));
    expect(await head.text()).toBe("");
  });

  it("takes names of several records at once", async () => {
    const named = (names: string) => get(`series=continuum&skiptar=1&record=${encodeURIComponent(names)}`);
    const found = await named("group|171|AIA_1:AIA_2:AIA_3:AIA_4");
    expect(found.status).toBe(200);
    const file = await openFitsFile(memorySource(Buffer.from(await found.arrayBuffer())));
    expect(firstImageHdu(file)!.header.get("WAVELNTH")).toMatchObject({ value: 171 });
    const none = await named("group|171|AIA_7:AIA_8");
    expect(none.status).toBe(404);
    expect(await none.text()).toContain("there are no such records");
  });

  it.each([
    ["an unknown series", "series=other&record=x", 400, "is not known here"],
    ["no series", "record=x", 400, "series is missing"],
    ["no record", "series=continuum", 400, "record is missing"],
    ["a name that fits no rule", "series=continuum&record=%3Cb%3E", 400, "is no name of records"],
    ["a name with brackets", "series=continuum&record=2013]%5B%3F1=1%3F%7C3", 400, "without brackets"],
    ["a series that is not offered", "series=secret&record=2013.05.23", 404, "sample_hmi.m_720s"],
    ["no records", "series=continuum&record=1999.01.01_TAI%7C3", 404, "no such records"],
  ])("tells on a page what is wrong: %s", async (_, query, status, text) => {
    const response = await get(query);
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    const page = await response.text();
    expect(page).toContain(text);
    expect(page).not.toContain("<b>");
  });
});

describe("the list of series of the streaming export", () => {
  it("is one as the documents show it", () => {
    const page = readFileSync(join(import.meta.dirname, "../../../docs/exports.md"), "utf8");
    const [, example = ""] = /```json\n([\s\S]*?)```/.exec(page) ?? [];
    const registry = parseRegistry(example, "docs/exports.md");
    const series = registry.get("hmi_magnetogram")!;
    expect(namedRecords(series, "2014.01.01_TAI|1")).toEqual({
      ...{ query: "hmi.M_720s[2014.01.01_TAI][1]{magnetogram}", tarName: "magnetograms_2014.01.01_TAI" },
    });
    const named = (name: string) => namedRecords(registry.get("files")!, name).query;
    expect(named("a.dat")).toBe("su_ex.files[a.dat]{file}");
    expect(named("a:b:c")).toBe("su_ex.files[][? NAME IN ('a','b','c') ?]{file}");
  });

  const entry = REGISTRY.secret;
  it.each([
    ["[1]", "the file"],
    ["{", "the file is no JSON"],
    [JSON.stringify({ a: 1 }), '"a", expected an object'],
    [JSON.stringify({ a: { ...entry, query: undefined } }), '"a": query, expected a text'],
    [JSON.stringify({ a: { ...entry, record: "(" } }), '"a": record, expected a regular expression'],
    [JSON.stringify({ a: { ...entry, record: "(.)(.)" } }), "as many as groups in record, 2"],
    [JSON.stringify({ a: { ...entry, fileName: "{x" } }), '"a": fileName'],
    [JSON.stringify({ a: { ...entry, other: "x" } }), 'member "other"'],
    [JSON.stringify({ a: { ...entry, group: [] } }), '"a": group'],
  ])("refuses %s", (text, message) => {
    const parse = () => parseRegistry(text, "/etc/series.json");
    expect(codeOf(parse)).toBe("BAD_CONFIG");
    expect(messageOf(parse)).toContain(message);
    expect(messageOf(parse)).not.toContain("/etc");
  });
});
