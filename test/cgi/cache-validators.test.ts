import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type Answer, cachedSite, dataQuery } from "../support/cached-site.js";
import { madeReader } from "../support/made-reader.js";
import { packetDigest } from "../support/packets-by-id.js";

const reader = madeReader({ name: "made", stepSeconds: 600 });
let now = Date.UTC(2026, 0, 1);
const server = cachedSite({ programs: { made: reader.program }, now: () => new Date(now) });
afterAll(() => server.close());

const HOURS = ["reader = made", "cacheLevel_00 = '3600 s | daily'"];
const query = (id: string, begin: string, end: string, more: Record<string, string | number> = {}) =>
  dataQuery(id, begin, end, { resolution: 3600, ...more });

/** Has all blocks of a range built, and asks for it. */
async function hit(id: string, begin: string, end: string): Promise<Answer> {
  await server.ask(query(id, begin, end));
  const answer = await server.ask(query(id, begin, end));
  expect(answer.record.cache?.result).toBe("hit");
  return answer;
}

function tagOf(answer: Answer): string {
  const tag = answer.header("etag");
  if (tag === undefined) throw new Error("no tag");
  return tag;
}

describe("an answer that comes from blocks alone", () => {
  it("says by a tag and a time which blocks it was made of; one that is read says neither", async () => {
    server.define("Tagged", ...HOURS);
    const first = await server.ask(query("Tagged", "2021-06-01", "2021-06-03"));
    expect(first.header("etag")).toBeUndefined();
    expect(first.header("last-modified")).toBeUndefined();
    const second = await server.ask(query("Tagged", "2021-06-01", "2021-06-03"));
    expect(second.header("etag")).toMatch(/^W\/"[\w-]{22}"$/);
    expect(second.header("last-modified")).toBe("Thu, 01 Jan 2026 00:00:00 GMT");
    expect(second.header("cache-control")).toBe("no-cache");
    expect(tagOf(await server.ask(query("Tagged", "2021-06-01", "2021-06-03")))).toBe(tagOf(second));
  });

  it("is known to be unchanged from the index alone: not even whether its blocks are there is looked at", async () => {
    server.define("Unchanged", ...HOURS);
    const { header } = await hit("Unchanged", "2021-06-01", "2021-06-04");
    const tag = header("etag")!;
    const starts = reader.starts.length;
    await rm(join(server.cacheRoot, "data/Unchanged"), { recursive: true });
    for (const headers of [
      { "if-none-match": tag },
      { "if-none-match": `"other", ${tag}` },
      { "if-none-match": tag.replace("W/", "") },
    ]) {
      const {
        status,
        bytes,
        header: of,
        record,
      } = await server.ask(query("Unchanged", "2021-06-01", "2021-06-04"), { headers });
      expect({ status, bytes: bytes.length, tag: of("etag"), logged: record.status }).toEqual({
        status: 304,
        bytes: 0,
        tag,
        logged: 304,
      });
    }
    expect(reader.starts.length).toBe(starts);
    // Who has nothing gets the right bytes all the same.
    const { status, record } = await server.ask(query("Unchanged", "2021-06-01", "2021-06-04"));
    expect({ status, result: record.cache?.result }).toEqual({ status: 200, result: "miss" });
  });

  it("has another tag for another range, width or form", async () => {
    server.define("Many", ...HOURS);
    await hit("Many", "2021-06-01", "2021-06-05");
    const tags = new Set<string>();
    for (const words of [
      query("Many", "2021-06-01", "2021-06-05"),
      query("Many", "2021-06-01", "2021-06-04T12:00"),
      query("Many", "2021-06-01T00:10", "2021-06-05"),
      query("Many", "2021-06-01", "2021-06-05", { resolution: 7200 }),
      query("Many", "2021-06-01", "2021-06-05", { ascii: 1 }),
    ])
      tags.add(tagOf(await server.ask(words)));
    expect(tags.size).toBe(5);
  });

  it("has another tag once one of its blocks was built anew, and the same while others are", async () => {
    server.define("Rebuilt", ...HOURS);
    const before = await hit("Rebuilt", "2021-06-01", "2021-06-04");
    const { index } = await server.cache();
    const [level] = await server.levels("Rebuilt");
    const day = (n: number) => ({ first: 7821 + n, end: 7822 + n }); // 2021-06-01 is day 7822 since 2000
    await index.markChanged(level!, day(10));
    expect(tagOf(await server.ask(query("Rebuilt", "2021-06-01", "2021-06-04")))).toBe(tagOf(before));
    await index.markChanged(level!, day(2));
    reader.control.offset = 5;
    now += 60_000;
    const headers = { "if-none-match": tagOf(before) };
    const rebuilt = await server.ask(query("Rebuilt", "2021-06-01", "2021-06-04"), { headers });
    expect(rebuilt.status).toBe(200);
    expect(rebuilt.record.cache).toMatchObject({ result: "partial", blocks: 2, gaps: 1 });
    const after = await server.ask(query("Rebuilt", "2021-06-01", "2021-06-04"), { headers });
    reader.control.offset = 0;
    expect(after.status).toBe(200);
    expect(tagOf(after)).not.toBe(tagOf(before));
    expect(after.header("last-modified")).toBe("Thu, 01 Jan 2026 00:01:00 GMT");
    expect(packetDigest(after.bytes)).toEqual(packetDigest(rebuilt.bytes));
    expect(packetDigest(after.bytes)).not.toEqual(packetDigest(before.bytes));
  });

  it("has another tag when the definition is edited so that it decides on other values", async () => {
    server.define("Edited", ...HOURS);
    const before = await hit("Edited", "2021-06-01", "2021-06-02");
    server.define("Edited", "reader = 'made plus=1'", "cacheLevel_00 = '3600 s | daily'");
    const headers = { "if-none-match": tagOf(before) };
    const { status, record } = await server.ask(query("Edited", "2021-06-01", "2021-06-02"), { headers });
    expect({ status, result: record.cache?.result }).toEqual({ status: 200, result: "miss" });
    const after = await hit("Edited", "2021-06-01", "2021-06-02");
    expect(tagOf(after)).not.toBe(tagOf(before));
  });
});

describe("a question for the headers alone", () => {
  it("runs nothing and reads no block, and has the headers of the answer", async () => {
    server.define("Head", ...HOURS);
    const answer = await hit("Head", "2021-06-01", "2021-06-03");
    const starts = reader.starts.length;
    await rm(join(server.cacheRoot, "data/Head"), { recursive: true });
    const head = await server.ask(query("Head", "2021-06-01", "2021-06-03"), { method: "HEAD" });
    expect({ status: head.status, bytes: head.bytes.length }).toEqual({ status: 200, bytes: 0 });
    for (const name of ["etag", "last-modified", "content-type", "content-disposition"])
      expect(head.header(name)).toBe(answer.header(name));
    const cold = await server.ask(query("Head", "2022-06-01", "2022-06-03"), { method: "HEAD" });
    expect({ status: cold.status, tag: cold.header("etag") }).toEqual({ status: 200, tag: undefined });
    expect(reader.starts.length).toBe(starts);
    const unchanged = await server.ask(query("Head", "2021-06-01", "2021-06-03"), {
      method: "HEAD",
      headers: { "if-none-match": tagOf(answer) },
    });
    expect(unchanged.status).toBe(304);
  });
});
