import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { hapiSite, json, statusOf } from "../../support/hapi-site.js";
import { madeReader } from "../../support/made-reader.js";

const reader = madeReader({ name: "made", stepSeconds: 600 });
let now = Date.UTC(2026, 0, 1);
const { server, ask, raw, close } = hapiSite({
  programs: { made: reader.program },
  now: () => new Date(now),
});
afterAll(() => close());

const LINES = [
  "reader = made",
  "validRange = '2020-01-01 to now'",
  "exampleRange_00 = '2021-06-01 to 2021-06-02 | A day'",
];
server.define("A/Good", ...LINES, "sciContact = 'Ada <ada@example.org>'", "summary = 'More of it'");
server.define(
  "A/Parts",
  ...LINES,
  "subSource_00 = 'hours | Means of an hour | 3600'",
  "subSource_01 = 'other | Other words | 0 | word'",
);
server.define(
  "A/Examples",
  "reader = made",
  "exampleRange_00 = '2021-06-01 to 2021-06-02'",
  "exampleRange_01 = '2022-06-01 to 2022-06-03'",
);
server.define(
  "A/Interval",
  "reader = ephemeris",
  "requiresInterval = 1",
  ...LINES.slice(1),
  "subSource_00 = 'daily | One a day | 86400'",
);
server.define("B/Protected", ...LINES, "readAccess = 'AGE:1y'");
server.define("B/Off", ...LINES, "hapi = 0");
server.define("B/Hidden", ...LINES, "hidden = 1");
server.define("B/Moved", ...LINES, "rename = A/Good");
server.define("B/Elsewhere", ...LINES, "server = 'https://elsewhere.example.org/das/server'");
server.define("B/Ranges", "reader = made");
server.define("B/Alone", "reader = ephemeris", "requiresInterval = 1", ...LINES.slice(1));

const LISTED = ["A/Examples", "A/Good", "A/Interval,daily", "A/Parts", "A/Parts,hours", "A/Parts,other"];

describe("/hapi/capabilities and /hapi/about", () => {
  it("name the forms, the depths, the server and a request that works", async () => {
    expect(json(await ask("capabilities"))).toEqual({
      HAPI: "3.3",
      status: { code: 1200, message: "OK" },
      outputFormats: ["csv", "binary", "json"],
      catalogDepthOptions: ["dataset", "all"],
    });
    const about = json(await ask("about"));
    expect(about).toMatchObject({
      HAPI: "3.3",
      id: "pumps",
      title: "Pump Works",
      contact: "pumps@example.org",
    });
    const { dataset, start, stop } = about.dataTest.query;
    const tried = await ask("data", { dataset, start, stop });
    expect([tried.status, tried.bytes.length > 0]).toEqual([200, true]);
  });

  it("take no parameters, and no other methods than GET and HEAD", async () => {
    expect(statusOf(await ask("about", { id: "A/Good" }))).toEqual([400, 1401]);
    const posted = await raw("/hapi/about", "", "POST");
    expect([posted.status, posted.header("allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
    expect(json(posted).status.code).toBe(1400);
  });
});

describe("/hapi/catalog", () => {
  it("has every source that can be expressed, with its sub-sources, and no other", async () => {
    const answer = await ask("catalog");
    expect(json(answer).catalog.map(({ id }: { id: string }) => id)).toEqual(LISTED);
    expect(answer.header("content-type")).toBe("application/json");
  });

  it("gives with depth=all each header as /info does, found out or kept", async () => {
    const first = json(await ask("catalog", { depth: "all" }));
    const second = await ask("catalog", { depth: "all" });
    expect(json(second)).toEqual(first);
    expect(second.header("etag")).toBeDefined();
    expect(first.catalog.map(({ id }: { id: string }) => id)).toEqual(LISTED);
    for (const { id, info } of first.catalog) {
      const { HAPI: _, status: __, ...header } = json(await ask("info", { dataset: id }));
      expect(info).toEqual(header);
    }
  });

  it("refuses another depth, and another word for references", async () => {
    expect(statusOf(await ask("catalog", { depth: "deep" }))).toEqual([400, 1413]);
    expect(statusOf(await ask("catalog", { depth: "" }))).toEqual([400, 1413]);
    expect(statusOf(await ask("catalog", { resolve_references: "maybe" }))).toEqual([400, 1412]);
    expect(statusOf(await ask("catalog", { resolve_references: "false" }))).toEqual([200, 1200]);
  });

  it("cuts a long title between words, to 40 characters", async () => {
    const title = async (description: string) => {
      server.define("A/Added", ...LINES, `description = '${description}'`);
      const { catalog } = json(await ask("catalog"));
      return catalog.find(({ id }: { id: string }) => id === "A/Added").title;
    };
    expect(await title("Magnetic field by latitude, 2010 to 2024")).toBe(
      "Magnetic field by latitude, 2010 to 2024",
    );
    expect(await title("Mean magnetic field of the disk, 2010 to 2024")).toBe(
      "Mean magnetic field of the disk ...",
    );
    expect(await title("Spectra of the mean velocity of the Sun in time")).toBe(
      "Spectra of the mean velocity of the ...",
    );
  });

  it("follows the definitions", async () => {
    server.define("A/Added", ...LINES);
    expect(JSON.stringify(json(await ask("catalog")))).toContain('"A/Added"');
    server.define("A/Added", ...LINES, "hapi = no");
    expect(JSON.stringify(json(await ask("catalog")))).not.toContain('"A/Added"');
  });
});

describe("/hapi/info", () => {
  it("describes a data set from its definition and its stream", async () => {
    expect(json(await ask("info", { dataset: "A/Good" }))).toEqual({
      HAPI: "3.3",
      status: { code: 1200, message: "OK" },
      cadence: "PT10M",
      startDate: "2020-01-01T00:00:00.000Z",
      stopDate: "2026-01-02T00:00:00.000Z",
      timeStampLocation: "other",
      sampleStartDate: "2021-06-01T00:00:00.000Z",
      sampleStopDate: "2021-06-02T00:00:00.000Z",
      description: "Made up. More of it.",
      contact: "Ada <ada@example.org>",
      parameters: [
        { name: "Time", type: "isotime", length: 24, units: "UTC", fill: null },
        { name: "v", type: "double", units: "V", fill: "NaN" },
      ],
    });
  });

  it("takes its range from the examples where there is no other", async () => {
    expect(json(await ask("info", { id: "A/Examples" }))).toMatchObject({
      startDate: "2021-06-01T00:00:00.000Z",
      stopDate: "2022-06-03T00:00:00.000Z",
    });
  });

  it("says of a reduced part what it is: cadence, the place of its times, a note", async () => {
    expect(json(await ask("info", { dataset: "A/Parts,hours" }))).toMatchObject({
      cadence: "PT1H",
      timeStampLocation: "center",
      x_binWidth: 3600,
      note: "Records are reduced from A/Parts: one for each 3600 s, at the middle of its bin.",
      description: "Means of an hour. Made up.",
    });
    expect(json(await ask("info", { dataset: "A/Interval,daily" }))).toMatchObject({
      cadence: "P1D",
      timeStampLocation: "other",
    });
  });

  it("gives chosen parameters, the time always, in the order of the data set alone", async () => {
    const names = async (parameters: string) =>
      json(await ask("info", { dataset: "A/Good", parameters })).parameters?.map(
        ({ name }: { name: string }) => name,
      );
    expect(await names("v")).toEqual(["Time", "v"]);
    expect(await names("Time")).toEqual(["Time"]);
    expect(await names("")).toEqual(["Time", "v"]);
    expect(await names("time,Y_1")).toEqual(["Time", "v"]);
    expect(statusOf(await ask("info", { dataset: "A/Good", parameters: "v,Time" }))).toEqual([400, 1411]);
    expect(statusOf(await ask("info", { dataset: "A/Good", parameters: "v,v" }))).toEqual([400, 1411]);
    expect(statusOf(await ask("info", { dataset: "A/Good", parameters: "V" }))).toEqual([404, 1407]);
    expect(statusOf(await ask("info", { dataset: "A/Good", parameters: "v," }))).toEqual([404, 1407]);
    expect(statusOf(await ask("info", { dataset: "A/Good", parameters: "__proto__" }))).toEqual([404, 1407]);
  });

  it("runs the reader once, for its begin, and keeps what it found in a file", async () => {
    server.define("A/Once", ...LINES);
    const before = reader.starts.length;
    const first = await ask("info", { dataset: "A/Once" });
    await reader.idle();
    await ask("info", { dataset: "A/Once", parameters: "v" });
    await ask("data", { dataset: "A/Once", start: "2021-06-01", stop: "2021-06-01T01:00" });
    expect(reader.starts.slice(before).map(({ begin }) => begin)).toEqual([
      "2021-06-01T00:00:00",
      "2021-06-01T00:00:00",
    ]);
    const file = join(server.cacheRoot, "hapi/A/Once.json");
    const kept = JSON.parse(readFileSync(file, "utf8"));
    expect(kept.parameters).toEqual(json(first).parameters);
  });

  it("takes the file of another process, if it is of the same definition and young, and a broken one for none", async () => {
    const {
      server: other,
      ask: askOther,
      close: closeOther,
    } = hapiSite({
      programs: { made: reader.program },
      now: () => new Date(now),
      definitions: server.definitions,
      cacheRoot: server.cacheRoot,
    });
    try {
      const file = join(server.cacheRoot, "hapi/A/Once.json");
      const text = readFileSync(file, "utf8").replace('"units":"V"', '"units":"kV"');
      writeFileSync(file, text);
      const before = reader.starts.length;
      expect(json(await askOther("info", { dataset: "A/Once" })).parameters[1].units).toBe("kV");
      expect(reader.starts.length).toBe(before);
      now += 8 * 86_400_000;
      expect(json(await askOther("info", { dataset: "A/Once" })).parameters[1].units).toBe("V");
      now -= 8 * 86_400_000;
      server.define("A/Once", ...LINES, "subSource_00 = 'x | Another | 0'");
      for (const broken of ["", "{}", '{"hash":1}', text.replace('"t"', '"q"')]) {
        writeFileSync(join(server.cacheRoot, "hapi/A/Once,x.json"), broken);
        other.define("A/Once", ...LINES, `subSource_00 = 'x | Another | 0 | ${broken.length}'`);
        expect(json(await askOther("info", { dataset: "A/Once,x" })).parameters[1].units).toBe("V");
      }
    } finally {
      await closeOther();
    }
  });

  it("is found out anew when the reader of the definition is another", async () => {
    server.define("A/Edited", ...LINES);
    expect(json(await ask("info", { dataset: "A/Edited" })).parameters).toHaveLength(2);
    server.define("A/Edited", "reader = 'synthetic --planes 3'", ...LINES.slice(1));
    expect(json(await ask("info", { dataset: "A/Edited" })).parameters).toHaveLength(4);
  });

  it("tells of a reader that fails, and of one that has nothing, without what they are", async () => {
    server.define("A/Fails", "reader = fail-early", ...LINES.slice(1));
    server.define("A/Nothing", "reader = find-nothing", ...LINES.slice(1));
    for (const dataset of ["A/Fails", "A/Nothing"]) {
      const answer = await ask("info", { dataset });
      expect(statusOf(answer)).toEqual([500, 1501]);
      expect(answer.bytes.toString()).not.toMatch(/secret|calibration|fail-early|find-nothing/);
      expect(existsSync(join(server.cacheRoot, `hapi/${dataset}.json`))).toBe(false);
    }
  });

  it("is given on while the reader is away, and a data set that cannot be described is not tried again at once", async () => {
    server.define("A/Away", ...LINES);
    const before = json(await ask("info", { dataset: "A/Away" }));
    reader.control.beforePortion = () => {
      throw new Error("away");
    };
    try {
      now += 30 * 86_400_000;
      const { stopDate: _, ...later } = json(await ask("info", { dataset: "A/Away" }));
      const { stopDate: __, ...earlier } = before;
      expect(later).toEqual(earlier);
      server.define("A/Never", ...LINES);
      const starts = reader.starts.length;
      expect(statusOf(await ask("info", { dataset: "A/Never" }))[0]).toBe(500);
      expect(statusOf(await ask("info", { dataset: "A/Never" }))[0]).toBe(500);
      expect(reader.starts.length).toBe(starts + 1);
      const { catalog } = json(await ask("catalog", { depth: "all" }));
      const never = catalog.find(({ id }: { id: string }) => id === "A/Never");
      expect([never.title, never.info]).toEqual(["Made up", undefined]);
      delete reader.control.beforePortion;
      now += 20_000;
      expect(statusOf(await ask("info", { dataset: "A/Never" }))).toEqual([200, 1200]);
    } finally {
      delete reader.control.beforePortion;
      now -= 30 * 86_400_000 + 20_000;
    }
  });

  it("has a tag and a time, by which a client sees that nothing has changed", async () => {
    const { header } = await ask("info", { dataset: "A/Good" });
    const tag = header("etag") ?? "";
    expect(tag).toMatch(/^W\/"[\w-]{22}"$/);
    expect(header("access-control-allow-origin")).toBe("*");
    const same = await ask("info", { id: "A/Good" }, { "if-none-match": tag });
    expect([same.status, same.bytes.length]).toEqual([304, 0]);
    const since = await ask("info", { id: "A/Good" }, { "if-modified-since": header("last-modified") ?? "" });
    expect(since.status).toBe(304);
    now += 86_400_000; // the end of the range is tomorrow
    expect((await ask("info", { id: "A/Good" }, { "if-none-match": tag })).status).toBe(200);
    now -= 86_400_000;
  });

  it("comes in gzip to whom asks for it", async () => {
    await ask("catalog", { depth: "all" });
    const coded = await ask("catalog", { depth: "all" }, { "accept-encoding": "gzip" });
    expect(coded.header("content-encoding")).toBe("gzip");
    expect(coded.header("vary")).toBe("Accept-Encoding");
    expect(gunzipSync(coded.bytes)).toEqual((await ask("catalog", { depth: "all" })).bytes);
  });
});

describe("data sets that are not given", () => {
  it.each(["info", "data"])("are unknown to /%s, protected ones forbidden to everybody", async (endpoint) => {
    const range = endpoint === "data" ? { start: "2021-06-01", stop: "2021-06-02" } : {};
    for (const dataset of [
      "B/Off",
      "B/Hidden",
      "B/Moved",
      "B/Elsewhere",
      "B/Ranges",
      "B/Alone",
      "A/Interval",
      "A/Parts,none",
      "A/Good,",
      "A/Good.dsdf",
      "../A/Good",
      "A",
      "A/",
      "",
    ])
      expect(statusOf(await ask(endpoint, { dataset, ...range }))).toEqual([404, 1406]);
    const answer = await ask(
      endpoint,
      { dataset: "B/Protected", ...range },
      { authorization: "Basic Z3Vlc3Q6eA==" },
    );
    expect(statusOf(answer)).toEqual([403, 1400]);
    expect(answer.header("www-authenticate")).toBeUndefined();
  });
});

describe("paths", () => {
  it("of nothing are 1400, with a slash too many a redirect", async () => {
    expect(statusOf(await raw("/hapi/nothing", ""))).toEqual([400, 1400]);
    expect(statusOf(await raw("/hapi/info/more", "id=A/Good"))).toEqual([400, 1400]);
    for (const [path, to] of [
      ["/hapi/", "/hapi"],
      ["/hapi/info/", "/hapi/info?id=A/Good"],
    ] as const) {
      const { status, header } = await raw(path, to.split("?")[1] ?? "");
      expect([status, header("location")]).toEqual([301, `http://data.example.org/das/server${to}`]);
    }
  });

  it("have a page for people, with all data sets and nothing that is not escaped", async () => {
    server.define("A/<b>", ...LINES);
    const answer = await raw("/hapi", "");
    const html = answer.bytes.toString();
    expect(answer.header("content-type")).toBe("text/html; charset=utf-8");
    expect(html).toContain("A/Parts,hours");
    expect(html).toContain("A/&lt;b&gt;");
    expect(html).not.toContain("<b>");
    expect(html).not.toContain("Protected");
  });

  it("are closed where the configuration says so", async () => {
    const off = hapiSite({ settings: { HELIOSTREAM_ENABLE_HAPI_SUBSYS: "false" } });
    try {
      for (const endpoint of ["capabilities", "catalog"])
        expect(statusOf(await off.ask(endpoint))).toEqual([400, 1400]);
    } finally {
      await off.close();
    }
  });
});
