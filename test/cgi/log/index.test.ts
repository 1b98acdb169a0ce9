import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isProblem, type LogFilter } from "../../../cgi/log/filter.js";
import { filterQuery, readFilter } from "../../../cgi/log/filter-words.js";
import { LogIndexes } from "../../../cgi/log/index/log-indexes.js";
import { listFiles, removeDays } from "../../../cgi/log/log-files.js";
import { recordLine } from "../../../cgi/log/log-line.js";
import { openLog } from "../../../cgi/log/open-log.js";
import { type PageLimits, readLogPage } from "../../../cgi/log/read-page.js";
import type { RequestRecord } from "../../../cgi/log/record.js";
import { walkLog } from "../../../cgi/log/walk-log.js";
import { logRecord } from "../../support/log-records.js";

const DAY = "2021-06-30";
/** Each record is a chunk of its own, and 256 of them a group: some hundred records have all that millions have. */
const SMALL = { chunkBytes: 64 };
/** Some records a chunk, of which a search reads a part. */
const SLICED = { chunkBytes: 8192 };
const going = new AbortController().signal;
const everything: LogFilter = { outcome: "any", source: "", text: "", refresh: 0 };

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heliostream-log-index-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = (part = 0) => join(folder, `requests-${DAY}.jsonl${part === 0 ? "" : `.${part}`}`);

/** Brings the indexes of all files up to date. */
async function indexAll(indexes: LogIndexes): Promise<void> {
  for (const log of await listFiles(folder)) {
    const file = await openLog(log);
    if (file === undefined) continue;
    for (let end = -1; ; ) {
      const known = await indexes.look(log, file, 1 << 30);
      if (known === undefined || known.state.end === end) break;
      end = known.state.end;
    }
    await file.close();
  }
}

/** Ids of all that a filter finds, page by page, newest first. */
async function found(indexes: LogIndexes, filter: LogFilter, limits: PageLimits = {}): Promise<string[]> {
  const ids: string[] = [];
  let next = filter;
  for (let pages = 0; pages < 10_000; pages++) {
    const page = await readLogPage({ files: await listFiles(folder), indexes }, next, going, limits);
    for (const entry of page.entries) ids.push(entry.kind === "record" ? entry.record.id : "junk");
    if (page.older === undefined) return ids;
    // As a link carries it.
    next = readFilter(new Map(new URLSearchParams(filterQuery({ ...filter, before: page.older }))), "");
  }
  throw new Error("the pages do not end");
}

/** What a filter means, told once more in the plainest way. */
function isWanted(record: RequestRecord, filter: LogFilter): boolean {
  const everyText = JSON.stringify(Object.values(record)).toLowerCase();
  return (
    (filter.client === undefined || record.client === filter.client) &&
    (filter.id === undefined || record.id === filter.id) &&
    (filter.outcome === "any" ||
      (filter.outcome === "problems" ? isProblem(record.outcome) : record.outcome === filter.outcome)) &&
    (filter.source === "" || (record.source ?? "").toLowerCase().includes(filter.source.toLowerCase())) &&
    (filter.status === undefined ||
      new RegExp(`^${filter.status.replace("xx", "..")}$`).test(`${record.status}`)) &&
    (filter.slower === undefined || record.durationMs >= filter.slower) &&
    (filter.faster === undefined || record.durationMs <= filter.faster) &&
    (filter.cache === undefined || record.cache?.result === filter.cache) &&
    (filter.from === undefined || Date.parse(record.time) >= filter.from) &&
    (filter.to === undefined || Date.parse(record.time) < filter.to) &&
    (filter.text === "" || everyText.includes(filter.text.toLowerCase()))
  );
}

const OUTCOMES = ["complete", "no data", "refused", "failed", "cancelled"] as const;
const CACHES = ["hit", "partial", "miss", "off"] as const;
let serial = 0;

const someRecord = fc
  .record({
    client: fc.constantFrom("192.0.2.1", "192.0.2.2", "2001:db8::7"),
    outcome: fc.constantFrom(...OUTCOMES),
    source: fc.constantFrom("Demo/Pump4", "Demo/Gauge", "Kelvin/Ä/İ\u212a", undefined),
    status: fc.constantFrom(200, 200, 400, 404, 500, 0),
    durationMs: fc.constantFrom(0, 0.5, 12, 999, 70_000),
    cache: fc.constantFrom(undefined, ...CACHES),
    minute: fc.nat(1439),
    reason: fc.constantFrom(undefined, "disk full", "É taps", "x\ty"),
  })
  .map(({ source, cache, minute, reason, ...rest }) =>
    logRecord({
      ...rest,
      id: `r${++serial}_${serial % 7}`,
      // Clocks that step: not in order.
      time: new Date(Date.parse(`${DAY}T00:00:00Z`) + minute * 60_000).toISOString(),
      ...(source === undefined ? { source: "" } : { source }),
      ...(cache === undefined ? {} : { cache: { result: cache } }),
      ...(reason === undefined ? {} : { reason }),
    }),
  );

const someStep = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("append" as const),
      records: fc.array(someRecord, { minLength: 1, maxLength: 60 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("many" as const),
      records: fc.array(someRecord, { minLength: 270, maxLength: 280 }),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: "junk" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "long line" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "rotate" as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("cut" as const),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "replace" as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: "new process" as const }) },
);

const FIELDS = {
  id: fc.constantFrom("r2_2", "r31_3", "r300_6", "absent"),
  client: fc.constantFrom("192.0.2.1", "2001:db8::7", "192.0.2.99"),
  outcome: fc.constantFrom("problems" as const, ...OUTCOMES),
  source: fc.constantFrom("gauge", "DEMO", "äbsent", "i", "k"),
  status: fc.constantFrom("404", "4xx", "2xx", "200", "5xx", "0"),
  slower: fc.constantFrom(1, 1000, 1e6),
  faster: fc.constantFrom(0, 1, 100),
  cache: fc.constantFrom(...CACHES),
  text: fc.constantFrom("r1", "_3", "disk full", "é TAPS", "pump4", "nowhere at all", "Autoplot"),
  from: fc.integer({ min: 0, max: 1500 }).map((m) => Date.parse(`${DAY}T00:00:00Z`) + m * 60_000),
  to: fc.integer({ min: 0, max: 1500 }).map((m) => Date.parse(`${DAY}T00:00:00Z`) + m * 60_000),
};

/** One or two things that are asked for: of more hardly anything is left. */
const someFilter = fc
  .tuple(fc.record(FIELDS), fc.subarray(Object.keys(FIELDS), { maxLength: 2 }))
  .map(
    ([fields, names]): Partial<LogFilter> =>
      Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name))),
  )
  // A link names its range in words.
  .map(({ from, to, ...rest }): LogFilter => {
    const word = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());
    const [begin, end] =
      from !== undefined && to !== undefined && from >= to ? [word(from)] : [word(from), word(to)];
    const words = filterQuery({
      ...everything,
      ...rest,
      ...(begin === undefined ? {} : { begin }),
      ...(end === undefined ? {} : { end }),
    });
    return readFilter(new Map(new URLSearchParams(words)), "");
  });

describe("an index", () => {
  it("finds what a plain look through the files finds, whatever has happened to them", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(someStep, { minLength: 1, maxLength: 12 }),
        fc.array(someFilter, { minLength: 1, maxLength: 6 }),
        fc.constantFrom({}, { records: 7 }, { scanBytes: 2000 }),
        fc.constantFrom(SMALL, SLICED),
        async (steps, filters, limits, sizes) => {
          rmSync(folder, { recursive: true, force: true });
          folder = mkdtempSync(join(tmpdir(), "heliostream-log-index-"));
          writeFileSync(path(), "");
          let indexes = new LogIndexes(folder, sizes);
          let rotations = 0;
          for (const step of steps) {
            if (step.kind === "append" || step.kind === "many")
              appendFileSync(path(), step.records.map(recordLine).join(""));
            else if (step.kind === "junk") appendFileSync(path(), '\u0000binary\n\n{"id":"x","outcome"\n');
            else if (step.kind === "long line") appendFileSync(path(), `${"x".repeat(70_000)}\n`);
            else if (step.kind === "rotate") {
              for (let part = rotations; part >= 0; part--) renameSync(path(part), path(part + 1));
              rotations += 1;
              writeFileSync(path(), "");
            } else if (step.kind === "cut")
              truncateSync(path(), Math.floor(readFileSync(path()).length * step.part));
            else if (step.kind === "replace") writeFileSync(path(), readFileSync(path()).subarray(3000));
            else indexes = new LogIndexes(folder, sizes);
            await indexAll(indexes);
          }
          for (const filter of filters) {
            const all = Array.from({ length: rotations + 1 }, (_, part) => readFileSync(path(part)));
            const expected = all.flatMap((bytes) => plainScan(bytes.toString("utf8"), filter));
            expect(joined(await found(indexes, filter, limits))).toEqual(joined(expected));
          }
        },
      ),
      { numRuns: 40 },
    );
  }, 60_000);
});

/** What is no record may be told of once or in pieces: at the ends of files and of what is looked at in one go. */
function joined(ids: readonly string[]): readonly string[] {
  return ids.filter((id, n) => id !== "junk" || ids[n - 1] !== "junk");
}

/** Ids of what is wanted in the text of a file, last one first; neighbours that are no records once. */
function plainScan(text: string, filter: LogFilter): string[] {
  const day = Date.parse(`${DAY}T00:00:00Z`);
  const isWhole = (filter.from ?? day) <= day && (filter.to ?? Number.POSITIVE_INFINITY) >= day + 86_400_000;
  const { from: _from, to: _to, begin: _begin, end: _end, ...rest } = filter;
  const isNarrow = filterQuery({ ...rest, outcome: "any" }) !== "ip=*" || filter.outcome !== "any";
  const ids: string[] = [];
  for (const line of text.split("\n").reverse()) {
    if (line === "") continue;
    const record = parsed(line);
    if (record !== undefined) {
      // Where the whole day is asked for, the file is shown whole, whatever its clocks say.
      if (isWanted(record, isWhole ? rest : filter)) ids.push(record.id);
    } else if (isWhole && !isNarrow && ids.at(-1) !== "junk") ids.push("junk");
  }
  return ids;
}

function parsed(line: string): RequestRecord | undefined {
  // A line may be the rest of one that was cut off, and another behind it.
  for (
    let begin = line.lastIndexOf('{"id":');
    begin >= 0;
    begin = begin === 0 ? -1 : line.lastIndexOf('{"id":', begin - 1)
  )
    try {
      return JSON.parse(line.slice(begin));
    } catch {
      // Not from here.
    }
  return undefined;
}

describe("files of an index", () => {
  const write = (from: number, count: number) =>
    appendFileSync(
      path(),
      Array.from({ length: count }, (_, n) => recordLine(logRecord({ id: `r${from + n}` }))).join(""),
    );
  const files = () => readdirSync(join(folder, "index")).sort();
  const inFile = (kind: string) => join(folder, "index", files().find((name) => name.endsWith(kind)) ?? "");
  const newest = (count: number) => Array.from({ length: count }, (_, n) => `r${count - 1 - n}`);

  it("are gone on with where they ended, by whichever process", async () => {
    for (let n = 0; n < 700; n += 100) {
      write(n, 100);
      await indexAll(new LogIndexes(folder, SMALL));
      expect(files()).toHaveLength(n < 200 ? 1 : 2);
    }
    const indexes = new LogIndexes(folder, SMALL);
    const log = (await listFiles(folder))[0];
    const file = log === undefined ? undefined : await openLog(log);
    if (log === undefined || file === undefined) throw new Error("no log");
    const known = await indexes.look(log, file, 1 << 30);
    await file.close();
    expect(known).toMatchObject({ added: 0, size: readFileSync(path()).length });
    expect(known?.state.sealed).toHaveLength(2);
    expect(await found(indexes, everything)).toEqual(newest(700));
  });

  it.each(["state", "blocks"])(
    "that are damaged anywhere (%s) are not believed, and made again",
    async (kind) => {
      write(0, 600);
      await indexAll(new LogIndexes(folder, SMALL));
      const good = readFileSync(inFile(kind));
      for (const damage of [0, 9, 20, 70, 4095, 4100, 60_000, 0.2, 0.5, 0.9]) {
        const bytes = Buffer.from(good);
        const at = damage < 1 && damage > 0 ? Math.floor(damage * bytes.length) : damage;
        bytes[at] = (bytes[at] ?? 0) ^ 0xff;
        writeFileSync(inFile(kind), bytes);
        const indexes = new LogIndexes(folder, SMALL);
        expect(await found(indexes, { ...everything, id: "r17" }), `byte ${at}`).toEqual(["r17"]);
        expect(await found(indexes, everything)).toEqual(newest(600));
        await indexAll(new LogIndexes(folder, SMALL));
        expect(await found(new LogIndexes(folder, SMALL), { ...everything, id: "r17" })).toEqual(["r17"]);
        if (!existsSync(inFile(kind))) await indexAll(new LogIndexes(folder, SMALL));
      }
      for (const length of [0, 10, Math.floor(good.length / 2), good.length - 1]) {
        writeFileSync(inFile(kind), good.subarray(0, length));
        const indexes = new LogIndexes(folder, SMALL);
        expect(await found(indexes, { ...everything, id: "r300" })).toEqual(["r300"]);
        await indexAll(indexes);
      }
    },
  );

  it("is read by a process that knows nothing yet, and not again as long as what it knows is so", async () => {
    write(0, 600);
    await indexAll(new LogIndexes(folder, SMALL));
    const log = (await listFiles(folder))[0];
    const file = log === undefined ? undefined : await openLog(log);
    if (log === undefined || file === undefined) throw new Error("no log");
    const [known, late] = [new LogIndexes(folder, SMALL), new LogIndexes(folder, SMALL)];
    // Without a budget nothing is looked through: what it knows it has read.
    const first = await known.look(log, file, 0);
    expect(first).toMatchObject({ added: 0, state: { end: readFileSync(path()).length } });
    writeFileSync(inFile("state"), "written over");
    expect((await known.look(log, file, 0))?.state).toBe(first?.state);
    expect((await late.look(log, file, 0))?.state.end).toBe(0);
    // Another file at the place of the first: what is in memory is of no use.
    writeFileSync(path(), recordLine(logRecord({ id: "other" })).repeat(600));
    expect((await known.look(log, file, 0))?.state.end).toBe(0);
    await file.close();
  });

  it.each(["state", "blocks"])(
    "of which a loss of power kept the length and not the contents (%s) are not believed",
    async (kind) => {
      write(0, 600);
      await indexAll(new LogIndexes(folder, SMALL));
      const good = readFileSync(inFile(kind));
      for (const [from, to] of [
        [0, 1],
        [0, 0.5],
        [0.5, 1],
        [0.3, 0.4],
      ] as const) {
        const bytes = Buffer.from(good).fill(0, Math.floor(from * good.length), Math.floor(to * good.length));
        writeFileSync(inFile(kind), bytes);
        for (const filter of [{ id: "r17" }, { text: "r17" }, { id: "absent" }, {}]) {
          const ids = await found(new LogIndexes(folder, SMALL), { ...everything, ...filter });
          const expected = newest(600).filter((id) => !("text" in filter) || id.includes("r17"));
          expect(ids).toEqual("id" in filter ? (filter.id === "r17" ? ["r17"] : []) : expected);
          // Whoever finds it wrong removes it.
          await indexAll(new LogIndexes(folder, SMALL));
          writeFileSync(inFile(kind), bytes);
        }
        writeFileSync(inFile(kind), good);
      }
    },
  );

  it("may be written by several at the same time", async () => {
    write(0, 1000);
    await Promise.all(Array.from({ length: 4 }, () => indexAll(new LogIndexes(folder, SMALL))));
    const indexes = new LogIndexes(folder, SMALL);
    expect(await found(indexes, everything)).toEqual(newest(1000));
    expect(files()).toHaveLength(2);
  });

  it("go with their file: of one that was replaced nothing is kept, of one that was renamed all", async () => {
    write(0, 300);
    await indexAll(new LogIndexes(folder, SMALL));
    const first = files();
    expect(first).toHaveLength(2);
    renameSync(path(), path(1));
    write(300, 300);
    await indexAll(new LogIndexes(folder, SMALL));
    expect(files()).toHaveLength(4);
    expect(files()).toEqual(expect.arrayContaining(first));
    rmSync(path(1));
    writeFileSync(path(), "");
    write(900, 300);
    await indexAll(new LogIndexes(folder, SMALL));
    expect(files()).toHaveLength(2);
    expect(files().filter((name) => first.includes(name))).toEqual([]);
    removeDays(folder, DAY);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("are done without where they cannot be written", async () => {
    write(0, 600);
    writeFileSync(join(folder, "index"), "not a folder");
    const indexes = new LogIndexes(folder, SMALL);
    await indexAll(indexes);
    expect(indexes.trouble).toBeDefined();
    expect(await found(indexes, { ...everything, id: "r3" })).toEqual(["r3"]);
    expect(await found(indexes, everything)).toEqual(newest(600));
  });

  it("let a rare record be read without the others of its chunk", async () => {
    const rare = { outcome: "failed", status: 502, durationMs: 20_000, cache: { result: "miss" } } as const;
    const lines = Array.from({ length: 600 }, (_, n) =>
      recordLine(logRecord({ id: `r${n}`, cache: { result: "hit" }, ...(n === 310 ? rare : {}) })),
    );
    writeFileSync(path(), lines.join(""));
    const indexes = new LogIndexes(folder);
    await indexAll(indexes);
    // A sixteenth of a chunk of 64 KiB, and the line that reaches beyond it.
    const most = 4096 + 2 * (lines[310]?.length ?? 0);
    const source = { files: await listFiles(folder), indexes };
    for (const filter of [
      { outcome: "failed" as const },
      { outcome: "problems" as const },
      { status: "5xx" },
      { slower: 15_000 },
      { cache: "miss" as const },
    ]) {
      const page = await readLogPage(source, { ...everything, ...filter }, going, { scanBytes: 1e9 });
      expect(page.entries, JSON.stringify(filter)).toHaveLength(1);
      let bytes = 0;
      for await (const step of walkLog(source, { ...everything, ...filter })) bytes += step.bytes;
      // What is behind the last whole chunk has no index yet.
      expect(bytes - (lines.join("").length % 65_536), JSON.stringify(filter)).toBeLessThan(most);
    }
  });

  it("let a rare record be found without looking through the others", async () => {
    write(0, 900);
    const indexes = new LogIndexes(folder, SMALL);
    await indexAll(indexes);
    // One record and what cannot be told from it: far less than the half megabyte of the file.
    const limits = { scanBytes: 4000 };
    const source = { files: await listFiles(folder), indexes };
    for (const filter of [
      { id: "r5" },
      { id: "absent" },
      { client: "192.0.2.77" },
      { outcome: "failed" as const },
      { status: "404" },
      { slower: 1000 },
      { text: "no such text" },
    ]) {
      const page = await readLogPage(source, { ...everything, ...filter }, going, limits);
      expect(page.scanLimited, JSON.stringify(filter)).toBe(false);
      expect(page.entries).toHaveLength("id" in filter && filter.id === "r5" ? 1 : 0);
    }
  });
});
