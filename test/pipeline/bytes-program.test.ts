import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dataSource } from "../../dsdf/load.js";
import { DasError } from "../../errors/das-error.js";
import type { PipelineOptions } from "../../pipeline/options.js";
import { runPipeline } from "../../pipeline/run.js";
import { tryExample } from "../../pipeline/try-example.js";
import type { BytesProgram, ProgramContext } from "../../stream/program.js";
import { madeByte, madeBytes, madeFile } from "../support/made-file.js";
import { bundleProgram } from "./programs.js";
import { collect, stage, until } from "./support.js";

let folder = "";
beforeAll(async () => {
  folder = await bundleProgram("drms-made", join(import.meta.dirname, "../support/made-file.ts"), "madeFile");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program that is made of a generator. */
function program(open: (context: ProgramContext) => AsyncIterable<Uint8Array>): BytesProgram {
  return { kind: "bytes", name: "b", help: "", open: (_args, context) => open(context) };
}

function builtIn(bytes: BytesProgram, more: Partial<PipelineOptions> = {}): PipelineOptions {
  const programs = (name: string) => (name === bytes.name ? Promise.resolve(bytes) : undefined);
  return { programs, format: "other", mayBeEmpty: true, limits: { graceMs: 100 }, ...more };
}

const B = stage("reader", "b");
const made = (...args: string[]) => stage("reader", "drms-made", ...args);
const spawned = (...args: string[]) => stage("reader", join(folder, "drms-made"), ...args);

describe("a program that gives a file, inside the server and as a process", () => {
  it.each([
    [1, 1],
    [4000, 7],
    [65_535, 65_535],
    [65_536, 65_536],
    [65_537, 512],
    [200_000, 40_000],
    [3_000_000, 1_000_003],
  ])("gives the same %d bytes in pieces of %d", async (length, size) => {
    const expected = madeBytes(length).toString("latin1");
    for (const reader of [made, spawned]) {
      const { text, outcome } = await collect(
        [reader(String(length), String(size))],
        builtIn(madeFile, { mayBeEmpty: false }),
      );
      expect(text === expected).toBe(true);
      expect(outcome).toEqual({ kind: "complete" });
    }
  });

  it("that finds nothing has no data, and its reason is on record", async () => {
    for (const reader of [made, spawned]) {
      const said: string[] = [];
      const { text, outcome, statuses, thrown } = await collect(
        [reader("0", "1", "none")],
        builtIn(madeFile, { onStderr: (_stage, line) => said.push(line) }),
      );
      expect([text, thrown]).toEqual(["", undefined]);
      expect(outcome).toEqual({ kind: "no data" });
      expect(said.join()).toContain("no tape of that day");
      expect(statuses[0]).toMatchObject(reader === made ? { kind: "built in" } : { kind: "exited", code: 0 });
    }
  });

  it("that says after its first byte that it finds nothing has failed", async () => {
    for (const reader of [made, spawned]) {
      const { text, outcome, thrown } = await collect([reader("10", "10", "none")], builtIn(madeFile));
      expect([text.length, thrown]).toEqual([10, "READER_FAILED"]);
      expect(outcome).toMatchObject({ kind: "failed", stage: 0 });
    }
  });

  it("that fails in the middle has given what came before, and the failure breaks the output off", async () => {
    for (const reader of [made, spawned]) {
      const { text, outcome, thrown } = await collect([reader("70000", "9000", "fail")], builtIn(madeFile));
      expect(text === madeBytes(70_000).toString("latin1")).toBe(true);
      expect(thrown).toBe(reader === made ? "BAD_FILE" : "READER_FAILED");
      expect(outcome).toMatchObject({ kind: "failed", stage: 0 });
    }
  });

  it("that fails before its first byte rejects the start", async () => {
    for (const reader of [made, spawned]) {
      const run = runPipeline([reader("0", "1", "fail")], builtIn(madeFile));
      await expect(run.started).rejects.toMatchObject({
        code: reader === made ? "BAD_FILE" : "READER_FAILED",
      });
      expect(await run.outcome).toMatchObject({ kind: "failed", stage: 0 });
    }
  });

  it("is refused bad arguments before anything is started", async () => {
    const { thrown, text, outcome } = await collect(
      [made("many"), stage("filter", "cat")],
      builtIn(madeFile),
    );
    expect([thrown, text]).toEqual(["USAGE", ""]);
    expect(outcome).toMatchObject({ kind: "failed", reason: "stage" });
  });

  it("feeds a program that is not ours, whose good end does not hide a failure", async () => {
    const gzip = stage("filter", "gzip", "-nc");
    for (const end of ["end", "fail"]) {
      const { text, outcome } = await collect([made("300000", "5000", end), gzip], builtIn(madeFile));
      expect(gunzipSync(Buffer.from(text, "latin1")).equals(madeBytes(300_000))).toBe(true);
      expect(outcome.kind).toBe(end === "end" ? "complete" : "failed");
      if (outcome.kind === "failed") expect(outcome.error.code).toBe("BAD_FILE");
    }
  });

  it("is never sent as a stream", async () => {
    for (const format of ["das2", "qstream"] as const) {
      const { thrown, message, text } = await collect([made("100", "10")], builtIn(madeFile, { format }));
      expect([thrown, text]).toEqual(["BAD_DEFINITION", ""]);
      expect(message).toContain("outputType");
    }
  });
});

describe("the example of a definition", () => {
  const example = (reader: string) => {
    const text = `description = D\noutputType = 'image/fits | fits'\nexampleRange = 2021 to 2022\nreader = '${reader}'\n`;
    return dataSource("D", "/D.dsdf", Buffer.from(text), { substitutions: new Map() });
  };

  it.each([
    ["drms-made 5000 100 end", 5000, []],
    ["drms-made 5000 100 fail", 5000, ["the tape is torn"]],
    ["drms-made 0 1 none", 0, ["the example gives no data"]],
    ["drms-made many", 0, ["two numbers expected"]],
  ])("%s gives %d bytes, and what is wrong", async (reader, bytes, problems) => {
    const source = example(reader);
    const [first] = source.examples;
    if (first === undefined) throw new Error("no example");
    const tried = await tryExample(source, first, {}, builtIn(madeFile));
    expect(tried).toMatchObject({ bytes, problems });
    expect(tried).not.toHaveProperty("packets");
  });
});

describe("inside the server", () => {
  it("small pieces go out together and long ones divided: none is longer than 64 KiB", async () => {
    const sizes = async (length: string, size: string) => {
      const found: number[] = [];
      for await (const piece of runPipeline([made(length, size)], builtIn(madeFile)).bytes)
        found.push(piece.length);
      return found;
    };
    expect(await sizes("250000", "250000")).toEqual([65_536, 65_536, 65_536, 53_392]);
    const gathered = await sizes("1000000", "500");
    expect(gathered.length).toBeLessThan(100);
    expect(Math.max(...gathered)).toBeLessThan(66_036);
  });

  it("what there is goes out when the program pauses", async () => {
    let goOn = (): void => undefined;
    const b = program(async function* () {
      yield madeBytes(100);
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      yield madeBytes(50);
    });
    const iterator = runPipeline([B], builtIn(b)).bytes[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toHaveLength(100);
    const rest = iterator.next();
    goOn();
    expect((await rest).value).toHaveLength(50);
    expect((await iterator.next()).done).toBe(true);
  });

  it("is asked for no more than its consumer takes", async () => {
    let given = 0;
    const b = program(async function* () {
      for (;;) {
        given++;
        yield new Uint8Array(65_536);
      }
    });
    const run = runPipeline([B], builtIn(b));
    const iterator = run.bytes[Symbol.asyncIterator]();
    for (let taken = 0; taken < 5; taken++) await iterator.next();
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(given).toBeLessThanOrEqual(6);
    run.cancel();
    expect(await run.outcome).toEqual({ kind: "cancelled" });
  });

  it("is told by its signal that nobody listens any more, and is left", async () => {
    for (const behind of [[], [stage("filter", "cat")]]) {
      let closed = 0;
      let told = false;
      const b = program(async function* ({ signal }) {
        try {
          while (!signal.aborted) {
            yield new Uint8Array(1000);
            await new Promise((resolve) => setImmediate(resolve));
          }
        } finally {
          told = signal.aborted;
          closed++;
        }
      });
      const abort = new AbortController();
      const run = runPipeline([B, ...behind], builtIn(b, { signal: abort.signal }));
      const taken = (async () => {
        for await (const piece of run.bytes) if (piece.length > 0) abort.abort();
      })();
      await expect(taken).rejects.toMatchObject({ code: "CANCELLED" });
      expect(await run.outcome).toEqual({ kind: "cancelled" });
      await until(() => closed === 1);
      expect(told).toBe(true);
    }
  });

  it("is left behind where it hears no signal", async () => {
    const b = program(async function* () {
      yield new Uint8Array(1);
      await new Promise(() => undefined);
    });
    const { outcome, thrown } = await collect([B], builtIn(b, { limits: { idleMs: 40, graceMs: 20 } }));
    expect(thrown).toBe("TIME_LIMIT");
    expect(outcome).toMatchObject({ kind: "failed", reason: "time limit" });
  });

  it("says nothing of the inside when it breaks in an unforeseen way", async () => {
    const b = program(async function* () {
      yield new Uint8Array(1);
      throw new TypeError("secret");
    });
    const { outcome, message } = await collect([B], builtIn(b));
    expect(message).not.toContain("secret");
    expect(outcome).toMatchObject({ kind: "failed", error: { code: "INTERNAL" } });
  });

  it("is cut off at the limit of an answer", async () => {
    const { text, thrown } = await collect(
      [made("1000000", "1000")],
      builtIn(madeFile, { limits: { maxBytes: 200_000 } }),
    );
    expect(thrown).toBe("OUTPUT_LIMIT");
    expect(text.length).toBeLessThanOrEqual(200_000);
  });

  it("without a byte and without a reason is a failure, unless an empty answer is one", async () => {
    const nothing = program(async function* () {});
    const strict = await collect([B], builtIn(nothing, { mayBeEmpty: false }));
    expect(strict.outcome).toMatchObject({ kind: "failed", reason: "empty" });
    expect((await collect([B], builtIn(nothing))).outcome).toEqual({ kind: "no data" });
    const said = program(async function* () {
      yield new Uint8Array(0);
      throw new DasError("NO_DATA", "none");
    });
    expect((await collect([B], builtIn(said))).outcome).toEqual({ kind: "no data" });
  });
});

describe("as a process", () => {
  /** How the program ends, and what it has written. */
  function ended(child: ChildProcess) {
    const out: Buffer[] = [];
    let err = "";
    child.stdout?.on("data", (bytes: Buffer) => out.push(bytes));
    child.stderr?.on("data", (bytes: Buffer) => {
      err += bytes;
    });
    return new Promise<{ out: Buffer; err: string; code: number | null }>((resolve) =>
      child.once("close", (code) => resolve({ out: Buffer.concat(out), err, code })),
    );
  }

  const start = (...args: string[]) =>
    spawn(join(folder, "drms-made"), args, { stdio: ["ignore", "pipe", "pipe"] });

  it.each([
    [["5000", "100"], 0, 5000, ""],
    [["5000", "100", "fail"], 22, 5000, "drms-made: the tape is torn\n"],
    [["0", "1", "none"], 0, 0, "drms-made: no tape of that day\n"],
    [["5000", "100", "none"], 100, 5000, "drms-made: the reader found nothing more"],
    [["many"], 13, 0, "drms-made: two numbers expected\n"],
  ])("%j ends with %d after %d bytes", async (args, code, length, said) => {
    const { out, err, ...end } = await ended(start(...args));
    expect(end.code).toBe(code);
    expect(out.equals(madeBytes(length))).toBe(true);
    expect(err.startsWith(said)).toBe(true);
    expect(err === "").toBe(said === "");
  });

  it("tells about itself", async () => {
    expect((await ended(start("--help"))).out.toString()).toBe("Usage: drms-made LENGTH PIECE [END]\n");
    expect((await ended(start("--version"))).out.toString()).toMatch(/^drms-made \(heliostream \d/);
  });

  it("ends with 0 and without a word when its consumer leaves", async () => {
    const child = start("1000000000", "5000");
    const over = ended(child);
    child.stdout.once("data", () => child.stdout.destroy());
    expect(await over).toMatchObject({ code: 0, err: "" });
  });

  it("writes what it has when it pauses", async () => {
    const child = start("100", "100", "wait");
    const over = ended(child);
    const first = await new Promise<Buffer>((resolve) => child.stdout.once("data", resolve));
    expect(first.equals(madeBytes(100))).toBe(true);
    child.kill("SIGTERM");
    await over;
  });

  it("waits for a slow consumer, and no byte is lost", async () => {
    const child = start("3000000", "70000");
    const closed = new Promise((resolve) => child.once("close", resolve));
    let at = 0;
    let wrong = 0;
    for await (const bytes of child.stdout) {
      for (const byte of bytes as Buffer) if (byte !== madeByte(at++)) wrong++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await closed;
    expect([at, wrong, child.exitCode]).toEqual([3_000_000, 0, 0]);
  });
});
