import { describe, expect, it } from "vitest";
import { asBuildJob, formatBuildJob, jobId, parseBuildJob } from "../../../cache/queue/build-job.js";
import { queueSettings } from "../../../cache/queue/open-queue.js";
import { attemptDelay, isWorthRetry, RETRY_DELAYS, roundDelay } from "../../../cache/queue/retry-delays.js";
import { afterFailure, asBuildReport, asStoredBuild } from "../../../cache/queue/stored-build.js";
import { DasError } from "../../../errors/das-error.js";
import { codeOf } from "../../support/thrown.js";
import { dayJob, REPORT } from "./support.js";

describe("jobId", () => {
  it("is the same however urgent a build is, and another for another build", () => {
    const job = dayJob("A", 1, "person");
    const ids = [
      job,
      { ...job, sourceId: "B" },
      { ...job, params: ["x"] },
      { ...job, period: "monthly" as const },
      { ...job, number: 2 },
      { ...job, force: true },
    ].map(jobId);
    expect(new Set(ids).size).toBe(6);
    expect(jobId({ ...job, urgency: "prefetch" })).toBe(ids[0]);
    // The queue refuses colons, and takes digits alone for ids of its own.
    for (const id of ids) expect(id).toMatch(/^b[0-9a-f]{32}$/);
  });

  it("does not confuse words", () => {
    const job = dayJob("A", 1);
    expect(jobId({ ...job, params: ["a b"] })).not.toBe(jobId({ ...job, params: ["a", "b"] }));
  });
});

describe("parseBuildJob", () => {
  it("reads what formatBuildJob writes", () => {
    for (const job of [dayJob("A/B", -5), { ...dayJob("A", 1), params: ["ä=1"], force: true }])
      expect(parseBuildJob(formatBuildJob(job))).toEqual(job);
  });

  it.each([
    ["no JSON", "{"],
    ["no object", "7"],
    ["an id that climbs", JSON.stringify({ ...dayJob("../A", 1) })],
    ["no id", JSON.stringify({ ...dayJob("A", 1), sourceId: 7 })],
    ["words that are none", JSON.stringify({ ...dayJob("A", 1), params: [1] })],
    ["too many words", JSON.stringify({ ...dayJob("A", 1), params: Array(129).fill("x") })],
    ["an unknown period", JSON.stringify({ ...dayJob("A", 1), period: "weekly" })],
    ["a broken number", JSON.stringify({ ...dayJob("A", 1.5) })],
    ["a number beyond all time", JSON.stringify({ ...dayJob("A", 1e15) })],
    ["an unknown urgency", JSON.stringify({ ...dayJob("A", 1), urgency: "now" })],
    ["a long text", `${JSON.stringify(dayJob("A", 1))}${" ".repeat(70_000)}`],
  ])("refuses %s", (_, text) => {
    expect(parseBuildJob(text)).toBeUndefined();
  });

  it("leaves out what does not belong to a job", () => {
    expect(asBuildJob({ ...dayJob("A", 1), evil: true, force: "yes" })).toEqual(dayJob("A", 1));
  });
});

describe("what Redis keeps of a build", () => {
  it("counts the rounds that failed", () => {
    const job = dayJob("A", 1);
    const first = afterFailure(job, JSON.stringify({ job, rounds: 0 }), "why");
    expect(first).toEqual({ job, rounds: 1, reason: "why" });
    expect(afterFailure(job, JSON.stringify(first), "why not").rounds).toBe(2);
    expect(afterFailure(job, "broken", "why")).toEqual({ job, rounds: 1, reason: "why" });
    expect(asStoredBuild({ job, rounds: 1e9 })?.rounds).toBe(64);
    expect(asStoredBuild({ job: { sourceId: 1 } })).toBeUndefined();
  });

  it("is a report whatever it is", () => {
    expect(asBuildReport(JSON.parse(JSON.stringify(REPORT)))).toEqual(REPORT);
    const nothing = { built: {}, skipped: 0, bytes: 0, readerRuns: 0, ms: 0 };
    expect(asBuildReport(undefined)).toEqual(nothing);
    expect(asBuildReport({ built: { x: "1" }, bytes: "2" })).toEqual(nothing);
  });
});

describe("delays", () => {
  it("between tries are doubled each time, less up to two fifths by chance", () => {
    expect([1, 2, 3, 4].map((attempt) => attemptDelay(RETRY_DELAYS, attempt, 0))).toEqual([
      2000, 4000, 8000, 16_000,
    ]);
    expect(attemptDelay(RETRY_DELAYS, 1, 1)).toBe(1200);
  });

  it("between rounds are doubled up to six hours", () => {
    const minutes = [1, 2, 3, 9, 10, 64].map((rounds) => roundDelay(RETRY_DELAYS, rounds) / 60_000);
    expect(minutes).toEqual([1, 2, 4, 256, 360, 360]);
  });

  it("are of no use where only a person can change the cause", () => {
    expect(isWorthRetry(new DasError("READER_FAILED", "exit 1"))).toBe(true);
    expect(isWorthRetry(new Error("what?"))).toBe(true);
    expect(isWorthRetry(new DasError("BAD_DEFINITION", "no reader"))).toBe(false);
  });
});

describe("queueSettings", () => {
  const config = { workQueueConn: "redis://user:secret@host.example:7000/3", redisTimeout: 0.5 };

  it("are those of Redis, or of the process", () => {
    expect(queueSettings({ ...config, workQueueBroker: undefined })).toEqual({ kind: "local" });
    expect(queueSettings({ ...config, workQueueBroker: "redis" })).toEqual({
      kind: "redis",
      address: {
        ...{ kind: "network", host: "host.example", port: 7000, db: 3 },
        ...{ username: "user", password: "secret" },
      },
      timeoutMs: 500,
    });
  });

  it("know no other broker", () => {
    expect(codeOf(() => queueSettings({ ...config, workQueueBroker: "rabbit" }))).toBe("BAD_CONFIG");
  });
});
