import { afterAll, afterEach, describe, expect, it } from "vitest";
import { measureAndKeep } from "../../cache/levels/measure-and-keep.js";
import { pipelineSetting } from "../../cgi/data/pipeline-setting.js";
import { builtInProgram } from "../../pipeline/built-in.js";
import { parseTime } from "../../stream/time.js";
import { gate } from "../cache/queue/support.js";
import { type Answer, cachedSite, dataQuery } from "../support/cached-site.js";
import { madeReader } from "../support/made-reader.js";
import { packetDigest } from "../support/packets-by-id.js";
import { decodeStream } from "../support/run-stream.js";

const reader = madeReader({ name: "made", stepSeconds: 600, portion: 144 });
const programs = { made: reader.program };
let now = Date.UTC(2026, 0, 1);
const server = cachedSite({ programs, now: () => new Date(now) });
const uncached = cachedSite({ programs, definitions: server.definitions, cacheRoot: false });
afterEach(() => {
  reader.control.beforePortion = undefined;
  reader.control.offset = 0;
  now = Date.UTC(2026, 0, 1);
});
afterAll(async () => {
  await uncached.close();
  await server.close();
});

const LEVEL = "cacheLevel_00 = '3600 s | daily'";
const hourly = (id: string, begin: string, end: string, more: Record<string, string | number> = {}) =>
  dataQuery(id, begin, end, { resolution: 3600, ...more });

/** The packets of each version of a definition, from a server without a cache. */
async function packetsOf(id: string, query: string, ...lines: readonly string[]) {
  uncached.define(id, ...lines);
  return packetDigest((await uncached.ask(query)).bytes);
}

describe("a definition that is edited while it is served", () => {
  it("takes effect at once: no block of before is given, and the new ones are kept", async () => {
    const query = hourly("Edited", "2021-06-01", "2021-06-04");
    server.define("Edited", "reader = made", LEVEL);
    const before = await server.ask(query);
    const edited = ["reader = 'made plus=1'", LEVEL];
    server.define("Edited", ...edited);
    const after = await server.ask(query);
    const expected = await packetsOf("Edited", query, ...edited);
    expect(packetDigest(after.bytes)).toEqual(expected);
    expect(packetDigest(after.bytes)).not.toEqual(packetDigest(before.bytes));
    expect(after.record.cache).toMatchObject({ result: "miss" });
    const again = await server.ask(query);
    expect(again.record.cache).toMatchObject({ result: "hit", blocks: 3 });
    expect(packetDigest(again.bytes)).toEqual(expected);
  });

  it("is no matter to a request under way, which ends as it began; its blocks are never given to others", async () => {
    const query = hourly("UnderWay", "2021-06-01", "2021-06-06");
    const lines = ["reader = made", LEVEL];
    const edited = ["reader = 'made plus=1'", LEVEL];
    const expected = {
      before: await packetsOf("UnderWay", query, ...lines),
      after: await packetsOf("UnderWay", query, ...edited),
    };
    server.define("UnderWay", ...lines);
    // One block of before is there, so the request that is under way has both.
    await server.ask(hourly("UnderWay", "2021-06-01", "2021-06-02"));
    const begun = gate();
    const go = gate();
    reader.control.beforePortion = async (portion, { words }) => {
      if (portion !== 2 || words.length > 0) return;
      begun.open();
      await go.promise;
    };
    const old = server.ask(query);
    await begun.promise;
    server.define("UnderWay", ...edited);
    const fresh = server.ask(query);
    go.open();
    expect(packetDigest((await fresh).bytes)).toEqual(expected.after);
    const answer = await old;
    expect(packetDigest(answer.bytes)).toEqual(expected.before);
    expect(answer.record.cache).toMatchObject({ result: "partial", blocks: 1, gaps: 1 });
    for (let time = 1; time <= 2; time++)
      expect(packetDigest((await server.ask(query)).bytes)).toEqual(expected.after);
    expect((await server.ask(query)).record.cache).toMatchObject({ result: "hit" });
  });

  it("by its title alone costs no block", async () => {
    const query = hourly("Title", "2021-06-01", "2021-06-04");
    server.define("Title", "reader = made", LEVEL);
    await server.ask(query);
    server.define("Title", "reader = made", LEVEL, "summary = 'A better one'");
    expect((await server.ask(query)).record.cache).toMatchObject({ result: "hit", blocks: 3 });
  });

  it("by its data version costs all, and none once more", async () => {
    const query = hourly("Version", "2021-06-01", "2021-06-04");
    server.define("Version", "reader = made", LEVEL, "dataVersion = 1");
    await server.ask(query);
    reader.control.offset = 7;
    server.define("Version", "reader = made", LEVEL, "dataVersion = 2");
    const answer = await server.ask(query);
    expect(answer.record.cache).toMatchObject({ result: "miss", gaps: 1 });
    expect(packetDigest(answer.bytes)).toEqual(packetDigest((await uncached.ask(query)).bytes));
    expect((await server.ask(query)).record.cache).toMatchObject({ result: "hit" });
  });

  it("so that a level is gone is served without it, and with its blocks again when it is back", async () => {
    const query = hourly("Level", "2021-06-01", "2021-06-04");
    server.define("Level", "reader = made", LEVEL);
    const before = await server.ask(query);
    server.define("Level", "reader = made", "cacheLevel_00 = '7200 s | daily'");
    expect((await server.ask(query)).record.cache).toMatchObject({ result: "off" });
    server.define("Level", "reader = made", "cacheLevel_01 = '3600 s | daily'");
    const after = await server.ask(query);
    expect(after.record.cache).toMatchObject({ result: "hit", blocks: 3 });
    expect(packetDigest(after.bytes)).toEqual(packetDigest(before.bytes));
  });
});

describe("a source whose levels choose themselves", () => {
  it("is served without a cache until it was measured, then fills its blocks", async () => {
    server.define("Auto", "reader = made", "cacheLevels = auto", "validRange = '2021-01-01 to 2022-01-01'");
    const query = dataQuery("Auto", "2021-01-01", "2022-01-01", { resolution: 86_400 });
    const before = await server.ask(query);
    expect(before.record.cache).toMatchObject({ result: "off" });
    const setting = { cacheRoot: server.cacheRoot, tools: pipelineSetting(server.site).tools };
    const pipeline = { programs: server.site.programs ?? builtInProgram };
    await measureAndKeep(await server.source("Auto"), setting, { pipeline, now: parseTime("2026-01-01") });
    const first = await server.ask(query);
    expect(first.record.cache?.result).toBe("miss");
    const second = await server.ask(query);
    expect(second.record.cache?.result).toBe("hit");
    expect(packetDigest(second.bytes)).toEqual(packetDigest(first.bytes));
    expect(decodeStream(second.bytes).rows.length).toBeGreaterThanOrEqual(2 * 365);
  });
});

describe("a clock that jumps", () => {
  const live = (id: string) =>
    server.define(id, "reader = made", "validRange = '2020-01-01 to now'", "openTtl = 3600 s", LEVEL);
  const results = async (id: string): Promise<unknown[]> => {
    const answers: Answer[] = [];
    for (const query of [hourly(id, "2021-06-01", "2021-06-03"), hourly(id, "2025-12-30", "2026-01-01")])
      answers.push(await server.ask(query));
    for (const { status } of answers) expect(status).toBe(200);
    return answers.map(({ record }) => record.cache?.result);
  };

  it("forward has open blocks built anew and leaves closed ones alone", async () => {
    live("Forward");
    await results("Forward");
    expect(await results("Forward")).toEqual(["hit", "hit"]);
    now += 10 * 3_600_000;
    expect(await results("Forward")).toEqual(["hit", "miss"]);
    expect(await results("Forward")).toEqual(["hit", "hit"]);
  });

  it("back has those built anew that come from the future, once", async () => {
    live("Back");
    now += 10 * 3_600_000;
    await results("Back");
    now -= 10 * 3_600_000;
    expect(await results("Back")).toEqual(["miss", "miss"]);
    expect(await results("Back")).toEqual(["hit", "hit"]);
  });

  it("back by less than clocks of hosts differ costs nothing", async () => {
    live("Little");
    await results("Little");
    now -= 30_000;
    expect(await results("Little")).toEqual(["hit", "hit"]);
  });
});
