import { chmodSync, readFileSync, realpathSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { builtInProgram } from "../../pipeline/built-in.js";
import { runPipeline } from "../../pipeline/run.js";
import { packet } from "../support/run-stream.js";
import {
  collect,
  exceptionAtEnd,
  PACKET_HEADER,
  ROW_BYTES,
  rows,
  SAMPLE,
  Scripts,
  SPAWN_ALL,
  STREAM_HEADER,
  shell,
  stage,
} from "./support.js";

const scripts = new Scripts();
const sample = scripts.file(SAMPLE);
const NO_DATA = packet("xx", '<exception type="NoDataInInterval" message="none for 1981"/>\n');
const OTHER = { ...SPAWN_ALL, format: "other" } as const;

/** A copy of `cat`, its head changed, and cut to so many bytes. */
function programFile(change: (head: Buffer) => unknown, length?: number): string {
  const bytes = readFileSync(realpathSync("/bin/cat"));
  change(bytes);
  const file = scripts.file(bytes.subarray(0, length));
  chmodSync(file, 0o755);
  return file;
}

describe("a pipeline that ends well", () => {
  it("gives the bytes of its last program as they are", async () => {
    const { text, outcome, statuses } = await collect([stage("reader", "/bin/cat", sample)]);
    expect(text).toBe(SAMPLE);
    expect(outcome).toEqual({ kind: "complete" });
    expect(statuses).toEqual([{ kind: "exited", unwanted: false, code: 0, signal: null }]);
  });

  it("joins three programs", async () => {
    const stages = [
      stage("reader", "/bin/cat", sample),
      stage("filter", "sed", "s/nT/pT/"),
      stage("converter", "cat"),
    ];
    const { text, outcome, statuses } = await collect(stages);
    expect(text).toBe(SAMPLE.replace("nT", "pT"));
    expect(outcome).toEqual({ kind: "complete" });
    expect(statuses).toHaveLength(3);
  });

  it("passes arguments as they are, without a shell", async () => {
    const odd = ["$(id)", "a b", "*", "`x`", "'\"", ";", "|", "\n", "-n", ""];
    const { text } = await collect([stage("reader", "/usr/bin/printf", "[%s]", ...odd)], OTHER);
    expect(text).toBe(odd.map((word) => `[${word}]`).join(""));
  });

  it("tells a stream without data from one with data", async () => {
    const empty = await collect([scripts.reader(STREAM_HEADER + PACKET_HEADER)]);
    expect(empty.outcome).toEqual({ kind: "no data" });
    const noData = STREAM_HEADER + NO_DATA;
    const said = await collect([scripts.reader(noData)]);
    expect(said.outcome).toEqual({ kind: "no data" });
    expect(said.text).toBe(noData);
  });

  it("calls data complete when a NoDataInInterval exception follows it", async () => {
    expect((await collect([scripts.reader(SAMPLE + NO_DATA)])).outcome).toEqual({ kind: "complete" });
  });

  it("does not blame a program whose reader had enough", async () => {
    const { text, outcome, statuses } = await collect(
      [stage("reader", "cat", "/dev/zero"), stage("filter", "head", "-c", "100000")],
      OTHER,
    );
    expect(text).toHaveLength(100_000);
    expect(outcome).toEqual({ kind: "complete" });
    expect(statuses[0]).toMatchObject({ signal: "SIGPIPE" });
  });

  it("is usable again after any of these", async () => {
    for (let round = 0; round < 3; round++)
      expect((await collect([stage("reader", "cat", sample)])).text).toBe(SAMPLE);
  });
});

describe("a pipeline that fails before its first byte", () => {
  it.each([
    ["a status", "exit 3", "READER_FAILED", "the reader program ended with status 3"],
    ["a signal", "kill -SEGV $$", "READER_FAILED", "the reader program was ended by SIGSEGV"],
    ["garbage", "echo nonsense", "NO_STREAM_HEADER", 'the stream begins with "nons", expected "[00]"'],
    ["a piece of a header", "printf '[00]0000'", "PARTIAL_PACKET", "the stream ends inside a packet"],
    ["data first", "printf ':01:xxxx'", "NO_STREAM_HEADER", 'the stream begins with ":01:"'],
  ])("rejects its start: %s", async (_name, body, code, message) => {
    const run = runPipeline([shell(body)], SPAWN_ALL);
    await expect(run.started).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    await expect(run.bytes[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code });
    expect((await run.outcome).kind).toBe("failed");
  });

  it.each([
    ["missing", "/no/such/program"],
    ["missing on the path", "no-such-program"],
    ["not executable", scripts.executable("exit 0", "#!/bin/sh", 0o644)],
    ["a folder", scripts.folder],
    ["with a missing interpreter", scripts.executable("exit 0", "#!/no/such/interpreter")],
    ["below a file", `${sample}/x`],
    ["without a first line that names its interpreter", scripts.executable(`cat ${sample}`, "# no shell")],
    ["empty", scripts.executable("", "")],
    ["for another machine", programFile((head) => head.writeUInt16LE(0xf00, 18))],
    ["cut off", programFile((head) => head, 100)],
    ["with a broken head", programFile((head) => head.writeUInt16LE(0, 56))],
  ])("says which stage could not be started: %s", async (_name, program) => {
    for (let place = 0; place < 3; place++) {
      const stages = [stage("reader", "cat", sample), stage("filter", "cat"), stage("converter", "cat")];
      stages[place] = stage(stages[place]?.role ?? "reader", program);
      const { thrown, message, outcome, text } = await collect(stages);
      expect(thrown).toBe("NO_SUCH_PROGRAM");
      expect(message).toBe(`the ${stages[place]?.role} program cannot be run on this server`);
      expect(outcome).toMatchObject({ kind: "failed", reason: "start", stage: place });
      expect(text).toBe("");
    }
  });

  it("tells of the status of a program that ends inside a packet, whatever stands behind it", async () => {
    const torn = shell(`cat ${sample}; printf ':01:2001-01'; sleep 0.1; exit 4`);
    const behind = [[], [stage("filter", "das2_bin_avgsec", "10")], [stage("converter", "das2_ascii")]];
    for (const stages of behind) {
      const { text, outcome } = await collect([torn, ...stages], { programs: builtInProgram });
      expect(exceptionAtEnd(text)?.message).toBe("the reader program ended with status 4");
      expect(outcome).toMatchObject({ kind: "failed", reason: "status", stage: 0 });
    }
  });

  it("tells the log what is wrong with a file that is no program", async () => {
    const { outcome } = await collect([stage("reader", scripts.executable(`cat ${sample}`, ""))]);
    expect(outcome).toMatchObject({
      error: { where: { reason: "it begins neither with #! nor as a program of this system" } },
    });
  });

  it("starts programs of the machine, by path and by name, though they cannot be read", async () => {
    const copy = programFile(() => undefined);
    chmodSync(copy, 0o111);
    const { outcome } = await collect([stage("reader", copy, sample), stage("filter", "cat")]);
    expect(outcome).toEqual({ kind: "complete" });
  });

  it("refuses arguments that are longer than the system takes", async () => {
    const { thrown } = await collect([stage("reader", "echo", "x".repeat(300_000))]);
    expect(thrown).toBe("BAD_PARAMETER");
  });
});

describe("a reader that writes nothing and ends well", () => {
  it("is answered by a stream that says so, and is no success", async () => {
    const { text, outcome } = await collect([shell("exit 0")]);
    expect(text.startsWith(STREAM_HEADER)).toBe(true);
    expect(exceptionAtEnd(text)).toEqual({
      type: "EmptyResponseFromReader",
      message: "the reader wrote nothing",
    });
    expect(outcome).toMatchObject({ kind: "failed", reason: "empty" });
  });

  it("needs no stream header in a qstream", async () => {
    const { text } = await collect([shell("exit 0")], { ...SPAWN_ALL, format: "qstream" });
    expect(text.startsWith("[xx]")).toBe(true);
  });

  it("is a rejected start in a form that cannot say it", async () => {
    const { thrown, outcome } = await collect([shell("exit 0")], OTHER);
    expect(thrown).toBe("READER_FAILED");
    expect(outcome).toMatchObject({ kind: "failed", reason: "empty" });
  });
});

describe("a pipeline that fails after its first byte", () => {
  it("tells of each stage that fails, wherever it stands", async () => {
    for (let place = 0; place < 3; place++) {
      const role = (["reader", "filter", "converter"] as const)[place] ?? "reader";
      const stages = [stage("reader", "cat", sample), stage("filter", "cat"), stage("converter", "cat")];
      stages[place] = shell(place === 0 ? `cat ${sample}; exit 9` : "cat; exit 9", role);
      const { text, outcome, thrown } = await collect(stages);
      expect(thrown).toBeUndefined();
      expect(text.startsWith(SAMPLE)).toBe(true);
      expect(exceptionAtEnd(text)).toEqual({
        type: "ServerError",
        message: `the ${role} program ended with status 9`,
      });
      expect(outcome).toMatchObject({ kind: "failed", reason: "status", stage: place });
    }
  });

  it("breaks off a form that has no exceptions", async () => {
    const { text, thrown } = await collect([shell(`cat ${sample}; exit 9`)], OTHER);
    expect(text).toBe(SAMPLE);
    expect(thrown).toBe("READER_FAILED");
  });

  it("drops the incomplete packet of a reader that dies at any byte", async () => {
    const whole = Buffer.from(STREAM_HEADER + PACKET_HEADER + rows(2));
    const file = scripts.file(whole);
    const bodies = STREAM_HEADER.length + PACKET_HEADER.length;
    const ends = [0, STREAM_HEADER.length, bodies, bodies + ROW_BYTES, whole.length];
    const interesting = new Set(
      ends.flatMap((end) => [end - 1, end, end + 1, end + 3, end + 4, end + 5, end + 11]),
    );
    for (const cut of interesting) {
      if (cut < 1 || cut > whole.length) continue;
      const { text, outcome, thrown } = await collect([shell(`head -c ${cut} ${file}; exit 1`)]);
      expect(outcome).toMatchObject({ kind: "failed", stage: 0 });
      const passed = ends.filter((end) => end <= cut).at(-1) ?? 0;
      if (passed === 0) {
        expect(thrown).toBe("READER_FAILED");
        expect(text).toBe("");
      } else {
        expect(text.slice(0, passed)).toBe(whole.toString("latin1", 0, passed));
        expect(text.slice(passed)).toMatch(
          /^\[xx\]\d{6}<exception type="ServerError" message="[^"]*status 1"\/>\n$/,
        );
      }
    }
  });

  it("calls a stream that ends inside a packet broken, though all programs end well", async () => {
    const { text, outcome } = await collect([scripts.reader(SAMPLE.slice(0, -5))]);
    expect(text.startsWith(SAMPLE.slice(0, -ROW_BYTES))).toBe(true);
    expect(exceptionAtEnd(text)?.message).toContain("ends inside a packet");
    expect(outcome).toMatchObject({ kind: "failed", reason: "bad stream", stage: 0 });
  });

  it("passes on what came before garbage", async () => {
    const { text, outcome } = await collect([scripts.reader(`${SAMPLE}garbage${SAMPLE}`)]);
    expect(text.startsWith(SAMPLE)).toBe(true);
    expect(exceptionAtEnd(text)?.message).toBe("&quot;garb&quot; where a packet should begin");
    expect(outcome).toMatchObject({ kind: "failed", reason: "bad stream" });
  });

  it("passes on an exception of the reader once, and nothing after it", async () => {
    const said = packet("xx", '<exception type="ServerError" message="tape torn"/>\n');
    const body = `${SAMPLE}${said}`;
    const { text, outcome } = await collect([shell(`cat ${scripts.file(body + SAMPLE)}; exit 1`)]);
    expect(text).toBe(body);
    expect(outcome.kind).toBe("failed");
    const quiet = await collect([scripts.reader(body)]);
    expect(quiet.outcome).toMatchObject({ kind: "failed", reason: "exception" });
  });

  it("says nothing of commands and folders", async () => {
    const { text } = await collect([shell(`cat ${sample}; exit 9`)]);
    expect(text).not.toMatch(/bin|tmp|pipeline-|cat/);
  });
});
