import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { KeptFiles } from "../../cgi/data/kept-files.js";
import { MadeFile } from "../../cgi/data/made-file.js";
import { DasError } from "../../errors/das-error.js";
import type { BytesProgram } from "../../stream/program.js";
import { type CachedSite, cachedSite, dataQuery } from "../support/cached-site.js";
import { madeBytes } from "../support/made-file.js";

/** More than is kept in memory, so most of it is in a file; no multiple of anything. */
const LENGTH = 5_000_011;

/** What the program makes, and how often it was run. */
const maker = { runs: 0, first: 0, gate: Promise.resolve(), fails: false, started: () => {} };
const content = (): Buffer => Buffer.concat([Buffer.of(maker.first), madeBytes(LENGTH - 1)]);

const countFile: BytesProgram = {
  kind: "bytes",
  name: "count-file",
  help: "",
  async *open(_, { signal }) {
    maker.runs++;
    const bytes = content();
    yield bytes.subarray(0, 1000);
    maker.started();
    await Promise.race([
      maker.gate,
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    ]);
    if (maker.fails) throw new DasError("BAD_FILE", "the tape is torn");
    for (let at = 1000; at < bytes.length; at += 100_000)
      yield Uint8Array.from(bytes.subarray(at, at + 100_000));
  },
};

describe("a file that is made whole", () => {
  let site: CachedSite;
  beforeAll(() => {
    site = cachedSite({ programs: { "count-file": countFile } });
    const lines = ["description = 'Counted'", "outputType = 'application/x-tar | tar'", "wholeFile = 1"];
    writeFileSync(join(site.definitions, "Tape.dsdf"), `${lines.join("\n")}\nreader = 'count-file'\n`);
  });
  afterAll(() => site.close());

  let day = 0;
  let query = "";
  beforeEach(() => {
    // A range of its own for each test: none has the file of another.
    day++;
    query = dataQuery("Tape", `2021-06-${String(day).padStart(2, "0")}`, "2021-07-01");
    Object.assign(maker, { runs: 0, first: 0, gate: Promise.resolve(), fails: false, started: () => {} });
  });

  const ask = (headers: Readonly<Record<string, string>> = {}) => site.ask(query, { headers });
  const part = (begin: number, end: number, more: Readonly<Record<string, string>> = {}) =>
    ask({ range: `bytes=${begin}-${end - 1}`, ...more });

  it("is made once for a client that takes it in parts, at once or one after the other", async () => {
    const edges = Array.from({ length: 11 }, (_, n) => Math.round((n * LENGTH) / 10));
    const take = (n: number) => part(edges[n]!, edges[n + 1]!);
    const first = await Promise.all([0, 1, 2, 3, 4].map(take));
    const parts = [...first];
    for (const n of [5, 6, 7, 8, 9]) parts.push(await take(n));
    expect(parts.map(({ status }) => status)).toEqual(Array(10).fill(206));
    expect(Buffer.concat(parts.map(({ bytes }) => bytes)).equals(content())).toBe(true);
    const sha256 = createHash("sha256").update(content()).digest();
    for (const [n, { header, record }] of parts.entries()) {
      expect(header("ETag")).toBe(`"${sha256.toString("hex")}"`);
      expect(header("Repr-Digest")).toBe(`sha-256=:${sha256.toString("base64")}:`);
      expect(header("Content-Range")).toBe(`bytes ${edges[n]}-${edges[n + 1]! - 1}/${LENGTH}`);
      expect(record.outcome).toBe("complete");
    }
    expect(maker.runs).toBe(1);
    const none = await ask({ range: `bytes=${LENGTH}-` });
    expect([none.status, none.header("Content-Range"), maker.runs]).toEqual([416, `bytes */${LENGTH}`, 1]);
  });

  it("is made anew for whoever wants the whole, so that what has changed is in it", async () => {
    const before = (await ask()).header("ETag")!;
    maker.first = 1;
    // Parts still belong to what was begun with.
    expect((await part(0, 1)).bytes[0]).toBe(0);
    expect((await part(0, 1, { "if-range": before })).status).toBe(206);
    const whole = await ask();
    expect([whole.status, whole.bytes[0], maker.runs]).toEqual([200, 1, 2]);
    const after = whole.header("ETag")!;
    expect(after).not.toBe(before);
    expect((await part(0, 1)).bytes[0]).toBe(1);
    expect((await part(0, 2, { "if-range": after })).status).toBe(206);
    expect(maker.runs).toBe(2);
    // Of the version that is gone nothing is left: the whole of the one that there is.
    const gone = await part(0, 2, { "if-range": before });
    expect([gone.status, gone.bytes.length, gone.header("ETag")]).toEqual([200, LENGTH, after]);
  });

  it("is looked at anew by whoever asks whether it has changed", async () => {
    const before = (await ask()).header("ETag")!;
    expect((await ask({ "if-none-match": before })).status).toBe(304);
    maker.first = 1;
    expect((await part(0, 9, { "if-none-match": before })).status).toBe(206);
    expect((await ask({ "if-none-match": before })).status).toBe(200);
    expect(maker.runs).toBe(4);
  });

  it("is made by another where the client leaves for whom it was begun", async () => {
    let open = (): void => {};
    maker.gate = new Promise((resolve) => {
      open = resolve;
    });
    const began = new Promise<void>((resolve) => {
      maker.started = resolve;
    });
    const leaving = new AbortController();
    const headers = { range: "bytes=0-9" };
    const left = site.ask(query, { headers, signal: leaving.signal });
    await began;
    const waiting = part(5, 8);
    leaving.abort();
    open();
    await left.catch(() => undefined);
    expect((await waiting).bytes.equals(content().subarray(5, 8))).toBe(true);
    expect(maker.runs).toBe(2);
  });

  it("that fails is told as failed to all who wait for it, and is tried again", async () => {
    maker.fails = true;
    const failed = await Promise.all([part(0, 5), part(5, 9)]);
    expect(failed.map(({ status }) => status)).toEqual([500, 500]);
    maker.fails = false;
    expect((await part(0, 5)).status).toBe(206);
  });
});

describe("files that are kept", () => {
  const made = (bytes: number) => () => MadeFile.of(Buffer.alloc(bytes, 7));
  const any = () => true;
  const text = (file: MadeFile) => Buffer.concat([...file.part(0, file.length)]).length;

  /** Asks for a file and says whether it had to be made. */
  async function isMade(files: KeptFiles, key: string, bytes = 10): Promise<boolean> {
    let wasMade = false;
    const make = () => {
      wasMade = true;
      return MadeFile.of(Buffer.alloc(bytes, 7));
    };
    (await files.file(key, make, any))?.release();
    return wasMade;
  }

  it("make way for newer ones, the least used first", async () => {
    const files = new KeptFiles({ mostFiles: 3 });
    for (const key of ["a", "b", "c"]) expect(await isMade(files, key)).toBe(true);
    expect(await isMade(files, "a")).toBe(false);
    expect(await isMade(files, "d")).toBe(true);
    expect(await isMade(files, "a")).toBe(false);
    expect(await isMade(files, "b")).toBe(true);
    const few = new KeptFiles({ mostBytes: 25 });
    for (const key of ["a", "b", "c"]) await isMade(few, key);
    expect(await isMade(few, "b")).toBe(false);
    expect(await isMade(few, "a")).toBe(true);
    files.close();
    few.close();
  });

  it("are there for whoever holds them, also when they have made way", async () => {
    const files = new KeptFiles({ mostFiles: 1 });
    // In a temporary file for the most part.
    const held = await files.file("a", made(6 * 2 ** 20), any);
    expect(await isMade(files, "b")).toBe(true);
    expect(await isMade(files, "a")).toBe(true);
    files.close();
    expect(text(held!.file)).toBe(6 * 2 ** 20);
    held!.release();
    held!.release();
    expect(() => text(held!.file)).toThrow();
  });

  it("go when nobody asks for them, and after a while whoever asks", async () => {
    let now = 0;
    const files = new KeptFiles({ now: () => now });
    await isMade(files, "a");
    now = 119_000;
    expect(await isMade(files, "a")).toBe(false);
    now += 120_000;
    expect(await isMade(files, "a")).toBe(true);
    const begin = now;
    while (now < begin + 899_000) {
      expect(await isMade(files, "a")).toBe(false);
      now += 100_000;
    }
    expect(await isMade(files, "a")).toBe(true);
    files.close();
  });

  it("are none where there is nothing to make a file of", async () => {
    const files = new KeptFiles();
    const nothing = () => Promise.resolve(undefined);
    expect(await files.file("a", nothing, any)).toBeUndefined();
    expect(await isMade(files, "a")).toBe(true);
    files.close();
  });
});
