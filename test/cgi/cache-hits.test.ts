import { mkdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { STATISTICS_SUFFIX } from "../../cache/block-path.js";
import { cachedSite, dataQuery } from "../support/cached-site.js";
import { madeReader } from "../support/made-reader.js";
import { packetDigest } from "../support/packets-by-id.js";
import { decodeStream } from "../support/run-stream.js";

const reader = madeReader({ name: "made", stepSeconds: 600 });
const scalars = madeReader({ name: "scalars", stepSeconds: 600, gives: "scalars" });
const programs = { made: reader.program, scalars: scalars.program };
const settings = { HELIOSTREAM_PNG_MAKER: "plot" };
const server = cachedSite({ programs, settings });
const uncached = cachedSite({ programs, settings, definitions: server.definitions, cacheRoot: false });
afterAll(async () => {
  await uncached.close();
  await server.close();
});

const HOURS = ["reader = made", "cacheLevel_00 = '3600 s | daily'"];
/** Six samples in each bin. */
const hourly = (id: string, begin: string, end: string, more: Record<string, string | number> = {}) =>
  dataQuery(id, begin, end, { resolution: 3600, ...more });

/** How often the reader was started by some requests. */
async function startsOf(work: () => Promise<unknown>): Promise<number> {
  const before = reader.starts.length + scalars.starts.length;
  await work();
  return reader.starts.length + scalars.starts.length - before;
}

describe("a request that was asked before", () => {
  it("is answered from blocks alone, with the same packets, and the log says so", async () => {
    server.define("Hit", ...HOURS);
    const query = hourly("Hit", "2021-06-01", "2021-06-04");
    const first = await server.ask(query);
    expect(first.record.cache).toMatchObject({ result: "miss", blocks: 0, gaps: 1, bytesFromCache: 0 });
    expect(first.record.cache?.bytesFromReaders).toBeGreaterThan(3 * 144 * (16 + 24));
    let second = first;
    expect(await startsOf(async () => (second = await server.ask(query)))).toBe(0);
    expect(packetDigest(second.bytes)).toEqual(packetDigest(first.bytes));
    expect(second.record.cache).toEqual({
      result: "hit",
      level: "bin-3600s daily",
      levelSeconds: 3600,
      blocks: 3,
      gaps: 0,
      bytesFromCache: expect.any(Number),
      bytesFromReaders: 0,
    });
    // 72 records of each id: 4 + 8 + 4 bytes, and 4 + 8 + 12.
    expect(second.record.cache?.bytesFromCache).toBeGreaterThan(72 * (16 + 24));
  });

  it("has the programs of its gaps on record, and those alone", async () => {
    server.define("Logged", ...HOURS);
    const query = hourly("Logged", "2021-06-01", "2021-06-03");
    const first = await server.ask(query);
    expect(first.record.stages.map(({ argv }) => argv)).toContainEqual([
      "made",
      "2021-06-01T00:00:00",
      "2021-06-03T00:00:00",
    ]);
    const { record } = await server.ask(query);
    expect(record.stages.map(({ argv }) => argv[0])).not.toContain("made");
  });

  it("has the packets of a server without a cache, at the width of its level", async () => {
    server.define("Same", ...HOURS);
    const query = hourly("Same", "2021-06-01T05:20", "2021-06-04T18:40");
    const plain = await uncached.ask(query);
    expect(plain.record.cache).toBeUndefined();
    for (const answer of [await server.ask(query), await server.ask(query)]) {
      expect(packetDigest(answer.bytes)).toEqual(packetDigest(plain.bytes));
      expect(decodeStream(answer.bytes).stream).toEqual(decodeStream(plain.bytes).stream);
    }
  });

  it("reads only what no block has", async () => {
    server.define("Partial", ...HOURS);
    await server.ask(hourly("Partial", "2021-06-03", "2021-06-05"));
    await server.ask(hourly("Partial", "2021-06-07", "2021-06-08"));
    const before = reader.starts.length;
    const { record, bytes } = await server.ask(hourly("Partial", "2021-06-01T12:00", "2021-06-10"));
    expect(record.cache).toMatchObject({ result: "partial", blocks: 3, gaps: 3 });
    expect(reader.starts.slice(before).map(({ begin, end }) => `${begin} ${end}`)).toEqual([
      "2021-06-01T12:00:00 2021-06-03T00:00:00",
      "2021-06-05T00:00:00 2021-06-07T00:00:00",
      "2021-06-08T00:00:00 2021-06-10T00:00:00",
    ]);
    const plain = await uncached.ask(hourly("Partial", "2021-06-01T12:00", "2021-06-10"));
    expect(packetDigest(bytes)).toEqual(packetDigest(plain.bytes));
    // Whole blocks of the gaps were kept: only the half day is read again.
    const { record: again } = await server.ask(hourly("Partial", "2021-06-01T12:00", "2021-06-10"));
    expect(again.cache).toMatchObject({ result: "partial", blocks: 8, gaps: 1 });
  });

  it("that has no data is remembered to have none", async () => {
    server.define("Empty", ...HOURS);
    reader.control.hasData = () => false;
    const query = hourly("Empty", "2021-06-01", "2021-06-03");
    const plain = await uncached.ask(query);
    const first = await server.ask(query);
    expect(
      await startsOf(async () => expect((await server.ask(query)).record.cache?.result).toBe("hit")),
    ).toBe(0);
    const second = await server.ask(query);
    reader.control.hasData = () => true;
    for (const answer of [first, second]) {
      expect(answer.status).toBe(plain.status);
      expect(answer.record.outcome).toBe("no data");
      expect(decodeStream(answer.bytes).exceptions[0]?.type).toBe("NoDataInInterval");
    }
  });

  it("keeps the coarser levels of what was read as well", async () => {
    server.define(
      "Pyramid",
      "reader = made",
      "cacheLevel_00 = '3600 s | daily'",
      "cacheLevel_01 = '21600 s | daily'",
    );
    await server.ask(hourly("Pyramid", "2021-06-01", "2021-06-03"));
    const wider = dataQuery("Pyramid", "2021-06-01", "2021-06-03", { resolution: 21_600 });
    const { record, bytes } = await server.ask(wider);
    expect(record.cache).toMatchObject({ result: "hit", level: "bin-21600s daily", blocks: 2 });
    expect(packetDigest(bytes)).toEqual(packetDigest((await uncached.ask(wider)).bytes));
  });
});

describe("other forms of an answer", () => {
  it.each([
    ["text", { ascii: 1 }],
    ["values separated by commas", { format: "csv" }],
    ["a plot", { server: "image" }],
  ])("are the same from blocks: %s", async (_, words) => {
    server.define("Forms", "reader = scalars", "cacheLevel_00 = '3600 s | daily'");
    const query = hourly("Forms", "2021-06-01T07:30", "2021-06-03T03:00", words);
    const plain = await uncached.ask(query);
    expect(plain.status).toBe(200);
    for (const answer of [await server.ask(query), await server.ask(query)]) {
      expect(answer.status).toBe(200);
      expect(answer.header("content-type")).toBe(plain.header("content-type"));
      expect(answer.bytes.toString("latin1")).toBe(plain.bytes.toString("latin1"));
    }
    // Another form of the same blocks.
    expect(await startsOf(() => server.ask(hourly("Forms", "2021-06-02", "2021-06-03", words)))).toBe(0);
  });
});

describe("words for the reader", () => {
  it("in another order are the same blocks, where none of them begins with a dash", async () => {
    server.define("Words", "reader = made", "cacheLevel_00 = '3600 s | daily | b=2 a=1'");
    const first = await server.ask(hourly("Words", "2021-06-01", "2021-06-02", { params: "b=2 a=1" }));
    const other = await server.ask(hourly("Words", "2021-06-01", "2021-06-02", { params: "a=1 b=2" }));
    expect(other.record.cache).toMatchObject({ result: "hit" });
    expect(packetDigest(other.bytes)).toEqual(packetDigest(first.bytes));
    expect(reader.starts.at(-1)?.words).toEqual(["b=2", "a=1"]);
  });

  it("in another order are not the same where one of them may have its value behind it", async () => {
    server.define("Dashes", "reader = made", "cacheLevel_00 = '3600 s | daily | -o x -p a'");
    const query = (params: string) => hourly("Dashes", "2021-06-01", "2021-06-02", { params });
    await server.ask(query("-o x -p a"));
    const other = await server.ask(query("-o a -p x"));
    expect(other.record.cache).toMatchObject({ result: "off" });
    expect(packetDigest(other.bytes)).toEqual(packetDigest((await uncached.ask(query("-o a -p x"))).bytes));
  });

  it("that no level has are answered without the cache, and leave its blocks alone", async () => {
    server.define("Others", ...HOURS);
    await server.ask(hourly("Others", "2021-06-01", "2021-06-02"));
    const other = await server.ask(hourly("Others", "2021-06-01", "2021-06-02", { params: "c=3" }));
    expect(other.record.cache).toMatchObject({ result: "off" });
    const plain = await uncached.ask(hourly("Others", "2021-06-01", "2021-06-02"));
    const hit = await server.ask(hourly("Others", "2021-06-01", "2021-06-02"));
    expect(hit.record.cache).toMatchObject({ result: "hit" });
    expect(packetDigest(hit.bytes)).toEqual(packetDigest(plain.bytes));
  });

  it("that are dropped still name their blocks, and never reach the reader", async () => {
    server.define("Dropped", "reader = made", "dropParams = 1", "cacheLevel_00 = '3600 s | daily | a=1'");
    const query = hourly("Dropped", "2021-06-01", "2021-06-02", { params: "a=1" });
    const first = await server.ask(query);
    expect(reader.starts.at(-1)?.words).toEqual([]);
    const second = await server.ask(query);
    expect(second.record.cache).toMatchObject({ result: "hit" });
    expect(packetDigest(second.bytes)).toEqual(packetDigest(first.bytes));
    expect((await server.ask(hourly("Dropped", "2021-06-01", "2021-06-02"))).record.cache).toMatchObject({
      result: "off",
    });
  });
});

describe("resolutions", () => {
  it.each([
    [undefined, "off"],
    [600, "off"],
    [3599.99, "off"],
    // Clients print six digits: within a millionth it is the width of the level.
    [3599.997, "bin-3600s daily"],
    [3600, "bin-3600s daily"],
    [7199, "bin-3600s daily"],
  ])("of %s s are served by the widest level that is no wider: %s", async (resolution, level) => {
    server.define("Widths", ...HOURS);
    const words: Record<string, number> = resolution === undefined ? {} : { resolution };
    const { record } = await server.ask(dataQuery("Widths", "2021-06-01", "2021-06-02", words));
    expect(record.cache?.level ?? record.cache?.result).toBe(level);
  });

  it("that are a multiple of a level are made of its bins", async () => {
    server.define("Wider", ...HOURS);
    const query = dataQuery("Wider", "2021-06-01", "2021-06-05", { resolution: 4 * 3600 });
    await server.ask(query);
    const { record, bytes } = await server.ask(query);
    expect(record.cache).toMatchObject({ result: "hit", level: "bin-3600s daily", blocks: 4 });
    const plain = decodeStream((await uncached.ask(query)).bytes);
    const joined = decodeStream(bytes);
    const byId = <T extends { readonly id: number }>(rows: readonly T[]) =>
      [...rows].sort((a, b) => a.id - b.id);
    expect(joined.rows.length).toBe(2 * 24);
    for (const [at, row] of byId(joined.rows).entries()) {
      const wanted = byId(plain.rows)[at]!;
      expect(row.values[0]).toEqual(wanted.values[0]);
      // Values are below 1000: one unit in the last place of a 4-byte real there is 2^-14.
      for (const [item, value] of row.values[1]!.entries())
        expect(Math.abs(value - wanted.values[1]![item]!)).toBeLessThanOrEqual(2 ** -14);
    }
  });

  it("are made of the records of an intrinsic level by the reducer itself", async () => {
    server.define("Raw", "reader = made", "cacheLevel_00 = 'intrinsic | daily'");
    await server.ask(dataQuery("Raw", "2021-06-01", "2021-06-03"));
    for (const resolution of [1234, 3600]) {
      const query = dataQuery("Raw", "2021-06-01T01:00", "2021-06-02T11:00", { resolution });
      const { record, bytes } = await server.ask(query);
      expect(record.cache).toMatchObject({ result: "hit", level: "intrinsic daily", blocks: 2 });
      expect(packetDigest(bytes)).toEqual(packetDigest((await uncached.ask(query)).bytes));
    }
  });

  it("of wider bins are right again after a companion was lost", async () => {
    server.define("Companion", ...HOURS);
    const query = dataQuery("Companion", "2021-06-01", "2021-06-03", { resolution: 7200 });
    const before = await server.ask(query);
    const folder = join(server.cacheRoot, "data/Companion/_noparam/bin-3600s/2021/06");
    await rm(join(folder, `2021-06-02_bin-3600s.d2s${STATISTICS_SUFFIX}`));
    const healed = await server.ask(query);
    expect(healed.record.cache).toMatchObject({ result: "partial", blocks: 1, gaps: 1 });
    expect(packetDigest(healed.bytes)).toEqual(packetDigest(before.bytes));
    expect((await server.ask(query)).record.cache).toMatchObject({ result: "hit", blocks: 2 });
  });
});

describe("blocks of an older server", () => {
  /** Puts days where an older server keeps them, as it writes them. */
  async function put(id: string, ...days: readonly string[]): Promise<readonly string[]> {
    const folder = join(server.cacheRoot, `data/${id}/_noparam/bin-3600s/2021/06`);
    await mkdir(folder, { recursive: true });
    return await Promise.all(
      days.map(async (day) => {
        const next = String(Number(day) + 1).padStart(2, "0");
        const { bytes } = await uncached.ask(hourly(id, `2021-06-${day}`, `2021-06-${next}`));
        const file = join(folder, `2021-06-${day}_bin-3600s.d2s`);
        await writeFile(file, bytes);
        await utimes(file, 1_640_000_000, 1_640_000_000);
        return file;
      }),
    );
  }

  it("are served, and what they lack is read", async () => {
    server.define("Old", ...HOURS);
    await put("Old", "01", "03");
    const query = hourly("Old", "2021-06-01", "2021-06-04");
    const plain = packetDigest((await uncached.ask(query)).bytes);
    const answer = await server.ask(query);
    expect(answer.record.cache).toMatchObject({ result: "partial", blocks: 2, gaps: 1 });
    expect(packetDigest(answer.bytes)).toEqual(plain);
    const again = await server.ask(query);
    expect(again.record.cache).toMatchObject({ result: "hit", blocks: 3 });
    expect(packetDigest(again.bytes)).toEqual(plain);
  });

  it("are given as they are where wider bins are asked for, since they have no counts, and none is lost", async () => {
    server.define("Older", ...HOURS);
    const files = await put("Older", "01", "02");
    const before = await Promise.all(files.map(async (file) => await readFile(file)));
    const plain = packetDigest((await uncached.ask(hourly("Older", "2021-06-01", "2021-06-04"))).bytes);
    for (let time = 1; time <= 2; time++) {
      const wider = dataQuery("Older", "2021-06-01", "2021-06-04", { resolution: 7200 });
      const { bytes, record } = await server.ask(wider);
      expect(record.cache).toMatchObject({ result: time === 1 ? "partial" : "hit" });
      expect(packetDigest(bytes)).toEqual(plain);
    }
    for (const [place, file] of files.entries())
      expect((await readFile(file)).equals(before[place]!)).toBe(true);
  });
});
