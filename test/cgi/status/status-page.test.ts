import { describe, expect, it } from "vitest";
import { statusPage } from "../../../cgi/status/page.js";
import type { MinuteCount } from "../../../cgi/status/recent-requests.js";
import type { StatusView } from "../../../cgi/status/view.js";
import { withoutPaths } from "../../../cgi/status/without-paths.js";
import { cacheSite, isWellFormed, textOf } from "../../support/cache-site.js";
import { CASE_SITE } from "../../support/case-site.js";
import { liveServer } from "../../support/live-server.js";
import { madeAccess } from "../../support/made-cache.js";

const made = cacheSite();
const page = async (query = "") => textOf(await made.ask(`/status${query}`));
const view = async () => JSON.parse(textOf(await made.ask("/status.json"))) as StatusView; // its own form

const HOSTILE = "<script>alert('x')</script>\u202e";
const EMPTY: StatusView = { time: "2021-07-01T12:34:56.000Z", version: "0.1.0", state: "good", checks: [] };
const CHOICE = { refresh: 0, site: { below: "/das/server", log: "/das/log", hasCache: true } } as const;
const body = (state: Partial<StatusView>) => statusPage({ ...EMPTY, ...state }, CHOICE).body.text;

function minutes(
  ...counts: readonly (readonly [complete: number, failed: number])[]
): readonly MinuteCount[] {
  return counts.map(([complete, failed], n) => ({
    atMs: Date.parse("2021-07-01T12:00Z") + n * 60_000,
    bytes: 1000 * complete,
    longestMs: 12,
    outcomes: { complete, failed, "no data": 0, refused: 0, cancelled: 0 },
  }));
}

describe("the status page", () => {
  it("is a whole document with every finding, and what to do where it is red", async () => {
    const text = await page();
    expect(isWellFormed(text)).toBe(true);
    expect(text).toContain("<h1>Status</h1>");
    const { checks } = await view();
    const findings = checks.flatMap((check) => check.findings);
    expect(text.match(/data-check=/g)).toHaveLength(findings.length);
    const red = findings.filter(({ state }) => ["bad", "worried", "unknown"].includes(state));
    for (const { advice } of red) expect(advice).toMatch(/\S/);
    expect(text.match(/class="advice"/g) ?? []).toHaveLength(red.length);
  });

  it("reloads itself when it is asked to, and refuses other words", async () => {
    expect(await page("?refresh=60")).toContain('<meta http-equiv="refresh" content="60">');
    expect(await page()).not.toContain("http-equiv");
    expect((await made.ask("/status?refresh=1")).status).toBe(400);
  });

  it("leads to the log and the cache, and adds the levels of all sources", async () => {
    const definition =
      "description = 'A pump'\ndas2Stream = 1\nreader = 'rd'\nvalidRange = '2021-06-01 to 2021-06-11'\ncacheLevels = auto\n";
    const level = (painted: readonly (readonly [string, string, "present" | "empty" | "stale"])[]) => ({
      resolutionName: "bin-60s",
      seconds: 60,
      period: "daily" as const,
      painted,
    });
    made.open(
      new Map([
        ["Lab/A", definition],
        ["Lab/B", definition],
      ]),
      madeAccess({
        levels: {
          "Lab/A": [level([["2021-06-01", "2021-06-05", "present"]])],
          "Lab/B": [
            level([
              ["2021-06-01", "2021-06-11", "present"],
              ["2021-06-02", "2021-06-03", "empty"],
              ["2021-06-03", "2021-06-04", "stale"],
            ]),
          ],
        },
      }),
    );
    // Ten days each: 4 + 8 blocks, one without data, one stale, six missing.
    expect((await view()).coverage).toEqual({
      levels: [
        {
          name: "bin-60s daily",
          seconds: 60,
          sources: 2,
          counts: { present: 12, empty: 1, stale: 1, absent: 6 },
        },
      ],
      looked: 2,
      sources: 2,
    });
    const text = await page();
    expect(text).toContain("65 %");
    expect(text).toContain('href="/das/server/cache"');
    expect(text).toContain('href="/das/log"');
  });

  it("is for those who may see the log, in words for others, and leaves no record but of a refusal", async () => {
    await page();
    await view();
    expect(made.written).toEqual([]);
    for (const path of ["/status", "/status.json"]) {
      const refused = await made.ask(path, { peer: "192.0.2.7" });
      expect(refused.status).toBe(403);
      expect(textOf(refused)).toContain(
        "The state of this server cannot be seen from 192.0.2.7: that is not in VIEW_LOG_ALLOW",
      );
    }
    expect(made.written.map(({ status }) => status)).toEqual([403, 403]);
  });

  it("tells where the server keeps its files to those alone who may see command lines", async () => {
    const live = await liveServer({
      HELIOSTREAM_TRUSTED_PROXIES: "127.0.0.1",
      HELIOSTREAM_VIEW_LOG_ALLOW: "127.0.0.1 192.0.2.7",
    });
    try {
      const folder = CASE_SITE.slice(0, CASE_SITE.lastIndexOf("/"));
      const seen = async (path: string, client: string) => {
        const answer = await fetch(`${live.server.url}${path}`, { headers: { "X-Forwarded-For": client } });
        expect(answer.status).toBe(200);
        return await answer.text();
      };
      for (const path of ["/status", "/status.json"]) {
        expect(await seen(path, "127.0.0.1")).toContain(folder);
        const others = await seen(path, "192.0.2.7");
        expect(others).toContain("DSDF_ROOT");
        expect(others).not.toContain(folder);
      }
    } finally {
      await live.close();
    }
  });

  it("shortens paths, and neither addresses nor fractions", () => {
    const says = "'/var/lib/x/log' is full; see https://a.example/b/c, 3/4 used (/srv/data/y.dsdf:12)";
    const [result] = withoutPaths([{ check: "x", findings: [{ name: "x", state: "bad", says }] }]);
    expect(result?.findings[0]?.says).toBe(
      "'…/log' is full; see https://a.example/b/c, 3/4 used (…/y.dsdf:12)",
    );
  });

  it("shows hostile text as text, and lets nothing inline in", async () => {
    const text = body({
      state: "bad",
      checks: [
        { check: "sources", findings: [{ name: HOSTILE, state: "bad", says: HOSTILE, advice: HOSTILE }] },
      ],
    });
    expect(text).not.toContain("<script");
    expect(text).not.toContain("\u202e");
    expect(text).toContain("&lt;script&gt;");
    const answer = await made.ask("/status");
    const policy = answer.headers.find(([name]) => name === "Content-Security-Policy")?.[1];
    expect(policy).toContain("default-src 'none'");
    expect(textOf(answer)).not.toMatch(/ style=| on[a-z]+=|<script/);
  });

  it("says at once how it stands, the worst first", () => {
    const checks = (["good", "off", "unknown", "worried", "bad"] as const).map((state) => ({
      check: state,
      findings: [{ name: `it-${state}`, state, says: `is ${state}`, advice: `do ${state}` }],
    }));
    const text = body({ state: "bad", checks });
    expect(text).toContain("Something is broken");
    expect(text).toContain("1 thing is broken, 1 wants a look, 1 is not known, 1 is good");
    const todo = [...text.matchAll(/<b>it-([a-z]+):<\/b>/g)].map(([, state]) => state);
    expect(todo).toEqual(["bad", "worried", "unknown"]);
    const well = body({ checks: checks.slice(0, 2) });
    expect(well).toContain("All is well");
    expect(well).not.toContain("To be done");
  });

  it("draws a failure among thousands of requests, and says the same in words", () => {
    const text = body({ requests: { inFlight: 3, minutes: minutes([0, 0], [9999, 1], [10, 0]) } });
    expect(text).toContain("Requests of the last 3 minutes: 10,010 requests, 1 failed");
    expect(text).toContain("<title>12:01 UTC: 10,000 requests, 1 failed</title>");
    const failed = /class="failed" x="11" y="[\d.]+" width="8" height="([\d.]+)"/.exec(text)?.[1];
    expect(Number(failed)).toBeGreaterThanOrEqual(2);
    expect(body({})).toContain("nobody counts them here");
  });
});
