import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { isWholeBody } from "../../cgi/http.js";
import { handle } from "../../cgi/routes.js";
import { DasError } from "../../errors/das-error.js";
import { type Answer, cachedSite, dataQuery } from "../support/cached-site.js";
import { madeReader } from "../support/made-reader.js";
import { packetDigest } from "../support/packets-by-id.js";
import { decodeStream } from "../support/run-stream.js";

const reader = madeReader({ name: "made", stepSeconds: 600, portion: 144 });
const programs = { made: reader.program };
const server = cachedSite({ programs });
const uncached = cachedSite({ programs, definitions: server.definitions, cacheRoot: false });
afterEach(() => {
  reader.control.beforePortion = undefined;
});
afterAll(async () => {
  await uncached.close();
  await server.close();
});

const HOURS = ["reader = made", "cacheLevel_00 = '3600 s | daily'"];
const hourly = (id: string, begin: string, end: string, more: Record<string, string | number> = {}) =>
  dataQuery(id, begin, end, { resolution: 3600, ...more });

/** Has the reader fail before its n-th portion: before 0 nothing was written, each later one is a day. */
function failBefore(portion: number): void {
  reader.control.beforePortion = (at) => {
    if (at === portion) throw new DasError("READER_FAILED", "the tape is torn");
  };
}

/** Files of blocks of a source. */
function blocksOf(id: string): string[] {
  try {
    return readdirSync(join(server.cacheRoot, "data", id), { recursive: true })
      .map(String)
      .filter((name) => name.includes("bin-") && /\.d2s/.test(name));
  } catch {
    return [];
  }
}

function rows(answer: Answer): number {
  return decodeStream(answer.bytes).rows.length;
}

function exceptionOf(answer: Answer): string | undefined {
  return decodeStream(answer.bytes).exceptions[0]?.message;
}

describe("a reader that fails in a gap", () => {
  it("before the first byte is answered by its status, as without a cache, and leaves no block", async () => {
    server.define("Early", ...HOURS);
    failBefore(0);
    const query = hourly("Early", "2021-06-01", "2021-06-04");
    const plain = await uncached.ask(query);
    for (let time = 1; time <= 2; time++) {
      const answer = await server.ask(query);
      expect(answer.status).toBe(500);
      expect(answer.bytes.equals(plain.bytes)).toBe(true);
      expect(answer.record).toMatchObject({
        outcome: "failed",
        code: "READER_FAILED",
        cache: { result: "miss", blocks: 0, gaps: 1 },
      });
    }
    expect(blocksOf("Early")).toEqual([]);
    // Nobody keeps the right to build them.
    reader.control.beforePortion = undefined;
    expect((await server.ask(query)).status).toBe(200);
    expect((await server.ask(query)).record.cache).toMatchObject({ result: "hit", blocks: 3 });
  });

  it("after it gives what came before, then says so in the stream, and keeps not one block", async () => {
    server.define("Late", ...HOURS);
    failBefore(3);
    const query = hourly("Late", "2021-06-01", "2021-06-05");
    const plain = await uncached.ask(query);
    const answer = await server.ask(query);
    expect(answer.status).toBe(200);
    expect(exceptionOf(answer)).toBe("the tape is torn");
    expect(exceptionOf(plain)).toBe("the tape is torn");
    // Of two days there are records; the last bin of the second was not complete.
    expect(rows(answer)).toBeGreaterThanOrEqual(2 * 47);
    expect(rows(answer)).toBeLessThanOrEqual(2 * 48);
    expect(answer.record).toMatchObject({ outcome: "failed", code: "READER_FAILED" });
    expect(blocksOf("Late")).toEqual([]);
  });

  it("after blocks that are there gives those whole", async () => {
    server.define("Behind", ...HOURS);
    await server.ask(hourly("Behind", "2021-06-01", "2021-06-03"));
    const kept = blocksOf("Behind");
    failBefore(0);
    const answer = await server.ask(hourly("Behind", "2021-06-01", "2021-06-05"));
    expect({ status: answer.status, rows: rows(answer), says: exceptionOf(answer) }).toEqual({
      status: 200,
      rows: 2 * 48,
      says: "the tape is torn",
    });
    expect(answer.record.cache).toMatchObject({ result: "partial", blocks: 2, gaps: 1 });
    expect(blocksOf("Behind")).toEqual(kept);
    expect((await server.ask(hourly("Behind", "2021-06-01", "2021-06-03"))).record.cache?.result).toBe("hit");
  });

  it("in the middle of a form that has no room for errors breaks the answer off", async () => {
    server.define("Cut", ...HOURS);
    await server.ask(hourly("Cut", "2021-06-01", "2021-06-02"));
    failBefore(0);
    const answer = await server.ask(hourly("Cut", "2021-06-01", "2021-06-03", { format: "csv" }));
    expect(answer.broken).toMatchObject({ code: "READER_FAILED" });
    expect(answer.record.outcome).toBe("failed");
  });

  it.each([
    ["writes nothing and fails", "fail-early"],
    ["writes half a packet and fails", "fail-late"],
    ["writes many packets and fails", "fail-after-many"],
  ])("as a program of its own that %s is told of, and keeps nothing", async (_, program) => {
    const id = program.replaceAll("-", "");
    server.define(id, `reader = ${program}`, "cacheLevel_00 = 'intrinsic | daily'");
    const query = dataQuery(id, "2021-06-30", "2021-07-01");
    const plain = await uncached.ask(query);
    const answer = await server.ask(query);
    expect(answer.status).toBe(plain.status);
    expect(exceptionOf(answer)).toBe(exceptionOf(plain));
    expect(packetDigest(answer.bytes)).toEqual(packetDigest(plain.bytes));
    expect(answer.record).toMatchObject({ outcome: "failed", code: "READER_FAILED" });
    expect(answer.record.stages).toContainEqual(expect.objectContaining({ role: "reader", status: 3 }));
    expect(blocksOf(id)).toEqual([]);
  });
});

describe("a reader that begins to fail after a year of success", () => {
  it("costs nothing of the year; what is missing is an error, and no block is built of it", async () => {
    server.define("Year", "reader = made", "cacheLevel_00 = '43200 s | monthly'");
    const year = dataQuery("Year", "2021-01-01", "2022-01-01", { resolution: 43_200 });
    const before = await server.ask(year);
    const kept = blocksOf("Year");
    expect(kept).toHaveLength(3 * 12);
    reader.control.beforePortion = () => {
      throw new DasError("READER_FAILED", "the tape is torn");
    };
    const starts = reader.starts.length;
    const hit = await server.ask(year);
    expect(hit.record.cache).toMatchObject({ result: "hit", blocks: 12 });
    expect(packetDigest(hit.bytes)).toEqual(packetDigest(before.bytes));
    const longer = await server.ask(dataQuery("Year", "2021-01-01", "2022-03-01", { resolution: 43_200 }));
    expect(longer.status).toBe(200);
    expect(packetDigest(longer.bytes)).toEqual(packetDigest(before.bytes));
    expect(exceptionOf(longer)).toBe("the tape is torn");
    const beyond = await server.ask(dataQuery("Year", "2022-01-01", "2022-03-01", { resolution: 43_200 }));
    expect({ status: beyond.status, says: exceptionOf(beyond) }).toEqual({
      status: 500,
      says: "the tape is torn",
    });
    expect(blocksOf("Year")).toEqual(kept);
    expect(reader.starts.length).toBe(starts + 2);
  });

  it("gives no block of which the records changed: the answer is an error", async () => {
    server.define("Stale", ...HOURS);
    await server.ask(hourly("Stale", "2021-06-01", "2021-06-04"));
    const { index } = await server.cache();
    const [level] = await server.levels("Stale");
    // 2021-06-02 is day 7823 since 2000.
    await index.markChanged(level!, { first: 7823, end: 7824 });
    failBefore(0);
    const answer = await server.ask(hourly("Stale", "2021-06-01", "2021-06-04"));
    expect({ rows: rows(answer), says: exceptionOf(answer) }).toEqual({ rows: 48, says: "the tape is torn" });
    const alone = await server.ask(hourly("Stale", "2021-06-02", "2021-06-03"));
    expect(alone.status).toBe(500);
  });
});

describe("programs that are spawned behind blocks", () => {
  it("take their turn like readers, while blocks alone are given to any number", async () => {
    const settings = { HELIOSTREAM_PNG_MAKER: "hang", HELIOSTREAM_MAX_PIPELINES: "1" };
    const small = cachedSite({ programs, settings });
    small.define("Turns", ...HOURS);
    const query = hourly("Turns", "2021-06-01", "2021-06-03");
    await small.ask(query);
    const abort = new AbortController();
    const plot = hourly("Turns", "2021-06-01", "2021-06-03", { server: "image" });
    const first = await handle(small.request(plot, { signal: abort.signal }), small.site);
    expect(first.status).toBe(200);
    const second = await small.ask(plot);
    expect({ status: second.status, later: second.header("retry-after") }).toEqual({
      status: 503,
      later: "10",
    });
    expect((await small.ask(query)).record.cache?.result).toBe("hit");
    abort.abort();
    if (!isWholeBody(first.body)) await first.body[Symbol.asyncIterator]().return?.();
    await small.close();
  });

  it("of gaps have on record what they say", async () => {
    server.define("Says", "reader = fail-early", "cacheLevel_00 = 'intrinsic | daily'");
    const { record } = await server.ask(dataQuery("Says", "2021-06-01", "2021-06-02", { ascii: 1 }));
    expect(record.stderr).toEqual(["cannot open /secret/calibration.dat"]);
  });
});
