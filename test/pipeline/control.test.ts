import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { killAllPipelines, liveGroups } from "../../pipeline/process-group.js";
import { runPipeline } from "../../pipeline/run.js";
import { PipelineSlots } from "../../pipeline/slots.js";
import {
  collect,
  collectRun,
  exceptionAtEnd,
  openDescriptors,
  PACKET_HEADER,
  processesWith,
  ROW_BYTES,
  rows,
  SAMPLE,
  Scripts,
  SPAWN_ALL,
  STREAM_HEADER,
  shell,
  stage,
  until,
  written,
} from "./support.js";

const scripts = new Scripts();
const sample = scripts.file(SAMPLE);
const OTHER = { ...SPAWN_ALL, format: "other" } as const;
const HAS_SETSID = existsSync("/usr/bin/setsid") && existsSync("/proc/self/stat");
let marks = 0;

/** A word by which the processes of one test are found. */
function mark(): string {
  return `mark-${process.pid}-${marks++}-end`;
}

/** A stage whose processes carry the mark in their arguments. */
function marked(body: string, name: string, role: "reader" | "filter" = "reader") {
  return shell(body, role, name);
}

afterEach(async () => {
  await until(() => liveGroups() === 0);
});

describe("limits", () => {
  it("ends a reader that hangs before its first byte", async () => {
    const name = mark();
    const run = runPipeline([marked("sleep 1000", name)], {
      ...SPAWN_ALL,
      limits: { idleMs: 60, graceMs: 200 },
    });
    await expect(run.started).rejects.toMatchObject({ code: "TIME_LIMIT" });
    expect(await run.outcome).toMatchObject({ kind: "failed", reason: "time limit" });
    expect(processesWith(name)).toEqual([]);
  });

  it("ends one that falls silent, and says so in the stream", async () => {
    const { text, outcome } = await collect([shell(`cat ${sample}; sleep 1000`)], {
      ...SPAWN_ALL,
      limits: { idleMs: 400, graceMs: 200 },
    });
    expect(text.startsWith(SAMPLE)).toBe(true);
    expect(exceptionAtEnd(text)).toEqual({
      type: "ServerError",
      message: "no output for 0.4 s, which is the limit",
    });
    expect(outcome).toMatchObject({ kind: "failed", reason: "time limit" });
  });

  it("ends one that writes all but the end of a packet", async () => {
    const { text } = await collect([shell(`cat ${sample}; printf ':01:2001'; sleep 1000`)], {
      ...SPAWN_ALL,
      limits: { idleMs: 400, graceMs: 200 },
    });
    expect(text.slice(SAMPLE.length)).toMatch(/^\[xx\]/);
  });

  it("counts no silence while nobody takes the output", async () => {
    // Long enough for a program to start on a busy machine.
    const run = runPipeline([stage("reader", "cat", sample)], { ...SPAWN_ALL, limits: { idleMs: 2000 } });
    await run.started;
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect((await collectRun(run)).outcome).toEqual({ kind: "complete" });
  });

  it("ends what runs longer than the wall limit, also while nobody takes the output", async () => {
    const name = mark();
    const endless = marked(`cat ${sample}; while :; do sleep 0.01; done`, name);
    const run = runPipeline([endless], { ...SPAWN_ALL, limits: { wallMs: 500, graceMs: 100 } });
    await run.started;
    expect(await run.outcome).toMatchObject({ kind: "failed", reason: "time limit" });
    expect(processesWith(name)).toEqual([]);
    const { text } = await collectRun(run);
    expect(exceptionAtEnd(text)?.message).toBe("the answer took longer than the limit of 0.5 s");
  });

  it("ends what writes too much, on a packet boundary", async () => {
    const body = scripts.file(rows(1000));
    const endless = shell(
      `printf '%s' "$1$2"; while cat ${body}; do :; done`,
      "reader",
      STREAM_HEADER,
      PACKET_HEADER,
    );
    const { text, outcome } = await collect([endless], {
      ...SPAWN_ALL,
      limits: { maxBytes: 200_000, graceMs: 100 },
    });
    expect(outcome).toMatchObject({ kind: "failed", reason: "output limit" });
    expect(exceptionAtEnd(text)?.message).toBe("the answer is longer than the limit of 200000 bytes");
    const packets = text.slice(STREAM_HEADER.length + PACKET_HEADER.length, text.lastIndexOf("[xx]"));
    expect(packets.length % ROW_BYTES).toBe(0);
    expect(packets.length).toBeLessThanOrEqual(200_000);
    expect(packets.length).toBeGreaterThan(0);
  });

  it("kills a program that ignores SIGTERM, and all that it started", async () => {
    const name = mark();
    const stubborn = `trap '' TERM; (trap '' TERM; sleep 1000 & sleep 1000; : "$1") & cat ${sample}; sleep 1000`;
    const began = performance.now();
    const { outcome } = await collect([marked(stubborn, name)], {
      ...SPAWN_ALL,
      limits: { idleMs: 400, graceMs: 100 },
    });
    expect(outcome.kind).toBe("failed");
    expect(processesWith(name)).toEqual([]);
    expect(performance.now() - began).toBeLessThan(3000);
  });

  it("ends what a program left behind in its group", async () => {
    const name = mark();
    const { outcome } = await collect([
      marked(`sh -c 'sleep 1000; :' "$1" >/dev/null 2>&1 & cat ${sample}`, name),
    ]);
    expect(outcome).toEqual({ kind: "complete" });
    expect(processesWith(name)).toEqual([]);
  });

  describe.skipIf(!HAS_SETSID)("end what has left its group, and what that has started", () => {
    /** A program that goes its own way, ignores SIGTERM, and has children; and one that only does the first. */
    const stray = (name: string) =>
      `setsid sh -c 'trap "" TERM; sleep 1000 & (sleep 1000; : "$1") & wait; sleep 1000' sh ${name} >/dev/null 2>&1 & ` +
      `setsid sh -c 'sleep 1000; : "$1"' sh ${name} >/dev/null 2>&1 &`;
    /** The program itself, its two, and the child of one that carries the mark. */
    const PROCESSES = 4;

    it("when the client has left", async () => {
      const name = mark();
      const bystander = spawn("setsid", ["sleep", "1000"], { stdio: "ignore" });
      const run = runPipeline([marked(`${stray(name)} cat ${sample}; wait`, name)], SPAWN_ALL);
      await run.started;
      await until(() => processesWith(name).length === PROCESSES);
      run.cancel();
      expect(await run.outcome).toEqual({ kind: "cancelled" });
      expect(processesWith(name)).toEqual([]);
      expect([bystander.exitCode, bystander.signalCode]).toEqual([null, null]);
      bystander.kill("SIGKILL");
    });

    it("when a limit is passed", async () => {
      const name = mark();
      const ready = `${scripts.folder}/${name}`;
      const endless = `while ! test -e ${ready}; do sleep 0.01; done; while cat ${sample}; do :; done`;
      const limits = { graceMs: 100, maxBytes: 10_000 };
      const run = runPipeline([marked(`${stray(name)} ${endless}`, name)], { ...OTHER, limits });
      await until(() => processesWith(name).length === PROCESSES);
      writeFileSync(ready, "");
      expect((await collectRun(run)).outcome).toMatchObject({ kind: "failed", reason: "output limit" });
      expect(processesWith(name)).toEqual([]);
    });

    it("when the server ends", async () => {
      const name = mark();
      const run = runPipeline([marked(`${stray(name)} cat ${sample}; wait`, name)], SPAWN_ALL);
      await run.started;
      await until(() => processesWith(name).length === PROCESSES);
      expect(killAllPipelines()).toBe(1);
      await collectRun(run);
      await until(() => processesWith(name).length === 0);
    });
  });

  describe.skipIf(!HAS_SETSID)("end what no parent tells of any more", () => {
    /** A daemon: in a session of its own, its parent gone. */
    const daemon = (name: string, output = ">/dev/null 2>&1") =>
      `(setsid sh -c 'sleep 1000; : "$1"' sh ${name} ${output} &);`;

    it("when the program has ended well", async () => {
      const name = mark();
      const { outcome } = await collect([shell(`${daemon(name)} cat ${sample}`)]);
      expect(outcome).toEqual({ kind: "complete" });
      expect(processesWith(name)).toEqual([]);
    });

    it("when the client has left, though it ignores SIGTERM, and not those of another run", async () => {
      const [name, other] = [mark(), mark()];
      const deaf = `(trap '' TERM; ${daemon(name)})`;
      const run = runPipeline([shell(`${deaf}; cat ${sample}; sleep 1000`)], SPAWN_ALL);
      const second = runPipeline([shell(`${daemon(other)} cat ${sample}; sleep 1000`)], SPAWN_ALL);
      // The program itself, in whose text the mark stands too, and its daemon.
      await until(() => processesWith(name).length === 2 && processesWith(other).length === 2);
      run.cancel();
      await run.outcome;
      expect(processesWith(name)).toEqual([]);
      expect(processesWith(other)).toHaveLength(2);
      second.cancel();
      await second.outcome;
      expect(processesWith(other)).toEqual([]);
    });

    it("when it holds the output open, which the answer does not wait for", async () => {
      const name = mark();
      const began = performance.now();
      const { outcome, text } = await collect([shell(`${daemon(name, "")} cat ${sample}`)]);
      expect([outcome, text]).toEqual([{ kind: "complete" }, SAMPLE]);
      expect(processesWith(name)).toEqual([]);
      expect(performance.now() - began).toBeLessThan(5000);
    });
  });

  it("does not let an answer wait for a child that holds the output, and counts the program's own status", async () => {
    const began = performance.now();
    const well = await collect([shell(`sleep 1000 & cat ${sample}`)]);
    expect([well.outcome, well.text]).toEqual([{ kind: "complete" }, SAMPLE]);
    const badly = await collect([shell(`sleep 1000 & cat ${sample}; exit 6`)]);
    expect(badly.outcome).toMatchObject({ kind: "failed", reason: "status", error: { where: { code: 6 } } });
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it("lets a program that has closed its output report its status", async () => {
    const { outcome } = await collect([
      shell(`cat ${sample}; exec >&-; sleep 0.2; exit 6`),
      stage("filter", "cat"),
    ]);
    expect(outcome).toMatchObject({ kind: "failed", stage: 0 });
  });
});

describe("standard error", () => {
  it("comes line by line with the stage, whatever its bytes are", async () => {
    const lines: string[] = [];
    const noise = `printf 'one\\ntw' >&2; printf 'o\\r\\n\\377\\376 bad\\nlast' >&2; cat ${sample}`;
    await collect([shell(noise), shell("cat; echo from two >&2", "filter")], {
      ...SPAWN_ALL,
      onStderr: (index, line) => lines.push(`${index} ${line}`),
    });
    expect(lines.filter((line) => line.startsWith("0"))).toEqual([
      "0 one",
      "0 two",
      "0 \ufffd\ufffd bad",
      "0 last",
    ]);
    expect(lines.filter((line) => line.startsWith("1"))).toEqual(["1 from two"]);
  });

  it("does not hold a program that floods it, and keeps no more than the limit", async () => {
    const lines: string[] = [];
    const { outcome } = await collect(
      [shell(`head -c 5000000 /dev/zero | tr '\\0' 'x' >&2; cat ${sample}`)],
      {
        ...SPAWN_ALL,
        limits: { maxStderrBytes: 10_000 },
        onStderr: (_index, line) => lines.push(line),
      },
    );
    expect(outcome).toEqual({ kind: "complete" });
    expect(lines.at(-1)).toBe("(4990000 more bytes of messages dropped)");
    expect(lines.slice(0, -1).join("")).toBe("x".repeat(10_000));
  });

  it("of a program that never ends does not keep a pipeline from ending", async () => {
    const { outcome } = await collect([shell(`yes >&2 & cat ${sample}`)]);
    expect(outcome).toEqual({ kind: "complete" });
  });
});

describe("surroundings of a program", () => {
  it("are its environment, folder and umask, and nothing of the server's", async () => {
    process.env.SECRET_OF_THE_SERVER = "x";
    const one = {
      ...shell('printf "%s|" "$PATH" "$OWN" "$SECRET_OF_THE_SERVER" "$(pwd)" "$(umask)"'),
      env: { OWN: "o" },
    };
    const { text } = await collect([one], { ...OTHER, env: { PATH: "/bin:/usr/bin" }, cwd: scripts.folder });
    delete process.env.SECRET_OF_THE_SERVER;
    const umask = readFileSync("/proc/self/status", "latin1").match(/Umask:\s*(\d+)/)?.[1];
    expect(["0022", umask]).toContain(text.split("|")[4]);
    expect(text.split("|").slice(0, 4)).toEqual(["/bin:/usr/bin", "o", "", scripts.folder]);
  });

  it("are a process group of its own for each, and no input", async () => {
    const ids = "ps -o pgid= -p $$ | tr -d ' \\n'; printf ' %s ' $$";
    const { text } = await collect([shell(`${ids}; cat`), shell(`cat; ${ids}`, "filter")], OTHER);
    const [firstGroup, first, secondGroup, second] = text.trim().split(/ +/);
    expect(firstGroup).toBe(first);
    expect(secondGroup).toBe(second);
    expect(first).not.toBe(second);
  });
});

describe("a consumer", () => {
  const endless = (name: string) =>
    marked(
      `printf '%s' '${STREAM_HEADER}${PACKET_HEADER}'; while cat ${scripts.file(rows(100))}; do :; done`,
      name,
    );

  it("that is slow holds the programs, and memory stays flat", async () => {
    const run = runPipeline([stage("reader", "cat", "/dev/zero")], OTHER);
    const iterator = run.bytes[Symbol.asyncIterator]();
    let taken = 0;
    for (let piece = 0; piece < 20; piece++) {
      const { value } = await iterator.next();
      taken += value?.length ?? 0;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(taken).toBeLessThanOrEqual(20 * 65_536);
    const before = process.memoryUsage().arrayBuffers;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
    await iterator.return?.();
    expect(await run.outcome).toEqual({ kind: "cancelled" });
  });

  it("that leaves early ends the whole tree within a second", async () => {
    const name = mark();
    const run = runPipeline([endless(name), marked("cat", name, "filter")], SPAWN_ALL);
    for await (const piece of run.bytes) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
    const began = performance.now();
    expect(await run.outcome).toEqual({ kind: "cancelled" });
    expect(processesWith(name)).toEqual([]);
    expect(performance.now() - began).toBeLessThan(1000);
  });

  it("that aborts while it waits is let go, and told that the answer is not whole", async () => {
    const abort = new AbortController();
    const ready = `${scripts.folder}/ready`;
    const run = runPipeline([shell(`cat ${sample}; touch ${ready}; sleep 1000`)], {
      ...SPAWN_ALL,
      signal: abort.signal,
    });
    const taken = collectRun(run);
    await until(() => written(ready));
    abort.abort();
    const { thrown, outcome } = await taken;
    expect(thrown).toBe("CANCELLED");
    expect(outcome).toEqual({ kind: "cancelled" });
  });

  it("that has left before the start starts nothing", async () => {
    const file = `${scripts.folder}/never`;
    const run = runPipeline([shell(`touch ${file}; sleep 1000`)], {
      ...SPAWN_ALL,
      signal: AbortSignal.abort(),
    });
    await expect(run.started).rejects.toMatchObject({ code: "CANCELLED" });
    expect(await run.outcome).toEqual({ kind: "cancelled" });
    expect(written(file)).toBe(false);
  });

  it("that never takes anything can still give it up", async () => {
    const name = mark();
    const run = runPipeline([endless(name)], SPAWN_ALL);
    await run.started;
    run.cancel();
    expect(await run.outcome).toEqual({ kind: "cancelled" });
    expect(processesWith(name)).toEqual([]);
  });

  it("a thousand times leaves no process, no group and no descriptor behind", async () => {
    const name = mark();
    await collect([stage("reader", "cat", sample)]);
    const descriptors = openDescriptors();
    let left = 1000;
    const worker = async (): Promise<void> => {
      while (left > 0) {
        const turn = left--;
        const abort = new AbortController();
        const stages = [
          marked(`sleep 1000 & cat ${sample}; sleep 1000`, name),
          stage("filter", "cat", "-", name),
        ];
        const run = runPipeline(stages, { ...SPAWN_ALL, signal: abort.signal });
        const iterator = run.bytes[Symbol.asyncIterator]();
        // At three points: right after the start, after the first piece, and while the next one is awaited.
        if (turn % 3 > 0) await iterator.next().catch(() => undefined);
        const waiting = turn % 3 === 2 ? iterator.next().catch(() => undefined) : undefined;
        abort.abort();
        await waiting;
        expect(await run.outcome).toEqual({ kind: "cancelled" });
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    expect(processesWith(name)).toEqual([]);
    expect(liveGroups()).toBe(0);
    await until(() => openDescriptors() <= descriptors);
  }, 120_000);
});

describe("the end of the server", () => {
  it("kills every group at once", async () => {
    const name = mark();
    const runs = [0, 1, 2].map(() =>
      runPipeline([marked(`cat ${sample}; sleep 1000 & wait`, name)], SPAWN_ALL),
    );
    await Promise.all(runs.map((run) => run.started));
    expect(killAllPipelines()).toBe(3);
    for (const run of runs) {
      const { outcome } = await collectRun(run);
      expect(outcome).toMatchObject({ kind: "failed", reason: "status" });
    }
    await until(() => processesWith(name).length === 0);
  });
});

describe("slots", () => {
  it("refuse what is too much, and take it again when one is free", async () => {
    const slots = new PipelineSlots({ running: 1, retryAfterSeconds: 7 });
    const options = { ...SPAWN_ALL, slots };
    const first = runPipeline([shell(`cat ${sample}; sleep 1000`)], options);
    await first.started;
    const second = runPipeline([stage("reader", "cat", sample)], options);
    await expect(second.started).rejects.toMatchObject({
      code: "OVERLOADED",
      where: { retryAfterSeconds: 7 },
    });
    expect(await second.outcome).toMatchObject({ kind: "failed", reason: "overloaded" });
    first.cancel();
    await first.outcome;
    expect(slots.running).toBe(0);
    expect((await collect([stage("reader", "cat", sample)], options)).outcome).toEqual({ kind: "complete" });
    expect(slots.running).toBe(0);
  });

  it("serve who waits in order, and forget who left", async () => {
    const slots = new PipelineSlots({ running: 1, waiting: 2 });
    const release = await slots.acquire();
    const leaver = new AbortController();
    const order: string[] = [];
    const a = slots.acquire(leaver.signal).catch((error: { code: string }) => order.push(error.code));
    const b = slots.acquire().then((free) => {
      order.push("b");
      return free;
    });
    await expect(slots.acquire()).rejects.toMatchObject({ code: "OVERLOADED" });
    leaver.abort();
    await a;
    release();
    release();
    (await b)();
    expect(order).toEqual(["CANCELLED", "b"]);
    expect([slots.running, slots.waiting]).toEqual([0, 0]);
  });
});
