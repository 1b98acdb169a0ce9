import { afterAll, describe, expect, it, vi } from "vitest";
import { setChangedBefore } from "../../cache/freshness/not-before.js";
import { type Answer, cachedSite, dataQuery } from "../support/cached-site.js";
import { madeReader } from "../support/made-reader.js";
import { packetDigest } from "../support/packets-by-id.js";

const reader = madeReader({ name: "made", stepSeconds: 600 });
let now = Date.UTC(2026, 0, 1);
const options = { programs: { made: reader.program }, now: () => new Date(now) };
const server = cachedSite(options);
const plain = cachedSite({ ...options, cacheRoot: false });
afterAll(async () => {
  await server.close();
  await plain.close();
});

function define(id: string, ...lines: readonly string[]): void {
  for (const site of [server, plain]) site.define(id, ...lines);
}

/** The answer when everything comes from blocks: those of May to July 2021 are kept before it. */
async function hit(id: string, words: string, more: Record<string, number> = {}): Promise<Answer> {
  await server.ask(dataQuery(id, "2021-05-01", "2021-08-01", more));
  const answer = await server.ask(words);
  expect(answer.record.cache?.result).toBe("hit");
  return answer;
}

/** Asks with the validators of an answer, and expects the data as they are without a cache. */
async function expectNew(words: string, before: Answer): Promise<void> {
  const right = packetDigest((await plain.ask(words)).bytes);
  expect(right).not.toEqual(packetDigest(before.bytes));
  for (const headers of [
    { "if-none-match": before.header("etag")! },
    { "if-modified-since": before.header("last-modified")! },
  ]) {
    const { status, bytes } = await server.ask(words, { headers });
    expect({ status, digest: packetDigest(bytes) }).toEqual({ status: 200, digest: right });
  }
}

describe("a client that has an answer", () => {
  it("is told of another reducer where bins are made of records that stay as they are", async () => {
    const level = "cacheLevel_00 = 'intrinsic | daily'";
    const words = dataQuery("Reduced", "2021-06-01", "2021-06-03", { resolution: 3600 });
    define("Reduced", "reader = made", "reducer = das2_bin_avgsec", level);
    const before = await hit("Reduced", words);
    define("Reduced", "reader = made", "reducer = das2_bin_peakavgsec", level);
    await expectNew(words, before);
  });

  it("is told of another place of bins", async () => {
    const level = "cacheLevel_00 = 'intrinsic | daily'";
    const words = dataQuery("Placed", "2021-06-01T00:20", "2021-06-03", { resolution: 5000 });
    define("Placed", "reader = made", level);
    const before = await hit("Placed", words);
    define("Placed", "reader = made", level, "cacheLevel_01 = '5000 s | daily | other'");
    await expectNew(words, before);
  });

  it("is told of a finer level in the place of another, though its blocks are no newer", async () => {
    const fine = "cacheLevel_00 = '1200 s | daily'";
    const words = dataQuery("Finer", "2021-06-01", "2021-06-03", { resolution: 5000 });
    define("Finer", "reader = made", fine);
    const before = await hit("Finer", words, { resolution: 1200 });
    define("Finer", "reader = made", fine, "cacheLevel_01 = '3600 s | daily'");
    const coarse = await hit("Finer", words, { resolution: 3600 });
    expect(coarse.header("last-modified")).toBe(before.header("last-modified"));
    define("Finer", "reader = made", fine);
    for (const headers of [
      { "if-none-match": coarse.header("etag")! },
      { "if-modified-since": coarse.header("last-modified")! },
    ]) {
      const { status, bytes } = await server.ask(words, { headers });
      expect({ status, digest: packetDigest(bytes) }).toEqual({
        status: 200,
        digest: packetDigest(before.bytes),
      });
    }
  });

  it.each([
    ["intrinsic | daily", {}],
    ["3600 s | daily", { resolution: 3600 }],
    ["3600 s | monthly", { resolution: 3600 }],
  ])("is told of data that became valid or are no longer, %s", async (level, more) => {
    const id = `Longer${level.replaceAll(/\W/g, "")}`;
    const lines = ["reader = made", `cacheLevel_00 = '${level}'`];
    const words = dataQuery(id, "2021-05-20", "2021-06-20", more);
    define(id, ...lines, "validRange = '2021-06-01T05:20 to 2021-06-15T12:30'");
    const before = await hit(id, words, more);
    define(id, ...lines, "validRange = '2021-05-28T03:10 to 2021-06-18T12:30'");
    await expectNew(words, before);
    define(id, ...lines, "validRange = '2021-06-03T05:20 to 2021-06-14T12:30'");
    await expectNew(words, before);
  });

  it("is told of a bin that reached over the end of what was valid", async () => {
    const lines = ["reader = made", "cacheLevel_00 = '3600 s | daily'"];
    const words = dataQuery("Ends", "2021-06-01", "2021-06-03T04:40", { resolution: 3600 });
    define("Ends", ...lines, "validRange = '2021-05-20 to 2021-06-03T04:40'");
    const before = await hit("Ends", words, { resolution: 3600 });
    define("Ends", ...lines, "validRange = '2021-05-20 to 2021-06-20'");
    await expectNew(words, before);
  });
});

describe("who asks after data have changed", () => {
  it("gets nothing of a reading that began before", async () => {
    const words = dataQuery("Late", "2021-06-01T06:00", "2021-06-11", { resolution: 3600 });
    define("Late", "reader = made", "cacheLevel_00 = '3600 s | daily'");
    const { control } = reader;
    let goOn: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const held = new Promise<void>((resolve) => {
      control.beforePortion = (portion) => {
        if (portion < 2) return;
        resolve();
        return gate;
      };
    });
    const early = server.ask(words);
    await held;
    control.beforePortion = undefined;
    control.offset = 5;
    now += 60_000;
    await setChangedBefore(server.cacheRoot, "Late", now - 10_000);
    const starts = reader.starts.length;
    const late = server.ask(words);
    // The part of a block at the begin is read at once, the others when they are built no more.
    await vi.waitFor(() => expect(reader.starts.length).toBe(starts + 1), 5000).finally(goOn);
    const { status, bytes } = await late;
    const right = packetDigest((await plain.ask(words)).bytes);
    expect({ status, digest: packetDigest(bytes) }).toEqual({ status: 200, digest: right });
    await early;
    const { bytes: kept, record } = await server.ask(words);
    expect({ digest: packetDigest(kept), cache: record.cache?.result }).toEqual({
      digest: right,
      cache: "partial",
    });
  });
});
