import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { FORMAT_WORDS } from "../../cgi/data/format-words.js";
import { toDas2 } from "../support/das3-streams.js";
import { flexSite, HAPI_INFO, header, VO_SERVICE } from "../support/flex-site.js";
import type { RawAnswer } from "../support/raw-http.js";
import { decodeStream } from "../support/run-stream.js";

let site: Awaited<ReturnType<typeof flexSite>>;
beforeAll(async () => {
  site = await flexSite();
});
afterAll(() => site.close());

const DAY = "read.time.min=2021-06-30&read.time.max=2021-06-30T00:10";
const text = ({ body }: RawAnswer) => body.toString("utf8");
const json = (answer: RawAnswer) => JSON.parse(text(answer)) as Record<string, unknown>;
const BASE = "http://data.example.org/das/server";

describe("the catalog (das2-server 7.1, 8.2, 8.5)", () => {
  it("is written out down to the ways to each source, without protected, broken and moved ones", async () => {
    const answer = await site.get("/catalog.json");
    expect([answer.status, header(answer, "Content-Type")]).toEqual([200, "application/json"]);
    const root = json(answer) as { catalog: Record<string, { catalog: Record<string, object> }> };
    expect(root).toMatchObject({
      type: "Catalog",
      uri: "tag:example.org,2021:/",
      separator: "/",
      catalog: {
        basin: { type: "Catalog", catalog: { level: { type: "SourceSet", title: "Level of the basin" } } },
        demo: {
          type: "Catalog",
          title: "Pumps & more",
          urls: [`${BASE}/source/Demo.json`],
          catalog: {
            pump4: {
              type: "SourceSet",
              title: "Pump 4 <supply>",
              uri: "tag:example.org,2021:/demo/pump4",
              urls: [`${BASE}/source/Demo/Pump4.json`],
              catalog: { flex: { urls: [`${BASE}/source/Demo/Pump4/flex.json`] } },
            },
            live: { catalog: { flexRT: { type: "WebSocSrc" } } },
          },
        },
        pumps: { catalog: { named: { type: "SourceSet" } } },
      },
    });
    expect(Object.keys(root.catalog.demo?.catalog ?? {}).sort()).toEqual([
      "failsearly",
      "failslate",
      "flex",
      "late3",
      "live",
      "pump4",
      "third",
    ]);
    expect(Object.keys(root.catalog.basin?.catalog ?? {})).toEqual(["level"]);
    expect(text(answer)).not.toMatch(/ecret|losed|roken|synthetic|ada|internal/);
  });

  it("can be walked from its top by the addresses in it", async () => {
    const root = json(await site.get("/root.json")) as { catalog: Record<string, { urls: string[] }> };
    const demo = json(await site.get((root.catalog.demo?.urls[0] ?? "").slice(BASE.length))) as typeof root;
    const set = json(await site.get((demo.catalog.pump4?.urls[0] ?? "").slice(BASE.length))) as typeof root;
    const flex = json(await site.get((set.catalog.flex?.urls[0] ?? "").slice(BASE.length)));
    expect(flex).toMatchObject({
      type: "HttpStreamSrc",
      version: "0.7",
      protocol: { baseUrls: [`${BASE}/source/Demo/Pump4/flex`], authorization: { required: false } },
    });
    const das2 = await site.get((set.catalog.das2?.urls[0] ?? "").slice(BASE.length));
    const old = await site.get("?server=dsdf&dataset=Demo/Pump4");
    expect(text(das2)).toBe(text(old));
  });

  it("is a flat table too, and asked again only where it has changed", async () => {
    const answer = await site.get("/nodes.csv");
    expect(header(answer, "Content-Type")).toBe("text/csv; charset=utf-8");
    const lines = text(answer).split("\r\n");
    expect(lines[0]).toMatch(/^"LocalID","Type","Title","URL","Item-MIME"(,"Provides-MIME")+$/);
    expect(lines.find((line) => line.startsWith('"demo/pump4",'))).toContain(
      `"${BASE}/source/Demo/Pump4.json"`,
    );
    const tag = header(answer, "ETag") ?? "";
    expect((await site.get("/nodes.csv", { headers: { "If-None-Match": tag } })).status).toBe(304);
    site.write("dsdf/Demo/New.dsdf", "description = 'New'\ndas2Stream = 1\nreader = synthetic\n");
    // The tree is looked at again a second after the last look.
    const clockMs = performance.now.bind(performance);
    const clock = vi.spyOn(performance, "now").mockImplementation(() => clockMs() + 1001);
    const changed = await site.get("/nodes.csv", { headers: { "If-None-Match": tag } });
    clock.mockRestore();
    expect(changed.status).toBe(200);
    expect(text(changed)).toContain('"demo/new"');
  });

  it("is at another place than it was, and /services is nowhere", async () => {
    const answer = await site.get("/catalog");
    expect([answer.status, header(answer, "Location")]).toEqual([301, `${BASE}/catalog.json`]);
    expect((await site.get("/services")).status).toBe(404);
    expect((await site.get("/server/list")).status).toBe(404);
  });
});

describe("pages of folders and sources (das2-server 7.1)", () => {
  it("list what is there, as markup where nothing of a definition is markup", async () => {
    const answer = await site.get("/source/Demo/");
    expect([answer.status, header(answer, "Content-Type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(text(answer)).toContain('<a href="/das/server/source/Demo/Pump4/">Pump4</a>');
    expect(text(answer)).toContain("Pump 4 &lt;supply&gt;");
    expect(text(answer)).toContain("Pumps &amp; more");
    expect(text(answer)).not.toContain("Secret");
    expect(header(answer, "Content-Security-Policy")).toContain("default-src 'none'");
    expect(text(await site.get("/source/"))).toContain('<summary><span class="name">Demo</span>');
    expect(text(await site.get("/source/demo/pump4/index.html"))).toContain(
      "/das/server/source/Demo/Pump4/flex.html",
    );
  });

  it("are nodes for who asks for JSON, and have a / behind them", async () => {
    const asked = await site.get("/source/Demo/", { headers: { Accept: "application/json" } });
    expect(json(asked)).toMatchObject({ type: "Catalog", label: "Demo" });
    const bare = await site.get("/source/Demo/Pump4");
    expect([bare.status, header(bare, "Location")]).toEqual([301, `${BASE}/source/Demo/Pump4/`]);
    expect((await site.get("/source/Demo/Nothing")).status).toBe(404);
    expect(json(await site.get("/source/Demo/Nothing.json"))).toMatchObject({
      error: { type: "NoSuchDataSource" },
    });
  });

  it("offer a form that works without a script", async () => {
    const page = text(await site.get("/source/Demo/Pump4/flex.html"));
    expect(page).toContain('<form method="get" action="/das/server/source/Demo/Pump4/flex">');
    expect(page).toContain('name="read.time.min" value="2021-06-30" required');
    expect(page).not.toContain("<script");
  });
});

describe("the description of a source for HAPI", () => {
  it("is the header of its data set", async () => {
    const node = json(await site.get("/source/Demo/Pump4.json")) as {
      catalog: { hapi2: { urls: string[] } };
    };
    const [url = ""] = node.catalog.hapi2.urls;
    expect(url).toBe(`${BASE}/source/Demo/Pump4/hapi2.json`);
    const view = await site.get("/source/Demo/Pump4/hapi2.json");
    expect(text(view)).toBe(text(await site.get("/hapi/info?dataset=Demo/Pump4")));
    expect(json(view)).toMatchObject({ status: { code: 1200 }, parameters: [{ name: "Time" }, {}, {}] });
  });
});

describe("what is never served", () => {
  it.each([
    ["/source/basin/level/internal.json", 404],
    ["/source/Demo/Pump4/internal.json", 404],
    ["/source/Demo/Pump4/das1.pro", 404],
    ["/source/Demo/Pump4/voservice.xml", 404],
    ["/source/Demo/Secret/hapi2.json", 404],
    ["/source/basin/level/das1.pro", 404],
    ["/source/Demo/Pump4/flexRT.json", 404],
    ["/source/basin/shell/flex?read.time.min=2021-06-30&read.time.max=2021-07-01", 500],
    ["/source/Demo/../../etc/passwd", 400],
    ["/source/Demo/%2e%2e/x.json", 400],
    ["/data/Demo/Nothing?time.min=2021-06-30&time.max=2021-07-01", 404],
  ])("%s is answered with %d", async (path, status) => {
    const answer = await site.get(path);
    expect(answer.status).toBe(status);
    expect(text(answer)).not.toMatch(/tmp\/|rd;|internal\.json/);
  });

  it("an id that has the name of a view is an id", async () => {
    expect(json(await site.get("/source/Demo/flex/flex.json"))).toMatchObject({ label: "flex" });
    expect((await site.get(`/source/Demo/flex/flex?${DAY}`)).status).toBe(200);
    // There is no source Demo whose data this could be.
    expect((await site.get(`/source/Demo/flex?${DAY}`)).status).toBe(301);
  });

  it("server= wins over the path", async () => {
    expect(text(await site.get("/source/Demo/Pump4/flex?server=id"))).toBe("Pump Works\r\n");
  });
});

describe("data by path (das2-server 7.1, 7.3)", () => {
  const rows = (answer: RawAnswer) => decodeStream(answer.body).rows.map(({ values }) => values.flat());

  it("are those of the das2.2 interface, under either names, whatever the case of the id", async () => {
    const same = await site.get(
      "?server=dataset&dataset=Demo/Pump4&start_time=2021-06-30&end_time=2021-06-30T00:10",
    );
    expect(rows(same)).toHaveLength(600);
    for (const path of [
      `/source/Demo/Pump4/flex?${DAY}`,
      `/source/demo/PUMP4/flex?${DAY}`,
      "/source/Demo/Pump4/das2?start_time=2021-06-30&end_time=2021-06-30T00:10",
      "/data/Demo/Pump4?time.min=2021-06-30&time.max=2021-06-30T00:10",
    ]) {
      const answer = await site.get(path);
      expect(header(answer, "Content-Type")).toBe("application/vnd.das2.das2stream");
      expect(rows(answer)).toEqual(rows(same));
    }
    const reduced = await site.get(`/source/Demo/Pump4/flex?${DAY}&bin.time.max=60`);
    expect(header(reduced, "Content-Disposition")).toBe(
      'attachment; filename="pump4_2021-06-30_2021-06-30T00-10_bin-60s.d2s"',
    );
    const old = await site.get(
      "?server=dataset&dataset=Demo/Pump4&start_time=2021-06-30&end_time=2021-06-30T00:10&resolution=60",
    );
    expect(rows(reduced)).toEqual(rows(old));
    expect(rows(reduced)).toHaveLength(10);
    expect((await site.get(`/source/pumps/named/flex?${DAY}`)).status).toBe(200);
  });

  it("tell extremes and deviations of bins that agree with the samples", async () => {
    const samples = rows(await site.get(`/source/Demo/Pump4/flex?${DAY}`)).map(([, first]) => first ?? 0);
    const answer = await site.get(`/source/Demo/Pump4/flex?${DAY}&bin.time.max=600&bin.stats=min,max,stddev`);
    const { packets, rows: bins } = decodeStream(answer.body);
    const named = (name: string) => {
      const place = packets[0]!.planes.findIndex((plane) => plane.name === name);
      return bins[0]!.values[place]?.[0] ?? Number.NaN;
    };
    const [mean, least, greatest, deviation] = ["v1", "v1.min", "v1.max", "v1.stddev"].map(named);
    const expectedMean = samples.reduce((sum, value) => sum + value, 0) / samples.length;
    const variance = samples.reduce((sum, value) => sum + (value - expectedMean) ** 2, 0) / samples.length;
    expect(mean).toBeCloseTo(expectedMean, 7);
    expect([least, greatest]).toEqual([Math.min(...samples), Math.max(...samples)]);
    // Whether a deviation is of the samples or of what they are drawn from differs by less than a thousandth here.
    expect(Math.abs((deviation ?? 0) / Math.sqrt(variance) - 1)).toBeLessThan(1e-3);
  });

  it("are das3 where that is asked for, as bytes and as text", async () => {
    const das2 = rows(await site.get(`/source/Demo/Pump4/flex?${DAY}`));
    const binary = await site.get(`/source/Demo/Pump4/flex?${DAY}&format.version=3`);
    expect(header(binary, "Content-Type")).toBe("application/vnd.das.stream");
    expect(header(binary, "Content-Disposition")).toMatch(/\.d3b"$/);
    expect(decodeStream(toDas2(binary.body)).rows.map(({ values }) => values.flat())).toEqual(das2);
    const asText = await site.get(
      `/source/Demo/Pump4/flex?${DAY}&format.version=3&format.serial=text&format.secfrac=0&format.sigdigit=4`,
    );
    expect(header(asText, "Content-Type")).toBe("text/vnd.das.stream; charset=utf-8");
    expect(text(asText)).toMatch(
      /\|Pd\|1\|\d+\|2021-06-30T00:00:00 +-?\d\.\d{3}e[+-]\d\d +-?\d\.\d{3}e[+-]\d\d\n/,
    );
  });

  it("are a das3 document where XML is asked for, of any reader", async () => {
    for (const id of ["Pump4", "Third"]) {
      const answer = await site.get(`/source/Demo/${id}/flex?${DAY}&format.serial=xml&format.sigdigit=17`);
      expect(header(answer, "Content-Type")).toBe("application/vnd.das.doc+xml");
      expect(header(answer, "Content-Disposition")).toMatch(/\.d3x"$/);
      const das2 = await site.get(`/source/Demo/${id}/flex?${DAY}&format.version=2`);
      const values = (bytes: Uint8Array) => decodeStream(bytes).rows.map((row) => row.values.flat());
      expect(values(das2.body).length).toBeGreaterThan(1);
      expect(values(toDas2(answer.body))).toEqual(values(das2.body));
    }
  });

  it("take the word of das2.2 for a form, and refuse one that names none", async () => {
    const typeOf = async (words: string) =>
      header(
        await site.get(`/source/Demo/Pump4/das2?start_time=2021-06-30&end_time=2021-06-30T00:10&${words}`),
        "Content-Type",
      );
    expect(await typeOf("format=csv")).toBe("text/csv; charset=utf-8");
    expect(await typeOf("format=das3-xml")).toBe("application/vnd.das.doc+xml");
    expect(await typeOf("format=csv&format.type=das&format.version=3")).toBe("application/vnd.das.stream");
    // One word means one form at both doors.
    for (const word of FORMAT_WORDS.filter((one) => one !== "hapi-json")) {
      const query = `start_time=2021-06-30&end_time=2021-06-30T00:10&format=${word}`;
      const asked = await site.get(`?server=dataset&dataset=Demo/Pump4&${query}`);
      expect([word, await typeOf(`format=${word}`)]).toEqual([word, header(asked, "Content-Type")]);
    }
    const bad = await site.get(`/source/Demo/Pump4/flex?${DAY}&format=nosuch`);
    expect([bad.status, text(bad).includes("das3-xml")]).toEqual([400, true]);
  });

  it("of a das3 reader are das2 where a query of das2.2 asks for that by name, and as they are where not", async () => {
    const query = "dataset=Demo/Third&start_time=2021-06-30&end_time=2021-06-30T00:10";
    const own = await site.get(`?server=dataset&${query}`);
    expect(header(own, "Content-Type")).toBe("application/vnd.das.stream");
    const values = decodeStream(toDas2(own.body)).rows.map((row) => row.values.flat());
    const das2 = await site.get(`?server=dataset&${query}&format=das2`);
    expect(header(das2, "Content-Type")).toBe("application/vnd.das2.das2stream");
    expect(header(das2, "Content-Disposition")).toMatch(/\.d2s"$/);
    expect(rows(das2)).toEqual(values);
    const asText = await site.get(`?server=dataset&${query}&format=das2-text&resolution=60`);
    expect(header(asText, "Content-Type")).toBe("text/vnd.das2.das2stream; charset=utf-8");
    expect(decodeStream(asText.body).rows).toHaveLength(10);
  });

  it("of a das3 reader are a data set of HAPI", async () => {
    const range = "start=2021-06-30T00:00Z&stop=2021-06-30T00:10Z";
    const info = json(await site.get("/hapi/info?dataset=Demo/Third")) as { parameters: { name: string }[] };
    expect(info.parameters.map(({ name }) => name)).toEqual(["Time", "v1"]);
    const csv = text(await site.get(`/hapi/data?dataset=Demo/Third&${range}`));
    const das2 = rows(
      await site.get(
        "?server=dataset&dataset=Demo/Third&start_time=2021-06-30&end_time=2021-06-30T00:10&format=das2",
      ),
    );
    expect(
      csv
        .trimEnd()
        .split("\r\n")
        .map((line) => Math.fround(Number(line.split(",")[1]))),
    ).toEqual(das2.map(([, value]) => Math.fround(value ?? Number.NaN)));
  });

  it("of a das3 reader are das3, das2, text, tables, bins", async () => {
    const native = await site.get(`/source/Demo/Third/flex?${DAY}`);
    expect(header(native, "Content-Type")).toBe("application/vnd.das.stream");
    const values = decodeStream(toDas2(native.body)).rows.map((row) => row.values.flat());
    expect(values).toHaveLength(600);
    const das2 = await site.get(`/source/Demo/Third/flex?${DAY}&format.version=2`);
    expect(header(das2, "Content-Type")).toBe("application/vnd.das2.das2stream");
    expect(rows(das2)).toEqual(values);
    const bins = await site.get(`/source/Demo/Third/flex?${DAY}&bin.time.max=60`);
    expect(header(bins, "Content-Type")).toBe("application/vnd.das.stream");
    const made = decodeStream(toDas2(bins.body));
    expect(made.rows).toHaveLength(10);
    expect(made.stream?.properties).toContainEqual({
      name: "xCacheResolution",
      type: "Datum",
      value: "60.0 s",
    });
    const csv = text(await site.get(`/source/Demo/Third/flex?${DAY}&format.type=csv&format.delim=comma`));
    expect(csv.split("\r\n")).toHaveLength(3 + 600 + 1);
    expect(csv).toContain('1,"header","coord:time","data:v1"');
    const asText = await site.get(`/source/Demo/Third/flex?${DAY}&format.serial=text&format.version=2`);
    expect(header(asText, "Content-Type")).toBe("text/vnd.das2.das2stream; charset=utf-8");
    expect(rows(asText)).toHaveLength(600);
  });

  it("lead on where a source has moved", async () => {
    const answer = await site.get(`/source/demo/moved/flex?${DAY}`);
    expect([answer.status, header(answer, "Location")]).toEqual([
      301,
      `${BASE}/source/Demo/Pump4/flex?read.time.min=2021-06-30&read.time.max=2021-06-30T00:10`,
    ]);
  });

  it("are for those who may have them, by every path", async () => {
    for (const path of ["/source/Demo/Secret/flex", "/source/Demo/Secret/das2", "/data/Demo/Secret"]) {
      const refused = await site.get(`${path}?${DAY}`);
      expect([refused.status, header(refused, "WWW-Authenticate")]).toEqual([401, 'Basic realm="Pump room"']);
    }
    const closed = await site.get(`/source/basin/closed/flex?${DAY}`);
    expect([closed.status, header(closed, "WWW-Authenticate")]).toEqual([401, 'Basic realm="Basin"']);
    expect(json(await site.get("/source/Demo/Secret/flex.json"))).toMatchObject({
      protocol: { authorization: { required: true }, authentications: [{ realm: "Pump room" }] },
    });
  });

  it("say in band that there are none, in the form that was asked for", async () => {
    const range = "read.time.min=2001-06-30&read.time.max=2001-07-01";
    const das2 = await site.get(`/source/Demo/Pump4/flex?${range}`);
    expect([das2.status, decodeStream(das2.body).exceptions[0]?.type]).toEqual([200, "NoDataInInterval"]);
    const das3 = await site.get(`/source/Demo/Pump4/flex?${range}&format.version=3`);
    expect(das3.status).toBe(200);
    expect(text(das3)).toMatch(
      /^\|Sx\|\|\d+\|\n<stream [^>]*\/>\n\|Ex\|\|\d+\|\n<exception type="NoMatchingData">/,
    );
  });

  it("that fail before the first byte have a status, in das3 the exception of das3", async () => {
    const das2 = await site.get(`/source/Demo/FailsEarly/flex?${DAY}`);
    expect([das2.status, header(das2, "Content-Type")]).toEqual([500, "text/vnd.das2.das2stream"]);
    const das3 = await site.get(`/source/Demo/FailsEarly/flex?${DAY}&format.version=3`);
    expect([das3.status, header(das3, "Content-Type")]).toEqual([500, "text/vnd.das.stream"]);
    expect(decodeStream(toDas2(das3.body)).exceptions[0]?.type).toBe("ServerError");
    expect(text(das3)).not.toContain("fail-early");
  });

  it("that fail later end with an exception on the boundary of a packet", async () => {
    const converted = await site.get(`/source/Demo/FailsLate/flex?${DAY}&format.version=3`);
    expect([converted.status, converted.whole]).toEqual([200, true]);
    const made = decodeStream(toDas2(converted.body));
    expect([made.rows.length, made.exceptions[0]?.type]).toEqual([1, "ServerError"]);
    // The same of a reader that writes das3 itself, and leaves in the middle of a record.
    const native = await site.get(`/source/Demo/Late3/flex?${DAY}`);
    expect([native.status, native.whole]).toEqual([200, true]);
    const read = decodeStream(toDas2(native.body));
    expect(read.rows.map(({ values }) => values[1])).toEqual([[12.25]]);
    expect(read.exceptions[0]?.type).toBe("ServerError");
  });

  it.each([
    ["read.time.min=2021-06-30", 400, "read.time.max is missing"],
    ["read.time.min=x&read.time.max=2021-07-01", 400, "read.time.min="],
    [`${DAY}&bin.time.max=wide`, 400, "bin.time.max="],
    [`${DAY}&bin.time.max=60&bin.stats=mean`, 400, "bin.stats="],
    [`${DAY}&format.type=pdf`, 400, "format.type="],
    [`${DAY}&format.type=qstream`, 501, "q stream"],
    [`${DAY}&format.version=7`, 400, "format.version="],
    [`${DAY}&format.serial=xml&format.version=2`, 400, "format.version=3"],
    [`${DAY}&format.serial=xml&format.type=csv`, 400, "format.type=das"],
    [`${DAY}&format.type=csv&format.delim=;;`, 400, "format.delim="],
    [`${DAY}&format.type=csv&format.delim=1`, 400, "format.delim="],
    [`${DAY}&format.type=csv&format.delim=-`, 400, "format.delim="],
    [`${DAY}&format.type=csv&format.sigdigit=99`, 400, "format.sigdigit="],
    [`${DAY}&dft.length=17`, 400, "dft.length="],
    [`${DAY}&dft.length=65538`, 400, "from 16 to 65536"],
    [`${DAY}&dft.length=64&dft.slide=0`, 400, "dft.slide="],
    [`${DAY}&dft.length=4096&dft.slide=65`, 400, "expected 1 to 64"],
    [`${DAY}&dft.length=16&dft.slide=16`, 400, "expected 1 to 15"],
    [`${DAY}&read.opts=%60id%60`, 400, "reader parameter"],
  ])("%s is answered with %d: %s", async (query, status, message) => {
    const answer = await site.get(`/source/Demo/Pump4/flex?${query}`);
    expect(answer.status).toBe(status);
    expect(decodeStream(answer.body).exceptions[0]?.message).toContain(message);
  });

  it("become spectra of segments", async () => {
    const answer = await site.get(`/source/Demo/Pump4/flex?${DAY}&dft.length=64&dft.slide=2`);
    const { packets } = decodeStream(answer.body);
    // A real transform of 64 samples has 33 frequencies.
    expect(packets[0]!.planes[1]!.items).toBe(33);
  });
});

describe("sources of a dasFlex tree (das2-server 8.3, 9)", () => {
  it("give their public definition, with the address of this server", async () => {
    expect(json(await site.get("/source/BASIN/level/flex.json"))).toMatchObject({
      title: "Level of the basin",
      protocol: { baseUrls: [`${BASE}/source/basin/level/flex`], httpParams: {} },
    });
  });

  it("give what stands in the tree for other interfaces, and name it in their node", async () => {
    const info = await site.get("/source/basin/level/hapi2.json");
    expect([info.status, header(info, "Content-Type")]).toEqual([200, "application/json; charset=utf-8"]);
    expect(text(info)).toBe(HAPI_INFO);
    const service = await site.get("/source/basin/level/voservice.xml");
    expect([header(service, "Content-Type"), header(service, "Content-Security-Policy")]).toEqual([
      "text/xml; charset=utf-8",
      "sandbox",
    ]);
    expect(text(service)).toBe(VO_SERVICE);
    const hapi2 = { type: "HAPIInfo", urls: [`${BASE}/source/basin/level/hapi2.json`] };
    const ivoa = { type: "VOService", urls: [`${BASE}/source/basin/level/voservice.xml`] };
    const ways = { flex: {}, hapi2, ivoa };
    expect(json(await site.get("/source/basin/level.json"))).toMatchObject({ catalog: ways });
    expect(json(await site.get("/catalog.json"))).toMatchObject({
      catalog: { basin: { catalog: { level: { catalog: ways } } } },
    });
  });

  it("give data by the commands that the parameters ask for", async () => {
    const answer = await site.get(`/source/basin/level/flex?${DAY}`);
    expect([answer.status, header(answer, "Content-Type")]).toEqual([200, "application/vnd.das2.das2stream"]);
    expect(header(answer, "Content-Disposition")).toContain('"level_2021-06-30_2021-06-30T00-10.d2s"');
    const { packets, rows } = decodeStream(answer.body);
    expect([packets[0]!.planes.length, rows.length]).toEqual([2, 600]);
    const three = decodeStream((await site.get(`/source/basin/level/flex?${DAY}&planes=3`)).body);
    expect(three.packets[0]!.planes).toHaveLength(4);
    const bins = await site.get(`/source/basin/level/flex?${DAY}&bin.time.max=60`);
    expect(decodeStream(bins.body).rows).toHaveLength(10);
    expect(header(bins, "Content-Disposition")).toContain("_bin-60s.d2s");
    const csv = await site.get(
      `/source/basin/level/flex?${DAY}&bin.time.max=300&format.type=csv&format.sigdigit=3`,
    );
    expect(header(csv, "Content-Type")).toBe("text/csv; charset=utf-8");
    expect(text(csv)).toMatch(/2021-06-30T00:02:30Z;-?\d\.\d\de[+-]\d\d\r\n/);
    const das3 = await site.get(`/source/basin/level/flex?${DAY}&format.version=3`);
    expect(header(das3, "Content-Type")).toBe("application/vnd.das.stream");
    expect(decodeStream(toDas2(das3.body)).rows).toHaveLength(600);
  });

  it("take the names of das2.2 as their definition translates them", async () => {
    const answer = await site.get(
      "/source/basin/level/das2?start_time=2021-06-30&end_time=2021-06-30T00:30&kind=gaps",
    );
    expect(answer.status).toBe(200);
    // Without the parameter there are 1800; with it, some of each thousand are left out.
    const { rows } = decodeStream(answer.body);
    expect(rows.length).toBeGreaterThan(1000);
    expect(rows.length).toBeLessThan(1800);
  });

  it("refuse what asks for two commands at once, and keep their valid range", async () => {
    const twice = await site.get(`/source/basin/level/flex?${DAY}&format.type=csv&format.version=3`);
    expect([twice.status, decodeStream(toDas2(twice.body)).exceptions[0]?.message]).toEqual([
      400,
      "the parameters ask for CSV and das3 at once, expected one of them",
    ]);
    // An option of the programs of their commands is no number of digits.
    for (const word of [
      "format.sigdigit=--help",
      "format.secfrac=-v",
      "format.delim=--help",
      "format.width=-h",
    ]) {
      const digits = await site.get(
        `/source/basin/level/flex?${DAY}&bin.time.max=300&format.type=csv&${word}`,
      );
      expect([digits.status, text(digits)], word).toEqual([
        400,
        expect.stringContaining(word.split("=")[0]!),
      ]);
    }
    const early = await site.get(
      "/source/basin/level/flex?read.time.min=2019-06-30&read.time.max=2019-07-01",
    );
    expect([early.status, decodeStream(early.body).exceptions[0]?.type]).toEqual([200, "NoDataInInterval"]);
    const words = await site.get(`/source/basin/level/flex?${DAY}&planes=%241`);
    expect(words.status).toBe(400);
  });
});
