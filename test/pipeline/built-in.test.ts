import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Stage } from "../../dsdf/stage.js";
import { builtInProgram } from "../../pipeline/built-in.js";
import { childEnvironment } from "../../pipeline/environment.js";
import type { PipelineOptions, ProgramLookup } from "../../pipeline/options.js";
import { PROGRAM_LOADERS as READER_LOADERS } from "../../readers/index.js";
import { StreamParser } from "../../stream/stream-parser.js";
import { das2Encoder } from "../../stream/stream-writer.js";
import { decodeStream, packet } from "../support/run-stream.js";
import { bundlePrograms, PROGRAM_NAMES } from "./programs.js";
import {
  collect,
  exceptionAtEnd,
  PACKET_HEADER,
  rows,
  SAMPLE,
  Scripts,
  STREAM_HEADER,
  shell,
  stage,
} from "./support.js";

const scripts = new Scripts();
const RANGE = ["2001-01-01T00:00:00", "2001-01-01T00:20:00"] as const;
const READER = stage(
  "reader",
  "synthetic",
  "--cadence",
  "100ms",
  "--planes",
  "3",
  "--fills",
  "1/10",
  ...RANGE,
);
const WAVES = stage("reader", "synthetic", "--cadence", "100ms", ...RANGE);
const SPECTRA = stage(
  "reader",
  "synthetic",
  "--cadence",
  "1s",
  "--channels",
  "16",
  "--type",
  "real8",
  ...RANGE,
);

/** What each shipped filter is called with here; a program that is missing fails the test below. */
const FILTER_ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  das2_ascii: [],
  das2_bin_avg: ["60000000"],
  das2_bin_avgsec: ["-b", RANGE[0], "60"],
  das2_bin_peakavgsec: ["-b", RANGE[0], "60"],
  das2_bin_ratesec: ["-b", RANGE[0], "60"],
  das2_histo: [],
  das2_psd: ["64", "2"],
  das3_csv: [],
  das3_from_das2: ["-t"],
  das3_document: [],
  das2_arrow: [],
  das2_parquet: [],
  das2_fits: [],
  das2_png: [],
  das2_hapi: ["-F", "csv"],
};
/** Programs that read no stream; those of readers have tests of their own, those of the archive with an archive. */
const READERS = new Set(["das2_cache_rdr", "das2_from_das1", "das3_to_das2", ...Object.keys(READER_LOADERS)]);
const FILTERS = PROGRAM_NAMES.filter((name) => !READERS.has(name));

let folder = "";
beforeAll(async () => {
  folder = await bundlePrograms(PROGRAM_NAMES);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Options under which only the stages of the list are built in; the others are processes of the same programs. */
function builtIn(names: readonly string[], more: Partial<PipelineOptions> = {}): PipelineOptions {
  const programs: ProgramLookup = (name) => (names.includes(name) ? builtInProgram(name) : undefined);
  return { programs, env: childEnvironment({ binPath: [folder] }), ...more };
}

/** All ways to run some of the stages here and the others as processes. */
function* mixes(stages: readonly Stage[]): Generator<readonly string[]> {
  const names = stages.map((one) => one.argv[0]);
  for (let mix = 0; mix < 1 << names.length; mix++) yield names.filter((_, index) => mix & (1 << index));
}

describe("built in or spawned", () => {
  it.each(FILTERS)("%s gives the same bytes", async (name) => {
    const args = FILTER_ARGUMENTS[name];
    if (args === undefined) throw new Error(`say with which arguments ${name} is tested`);
    const format =
      name === "das3_from_das2"
        ? "das3"
        : /^(?:das3_csv|das3_document|das2_(?:arrow|parquet|fits|png|hapi))$/.test(name)
          ? "other"
          : "das2";
    for (const reader of name === "das2_psd" ? [WAVES] : [READER, SPECTRA]) {
      const stages = [reader, stage("filter", name, ...args)];
      const seen = new Set<string>();
      for (const names of mixes(stages)) {
        const { text, outcome, thrown } = await collect(stages, builtIn(names, { format }));
        expect([thrown, outcome]).toEqual([undefined, { kind: "complete" }]);
        seen.add(text);
      }
      expect(seen.size).toBe(1);
      expect([...seen][0]?.length).toBeGreaterThan(500);
    }
  });

  it.each(["das3_from_das2", "das3_document"])(
    "a stream goes by %s to das3 and back, in all mixes",
    async (name) => {
      const stages = [SPECTRA, stage("filter", name), stage("filter", "das3_to_das2")];
      const seen = new Set<string>();
      for (const names of mixes(stages)) {
        const { text, outcome } = await collect(stages, builtIn(names));
        expect(outcome).toEqual({ kind: "complete" });
        seen.add(text);
      }
      expect(seen.size).toBe(1);
      const [there = ""] = seen;
      const { text: before } = await collect([SPECTRA], builtIn([SPECTRA.argv[0]]));
      // The values of every packet are those that the reader wrote: nothing of them is changed on the way.
      if (name === "das3_from_das2") {
        expect(there.slice(there.indexOf(":01:"))).toBe(before.slice(before.indexOf(":01:")));
        return;
      }
      // Text has ten digits, and times are dates.
      const rows = (text: string) =>
        decodeStream(Buffer.from(text, "latin1")).rows.map(({ values }) => values);
      const [made, given] = [rows(there), rows(before)];
      expect(made.map(([time]) => time)).toEqual(given.map(([time]) => time));
      const errors = made.flatMap(([, values = []], at) =>
        values.map((value, n) => Math.abs(value / (given[at]?.[1]?.[n] ?? Number.NaN) - 1)),
      );
      expect(errors.length).toBeGreaterThan(1000);
      expect(Math.max(...errors)).toBeLessThan(1e-9);
    },
  );

  it("a chain of three gives the same bytes in all mixes", async () => {
    const stages = [
      WAVES,
      stage("reducer", "das2_psd", ...(FILTER_ARGUMENTS.das2_psd ?? [])),
      stage("converter", "das2_ascii"),
    ];
    const seen = new Set<string>();
    for (const names of mixes(stages)) {
      const { text, outcome } = await collect(stages, builtIn(names));
      expect(outcome).toEqual({ kind: "complete" });
      seen.add(text);
    }
    expect(seen.size).toBe(1);
  });

  it.each([
    ["no data in it", STREAM_HEADER + PACKET_HEADER],
    ["a header alone", STREAM_HEADER],
    [
      "no data and saying so",
      STREAM_HEADER + packet("xx", '<exception type="NoDataInInterval" message="none"/>\n'),
    ],
    [
      "an error of the reader in it",
      SAMPLE + packet("xx", '<exception type="ServerError" message="torn"/>\n'),
    ],
    ["an end inside a packet", SAMPLE.slice(0, -7)],
    ["an undefined id", SAMPLE + rows(1).replaceAll(":01:", ":02:")],
  ])("a stream with %s comes out the same", async (_name, text) => {
    const stages = [scripts.reader(text), stage("converter", "das2_ascii")];
    const spawned = await collect(stages, builtIn([]));
    const joined = await collect(stages, builtIn(["das2_ascii"]));
    expect(joined.text).toBe(spawned.text);
    expect(joined.outcome.kind).toBe(spawned.outcome.kind);
    expect(joined.thrown).toBe(spawned.thrown);
  });
});

describe("a spawned reader before a built-in filter", () => {
  const ascii = stage("converter", "das2_ascii");

  it.each([
    ["before its first byte", "exit 4", "READER_FAILED"],
    ["with garbage", "echo nonsense", "NO_STREAM_HEADER"],
  ])("that fails %s rejects the start", async (_name, body, code) => {
    const { thrown, text, outcome } = await collect([shell(body), ascii], builtIn(["das2_ascii"]));
    expect([thrown, text]).toEqual([code, ""]);
    expect(outcome).toMatchObject({ kind: "failed", stage: 0 });
  });

  it("that writes nothing is answered as empty", async () => {
    const { text, outcome } = await collect([shell("exit 0"), ascii], builtIn(["das2_ascii"]));
    expect(exceptionAtEnd(text)?.type).toBe("EmptyResponseFromReader");
    expect(outcome).toMatchObject({ kind: "failed", reason: "empty" });
  });

  it("that fails at its end is told of after its data", async () => {
    const { text, outcome } = await collect(
      [shell(`cat ${scripts.file(SAMPLE)}; exit 4`), ascii],
      builtIn(["das2_ascii"]),
    );
    expect(text.match(/:01:/g)).toHaveLength(20);
    expect(exceptionAtEnd(text)).toEqual({
      type: "ServerError",
      message: "the reader program ended with status 4",
    });
    expect(outcome).toMatchObject({ kind: "failed", reason: "status", stage: 0 });
  });

  it("that goes on after an exception is ended", async () => {
    const said = packet("xx", '<exception type="NoDataInInterval" message="none"/>\n');
    const { text, outcome } = await collect(
      [shell(`cat ${scripts.file(STREAM_HEADER + said)}; sleep 1000`), ascii],
      builtIn(["das2_ascii"], { limits: { graceMs: 50 } }),
    );
    expect(exceptionAtEnd(text)?.type).toBe("NoDataInInterval");
    expect(outcome).toEqual({ kind: "no data" });
  });

  it("is ended when the consumer leaves", async () => {
    const endless = `printf '%s' "$1"; while printf '%s' "$2"; do :; done`;
    const stages = [shell(endless, "reader", STREAM_HEADER + PACKET_HEADER, rows(50)), ascii];
    const { runPipeline } = await import("../../pipeline/run.js");
    const run = runPipeline(stages, builtIn(["das2_ascii"]));
    for await (const piece of run.bytes) if (piece.length > 0) break;
    expect(await run.outcome).toEqual({ kind: "cancelled" });
  });
});

describe("a built-in reader", () => {
  it("with bad arguments rejects the start and starts nothing", async () => {
    const { thrown, outcome } = await collect(
      [stage("reader", "synthetic", "--no-such")],
      builtIn(["synthetic"]),
    );
    expect(thrown).toBe("USAGE");
    expect(outcome.kind).toBe("failed");
  });

  it("feeds an external filter, which may have enough early", async () => {
    const { text, outcome } = await collect(
      [READER, stage("filter", "head", "-c", "5000")],
      builtIn(["synthetic"], { format: "other" }),
    );
    expect(text).toHaveLength(5000);
    expect(outcome).toEqual({ kind: "complete" });
  });

  it("lets the event loop turn while it computes", async () => {
    const reader = stage("reader", "synthetic", "--cadence", "1ms", "2001-01-01", "2001-01-02");
    const { runPipeline } = await import("../../pipeline/run.js");
    // A clock by which each look at it comes a second after the last one: whatever is done has taken long.
    let seconds = 0;
    const clock = vi.spyOn(process, "hrtime").mockImplementation(() => [++seconds, 0]);
    let turns = 0;
    let next = setImmediate(function turn() {
      turns++;
      next = setImmediate(turn);
    });
    let bytes = 0;
    const turnsBefore: number[] = [];
    try {
      const run = runPipeline([reader], builtIn(["synthetic"]));
      for await (const piece of run.bytes) {
        turnsBefore.push(turns);
        bytes += piece.length;
        if (bytes > 10_000_000) break;
      }
    } finally {
      clearImmediate(next);
      clock.mockRestore();
    }
    // No piece comes in the turn of the one before it, and none is the work of many.
    expect(new Set(turnsBefore).size).toBe(turnsBefore.length);
    expect(bytes / turnsBefore.length).toBeLessThan(1_000_000);
  });

  it("in the wrong place is a fault of the definition", async () => {
    expect((await collect([READER, READER], builtIn(["synthetic"]))).thrown).toBe("BAD_DEFINITION");
    expect((await collect([stage("filter", "das2_ascii")], builtIn(["das2_ascii"]))).thrown).toBe(
      "BAD_DEFINITION",
    );
    expect((await collect([], builtIn([]))).thrown).toBe("BAD_DEFINITION");
  });
});

describe("a packed stream of a spawned program", () => {
  it("is unpacked and followed like any other", async () => {
    const plain = scripts.file(SAMPLE);
    const canonical = (await collect([stage("reader", "cat", plain)], builtIn([]))).text;
    const items = new StreamParser().push(Buffer.from(SAMPLE, "latin1"));
    const parts: Uint8Array[] = [];
    const encoder = das2Encoder({ compression: "deflate" });
    const write = (bytes: Uint8Array): void => void parts.push(bytes.slice());
    for (const item of items) encoder.push(item, write);
    encoder.end(write);
    const packed = Buffer.concat(parts);
    const whole = await collect([scripts.reader(packed)], builtIn([]));
    expect(whole.outcome).toEqual({ kind: "complete" });
    expect(whole.text.slice(-rows(20).length)).toBe(canonical.slice(-rows(20).length));
    for (const cut of [packed.length - 1, packed.length - 20]) {
      const torn = await collect([scripts.reader(packed.subarray(0, cut))], builtIn([]));
      expect(torn.outcome).toMatchObject({ kind: "failed", reason: "bad stream", stage: 0 });
      expect(exceptionAtEnd(torn.text)?.type).toBe("ServerError");
    }
    const dying = await collect([shell(`cat ${scripts.file(packed)}; exit 5`)], builtIn([]));
    expect(exceptionAtEnd(dying.text)?.message).toBe("the reader program ended with status 5");
  });
});

describe("the stream header on its way out", () => {
  const rewriteHeader: NonNullable<PipelineOptions["rewriteHeader"]> = (header) => ({
    ...header,
    properties: [...header.properties, { name: "xCacheRange", type: "String", value: "now" }],
  });

  it("is changed alike for built-in and spawned programs", async () => {
    const texts = new Set<string>();
    for (const names of [[], ["synthetic"]])
      texts.add((await collect([READER], builtIn(names, { rewriteHeader }))).text);
    expect(texts.size).toBe(1);
    expect([...texts][0]?.slice(0, 2000)).toContain('xCacheRange="now"');
  });
});
