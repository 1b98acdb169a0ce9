import { afterAll, describe, expect, it } from "vitest";
import { dataQuery } from "../../support/cached-site.js";
import { hapiSite, json, statusOf } from "../../support/hapi-site.js";
import { madeReader, madeValue } from "../../support/made-reader.js";
import { decodeStream } from "../../support/run-stream.js";

const reader = madeReader({ name: "made", stepSeconds: 600 });
const { server, ask, close } = hapiSite({ programs: { made: reader.program } });
afterAll(() => close());

const RANGE = "validRange = '2020-01-01 to 2025-01-01'";
const LINES = ["reader = made", RANGE, "exampleRange_00 = '2021-06-01 to 2021-06-02'"];
server.define("Made", ...LINES);
server.define("Cached", ...LINES, "cacheLevel_00 = 'intrinsic | daily'", "cacheLevel_01 = '40 s | daily'");
server.define(
  "Parts",
  ...LINES,
  "cacheLevel_00 = '1800 s | daily'",
  "subSource_00 = 'halves | Means | 1800'",
  "subSource_01 = 'hours | Means | 3600'",
  "subSource_02 = 'odd | Means | 2500'",
);

const DAY = { start: "2021-06-01T00:00:00Z", stop: "2021-06-02T00:00:00Z" };
const ask1 = (words: Readonly<Record<string, string>>) => ask("data", { dataset: "Made", ...DAY, ...words });

/** Sample n of the reader is 600 n seconds after 2000. */
const firstOf = (day: number) => ((Date.UTC(2021, 5, day) - Date.UTC(2000, 0)) / 600_000) | 0;
const timeOf = (n: number) => new Date(Date.UTC(2000, 0) + n * 600_000).toISOString();
const sample = (n: number) => Math.fround(madeValue(n, 1));

describe("/hapi/data", () => {
  it("gives all records of a range as CSV, each value the one that the reader made", async () => {
    const answer = await ask1({});
    const lines = answer.bytes.toString().trimEnd().split("\r\n");
    expect(lines).toHaveLength(144);
    for (const [i, line] of lines.entries()) {
      const [time, value] = line.split(",");
      expect([time, Math.fround(Number(value))]).toEqual([timeOf(firstOf(1) + i), sample(firstOf(1) + i)]);
    }
    expect(answer.header("content-type")).toBe("text/csv; charset=utf-8");
    expect(answer.header("content-disposition")).toBe(
      'attachment; filename="Made_2021-06-01_2021-06-02.csv"',
    );
  });

  it("gives the same by the words of version 2 and 3, in any mixture, and not when both are given", async () => {
    const [start, stop] = ["2021-06-01T00:00:00Z", "2021-152T01:00Z"];
    const expected = (await ask("data", { dataset: "Made", start, stop })).bytes;
    expect(expected.toString().split("\r\n")).toHaveLength(7);
    for (const words of [
      { id: "Made", "time.min": start, "time.max": stop },
      { id: "Made", start, "time.max": stop },
      { dataset: "Made", "time.min": start, stop },
      { stop, start, id: "Made", parameters: "" },
    ])
      expect((await ask("data", words)).bytes).toEqual(expected);
    expect(statusOf(await ask("data", { dataset: "Made", id: "Made", start, stop }))).toEqual([400, 1400]);
    expect(statusOf(await ask("data", { id: "Made", start, "time.min": start, stop }))).toEqual([400, 1400]);
  });

  it("gives binary records of the length that the header tells", async () => {
    const { bytes } = await ask1({ format: "binary", stop: "2021-06-01T00:30" });
    expect(bytes).toHaveLength(3 * 32);
    expect(bytes.toString("latin1", 64, 88)).toBe("2021-06-01T00:20:00.000Z");
    expect(bytes.readDoubleLE(88)).toBe(sample(firstOf(1) + 2));
  });

  it("gives JSON with the header, and any form with it where that is asked for", async () => {
    const { HAPI, status, data, format, ...header } = json(
      await ask1({ format: "json", stop: "2021-06-01T00:20Z" }),
    );
    expect([HAPI, status.code, format, data.map(([time]: [string]) => time)]).toEqual([
      "3.3",
      1200,
      "json",
      [timeOf(firstOf(1)), timeOf(firstOf(1) + 1)],
    ]);
    const info = json(await ask("info", { dataset: "Made" }));
    expect({ HAPI, status, ...header }).toEqual(info);
    for (const form of ["csv", "binary"]) {
      const { bytes } = await ask1({ format: form, include: "header" });
      const end = bytes.indexOf("\n") + 1;
      expect(bytes.toString("latin1", 0, 1)).toBe("#");
      expect(JSON.parse(bytes.toString("utf8", 1, end))).toEqual({ ...info, format: form });
      expect(bytes.subarray(end)).toEqual((await ask1({ format: form })).bytes);
    }
  });

  it("gives chosen parameters, the time alone too", async () => {
    const lines = (await ask1({ parameters: "Time", stop: "2021-06-01T00:20" })).bytes.toString();
    expect(lines).toBe(`${timeOf(firstOf(1))}\r\n${timeOf(firstOf(1) + 1)}\r\n`);
    expect(statusOf(await ask1({ parameters: "v,Time" }))).toEqual([400, 1411]);
    expect(statusOf(await ask1({ parameters: "none" }))).toEqual([404, 1407]);
  });

  it("says by 1201 that there are none, in the body where it has a header", async () => {
    reader.control.hasData = (us) => us < 6.76e14; // before 2021-06-03
    try {
      const none = { start: "2021-08-01", stop: "2021-08-02" };
      for (const format of ["csv", "binary"]) {
        const empty = await ask1({ ...none, format });
        expect([empty.status, empty.bytes.length, empty.record.outcome]).toEqual([200, 0, "no data"]);
      }
      const document = json(await ask1({ ...none, format: "json" }));
      expect([document.status, document.data]).toEqual([
        { code: 1201, message: "OK - no data for time range" },
        [],
      ]);
      expect((await ask1({ ...none, include: "header" })).bytes.toString()).toMatch(
        /^#\{.*"code":1201.*\}\n$/,
      );
    } finally {
      reader.control.hasData = undefined as never;
      delete (reader.control as { hasData?: unknown }).hasData;
    }
  });

  it("answers HEAD without running anything", async () => {
    const before = reader.starts.length;
    const answer = await server.ask("id=Made&start=2021-06-01&stop=2021-06-02", {
      path: "/hapi/data",
      method: "HEAD",
    });
    expect([answer.status, answer.header("content-type"), answer.bytes.length]).toEqual([
      200,
      "text/csv; charset=utf-8",
      0,
    ]);
    expect(reader.starts.length).toBe(before);
  });

  it.each([
    [{ start: "yesterday" }, 400, 1402],
    [{ start: "" }, 400, 1402],
    [{ start: "2021-13-01" }, 400, 1402],
    [{ start: "2021-02-29Z" }, 400, 1402],
    [{ stop: "2021-06-01T25:00" }, 400, 1403],
    [{ stop: "now" }, 400, 1403],
    [{ stop: "2021-06-01T00:00:00Z" }, 400, 1404],
    [{ stop: "2021-05-01" }, 400, 1404],
    [{ start: "2019-12-31" }, 400, 1405],
    [{ stop: "2025-01-01T00:00:00.001Z" }, 400, 1405],
    [{ format: "xml" }, 400, 1409],
    [{ format: "" }, 400, 1409],
    [{ include: "footer" }, 400, 1410],
    [{ resolve_references: "1" }, 400, 1412],
    [{ averagingInterval: "5s" }, 400, 1401],
    [{ dataset2: "x" }, 400, 1401],
  ])("refuses %j", async (words, http, hapi) => {
    const answer = await ask1(words);
    expect(statusOf(answer)).toEqual([http, hapi]);
    expect(answer.header("content-type")).toBe("application/json");
  });

  it("refuses what is missing, and says in which times there are data", async () => {
    for (const words of [
      {},
      { dataset: "Made" },
      { dataset: "Made", start: "2021" },
      { start: "2021", stop: "2022" },
    ])
      expect(statusOf(await ask("data", words))).toEqual([400, 1401]);
    expect(json(await ask1({ start: "2019-01-01" })).status.message).toContain(
      "expected times from 2020-01-01T00:00:00.000Z to 2025-01-01T00:00:00.000Z",
    );
  });

  it("tells of a reader that fails before its first byte, and breaks off where it fails later", async () => {
    const fails = (at: number) => (portion: number) => {
      if (portion === at) throw new Error("/secret/file is gone");
    };
    try {
      reader.control.beforePortion = fails(0);
      const early = await ask1({ format: "json" });
      expect([...statusOf(early), early.bytes.toString().includes("secret")]).toEqual([500, 1500, false]);
      reader.control.beforePortion = fails(3);
      for (const words of [{}, { format: "json" }, { format: "binary", include: "header" }]) {
        const late = await ask1({ ...words, stop: "2021-07-01" });
        expect([late.status, late.broken === undefined]).toEqual([200, false]);
        expect(late.record.outcome).toBe("failed");
      }
    } finally {
      delete reader.control.beforePortion;
    }
  });
});

describe("/hapi/data of a source with blocks", () => {
  it("comes from them, with their tag, and is the same", async () => {
    const words = { dataset: "Cached", ...DAY, format: "binary" };
    const first = await ask("data", words);
    const second = await ask("data", words);
    expect(second.record.cache?.result).toBe("hit");
    expect(second.bytes).toEqual(first.bytes);
    expect(first.bytes).toEqual((await ask1({ format: "binary" })).bytes);
    const tag = second.header("etag") ?? "";
    expect(tag).not.toBe("");
    expect((await ask("data", words, { "if-none-match": tag })).status).toBe(304);
    // The header may have changed where the records have not.
    const whole = await ask("data", { ...words, include: "header" }, { "if-none-match": tag });
    expect([whole.status, whole.header("etag")]).toEqual([200, undefined]);
    expect((await ask("data", { ...words, parameters: "Time" }, { "if-none-match": tag })).status).toBe(200);
  });

  it("gives of a reduced part the bins of the das2 interface, from a level only if it is as wide", async () => {
    for (const [key, seconds, isHit] of [
      ["halves", 1800, true],
      ["hours", 3600, true],
    ] as const) {
      const words = { dataset: `Parts,${key}`, ...DAY };
      await ask("data", words);
      const answer = await ask("data", words);
      expect(answer.record.cache?.result === "hit").toBe(isHit);
      const stream = decodeStream(
        (await server.ask(dataQuery("Made", "2021-06-01", "2021-06-02", { resolution: seconds }))).bytes,
      );
      const rows = stream.rows.filter(({ id }) => id === 1);
      const lines = answer.bytes.toString().trimEnd().split("\r\n");
      expect(lines).toHaveLength(86_400 / seconds);
      for (const [i, line] of lines.entries()) {
        const value = Number(line.split(",")[1]);
        expect(Math.abs(value - (rows[i]?.values[1]?.[0] ?? Number.NaN))).toBeLessThan(1e-4);
      }
    }
  });

  it("has bins that begin at the same times whatever the range, so that neighbouring answers join", async () => {
    const times = async (start: string, stop: string) =>
      (await ask("data", { dataset: "Parts,odd", start, stop, parameters: "Time" })).bytes
        .toString()
        .trimEnd()
        .split("\r\n");
    const whole = await times("2021-06-01", "2021-06-02");
    expect([
      ...(await times("2021-06-01", "2021-06-01T07:13")),
      ...(await times("2021-06-01T07:13", "2021-06-02")),
    ]).toEqual(whole);
    // 2500 s bins counted from 2000: their centres are odd multiples of 1250 s.
    for (const time of whole) expect(((Date.parse(time) - Date.UTC(2000, 0)) / 1000) % 2500).toBe(1250);
  });
});
