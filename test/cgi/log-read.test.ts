import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LogFilter } from "../../cgi/log/filter.js";
import { dayRange, readFilter } from "../../cgi/log/filter-words.js";
import { LogIndexes } from "../../cgi/log/index/log-indexes.js";
import { fileBytes } from "../../cgi/log/log-bytes.js";
import { listFiles } from "../../cgi/log/log-files.js";
import { recordLine } from "../../cgi/log/log-line.js";
import { type LogLine, readLinesBackwards } from "../../cgi/log/read-lines.js";
import { type PageLimits, readLogPage } from "../../cgi/log/read-page.js";
import { readRecord, recordOf } from "../../cgi/log/read-record.js";
import { logRecord } from "../support/log-records.js";

const DAY = "2021-06-30";
const CHUNK = 256 * 1024;
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "heliostream-log-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = () => join(folder, `requests-${DAY}.jsonl`);
const everything: LogFilter = { outcome: "any", source: "", text: "", refresh: 0 };
const going = new AbortController().signal;

async function pageOf(filter: LogFilter, signal = going, limits: PageLimits = {}) {
  const source = { files: await listFiles(folder), indexes: new LogIndexes(folder) };
  return readLogPage(source, filter, signal, limits);
}

async function linesOf(bytes: string | Buffer, before = Number.POSITIVE_INFINITY): Promise<LogLine[]> {
  writeFileSync(file(), bytes);
  const handle = await open(file(), "r");
  const lines: LogLine[] = [];
  try {
    // The text of a line lasts until the next read.
    for await (const read of readLinesBackwards(fileBytes(handle), before))
      for (const line of read.lines)
        lines.push({ ...line, ...(line.text === undefined ? {} : { text: Buffer.from(line.text) }) });
  } finally {
    await handle.close();
  }
  return lines;
}

const textsOf = (lines: readonly LogLine[]) => lines.map((line) => line.text?.toString("utf8"));

describe("lines from the end of a file", () => {
  it.each([
    ["", []],
    ["\n", []],
    ["\n\n\n", []],
    ["a", ["a"]],
    ["a\n", ["a"]],
    ["a\nb", ["b", "a"]],
    ["\na\n\nb\n", ["b", "a"]],
  ])("of %j are %j", async (text, expected) => {
    expect(textsOf(await linesOf(text))).toEqual(expected);
  });

  it("are the same wherever reads cut them", async () => {
    const body = ["first é", "x".repeat(1000), "😀 last"];
    for (let shift = -8; shift <= 8; shift++) {
      // The reads end at multiples of the chunk counted from the end of the file.
      const pad = "p".repeat(100);
      const count = Math.floor(CHUNK / (pad.length + 1));
      const rest = CHUNK - count * (pad.length + 1) + shift;
      const tail = Array.from({ length: count }, () => pad);
      const text = [...body, "q".repeat(Math.max(0, rest + 20)), ...tail, ""].join("\n");
      const expected = text
        .split("\n")
        .filter((line) => line !== "")
        .reverse();
      expect(textsOf(await linesOf(text))).toEqual(expected);
    }
  });

  it("give their own offsets", async () => {
    const lines = await linesOf("ab\ncdé\n\nf");
    expect(lines.map(({ at, bytes }) => [at, bytes])).toEqual([
      [9, 1],
      [3, 4],
      [0, 2],
    ]);
    expect(textsOf(await linesOf("ab\ncdé\n\nf", 3))).toEqual(["ab"]);
    expect(textsOf(await linesOf("ab\ncdé\n\nf", 5))).toEqual(["cd", "ab"]);
    expect(textsOf(await linesOf("ab\n", 0))).toEqual([]);
  });

  it("that are too long are told of by their length, and those around them are read", async () => {
    const long = 10 * 1024 * 1024;
    const lines = await linesOf(`before\n${"x".repeat(long)}\nafter\n`);
    expect(lines.map(({ bytes, text }) => [bytes, text?.toString()])).toEqual([
      [5, "after"],
      [long, undefined],
      [6, "before"],
    ]);
  });

  it("end where the file was made shorter meanwhile", async () => {
    writeFileSync(file(), `${"x".repeat(99)}\n`.repeat(10_000));
    const handle = await open(file(), "r");
    const reads = readLinesBackwards(fileBytes(handle), Number.POSITIVE_INFINITY);
    expect((await reads.next()).value?.lines.length).toBeGreaterThan(100);
    truncateSync(file(), 10);
    expect((await reads.next()).done).toBe(true);
    await handle.close();
  });
});

describe("a record that is read", () => {
  it("is what was written", () => {
    const record = logRecord({
      user: "u",
      begin: "2021-06-30",
      end: "2021-07-01",
      resolution: 60,
      interval: 1,
      params: ["a"],
      fileName: "f",
      cache: {
        result: "partial",
        level: "bin-60s daily",
        levelSeconds: 60,
        blocks: 3,
        gaps: 1,
        bytesFromCache: 123_456,
        bytesFromReaders: 789,
        note: "disk full",
      },
      firstByteMs: 3.5,
      outcome: "failed",
      code: "READER_FAILED",
      reason: "r",
      where: { path: "/x" },
      stderr: ["e"],
      stages: [{ role: "reader", argv: ["rd"], signal: "SIGKILL", builtIn: false }],
    });
    expect(readRecord(Buffer.from(recordLine(record).trimEnd()))).toEqual(record);
  });

  it.each([
    ["nothing", ""],
    ["text", "not JSON"],
    ["another value", "[1,2]"],
    ["null", "null"],
    ["no outcome", '{"id":"a","time":"2021-06-30T00:00:00Z"}'],
    ["an unknown outcome", '{"id":"a","time":"2021-06-30T00:00:00Z","outcome":"toString"}'],
    ["a time that is none", '{"id":"a","time":"yesterday","outcome":"failed"}'],
    ["a record cut off", recordLine(logRecord()).slice(0, 200)],
    ["bytes", "\u0000\u0001\u00ff"],
    ["deep nesting", `${"[".repeat(50_000)}`],
  ])("is none for %s", (_what, line) => {
    expect(readRecord(Buffer.from(line))).toBeUndefined();
  });

  it("loses fields of a wrong type, not itself", () => {
    const read = recordOf({
      id: "a",
      time: "2021-06-30T00:00:00Z",
      outcome: "failed",
      status: "200",
      bytes: {},
      client: 5,
      stages: [null, 5, { role: {}, argv: [1, "x", null], status: "0" }],
      stderr: "text",
      where: [1],
      cache: { result: "toString" },
      params: [1, "b"],
      reason: ["x"],
    });
    expect(read).toMatchObject({ status: 0, bytes: 0, client: "", params: ["b"] });
    expect(read?.stages).toEqual([{ role: "", argv: ["x"], builtIn: false }]);
    for (const name of ["stderr", "where", "cache", "reason"]) expect(read).not.toHaveProperty(name);
    const cache = {
      result: "hit",
      level: 5,
      levelSeconds: "60",
      bytesFromCache: "1",
      note: {},
      gaps: 2,
      more: 1,
    };
    expect(recordOf({ ...logRecord(), cache })?.cache).toEqual({ result: "hit", gaps: 2 });
  });

  it("is found behind one that was cut off anywhere", () => {
    const first = recordLine(
      logRecord({ id: "first", userAgent: '{"id":"no"', where: { id: "{" } }),
    ).trimEnd();
    const second = recordLine(logRecord({ id: "second", where: { "{": { id: "x" } } })).trimEnd();
    for (let cut = 0; cut < first.length; cut += 7)
      expect(readRecord(Buffer.from(first.slice(0, cut) + second))?.id).toBe("second");
  });
});

describe("a page", () => {
  const write = (lines: readonly string[]) => writeFileSync(file(), lines.join(""));
  const line = (n: number, more = {}) =>
    recordLine(logRecord({ id: `r${n}`, client: n % 2 === 0 ? "192.0.2.2" : "192.0.2.1", ...more }));

  it("is followed by another without gap and without repetition", async () => {
    write(Array.from({ length: 1000 }, (_, n) => line(n)));
    for (const limits of [{ records: 7 }, { records: 1000 }, { records: 1001 }, { scanBytes: 1 }]) {
      const ids: string[] = [];
      let filter: LogFilter = { ...everything, client: "192.0.2.1" };
      for (let pages = 0; pages < 200; pages++) {
        const page = await pageOf(filter, going, limits);
        ids.push(...page.entries.map((entry) => (entry.kind === "record" ? entry.record.id : "?")));
        if (page.older === undefined) break;
        filter = { ...filter, before: page.older };
      }
      expect(ids).toEqual(Array.from({ length: 500 }, (_, n) => `r${999 - 2 * n}`));
    }
  });

  it("says of what is no record how much it is, neighbours together", async () => {
    write([line(1), "\u0000junk\n", "more\n", line(2), `${"x".repeat(100_000)}\n`, line(3), '{"id":"cut']);
    const page = await pageOf(everything);
    expect(page.entries).toEqual([
      { kind: "unreadable", lines: 1, bytes: 10 },
      expect.objectContaining({ record: expect.objectContaining({ id: "r3" }) }),
      { kind: "unreadable", lines: 1, bytes: 100_000 },
      expect.objectContaining({ record: expect.objectContaining({ id: "r2" }) }),
      { kind: "unreadable", lines: 2, bytes: 9 },
      expect.objectContaining({ record: expect.objectContaining({ id: "r1" }) }),
    ]);
    const failed = await pageOf({ ...everything, outcome: "failed" });
    expect(failed.entries).toEqual([]);
  });

  it("ends when nobody waits for it, and when enough was looked through", async () => {
    write(Array.from({ length: 2000 }, (_, n) => line(n)));
    const gone = new AbortController();
    gone.abort();
    const filter = { ...everything, text: "absent" };
    const page = await pageOf(filter, gone.signal);
    expect(page).toMatchObject({ entries: [], scanLimited: true });
    expect(page.older?.offset).toBeGreaterThan(0);
    expect((await pageOf(filter)).older).toBeUndefined();
  });

  it("goes through a line longer than the limit of a look", async () => {
    write([line(1), `${"x".repeat(3_000_000)}\n`, line(2)]);
    let filter = everything;
    const ids: string[] = [];
    for (let pages = 0; pages < 50; pages++) {
      const page = await pageOf(filter, going, { scanBytes: 300_000 });
      ids.push(...page.entries.flatMap((entry) => (entry.kind === "record" ? [entry.record.id] : [])));
      if (page.older === undefined) break;
      filter = { ...filter, before: page.older };
    }
    expect(ids).toEqual(["r2", "r1"]);
  });

  it("is empty for a day without a file", async () => {
    expect(await pageOf({ ...everything, ...dayRange("1999-01-01") })).toEqual({
      entries: [],
      scanLimited: false,
    });
  });
});

describe("filters", () => {
  const filterOf = (words: Record<string, string>) =>
    readFilter(new Map(Object.entries(words)), "198.51.100.1");
  const records = [
    logRecord({ id: "ok" }),
    logRecord({ id: "none", outcome: "no data", source: "Demo/Gauge" }),
    logRecord({ id: "bad", outcome: "refused", code: "BAD_TIME", reason: "Expected a Time" }),
    logRecord({ id: "broken", outcome: "failed", client: "2001:db8::7", stderr: ["disk is FULL"] }),
    logRecord({ id: "left", outcome: "cancelled", where: { path: "/data/x9" } }),
  ];

  it.each([
    [{ ip: "*" }, ["left", "broken", "bad", "none", "ok"]],
    [{ ip: "all" }, ["left", "broken", "bad", "none", "ok"]],
    [{}, []],
    [{ ip: "2001:db8:0:0::7" }, ["broken"]],
    [{ ip: "203.0.113.9" }, ["left", "bad", "none", "ok"]],
    [{ ip: "203.0.113.90" }, []],
    [{ ip: "*", outcome: "problems" }, ["left", "broken", "bad"]],
    [{ ip: "*", outcome: "no data" }, ["none"]],
    [{ ip: "*", source: "gauge" }, ["none"]],
    [{ ip: "*", text: "expected a time" }, ["bad"]],
    [{ ip: "*", text: "disk is full" }, ["broken"]],
    [{ ip: "*", text: "/DATA/X9" }, ["left"]],
    [{ ip: "*", text: "bad", outcome: "failed" }, []],
    [{ ip: "*", type: "das2" }, ["left", "broken", "bad", "none", "ok"]],
  ])("%j finds %j", async (words, expected) => {
    writeFileSync(file(), records.map(recordLine).join(""));
    const page = await pageOf(filterOf(words));
    expect(page.entries.map((entry) => (entry.kind === "record" ? entry.record.id : "?"))).toEqual(expected);
  });

  it.each([
    [{ ip: "../../etc/passwd" }],
    [{ ip: "192.0.2.0/24" }],
    [{ type: "das2.worker" }],
    [{ day: "2021-02-30" }],
    [{ day: "../x" }],
    [{ outcome: "toString" }],
    [{ before: "-1" }],
    [{ before: "1e9" }],
    [{ before: "9".repeat(30) }],
    [{ refresh: "1" }],
  ])("%j is refused", (words) => {
    expect(() => filterOf(words)).toThrowError(expect.objectContaining({ code: "BAD_PARAMETER" }));
  });
});
