import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { builtInProgram } from "../../pipeline/built-in.js";
import { type Answer, type CachedSite, cachedSite, dataQuery } from "../support/cached-site.js";

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8")) as {
  readonly version: string;
};

const BEGIN = "2021-06-30T00:00:00";
const END = "2021-06-30T06:00:00";

const sites: CachedSite[] = [];
afterAll(async () => {
  for (const site of sites) await site.close();
});

function open(options: Parameters<typeof cachedSite>[0] = {}): CachedSite {
  const site = cachedSite({ programs: {}, ...options });
  sites.push(site);
  return site;
}

/** Definitions of an answer whose records are the same however often they are made. */
function define(site: CachedSite): void {
  site.define(
    "Lab/Noise",
    "reader = 'random'",
    "validRange = '2000-01-01 to 2030-01-01'",
    "cacheLevel_00 = '60 s | hourly'",
  );
}

/** The members of `Heliostream-Provenance`, read as RFC 9651 says. */
function members({ header }: Answer): Record<string, string> {
  const text = header("Heliostream-Provenance") ?? "";
  const found: Record<string, string> = {};
  for (const [, name = "", quoted, bare] of text.matchAll(/([a-z]+)=(?:"([^"]*)"|([@0-9.]+))(?:, |$)/g))
    found[name] = quoted ?? bare ?? "";
  return found;
}

/** The properties of the stream that tell how it was made. */
function inStream({ bytes }: Answer): Record<string, string> {
  const length = Number(bytes.toString("latin1", 4, 10));
  const text = bytes.toString("utf8", 10, 10 + length);
  return Object.fromEntries(
    [...text.matchAll(/\b(prov\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
  );
}

describe("how an answer was made", () => {
  it("is told in the stream and in a header", async () => {
    const site = open({ cacheRoot: false });
    define(site);
    const answer = await site.ask(dataQuery("Lab/Noise", BEGIN, END, { resolution: 300 }));
    expect(answer.status).toBe(200);
    expect(inStream(answer)).toEqual({
      provServer: `heliostream ${version}`,
      provSource: "Lab/Noise",
      provReader: `random ${version}`,
      provReducer: `das2_bin_avgsec ${version}`,
    });
    expect(members(answer)).toEqual({
      source: "Lab/Noise",
      reader: `random ${version}`,
      reducer: `das2_bin_avgsec ${version}`,
      bin: "300",
      definition: expect.stringMatching(/^[0-9a-f]{16}$/),
      server: `heliostream ${version}`,
    });
    expect(answer.header("Link")).toContain("/source/Lab/Noise/dataset.jsonld>");
  });

  it("has no reducer at full resolution, in either place", async () => {
    const site = open({ cacheRoot: false });
    define(site);
    const answer = await site.ask(dataQuery("Lab/Noise", BEGIN, END));
    expect(inStream(answer)).not.toHaveProperty("provReducer");
    expect(members(answer)).not.toHaveProperty("reducer");
    expect(members(answer)).not.toHaveProperty("bin");
  });

  it.each(["das2-text", "das3", "das3-text", "arrow", "parquet", "fits"])(
    "is kept by the form %s",
    async (format) => {
      const site = open({ cacheRoot: false });
      define(site);
      const answer = await site.ask(dataQuery("Lab/Noise", BEGIN, END, { resolution: 300, format }));
      expect(answer.status).toBe(200);
      const text = answer.bytes.toString("latin1");
      for (const name of ["provServer", "provSource", "provReader", "provReducer"])
        expect(text).toContain(name);
      expect(text).toContain(`das2_bin_avgsec ${version}`);
    },
  );

  it("is told in a header alone where the form has no room for it", async () => {
    const site = open({ cacheRoot: false });
    define(site);
    const answer = await site.ask(dataQuery("Lab/Noise", BEGIN, END, { resolution: 300, format: "csv" }));
    expect(answer.bytes.toString("utf8")).not.toContain("heliostream");
    expect(members(answer).reader).toBe(`random ${version}`);
  });

  it("says the level, its blocks and the gaps of an answer from the cache, and the stream stays the same to the byte", async () => {
    const site = open();
    define(site);
    const query = dataQuery("Lab/Noise", BEGIN, END, { resolution: 60 });
    const computed = await site.ask(query);
    expect(members(computed)).toMatchObject({ level: "bin-60s hourly", bin: "60", blocks: "0", gaps: "1" });
    expect(members(computed)).not.toHaveProperty("built");
    const kept = await site.ask(query);
    // Six hours of hourly blocks.
    expect(members(kept)).toMatchObject({ level: "bin-60s hourly", bin: "60", blocks: "6", gaps: "0" });
    expect(members(kept).built).toMatch(/^@\d+$/);
    expect(Buffer.compare(kept.bytes, computed.bytes)).toBe(0);
    expect(inStream(kept).provReducer).toBe(`das2_bin_avgsec ${version}`);

    const plain = open({ cacheRoot: false, definitions: site.definitions });
    const without = await plain.ask(query);
    expect(Buffer.compare(without.bytes, kept.bytes)).toBe(0);
  });

  it("stays in the tag: a tag that is known is one of the same text", async () => {
    const site = open();
    define(site);
    const query = dataQuery("Lab/Noise", BEGIN, END, { resolution: 60 });
    await site.ask(query);
    const tag = (await site.ask(query)).header("ETag");
    expect(tag).toBeDefined();
    const again = await site.ask(query, { headers: { "if-none-match": tag } });
    expect(again.status).toBe(304);
    expect((await site.ask(query)).header("ETag")).toBe(tag);
  });

  it("changes its digits with any keyword of the definition", async () => {
    const site = open({ cacheRoot: false });
    define(site);
    const query = dataQuery("Lab/Noise", BEGIN, END, { resolution: 300 });
    const before = members(await site.ask(query)).definition;
    expect(members(await site.ask(query)).definition).toBe(before);
    site.define("Lab/Noise", "reader = 'random'", "title = 'Another'");
    expect(members(await site.ask(query)).definition).not.toBe(before);
  });

  it("tells nothing of folders and arguments of a program of the site", async () => {
    const random = await builtInProgram("random");
    if (random === undefined) throw new Error("there is no program random");
    const site = open({ cacheRoot: false, programs: { "/opt/secret/bin/read-it": random } });
    site.define("Lab/Own", "reader = '/opt/secret/bin/read-it'");
    const answer = await site.ask(dataQuery("Lab/Own", BEGIN, END));
    expect(answer.status).toBe(200);
    expect(inStream(answer).provReader).toBe("read-it");
    const headers = ["Heliostream-Provenance", "Link"].map((name) => answer.header(name)).join("\n");
    expect(headers).not.toMatch(/secret|opt|\.dsdf/);
    expect(answer.bytes.toString("latin1")).not.toContain("secret");
  });
});
