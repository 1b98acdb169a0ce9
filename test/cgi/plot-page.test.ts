import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CachedSite, cachedSite } from "../support/cached-site.js";

/** What the script of the page is given. */
function factsOf(text: string) {
  const [, json = ""] = /<script type="application\/json" id="plot-facts">(.*?)<\/script>/s.exec(text) ?? [];
  return JSON.parse(json) as {
    begin: string;
    end: string;
    chosen: { id: string; params?: string; interval?: string }[];
    sources: { id: string; access: string; needsInterval: boolean; asksForLogin: boolean; valid?: object }[];
  };
}

describe("the page of plots as the server makes it", () => {
  let site: CachedSite;
  const ask = async (query: string, path = "/plot", more: Parameters<CachedSite["ask"]>[1] = {}) => {
    const headers = { "user-agent": "Mozilla/5.0 Firefox/140.0" };
    const answer = await site.ask(query, { path, headers, ...more });
    return { ...answer, text: answer.bytes.toString("utf8") };
  };

  beforeAll(() => {
    site = cachedSite({ cacheRoot: false });
    mkdirSync(join(site.definitions, "Lab"));
    writeFileSync(
      join(site.definitions, "Lab/Frames.dsdf"),
      "description = 'Frames'\noutputType = 'application/fits | fits'\nreader = 'drms-export ds=lab.frames'\n",
    );
    site.define(
      "Lab/Field",
      "reader = 'synthetic'",
      "validRange = '2000-01-01 to 2024-03-01'",
      "exampleRange_00 = '2021-06-30 to 2021-07-01 | A day'",
      "exampleParams_00 = 'planes=2'",
    );
    site.define("Lab/Bare", "reader = 'synthetic'", "validRange = '2000-01-01 to 2024-03-01'");
    site.define(
      "Lab/Sun",
      "reader = 'ephemeris'",
      "requiresInterval = 1",
      "exampleRange_00 = '2021-06-30 to 2021-07-01'",
    );
    site.define("Lab/Older", "rename = 'Lab/Old'");
    site.define("Lab/Old", "rename = 'Lab/Field'");
    site.define("Lab/Round", "rename = 'Lab/Round'");
    site.define("Lab/Gone", "rename = 'Lab/Away'");
    site.define("Lab/Away", "reader = 'synthetic'", "server = 'https://elsewhere.example/das/server'");
    site.define("Lab/Closed", "reader = 'synthetic'", "readAccess = 'USER:someone'");
  });
  afterAll(() => site.close());

  it("shows the first example where no range is given, with its parameters", async () => {
    const { status, text, header } = await ask("source=Lab/Field");
    expect(status).toBe(200);
    expect(header("Content-Security-Policy")).toContain("script-src 'self'");
    expect(header("Content-Security-Policy")).not.toContain("unsafe");
    const facts = factsOf(text);
    expect([facts.begin, facts.end]).toEqual(["2021-06-30", "2021-07-01"]);
    expect(facts.chosen).toEqual([{ id: "Lab/Field", hidden: [], params: "planes=2" }]);
    expect(text).toContain('value="planes=2"');
  });

  it("shows the last valid day where a source has no examples", async () => {
    const facts = factsOf((await ask("source=Lab/Bare")).text);
    expect([facts.begin, facts.end]).toEqual(["2024-02-29", "2024-03-01"]);
  });

  it("gives pictures and data of the range that is shown to those without scripts", async () => {
    const { text } = await ask("source=Lab/Sun&begin=2021-06-30&end=2021-07-01");
    const src = /<img class="picture" src="([^"]*)"/.exec(text)?.[1]?.replaceAll("&amp;", "&") ?? "";
    const words = new URLSearchParams(src.slice(src.indexOf("?")));
    expect(words.get("dataset")).toBe("Lab/Sun");
    expect([words.get("start_time"), words.get("end_time"), words.get("format")]).toEqual([
      "2021-06-30",
      "2021-07-01",
      "png",
    ]);
    // A computed source gets the distance of its points: a day in 1000 of them.
    expect(Number(words.get("interval"))).toBeCloseTo(86.4);
    expect(text).toMatch(/<noscript><img/);
  });

  it("leads from a source of files to its images", async () => {
    const { text } = await ask("source=Lab/Frames&begin=2021-06-30&end=2021-07-01");
    expect(text).toContain('href="/das/server/images?source=Lab%2FFrames"');
    expect(text).not.toContain("<img class");
    expect(factsOf(text).sources[0]?.access).toBe("files");
  });

  it("follows the renames of a source, and says where they lead nowhere here", async () => {
    const facts = factsOf((await ask("source=Lab/Older&hide=v1")).text);
    expect(facts.chosen).toEqual([{ id: "Lab/Field", hidden: ["v1"], params: "planes=2" }]);
    expect(facts.sources.map(({ id }) => id)).toEqual(["Lab/Field"]);
    const json = JSON.parse((await ask("source=Lab/Bare&source=Lab/Old", "/plot.json")).text) as typeof facts;
    expect(json.sources.map(({ id }) => id)).toEqual(["Lab/Bare", "Lab/Field"]);
    for (const id of ["Lab/Gone", "Lab/Away"]) {
      const { status, text } = await ask(`source=${id}`);
      expect([status, text.includes(`The source &quot;${id}&quot; is at another address`)]).toEqual([
        404,
        true,
      ]);
    }
    const round = await ask("source=Lab/Round");
    expect([round.status, round.text.includes("This source leads back to itself")]).toEqual([500, true]);
  });

  it("names its request beside what is wrong, with its story for those who may see the log", async () => {
    const { text, header } = await ask("source=Lab/None", "/plot", { host: "localhost", peer: "127.0.0.1" });
    const [, href, id] = /Request <a href="([^"]*)"><code>([^<]+)<\/code><\/a>/.exec(text) ?? [];
    expect(id).toBe(header("X-Request-Id"));
    expect(href?.endsWith(`?id=${id}`)).toBe(true);
    expect(factsOf(text)).toHaveProperty("log", href?.slice(0, href.indexOf("?")));
    const other = await ask("source=Lab/None");
    expect(other.text).toContain(
      `Request <code>${other.header("X-Request-Id")}</code>: name it to who runs this server`,
    );
    expect(factsOf(other.text)).not.toHaveProperty("log");
  });

  it("says what is wrong and shows the rest", async () => {
    const one = await ask("source=Lab/Field&source=Lab/None&begin=2021-07-02&end=2021-07-01");
    expect(one.status).toBe(200);
    expect(one.text).toContain("There is no source &quot;Lab/None&quot;");
    expect(one.text).toContain("expected two times, the end after the begin");
    expect(factsOf(one.text).sources.map(({ id }) => id)).toEqual(["Lab/Field"]);
    const none = await ask("source=Lab/None");
    expect(none.status).toBe(404);
    const many = await ask(Array.from({ length: 9 }, () => "source=Lab/Field").join("&"));
    expect(many.text).toContain("9 sources, expected at most 8 on one page");
    const empty = await ask("");
    expect(empty.status).toBe(200);
    expect(empty.text).toContain("choose one of all sources");
  });

  it("tells what a page has to know of sources as JSON, and errors in the form of JSON", async () => {
    const { text, header } = await ask("source=Lab/Closed&source=Lab/Sun", "/plot.json");
    expect(header("Content-Type")).toMatch(/^application\/json/);
    const { sources } = JSON.parse(text) as ReturnType<typeof factsOf>;
    expect(
      sources.map(({ id, access, needsInterval, asksForLogin }) => [id, access, needsInterval, asksForLogin]),
    ).toEqual([
      ["Lab/Closed", "das2", false, true],
      ["Lab/Sun", "das2", true, false],
    ]);
    const missing = await ask("source=Lab/None", "/plot.json");
    expect(missing.status).toBe(404);
    expect(JSON.parse(missing.text)).toEqual({
      error: { type: "NoSuchDataSource", message: 'There is no source "Lab/None"' },
    });
    expect((await ask("", "/plot.json")).status).toBe(400);
  });

  it("stays one whole page whatever it is asked, and what was asked stays text", async () => {
    const part = fc.oneof(
      fc.constantFrom(
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "</script>",
        "__proto__",
        "../../etc/passwd",
        "' OR 1=1",
        "\u202e",
        "$(reboot)",
      ),
      fc.string({ unit: "grapheme", maxLength: 40 }),
      fc.constant("x".repeat(2000)),
    );
    const name = fc.constantFrom(
      "source",
      "begin",
      "end",
      "params",
      "interval",
      "hide",
      "map",
      "band",
      "y.1.1",
      "z.1.1",
      "params.2",
      "constructor",
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(name, part), { maxLength: 12 }), async (words) => {
        const query = words.map(([key, text]) => `${key}=${encodeURIComponent(text)}`).join("&");
        const { status, text } = await ask(query);
        // Control characters are refused before anything is looked at.
        expect([200, 400, 404, 414]).toContain(status);
        if (!text.startsWith("<!DOCTYPE html>")) return;
        expect(text.match(/<script/g)?.length).toBe(2);
        expect(text).not.toMatch(/<img src=x/);
        expect(text.match(/<\/html>/g)?.length).toBe(1);
        factsOf(text);
      }),
      { numRuns: 200 },
    );
  });
});
