import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openRequestLog } from "../../../cgi/log/request-log.js";
import { BoundedLabel } from "../../../cgi/metrics/bounded-label.js";
import { openMeter } from "../../../cgi/metrics/open-meter.js";
import { openSite } from "../../../cgi/open-site.js";
import { handle } from "../../../cgi/routes.js";
import { RECENT_MINUTES, RecentRequests } from "../../../cgi/status/recent-requests.js";
import { caseConfig } from "../../support/case-site.js";
import { cgiRequest } from "../../support/cgi-transport.js";
import { type Installation, installation } from "../../support/check-subject.js";
import { type Family, parseExposition, sumOf } from "../../support/exposition.js";
import { type LiveServer, liveServer } from "../../support/live-server.js";
import { rawRequest } from "../../support/raw-http.js";

describe("the reader of metrics that these tests use", () => {
  const good = '# HELP a_total Help.\n# TYPE a_total counter\na_total{x="1\\n\\""} 3\n';

  it("reads what is right, and refuses what is not", () => {
    expect(parseExposition(good).get("a_total")?.samples).toEqual([
      { name: "a_total", labels: { x: '1\n"' }, value: 3 },
    ]);
    for (const [text, why] of [
      ["a_total 1\n", /before any HELP/],
      [good.trimEnd(), /no end/],
      [`${good}a_total{x="1\\n\\""} 4\n`, /twice/],
      [good.replace("counter", "number"), /no type/],
      [good.replace("# HELP a_total Help.\n", ""), /no HELP/],
      [good.replaceAll("a_total", "a"), /_total/],
      [good.replace("} 3", "} three"), /no number/],
      [good.replace('{x="1\\n\\""}', '{x="1"y="2"}'), /neither/],
      [`${good}b 1\n`, /no sample of a_total/],
      [
        '# HELP h H\n# TYPE h histogram\nh_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n',
        /add up/,
      ],
    ] as const)
      expect(() => parseExposition(text), text).toThrow(why);
  });
});

describe("the metrics of a resident server", () => {
  let live: LiveServer;
  let place: Installation;
  const get = (target: string, headers: Readonly<Record<string, string>> = {}) =>
    rawRequest(live.port, { target, headers });
  const scrape = async (target = "/metrics"): Promise<ReadonlyMap<string, Family>> => {
    const answer = await get(target);
    expect(answer.status).toBe(200);
    return parseExposition(answer.body.toString("utf8"));
  };

  beforeAll(async () => {
    place = installation();
    mkdirSync(join(place.folder, "cache"));
    const reader =
      "description = 'A pump'\ndas2Stream = 1\nexampleRange_00 = '2021-01-01 to 2021-01-02'\nvalidRange = '2021-01-01 to 2021-02-01'\n";
    place.write(
      "sources/Lab/Pump.dsdf",
      `${reader}reader = 'synthetic --cadence 60s'\ncacheLevel_00 = '600 s | daily'\n`,
    );
    const script = place.write("bin/fails", "#!/bin/sh\nexit 3\n");
    chmodSync(script, 0o755);
    place.write("sources/Lab/Fails.dsdf", `${reader}reader = '${script}'\n`);
    live = await liveServer({
      HELIOSTREAM_DSDF_ROOT: join(place.folder, "sources"),
      HELIOSTREAM_CACHE_ROOT: join(place.folder, "cache"),
      HELIOSTREAM_CACHE_MAX_BYTES: "1000000000",
    });
  });
  afterAll(async () => {
    await live?.close();
    place.dispose();
  });

  it("add up after known requests", async () => {
    const data = (id: string, more = "") =>
      `/das/server?server=dataset&dataset=${id}&start_time=2021-01-03&end_time=2021-01-04${more}`;
    const before = await scrape();
    const count = (families: ReadonlyMap<string, Family>, name: string, labels = {}) =>
      sumOf(families, name, labels) ?? 0;
    const answers = [];
    for (const target of [
      "/das/server?server=id",
      "/das/server?server=id",
      "/das/server?server=list",
      "/das/server?server=nothing",
      "/das/server/no/such/path",
      data("Lab/No"),
      data("Lab/Fails"),
      data("Lab/Pump"),
      data("Lab/Pump", "&resolution=600"),
      data("Lab/Pump", "&resolution=600"),
    ]) {
      answers.push(await get(target));
    }
    // The last record is written when its blocks are in their place.
    await expect
      .poll(async () => count(await scrape(), "heliostream_cache_requests_total", { result: "hit" }))
      .toBe(1);
    const after = await scrape();
    const grown = (name: string, labels = {}) => count(after, name, labels) - count(before, name, labels);
    const requests = "heliostream_http_requests_total";
    expect(grown(requests, { route: "id", outcome: "complete", status: "200" })).toBe(2);
    expect(grown(requests, { route: "list" })).toBe(1);
    expect(grown(requests, { route: "none", outcome: "refused", status: "400" })).toBe(1);
    expect(grown(requests, { route: "none", status: "404" })).toBe(1);
    expect(grown(requests, { route: "dataset" })).toBe(5);
    expect(grown(requests, { route: "dataset", outcome: "refused" })).toBe(1);
    expect(grown(requests, { route: "dataset", outcome: "failed" })).toBe(1);
    expect(grown(requests, { route: "dataset", outcome: "complete" })).toBe(3);
    // Log and metrics tell the same: of each request that has a record.
    expect(grown("heliostream_http_request_duration_seconds_count", { route: "dataset" })).toBe(5);
    const bytes = live.records
      .filter(({ query }) => query === "dataset")
      .reduce((sum, one) => sum + one.bytes, 0);
    expect(grown("heliostream_http_response_bytes_total", { route: "dataset" })).toBe(bytes);
    expect(bytes).toBe(answers.slice(5).reduce((sum, { body }) => sum + body.length, 0));
    expect(grown("heliostream_http_errors_total")).toBe(4);
    expect(grown("heliostream_http_errors_total", { code: "NO_SUCH_SOURCE" })).toBe(1);
    const stages = live.records.flatMap((record) => record.stages);
    expect(grown("heliostream_stage_exits_total")).toBe(stages.length);
    expect(grown("heliostream_stage_exits_total", { role: "reader", end: "failed" })).toBe(1);
    expect(grown("heliostream_cache_requests_total", { result: "miss" })).toBe(1);
    expect(grown("heliostream_cache_requests_total", { result: "hit" })).toBe(1);
    expect(grown("heliostream_cache_blocks_sent_total")).toBeGreaterThanOrEqual(1);
    expect(grown("heliostream_cache_gaps_total")).toBe(1);
    expect(count(after, "heliostream_http_requests_in_flight")).toBe(1); // the scrape itself
  });

  it("have names by the conventions, and no label with an id, a path or an address", async () => {
    const families = await scrape();
    expect([...families.keys()].filter((name) => name.startsWith("heliostream_")).length).toBeGreaterThan(30);
    for (const { name, samples } of families.values()) {
      expect(name).toMatch(/^(?:heliostream|process|nodejs)_[a-z0-9_]+$/);
      expect(name).not.toMatch(/_(?:ms|milliseconds|kb|mb|megabytes)(?:_|$)/);
      for (const { labels } of samples)
        for (const value of Object.values(labels))
          expect(value, name).not.toMatch(/Lab|127\.0|no\/such|\/tmp/);
    }
    expect(sumOf(families, "heliostream_definitions")).toBe(2);
    expect(sumOf(families, "heliostream_check_state", { check: "programs", state: "good" })).toBe(1);
    expect(sumOf(families, "heliostream_check_state", { state: "good" })).toBeGreaterThan(3);
    expect(sumOf(families, "heliostream_cache_max_bytes")).toBe(1_000_000_000);
    expect(sumOf(families, "heliostream_pipelines_max")).toBe(16);
    expect(sumOf(families, "process_resident_memory_bytes")).toBeGreaterThan(1e7);
    expect(families.has("nodejs_eventloop_lag_p99_seconds")).toBe(true);
    // None is used here.
    expect(sumOf(families, "heliostream_redis_up")).toBeUndefined();
    expect(sumOf(families, "heliostream_archive_up")).toBeUndefined();
  });

  it("are at the root and below the server, with the type that Prometheus asks for, and leave no record", async () => {
    for (const target of ["/metrics", "/das/server/metrics"]) {
      const answer = await get(target);
      const type = answer.headers.find(([name]) => name.toLowerCase() === "content-type")?.[1];
      expect(type).toBe("text/plain; version=0.0.4; charset=utf-8");
    }
    expect(live.records.filter(({ query }) => query === "/metrics")).toEqual([]);
  });

  it("are not for everybody", async () => {
    // A proxy that nobody trusts may speak for anybody.
    const refused = await get("/metrics", { "X-Forwarded-For": "192.0.2.7" });
    expect(refused.status).toBe(403);
    expect((await get("/metrics", { Host: "evil.example.org" })).status).toBe(403);
    expect((await get("/das/server/status", { "X-Forwarded-For": "192.0.2.7" })).status).toBe(403);
  });
});

describe("who may read metrics", () => {
  it("are those of METRICS_ALLOW besides those who may see the log", async () => {
    const { config, dispose } = caseConfig({ HELIOSTREAM_METRICS_ALLOW: "192.0.2.0/24" });
    const site: ReturnType<typeof openSite> = openSite(config, {
      resident: true,
      meter: openMeter(() => site),
    });
    const ask = async (peer: string, path: string) =>
      (
        await handle(
          {
            ...{
              id: "test",
              receivedAt: new Date(),
              method: "GET",
              protocol: "1.1",
              scheme: "http",
              host: "data.example.org",
            },
            ...{
              mount: "/das/server",
              path,
              query: "",
              headers: {},
              peer,
              signal: new AbortController().signal,
            },
          },
          site,
        )
      ).status;
    expect(await ask("192.0.2.7", "/metrics")).toBe(200);
    expect(await ask("192.0.3.7", "/metrics")).toBe(403);
    expect(await ask("192.0.2.7", "/status")).toBe(403);
    await site.close();
    dispose();
  });
});

describe("metrics under CGI", () => {
  it("say that they need the resident server, while the probes answer", async () => {
    const { config, dispose } = caseConfig();
    const ask = async (path: string) => {
      const site = openSite(config, { resident: false });
      const answer = await cgiRequest(
        (request) => handle(request, site),
        { target: `/das/server${path}` },
        "/das/server",
      );
      await site.close();
      return answer;
    };
    const metrics = await ask("/metrics");
    expect(metrics.status).toBe(501);
    expect(metrics.body.toString()).toContain("heliostream serve");
    expect((await ask("/healthz")).body.toString()).toBe("ok\n");
    expect((await ask("/readyz")).body.toString()).toBe("ready\n");
    const page = await ask("/status");
    expect(page.status).toBe(200);
    expect(page.body.toString()).toContain("Each request is answered by a program of its own");
    dispose();
  });
});

describe("the request log", () => {
  let place: Installation;
  beforeEach(() => {
    place = installation();
  });
  afterEach(() => place.dispose());

  it("counts the records that are missing from it", async () => {
    const { config, dispose } = caseConfig({ HELIOSTREAM_LOG_PATH: place.write("file", "") });
    const log = openRequestLog(config);
    const record = {
      ...{
        id: "a",
        time: "2021-06-30T00:00:00.000Z",
        pid: 1,
        client: "127.0.0.1",
        method: "GET",
        host: "",
        target: "/",
      },
      ...{
        mount: "",
        query: "id",
        userAgent: "",
        stages: [],
        status: 200,
        durationMs: 1,
        bytes: 1,
        outcome: "complete" as const,
      },
    };
    for (const id of ["a", "b", "c"]) log.write({ ...record, id });
    expect(log.dropped).toBe(0);
    await log.close();
    // A file stands in the place of its folder.
    expect(log.dropped).toBe(3);
    dispose();
  });
});

describe("what is remembered of requests", () => {
  it("is counts of the last half hour, by minutes", () => {
    let now = Date.parse("2021-06-30T12:00:30Z");
    const recent = new RecentRequests(() => now);
    recent.add({ outcome: "complete", bytes: 10, durationMs: 5 });
    recent.add({ outcome: "failed", bytes: 1, durationMs: 50 });
    now += 60_000;
    recent.add({ outcome: "complete", bytes: 100, durationMs: 7 });
    const list = recent.list();
    expect(list).toHaveLength(RECENT_MINUTES);
    expect(list.slice(-2)).toEqual([
      {
        atMs: Date.parse("2021-06-30T12:00Z"),
        bytes: 11,
        longestMs: 50,
        outcomes: { complete: 1, "no data": 0, refused: 0, failed: 1, cancelled: 0 },
      },
      {
        atMs: Date.parse("2021-06-30T12:01Z"),
        bytes: 100,
        longestMs: 7,
        outcomes: { complete: 1, "no data": 0, refused: 0, failed: 0, cancelled: 0 },
      },
    ]);
    now += RECENT_MINUTES * 60_000;
    recent.add({ outcome: "refused", bytes: 0, durationMs: 1 });
    expect(recent.list().reduce((sum, one) => sum + one.outcomes.complete + one.outcomes.refused, 0)).toBe(1);
  });

  it("has a bound for labels, whatever comes", () => {
    const label = new BoundedLabel(2);
    expect(["a", "", "b", "c", "a"].map((value) => label.of(value))).toEqual([
      "a",
      "none",
      "b",
      "other",
      "a",
    ]);
  });
});
