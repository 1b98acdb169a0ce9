import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { append } from "../../cgi/log/append.js";
import { daysOf, isDay, listFiles } from "../../cgi/log/log-files.js";
import { cutList, cutText, MAX_RECORD_BYTES, recordLine } from "../../cgi/log/log-line.js";
import { openRequestLog, openRequestLogSync } from "../../cgi/log/request-log.js";
import { loadConfig } from "../../config/config.js";
import { logRecord } from "../support/log-records.js";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "heliostream-log-"));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

function configOf(more: Record<string, string> = {}) {
  return loadConfig({
    env: { HELIOSTREAM_LOG_PATH: join(folder, "log"), ...more },
    file: join(import.meta.dirname, "../cases/site/das2server.conf"),
  });
}

const FORMS = [
  ["of a resident server", openRequestLog],
  ["of a process for one request", openRequestLogSync],
] as const;

describe.each(FORMS)("the request log %s", (_what, open) => {
  it("has one line of JSON a record in the file of its day, readable for the group at most", async () => {
    const log = open(configOf());
    const late = logRecord({ id: "b", time: "2021-06-30T23:59:59.999Z" });
    log.write(logRecord());
    log.write(late);
    log.write(logRecord({ id: "c", time: "2021-07-01T00:00:00.000Z" }));
    await log.close();
    const file = join(folder, "log/requests-2021-06-30.jsonl");
    const lines = readFileSync(file, "utf8").split("\n");
    expect(lines).toHaveLength(3);
    expect(JSON.parse(lines[0] ?? "")).toEqual(logRecord());
    expect(JSON.parse(lines[1] ?? "")).toEqual(late);
    expect(lines[2]).toBe("");
    expect(statSync(file).mode & 0o777 & ~0o640).toBe(0);
    expect(readdirSync(join(folder, "log")).sort()).toEqual([
      "requests-2021-06-30.jsonl",
      "requests-2021-07-01.jsonl",
    ]);
  });

  it("goes on where a file is there already", async () => {
    for (const id of ["one", "two"]) {
      const log = open(configOf());
      log.write(logRecord({ id }));
      await log.close();
    }
    const text = readFileSync(join(folder, "log/requests-2021-06-30.jsonl"), "utf8");
    expect(
      text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).id),
    ).toEqual(["one", "two"]);
  });

  it("keeps its records apart from a line that was torn, also after a write that failed", async () => {
    const file = join(folder, "log/requests-2021-06-30.jsonl");
    mkdirSync(join(folder, "log"));
    const torn = '{"id":"torn","time":"2021-06-30T10:0';
    writeFileSync(file, torn);
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const log = open(configOf());
    const write = async (id: string) => {
      log.write(logRecord({ id }));
      await log.close();
    };
    await write("one");
    await write("two");
    rmSync(file);
    mkdirSync(file);
    await write("lost");
    rmdirSync(file);
    const before = `${recordLine(logRecord({ id: "old" }))}${torn}`;
    const lines = () => readFileSync(file, "utf8").split("\n");
    writeFileSync(file, before);
    await write("three");
    await write("four");
    expect(lines().map((line) => /"id":"(\w+)"/.exec(line)?.[1])).toEqual([
      "old",
      "torn",
      "three",
      "four",
      undefined,
    ]);
    expect(lines()[1]).toBe(torn);
    for (const at of [2, 3]) expect(JSON.parse(lines()[at] ?? "")).toHaveProperty("outcome");
  });

  it("gives up on a folder that no file system makes, at once", async () => {
    const told = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const log = open(configOf({ HELIOSTREAM_LOG_PATH: "/proc/heliostream/log" }));
    for (const id of ["one", "two"]) {
      log.write(logRecord({ id }));
      await log.close();
    }
    expect(told.mock.calls.map(([text]) => String(text))).toEqual([
      expect.stringMatching(/^heliostream: the request log cannot be written: E/),
    ]);
  });

  it("removes the days beyond LOG_DAYS with the first record of a day, and nothing else", async () => {
    const path = join(folder, "log");
    mkdirSync(path);
    const others = ["requests-2021-06-01.jsonl.bak", "requests-2021-13-77.jsonl", "notes.txt", "das2.x.log"];
    for (const name of ["requests-2021-06-28.jsonl", "requests-2021-06-27.jsonl", ...others])
      writeFileSync(join(path, name), "old\n");
    writeFileSync(join(path, "das2.192.0.2.1_0.log"), "old\n");
    utimesSync(join(path, "das2.192.0.2.1_0.log"), 1e9, 1e9);
    const log = open(configOf({ HELIOSTREAM_LOG_DAYS: "3" }));
    log.write(logRecord());
    await log.close();
    expect(readdirSync(path).sort()).toEqual(
      [...others, "requests-2021-06-28.jsonl", "requests-2021-06-30.jsonl"].sort(),
    );
  });

  it("says once that it cannot be written and lets the service go on", async () => {
    writeFileSync(join(folder, "log"), "a file where a folder is wanted");
    const told = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const log = open(configOf());
    for (let n = 0; n < 3; n++) {
      log.write(logRecord());
      await log.close();
    }
    expect(told.mock.calls.map(([text]) => String(text))).toEqual([
      expect.stringContaining("the request log cannot be written"),
    ]);
  });

  it("writes the text files of older servers where it is told to", async () => {
    const path = join(folder, "log");
    const log = open(configOf({ HELIOSTREAM_LOG_COMPATIBLE: "true" }));
    // 2021-06-30 is day 18808 since 1970-01-01 (date -d 2021-06-30 +%s / 86400); 18808 mod 3 = 1.
    log.write(logRecord({ client: "2001:db8::7/../x" }));
    await log.close();
    expect(readdirSync(path)).toContain("das2.2001_db8__7.._1.log");
    const file = join(path, "das2.203.0.113.9_1.log");
    writeFileSync(file, "three days old\n");
    utimesSync(file, 1_624_800_000, 1_624_800_000); // 2021-06-27
    log.write(logRecord());
    log.write(logRecord({ id: "d" }));
    await log.close();
    const text = readFileSync(file, "utf8");
    expect(text).not.toContain("three days old");
    expect(text.match(/\] Input$/gm)).toHaveLength(2);
    utimesSync(file, 1_625_011_200, 1_625_011_200); // 2021-06-30T00:00
    log.write(logRecord());
    await log.close();
    expect(readFileSync(file, "utf8").match(/\] Input$/gm)).toHaveLength(3);
  });
});

describe("a resident log", () => {
  it("bounds what waits for a disk and says how many records were left out", async () => {
    const told = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const log = openRequestLog(configOf());
    const large = logRecord({ stderr: ["x".repeat(20_000)] });
    for (let n = 0; n < 2000; n++) log.write(large);
    await log.close();
    const size = statSync(join(folder, "log/requests-2021-06-30.jsonl")).size;
    expect(size).toBeLessThan(8.1 * 1024 * 1024);
    expect(size).toBeGreaterThan(7 * 1024 * 1024);
    expect(String(told.mock.calls[0]?.[0])).toMatch(/\d+ records were left out/);
    log.write(logRecord({ id: "afterwards" }));
    await log.close();
    expect(readFileSync(join(folder, "log/requests-2021-06-30.jsonl"), "utf8")).toContain("afterwards");
  });
});

describe("many writers at once", () => {
  it("do not mix their lines: each has a descriptor of its own, as processes have", async () => {
    const file = join(folder, "log/requests-2021-06-30.jsonl");
    const line = (id: number) => recordLine(logRecord({ id: String(id), stderr: [String(id).repeat(4000)] }));
    const ids = Array.from({ length: 400 }, (_, n) => n + 1000);
    const wereEmpty = await Promise.all(ids.map((id) => append(file, line(id))));
    expect(wereEmpty.filter(Boolean).length).toBeGreaterThanOrEqual(1);
    const read = readFileSync(file, "utf8")
      .trim()
      .split("\n")
      // One that looks while another writes may take its line for torn: what it adds is an empty line, which nobody reads.
      .filter((text) => text !== "")
      .map((text) => JSON.parse(text).id);
    expect(read.sort()).toEqual(ids.map(String));
  });
});

describe("one line", () => {
  const hostile = fc.oneof(
    fc.string({ unit: "binary", maxLength: 6000 }),
    fc.constantFrom("\u0000".repeat(5000), "é".repeat(5000), "😀".repeat(3000), '"'.repeat(9000), "\ud800x"),
  );
  const texts = fc.array(hostile, { maxLength: 8 });

  it("has at most 16 KiB whatever is in it, and can be read", () => {
    fc.assert(
      fc.property(hostile, texts, texts, fc.integer({ min: 0, max: 40 }), (text, list, stderr, stages) => {
        const line = recordLine(
          logRecord({
            ...Object.fromEntries(
              ["id", "time", "client", "method", "host", "target", "mount", "query", "userAgent"].map(
                (name) => [name, text],
              ),
            ),
            user: text,
            source: text,
            begin: text,
            end: text,
            fileName: text,
            params: list,
            code: text,
            reason: text,
            where: { [text]: text, list, deep: { deeper: [text, { text }] }, n: 5 },
            cache: {
              result: "partial",
              level: text,
              levelSeconds: 1 / 3,
              blocks: 2 ** 53,
              gaps: 2 ** 53,
              bytesFromCache: 2 ** 53,
              bytesFromReaders: 2 ** 53,
              note: text,
            },
            stages: Array.from({ length: stages }, () => ({
              role: text,
              argv: list,
              signal: text,
              builtIn: true,
            })),
            stderr,
          }),
        );
        expect(Buffer.byteLength(line)).toBeLessThanOrEqual(MAX_RECORD_BYTES);
        expect(line.indexOf("\n")).toBe(line.length - 1);
        expect(JSON.parse(line).status).toBe(200);
      }),
      { numRuns: 150 },
    );
  });

  it("keeps what is short as it is and says how much of the rest is missing", () => {
    const record = logRecord({
      reason: "r".repeat(5000),
      stderr: Array.from({ length: 5000 }, () => "line"),
    });
    const read = JSON.parse(recordLine(record));
    expect(read).toMatchObject(logRecord());
    expect(read.reason).toMatch(/^r+… \(\d+ more\)$/);
    const shown = Number(/\((\d+) more\)/.exec(read.reason)?.[1]);
    expect(read.reason.lastIndexOf("r…") + 1 + shown).toBe(5000);
    const last: string = read.stderr.at(-1);
    expect(read.stderr.length - 1 + Number(/\((\d+) more\)/.exec(last)?.[1])).toBe(5000);
  });

  it("cuts between characters", () => {
    expect(cutText("😀😀😀😀😀😀😀😀", 30)).toMatch(/^(?:😀)+… \(\d+ more\)$/u);
    expect(cutText("abc", 5)).toBe("abc");
    expect(cutList(["a", "b"], 100, 10)).toEqual(["a", "b"]);
    expect(cutList([], 100, 10)).toEqual([]);
  });

  it("survives causes that cannot be written down", () => {
    const loop: Record<string, unknown> = { n: 1n };
    loop.self = loop;
    expect(JSON.parse(recordLine(logRecord({ where: { loop, fine: 5 } }))).where).toMatchObject({ fine: 5 });
  });
});

describe("days", () => {
  it.each([
    ["2024-02-29", true],
    ["2023-02-29", false],
    ["2021-13-01", false],
    ["2021-06-31", false],
    ["2021-6-1", false],
    ["../../../etc", false],
    ["2021-06-30x", false],
    ["", false],
  ])("%j is a day: %s", (text, expected) => {
    expect(isDay(text)).toBe(expected);
  });

  it("are listed newest first; none without a folder", async () => {
    expect(await listFiles(join(folder, "absent"))).toEqual([]);
    for (const day of ["2021-06-29", "2021-07-01", "2021-06-30"])
      writeFileSync(join(folder, `requests-${day}.jsonl`), day.slice(8));
    mkdirSync(join(folder, "requests-2021-07-02.jsonl"));
    expect(daysOf(await listFiles(folder)).map(({ day, bytes }) => [day, bytes])).toEqual([
      ["2021-07-01", 2],
      ["2021-06-30", 2],
      ["2021-06-29", 2],
    ]);
  });
});
