import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { QueueStatus } from "../../cache/queue/build-queue.js";
import { headerValue } from "../../cgi/http.js";
import { handle } from "../../cgi/routes.js";
import { cacheSite, isWellFormed, textOf } from "../support/cache-site.js";
import { cgiRequest } from "../support/cgi-transport.js";
import { IDLE, type MadeLevel, madeAccess } from "../support/made-cache.js";
import { sampleDefinition, sampleDefinitions } from "../support/sample-cache.js";

const made = cacheSite();

describe("the page", () => {
  it("has a bar for each level whose text says how much there is, and pieces with their dates", async () => {
    const text = await made.page();
    expect(text.match(/<svg class="bar" role="img"/g)).toHaveLength(12);
    expect(text).toContain(
      'aria-label="bin-60s daily: 93 % of 5,007 blocks, 101 without data, 203 out of date, 108 missing; 3 gaps"',
    );
    expect(text).toContain('aria-label="bin-86400s yearly: 100 % of 14 blocks; no gap"');
    expect(text).toMatch(/<title>2004-01-01 to 2004-0[34]-\d\d: \d+ blocks, without data<\/title>/);
    for (const part of [
      "412 GB",
      "of 537 GB",
      "76 % used",
      "37 builds in the last minute",
      "2 workers",
      "62 %",
    ])
      expect(text, part).toContain(part);
    expect(text).toMatch(/<text x="[\d.]+%" y="85%" text-anchor="middle">2010<\/text>/);
  });

  it("of one source leads to parts of its range and to its gaps", async () => {
    const text = await made.page("?source=Cassini/Survey&refresh=60");
    expect(text).toContain(
      'href="/das/server/cache?source=Cassini%2FSurvey&amp;begin=2010-01-01&amp;end=2015-01-01&amp;refresh=60" aria-label="show 2010-01-01 to 2015-01-01"',
    );
    // Five days before and behind a gap of one.
    expect(text).toContain("begin=2009-12-19&amp;end=2009-12-30");
    expect(text).toContain('<meta http-equiv="refresh" content="60">');
    expect(text).toContain(">2013-05-01 to 2013-11-19</a>");
  });

  it.each([
    "",
    "?source=Wind/Ratio",
    "?find=juno&refresh=15",
    "?begin=2021-06-01",
    "?source=Ground/Lightning/StationWithALongName/ChannelsOneToFour",
  ])("is whole and well-formed for %j, and has no style or script of its own", async (query) => {
    const response = await made.ask(`/cache${query}`);
    const text = textOf(response);
    expect(response.status).toBe(200);
    expect(isWellFormed(text)).toBe(true);
    expect(text).not.toMatch(/<script|<style| style=| on\w+="/i);
    expect(headerValue(response, "Content-Security-Policy")).toContain("default-src 'none'");
    expect(headerValue(response, "Cache-Control")).toBe("no-store");
    expect(headerValue(response, "Access-Control-Allow-Origin")).toBeUndefined();
  });

  it("says how a cache is switched on where there is none", async () => {
    made.open(sampleDefinitions(), undefined);
    const text = await made.page();
    expect(text).toContain("CACHE_ROOT = ");
    expect(text).toContain("docs/cache-status.md");
    expect(isWellFormed(text)).toBe(true);
    expect(JSON.parse(textOf(await made.ask("/cache.json")))).toEqual({
      configured: false,
      time: "2021-07-01T00:00:00.000Z",
    });
    made.open(new Map(), madeAccess({ levels: {} }));
    expect(await made.page()).toContain("No source has levels");
  });

  it("shows hostile text as text", async () => {
    const hostile = `<img src=x onerror=alert(1)>"'&\u202e`;
    const id = "Evil/<b>&\"'";
    const level: MadeLevel = {
      resolutionName: hostile,
      seconds: 1,
      period: "daily",
      params: [hostile],
      painted: [["2020-01-01", "2020-01-03", "present"]],
    };
    const status: QueueStatus = {
      ...IDLE,
      jobs: [
        {
          job: { sourceId: hostile, params: [hostile], period: "daily", number: 1, urgency: "person" },
          state: hostile,
          progress: Number.NaN,
          reason: hostile,
        },
      ],
    };
    const texts = new Map([[id, sampleDefinition("x").replace("Made up", "<i>made</i>")]]);
    made.open(texts, madeAccess({ levels: { [id]: [level] }, status }));
    const link = `?source=${encodeURIComponent(id)}`;
    for (const query of ["", link, `?find=${encodeURIComponent("<b>")}`]) {
      const text = await made.page(query);
      expect(text).not.toMatch(/<img src=x|<b>&|<i>|\u202e/);
      expect(isWellFormed(text)).toBe(true);
      expect(text).toContain("Evil/&lt;b&gt;&amp;&quot;&#39;");
      expect(text).toContain("&lt;img src=x");
    }
    expect(await made.page()).toContain('href="/das/server/cache?source=Evil%2F%3Cb%3E%26%22%27"');
    expect(textOf(await made.ask(`/cache${link}`, { mount: "" }))).toContain('action="/cache"');
  });

  it.each([
    ["page=0", 400],
    ["page=1e3", 400],
    ["page=9999999", 400],
    ["refresh=1", 400],
    ["begin=never", 400],
    ["end=2021", 400],
    ["begin=2021-02-01&end=2021-01-01", 400],
    ["begin=2022-01-01", 400],
    ["source=Not/There", 404],
    ["source=../x", 404],
  ])("refuses %s with %i", async (query, status) => {
    expect((await made.ask(`/cache?${query}`)).status).toBe(status);
    expect((await made.ask(`/cache.json?${query}`)).status).toBe(status);
  });

  it("is for those who may see the log, and tells others nothing", async () => {
    for (const path of ["/cache", "/cache.json", "/cache?source=Cassini/Survey"]) {
      const refused = await made.ask(path, { peer: "192.0.2.1" });
      expect(refused.status).toBe(403);
      expect(textOf(refused)).toContain("The state of the cache cannot be seen from 192.0.2.1");
      expect(textOf(refused)).not.toContain("Cassini");
      expect((await made.ask(path, { host: "evil.example" })).status).toBe(403);
    }
    expect(made.written.map(({ query, status }) => [query, status])).toEqual(
      ["/cache", "/cache", "/cache.json", "/cache.json", "/cache", "/cache"].map((query) => [query, 403]),
    );
  });

  it("leaves no record of who looks, as often as it reloads itself", async () => {
    await made.page();
    await made.view();
    expect(made.written).toEqual([]);
    await made.ask("/cache?page=0");
    expect(made.written).toMatchObject([{ query: "/cache", status: 400 }]);
  });

  it("is linked from the first page where there is a cache", async () => {
    expect(textOf(await made.ask("/"))).toContain('href="/das/server/cache"');
    made.open(sampleDefinitions(), undefined);
    expect(textOf(await made.ask("/"))).not.toContain("/cache");
  });

  it("is the same as a CGI program, coded where the client takes it", async () => {
    const normal = (text: string) => text.replace(/[\d.]+ ms/, "");
    const answer = await cgiRequest(
      (request) => handle(request, made.site),
      { target: "/das/server/cache" },
      "/das/server",
    );
    expect(answer.status).toBe(200);
    expect(normal(answer.body.toString("utf8"))).toBe(normal(await made.page()));
    const coded = await made.ask("/cache", { headers: { "accept-encoding": "gzip" } });
    expect(normal(gunzipSync(coded.body as Uint8Array).toString())).toBe(normal(await made.page()));
  });
});
