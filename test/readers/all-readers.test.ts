import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../config/package-root.js";
import { PROGRAM_LOADERS } from "../../readers/index.js";
import { das2Encoder } from "../../stream/stream-writer.js";
import { checkStream } from "../support/check-stream.js";
import { referenceData } from "../support/reference-data.js";
import { openReader, readerBytes } from "../support/run-reader.js";
import { TEST_CONTEXT } from "../support/run-stream.js";

const goes = referenceData("goes");
const voyager = referenceData("voyager");

/** Every reader of the table, with arguments for an answer of several portions. */
const ANSWERS: readonly (readonly [string, readonly string[] | undefined])[] = [
  // Those of the archive have tests of their own, with an archive.
  ["drms-export", undefined],
  ["drms-image", undefined],
  ["drms-keywords", undefined],
  ["ephemeris", ["60", "2020-01-01", "2020-01-06"]],
  ["goes-xrs", goes === undefined ? undefined : ["--data", goes, "2011-06-07", "2011-06-08"]],
  // It has tests of its own, with a server.
  ["hapi-reader", undefined],
  ["random", ["2020-01-01", "2020-01-01T06:00"]],
  ["synthetic", ["--channels", "256", "--ids", "2", "2020-01-01", "2020-01-01T00:20"]],
  [
    "voyager-pws",
    voyager === undefined ? undefined : ["--data", voyager, "1979-03-01T12:26", "1979-03-01T12:28"],
  ],
];

/** Opens a reader, of a stream or of a file. */
async function opened(name: string, args: readonly string[]): Promise<unknown> {
  const program = await PROGRAM_LOADERS[name]!();
  return program.open(args, TEST_CONTEXT);
}

it("the table of readers is what is tested here", () => {
  expect(ANSWERS.map(([name]) => name)).toEqual(Object.keys(PROGRAM_LOADERS));
});

describe.each(ANSWERS)("%s", (name, args) => {
  it("has the name of its line in the table, and help that begins with it", async () => {
    const program = await PROGRAM_LOADERS[name]!();
    expect(program).toMatchObject({ kind: name === "drms-export" ? "bytes" : "reader", name });
    expect(program.help).toMatch(new RegExp(`^Usage: ${name} `));
    for (const line of program.help.split("\n")) expect(line.length).toBeLessThan(130);
  });

  it("refuses unknown options and missing words at once", async () => {
    for (const wrong of [["--no-such-option", "2020", "2021"], ["2020"], []])
      await expect(opened(name, wrong)).rejects.toMatchObject({ code: "USAGE" });
  });

  it("imports nothing of HTTP, configuration or the pipeline", () => {
    const text = readFileSync(join(packageRoot(), "readers", name, "index.ts"), "utf8");
    expect(text).not.toMatch(/from "\.\.\/\.\.\/(cgi|config|pipeline|dsdf|reducers|formats)\//);
    expect(text).not.toMatch(/from "node:(http|child_process|net)"/);
  });

  describe.skipIf(args === undefined)(
    "with data (an archive, or reference data goes/ and voyager/, for some of the readers)",
    () => {
      it("gives the same to a slow consumer, in portions that hold until the next is asked for", async () => {
        const expected = await readerBytes(name, args!);
        expect(checkStream(expected).packets).toBeGreaterThan(1000);
        const encoder = das2Encoder();
        const parts: Buffer[] = [];
        const write = (bytes: Uint8Array): void => {
          parts.push(Buffer.from(bytes));
        };
        let portions = 0;
        for await (const items of await openReader(name, args!)) {
          portions++;
          await setImmediate();
          for (const item of items) encoder.push(item, write);
        }
        encoder.end(write);
        expect(portions).toBeGreaterThan(2);
        expect(Buffer.concat(parts).equals(expected)).toBe(true);
      });

      it("ends when its consumer leaves, at any portion, and is usable afterwards", async () => {
        for (const leaveAfter of [1, 2, 3]) {
          let portions = 0;
          for await (const _ of await openReader(name, args!)) if (++portions === leaveAfter) break;
          expect(portions).toBe(leaveAfter);
        }
        expect(checkStream(await readerBytes(name, args!)).exception).toBeUndefined();
      });

      it("stops with CANCELLED when nobody wants its output", async () => {
        const context = { signal: AbortSignal.abort(), log: () => {}, env: {} };
        const all = (async () => {
          for await (const _ of await openReader(name, args!, context));
        })();
        await expect(all).rejects.toMatchObject({ code: "CANCELLED" });
      });
    },
  );
});

it.each([
  ["0000-06-01", "2020-01-01"],
  ["-0001-01-01", "2020-01-01"],
  ["2020-01-01", "9999-12-31T24:00"],
])("refuses [%s, %s), which is not in the years 1 to 9999", async (begin, end) => {
  await expect(readerBytes("synthetic", [begin, end])).rejects.toMatchObject({
    code: "BAD_TIME",
    message: expect.stringMatching(/outside the years 1 to 9999, expected 0001-01-01 to 9999-12-31T/),
  });
});

it.each([
  ["ephemeris", ["0.001", "0001-01-01", "9999-12-31"]],
  ["random", ["0001-01-01", "9999-12-31"]],
  ["synthetic", ["--cadence", "1ns", "--gaps", "999/1000", "0001-01-01", "9999-12-31"]],
] as const)("%s lets the event loop run, so that an endless answer can be ended", async (name, args) => {
  const abort = new AbortController();
  const source = await openReader(name, args, { signal: abort.signal, log: () => {}, env: {} });
  const all = (async () => {
    for await (const _ of source);
  })();
  await setImmediate();
  abort.abort();
  await expect(all).rejects.toMatchObject({ code: "CANCELLED" });
});
