import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FRAME_BYTES } from "../../../cgi/log/coded/packed-log.js";
import { codedNotices } from "../../../cgi/log/coded-notices.js";
import { type DecodeLimits, decodeSome } from "../../../cgi/log/decode-some.js";
import type { LogFilter } from "../../../cgi/log/filter.js";
import { IndexWork, indexWhole } from "../../../cgi/log/index/index-work.js";
import { LogIndexes } from "../../../cgi/log/index/log-indexes.js";
import { listFiles, removeDays } from "../../../cgi/log/log-files.js";
import { recordLine } from "../../../cgi/log/log-line.js";
import { makeReadable, openLog } from "../../../cgi/log/open-log.js";
import { rangeSummary } from "../../../cgi/log/range-summary.js";
import { readLogPage } from "../../../cgi/log/read-page.js";
import { logRecord } from "../../support/log-records.js";

const DAY = "2021-06-30";
const going = new AbortController().signal;
const everything: LogFilter = { outcome: "any", source: "", text: "", refresh: 0 };

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heliostream-log-coded-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const plain = () => join(folder, `requests-${DAY}.jsonl`);
const coded = () => `${plain()}.gz`;
const indexFiles = (kind: string) =>
  readdirSync(join(folder, "index")).filter((name) => name.endsWith(`.${kind}`));

/** Digits that hardly get smaller by coding, always the same ones. */
function noise(n: number): string {
  let text = "";
  for (let value = n + 1; text.length < 400; text += value.toString(36))
    value = (Math.imul(value, 1_103_515_245) + 12_345) >>> 0;
  return text;
}

/** Records of some 800 bytes; `r0` came first. */
function lines(count: number, failed?: number): string {
  return Array.from({ length: count }, (_, n) =>
    recordLine(
      logRecord({ id: `r${n}`, userAgent: noise(n), outcome: n === failed ? "failed" : "complete" }),
    ),
  ).join("");
}

/** Ids of a page. */
async function ids(filter: Partial<LogFilter>, indexes = new LogIndexes(folder)): Promise<string[]> {
  const page = await readLogPage(
    { files: await listFiles(folder), indexes },
    { ...everything, ...filter },
    going,
  );
  return page.entries.map((entry) => (entry.kind === "record" ? entry.record.id : "junk"));
}

async function onlyFile() {
  const [log] = await listFiles(folder);
  if (log === undefined) throw new Error("no file of the log");
  return log;
}

const notices = async (isResident = true) =>
  codedNotices(await decodeSome(await listFiles(folder), everything, going), isResident);
const newest = (count: number, of: number) => Array.from({ length: count }, (_, n) => `r${of - 1 - n}`);

describe("a file of the log in gzip", () => {
  it("that is small is read as it is, and leaves nothing behind", async () => {
    writeFileSync(coded(), gzipSync(lines(20)));
    expect(await notices()).toEqual([]);
    expect(await ids({})).toEqual(newest(20, 20));
    expect(readdirSync(folder)).toEqual([`requests-${DAY}.jsonl.gz`]);
  });

  it("that is large is decoded once, and found in as any other", async () => {
    const count = 5000;
    const text = lines(count, 777);
    // Two that were coded one after the other are one, as gunzip has it.
    const half = text.indexOf('{"id":"r2500"');
    writeFileSync(coded(), Buffer.concat([gzipSync(text.slice(0, half)), gzipSync(text.slice(half))]));
    expect(await ids({})).toEqual([]);
    expect(await notices()).toEqual([]);
    const packed = () => statSync(join(folder, "index", indexFiles("packed")[0] ?? ""));
    const { mtimeMs, size } = packed();
    // As long as what it was made of, within a tenth.
    expect(size / statSync(coded()).size).toBeCloseTo(1, 0.9);
    const indexes = new LogIndexes(folder);
    await indexWhole(await onlyFile(), indexes, going);
    expect(await ids({}, indexes)).toEqual(newest(200, count));
    expect(await ids({ outcome: "failed" }, indexes)).toEqual(["r777"]);
    expect(await ids({ id: "r4321" }, new LogIndexes(folder))).toEqual(["r4321"]);
    expect(await ids({ text: noise(7).slice(0, 60) }, indexes)).toEqual(["r7"]);
    const summary = await rangeSummary(await listFiles(folder), indexes, everything);
    expect(summary?.outcomes).toMatchObject({ complete: count - 1, failed: 1 });
    expect([summary?.counted, summary?.all]).toEqual([Buffer.byteLength(text), Buffer.byteLength(text)]);
    await notices();
    expect(packed().mtimeMs).toBe(mtimeMs);
    removeDays(folder, DAY);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("keeps the index that it had before it was coded", async () => {
    writeFileSync(plain(), lines(3000));
    await indexWhole(await onlyFile(), new LogIndexes(folder), going);
    const state = () => statSync(join(folder, "index", indexFiles("state")[0] ?? "")).mtimeMs;
    const before = state();
    writeFileSync(coded(), gzipSync(readFileSync(plain())));
    // Both are there for a moment.
    expect((await listFiles(folder)).map(({ isCoded }) => isCoded)).toEqual([false]);
    rmSync(plain());
    // Another file of the day begins an index of its own.
    renameSync(coded(), join(folder, `requests-${DAY}.jsonl.1.gz`));
    writeFileSync(plain(), lines(3000).replaceAll('"id":"r', '"id":"s'));
    for (const log of await listFiles(folder)) await indexWhole(log, new LogIndexes(folder), going);
    expect(indexFiles("state")).toHaveLength(2);
    expect(
      Math.min(...indexFiles("state").map((name) => statSync(join(folder, "index", name)).mtimeMs)),
    ).toBe(before);
    expect(await ids({ id: "r17" })).toEqual(["r17"]);
    expect(await ids({ id: "s17" })).toEqual(["s17"]);
  });

  it("that was replaced is decoded anew", async () => {
    const text = lines(3000);
    writeFileSync(coded(), gzipSync(text));
    await makeReadable(await onlyFile());
    // Its first bytes are the same.
    writeFileSync(coded(), gzipSync(text.replace('"id":"r2999"', '"id":"x2999"')));
    expect(await ids({})).toEqual([]);
    await makeReadable(await onlyFile());
    expect((await ids({}))[0]).toBe("x2999");
    expect(indexFiles("packed")).toHaveLength(1);
  });

  it.each([
    ["cut off", (bytes: Buffer) => bytes.subarray(0, Math.floor(bytes.length * 0.8))],
    [
      "damaged",
      (bytes: Buffer) => Buffer.concat([bytes.subarray(0, bytes.length * 0.8), Buffer.alloc(99, 255)]),
    ],
  ])("that is %s is shown as far as it can be decoded, and the page says so", async (_, broken) => {
    writeFileSync(coded(), broken(gzipSync(lines(3000))));
    expect(await notices()).toEqual([
      `Shown in part: requests-${DAY}.jsonl.gz, for the gzip of it is damaged or ends too early.`,
    ]);
    const [last = ""] = (await ids({})).filter((id) => id !== "junk");
    // Four fifths of them, and what stands in a row of coded bytes.
    expect(Number(last.slice(1))).toBeGreaterThan(2200);
    expect(Number(last.slice(1))).toBeLessThan(2500);
  });

  it("that is none is named, and costs no page", async () => {
    writeFileSync(coded(), lines(3000));
    expect(await notices()).toEqual([
      `Not shown: requests-${DAY}.jsonl.gz, for it is no gzip, or there is no place to decode it to.`,
    ]);
    expect(await ids({})).toEqual([]);
  });

  it("is named where there is no place to decode it to", async () => {
    writeFileSync(coded(), gzipSync(lines(3000)));
    writeFileSync(join(folder, "index"), "not a folder");
    expect(await notices()).toHaveLength(1);
    expect(await ids({})).toEqual([]);
  });

  it("that takes long is decoded behind the page, which says so, or by the command", async () => {
    // Ten megabytes that do not get smaller.
    const text = Buffer.alloc(10_500_000);
    for (let n = 0; n < text.length; n++)
      text[n] = 32 + ((Math.imul(n ^ (n >>> 7), 2_654_435_761) >>> 13) % 90);
    writeFileSync(coded(), gzipSync(Buffer.concat([text, Buffer.from(`\n${lines(1)}`)]), { level: 0 }));
    expect(await notices(true)).toEqual([
      `Not shown yet: requests-${DAY}.jsonl.gz, being decoded from gzip. Load the page again in a while.`,
    ]);
    expect((await notices(false))[0]).toContain("heliostream log-index");
    await new IndexWork(new LogIndexes(folder)).start(await listFiles(folder));
    expect(await notices()).toEqual([]);
    expect((await ids({}))[0]).toBe("r0");
  });
});

describe("files of the log in gzip", () => {
  const MIB = 1024 * 1024;
  /** Some kilobytes of gzip that decode to mebibytes of one line. */
  const blown = (mebibytes: number, of = "a") => gzipSync(Buffer.alloc(mebibytes * MIB, of));
  const states = async (limits: DecodeLimits, signal = going) =>
    (await decodeSome(await listFiles(folder), everything, signal, limits)).map(({ state }) => state);
  const limits: DecodeLimits = { coded: MIB, decoded: 8 * MIB };

  it("that decode to much more than they have are waited for no longer than others", async () => {
    writeFileSync(coded(), blown(9));
    expect(statSync(coded()).size).toBeLessThan(16 * 1024);
    expect(await states(limits)).toEqual(["waiting"]);
    expect(readdirSync(join(folder, "index"))).toEqual([]);
    await new IndexWork(new LogIndexes(folder)).start(await listFiles(folder));
    expect(await states(limits)).toEqual(["readable"]);
  });

  it("are decoded in one look as far as they have room in it together, and in the next the others", async () => {
    for (const part of ["", ".1", ".2"])
      writeFileSync(join(folder, `requests-${DAY}.jsonl${part}.gz`), blown(5, `a${part}`));
    expect(await states(limits)).toEqual(["readable", "waiting", "waiting"]);
    expect(await states(limits)).toEqual(["readable", "readable", "waiting"]);
    expect(await states({ ...limits, coded: 1000 })).toEqual(["readable", "readable", "waiting"]);
    expect(await states(limits)).toEqual(["readable", "readable", "readable"]);
  });

  it("are left alone when the client leaves, and decoded on for others who wait", async () => {
    writeFileSync(coded(), blown(32));
    const most = { coded: MIB, decoded: 128 * MIB };
    expect(await states(most, AbortSignal.abort())).toEqual(["waiting"]);
    const leaving = new AbortController();
    const file = await onlyFile();
    const first = makeReadable(file, { signal: leaving.signal });
    const other = makeReadable(file);
    const short = makeReadable(file, { mostBytes: MIB });
    expect(await short).toBe(false);
    leaving.abort(new Error("left"));
    await expect(first).rejects.toThrow("left");
    expect(await openLog(file)).toBeUndefined();
    expect(await other).toBe(true);
    expect(await states(most)).toEqual(["readable"]);
    expect(indexFiles("tmp")).toEqual([]);
  });

  it("of which nobody waits for one any more are not decoded on, and leave nothing behind", async () => {
    writeFileSync(coded(), blown(32));
    const leaving = new AbortController();
    const file = await onlyFile();
    const both = [1, 2].map(() => makeReadable(file, { signal: leaving.signal }));
    await makeReadable(file, { mostBytes: MIB });
    // Looked at together: neither may fail before somebody looks.
    const ends = Promise.allSettled(both);
    leaving.abort(new Error("left"));
    const left = { status: "rejected", reason: expect.objectContaining({ message: "left" }) };
    expect(await ends).toEqual([left, left]);
    expect(readdirSync(join(folder, "index"))).toEqual([]);
    expect(await makeReadable(file)).toBe(true);
  });
});

describe("a packed file", () => {
  it("gives the bytes of any part, across its frames", async () => {
    const text = Buffer.from(lines(2000));
    writeFileSync(coded(), gzipSync(text));
    await makeReadable(await onlyFile());
    const file = await openLog(await onlyFile());
    if (file === undefined) throw new Error("not readable");
    expect(await file.size()).toBe(text.length);
    expect(text.length).toBeGreaterThan(3 * FRAME_BYTES);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(text.length + 10),
        fc.oneof(fc.nat(300), fc.nat(2 * FRAME_BYTES)),
        async (position, count) => {
          const target = Buffer.alloc(count + 5);
          const read = await file.read(target, 5, count, position);
          const expected = text.subarray(position, position + count);
          expect(read).toBe(expected.length);
          expect(target.subarray(5, 5 + read).equals(expected)).toBe(true);
        },
      ),
      {
        numRuns: 100,
        examples: [
          [FRAME_BYTES - 1, 2],
          [FRAME_BYTES, 1],
          [0, FRAME_BYTES],
        ],
      },
    );
    await file.close();
  });

  it("that is damaged is not believed", async () => {
    const text = Buffer.from(lines(2000));
    writeFileSync(coded(), gzipSync(text));
    await makeReadable(await onlyFile());
    const path = join(folder, "index", indexFiles("packed")[0] ?? "");
    const good = readFileSync(path);
    for (const at of [10, good.length - 1000, good.length - 50, good.length - 39, good.length - 20]) {
      const bytes = Buffer.from(good);
      bytes[at] = (bytes[at] ?? 0) ^ 0x55;
      writeFileSync(path, bytes);
      const file = await openLog(await onlyFile());
      if (file === undefined) continue;
      const target = Buffer.alloc(text.length);
      const read = await file.read(target, 0, text.length, 0);
      expect(target.subarray(0, read).equals(text.subarray(0, read)), `byte ${at}`).toBe(true);
      await file.close();
    }
    for (const length of [0, 39, good.length - 1]) {
      writeFileSync(path, good.subarray(0, length));
      expect(await openLog(await onlyFile()), `${length} bytes`).toBeUndefined();
    }
  });
});
