import { afterAll, describe, expect, it } from "vitest";
import { parseTime, timeToUs2000 } from "../../stream/time.js";
import { type Answer, cachedSite, dataQuery } from "../support/cached-site.js";
import { madeReader } from "../support/made-reader.js";
import { packetDigest } from "../support/packets-by-id.js";
import { decodeStream } from "../support/run-stream.js";

const reader = madeReader({ name: "made", stepSeconds: 600 });
let now = Date.UTC(2021, 5, 11, 1, 50);
const options = { programs: { made: reader.program }, now: () => new Date(now) };
const settings = { HELIOSTREAM_TEST_FROM: "198.51.100.0/24" };
const server = cachedSite({ ...options, settings });
const uncached = cachedSite({ ...options, settings, definitions: server.definitions, cacheRoot: false });
afterAll(async () => {
  await uncached.close();
  await server.close();
});

/** From where everything may be read. */
const INSIDE = { peer: "198.51.100.7" };
const HOURS = "cacheLevel_00 = '3600 s | daily'";
const hourly = (id: string, begin: string, end: string, more: Record<string, string | number> = {}) =>
  dataQuery(id, begin, end, { resolution: 3600, ...more });

/** Times of the records, us2000. */
function timesOf({ bytes }: Answer): number[] {
  return decodeStream(bytes)
    .rows.filter(({ id }) => id === 1)
    .map(({ values }) => values[0]![0]!);
}

function us(text: string): number {
  return timeToUs2000(parseTime(text));
}

describe("data that are too young for a client", () => {
  // Ten days before now is 2021-06-01T01:50.
  const define = (id: string) => server.define(id, "reader = made", "readAccess = 'AGE:10d'", HOURS);

  it("are in no bin that it gets, also where a block with the whole bin is there", async () => {
    define("Young");
    await server.ask(hourly("Young", "2021-05-31", "2021-06-03"), INSIDE);
    const all = await server.ask(hourly("Young", "2021-05-31", "2021-06-03"), INSIDE);
    expect(all.record.cache?.result).toBe("hit");
    // The bin of 01:00 to 02:00 has its centre in the range; half an hour of it may be read.
    const query = hourly("Young", "2021-05-31T20:00", "2021-06-01T01:45");
    const answer = await server.ask(query);
    expect(answer.status).toBe(200);
    expect(timesOf(answer).at(-1)).toBe(us("2021-06-01T01:30"));
    const plain = await uncached.ask(query);
    expect(packetDigest(answer.bytes)).toEqual(packetDigest(plain.bytes));
    expect(answer.record.cache?.result).toBe("off");
    const inside = await server.ask(query, INSIDE);
    expect(packetDigest(inside.bytes)).not.toEqual(packetDigest(answer.bytes));
  });

  it("cost it nothing where its bins end before them: it gets them from blocks", async () => {
    define("Older");
    await server.ask(hourly("Older", "2021-05-31", "2021-06-03"), INSIDE);
    const answer = await server.ask(hourly("Older", "2021-05-31T20:00", "2021-06-01T01:00"));
    expect(answer.record.cache).toMatchObject({ result: "hit", blocks: 2 });
    expect(timesOf(answer)).toHaveLength(5);
  });

  it("are refused, whatever blocks there are", async () => {
    define("Refused");
    await server.ask(hourly("Refused", "2021-05-31", "2021-06-03"), INSIDE);
    const { status, header } = await server.ask(hourly("Refused", "2021-06-01", "2021-06-01T03:00"));
    expect(status).toBe(401);
    expect(header("etag")).toBeUndefined();
  });

  it("are in no wider bin either that is made of bins of a level", async () => {
    define("Joined");
    const query = dataQuery("Joined", "2021-05-31", "2021-06-01T01:10", { resolution: 4 * 3600 });
    await server.ask(query, INSIDE);
    const all = await server.ask(query, INSIDE);
    expect(all.record.cache?.result).toBe("hit");
    expect(timesOf(all).at(-1)).toBe(us("2021-05-31T22:00"));
    // The last bin of four hours with its centre in the range reaches to 04:00.
    const wider = dataQuery("Joined", "2021-05-31", "2021-06-01T02:10", { resolution: 4 * 3600 });
    now = Date.UTC(2021, 5, 11, 2, 30);
    const answer = await server.ask(wider);
    const plain = await uncached.ask(wider);
    now = Date.UTC(2021, 5, 11, 1, 50);
    expect(timesOf(answer).at(-1)).toBe(us("2021-06-01T02:00"));
    expect(packetDigest(answer.bytes)).toEqual(packetDigest(plain.bytes));
  });

  it("do not get into blocks from the reading for somebody who may not have them", async () => {
    define("Kept");
    await server.ask(hourly("Kept", "2021-05-31", "2021-06-01T01:45"));
    const starts = reader.starts.length;
    const inside = await server.ask(hourly("Kept", "2021-06-01", "2021-06-02"), INSIDE);
    expect(reader.starts.length).toBe(starts + 1);
    expect(timesOf(inside)).toHaveLength(24);
    expect(packetDigest(inside.bytes)).toEqual(
      packetDigest((await uncached.ask(hourly("Kept", "2021-06-01", "2021-06-02"), INSIDE)).bytes),
    );
  });
});

describe("a source that is valid from the middle of a bin to the middle of another", () => {
  const RANGE = "validRange = '2021-03-01T10:20 to 2021-03-04T13:30'";

  it("is answered the same from blocks, and its blocks at both ends are kept", async () => {
    server.define("Ends", "reader = made", RANGE, HOURS);
    const query = hourly("Ends", "2021-02-01", "2021-04-01");
    const plain = await uncached.ask(query);
    const first = await server.ask(query);
    const { begin, end } = reader.starts.at(-1)!;
    expect([begin, end]).toEqual(["2021-03-01T10:20:00", "2021-03-04T13:30:00"]);
    const second = await server.ask(query);
    expect(second.record.cache).toMatchObject({ result: "hit", blocks: 4 });
    for (const answer of [first, second])
      expect(packetDigest(answer.bytes)).toEqual(packetDigest(plain.bytes));
    // From 10:00 to 11:00 and from 13:00 to 14:00 what there is of them.
    expect(timesOf(second)[0]).toBe(us("2021-03-01T10:30"));
    expect(timesOf(second)).toHaveLength(14 + 48 + 13);
  });

  it("has nothing outside of it, and says so as it does without a cache", async () => {
    server.define("Outside", "reader = made", RANGE, HOURS);
    const query = hourly("Outside", "2021-04-01", "2021-05-01");
    const [plain, answer] = [await uncached.ask(query), await server.ask(query)];
    expect(answer.bytes.equals(plain.bytes)).toBe(true);
    expect(answer.record.outcome).toBe("no data");
  });

  it("gets more data when the range is made longer, though the definition of its blocks stays the same", async () => {
    server.define("Longer", "reader = made", RANGE, HOURS);
    const query = hourly("Longer", "2021-03-04", "2021-03-06");
    await server.ask(query);
    expect(timesOf(await server.ask(query))).toHaveLength(13);
    server.define("Longer", "reader = made", "validRange = '2021-03-01T10:20 to 2021-03-05T12:00'", HOURS);
    const plain = await uncached.ask(query);
    const answer = await server.ask(query);
    expect(timesOf(answer)).toHaveLength(24 + 12);
    expect(packetDigest(answer.bytes)).toEqual(packetDigest(plain.bytes));
  });
});

describe("a source that is still being measured", () => {
  it("has blocks near now built anew when they are too old, and older ones never", async () => {
    server.define("Live", "reader = made", "validRange = '2021-01-01 to now'", "openTtl = 3600 s", HOURS);
    const query = hourly("Live", "2021-06-05", "2021-06-12");
    let seen = us("2021-06-11T01:50");
    reader.control.hasData = (at) => at < seen;
    await server.ask(query);
    expect((await server.ask(query)).record.cache).toMatchObject({ result: "hit", blocks: 7 });
    const before = now;
    now += 2 * 3_600_000;
    seen += 2 * 3600e6;
    const later = await server.ask(query);
    reader.control.hasData = () => true;
    now = before;
    // Those that end later than three days before they were built: 06-08 to 06-11.
    expect(later.record.cache).toMatchObject({ result: "partial", blocks: 3, gaps: 1 });
    expect(timesOf(later).at(-1)).toBe(us("2021-06-11T03:30"));
  });
});
