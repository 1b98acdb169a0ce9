import { describe, expect, it } from "vitest";
import { BuildProgress } from "../../bin/commands/build-progress.js";
import { CountProgress } from "../../bin/commands/count-progress.js";
import { dayJob } from "../cache/queue/support.js";

/** An output that keeps what it is given, and a clock. */
function sample(isTTY: boolean) {
  const said: string[] = [];
  const clock = { ms: 0 };
  return { said, clock, now: () => clock.ms, output: { isTTY, write: (text: string) => said.push(text) } };
}

const JOBS = [1, 2, 3, 4].map((day) => ({ job: dayJob("A", day), blocks: 25 }));

describe("BuildProgress", () => {
  it("tells blocks done, their rate, that of the data, and the time left", () => {
    const { output, clock, now } = sample(true);
    const progress = new BuildProgress(output, JOBS, now);
    expect(progress.line()).toBe("0 of 100 blocks (0 %)");
    clock.ms = 10_000;
    progress.set(JOBS[0]!.job, 1);
    progress.set(JOBS[1]!.job, 0.5);
    // One and a half of four days in ten seconds: 37.5 blocks, 3 h 36 min of data a second, 16.7 s left.
    expect(progress.line()).toBe("37 of 100 blocks (37 %), 3.75 blocks/s, 3.60 h of data/s, 16.7 s left");
    for (const { job } of JOBS) progress.set(job, 1);
    expect(progress.line()).toBe("100 of 100 blocks (100 %), 10.0 blocks/s, 9.60 h of data/s");
  });

  it("never goes back, as a build does that is tried again", () => {
    const { output, now } = sample(true);
    const progress = new BuildProgress(output, JOBS, now);
    progress.set(JOBS[0]!.job, 0.8);
    progress.set(JOBS[0]!.job, 0.1);
    expect(progress.line()).toBe("20 of 100 blocks (20 %)");
  });

  it("writes a bar over itself on a terminal, ten times a second at most", () => {
    const { output, said, clock, now } = sample(true);
    const progress = new BuildProgress(output, JOBS, now);
    for (let ms = 1; ms <= 1000; ms++) {
      clock.ms = ms;
      progress.set(JOBS[0]!.job, ms / 1000);
    }
    progress.end();
    expect(said).toHaveLength(11);
    expect(said[9]?.split("] ")[0]).toBe(`\r\x1b[K[${"#".repeat(5)}${".".repeat(19)}`);
    expect(said[9]).toContain("] 22 of 100 blocks (22 %), ");
    expect(said[10]).toBe("\r\x1b[K");
  });

  it("writes a line for each tenth into a file", () => {
    const { output, said, clock, now } = sample(false);
    const progress = new BuildProgress(output, JOBS, now);
    for (const { job } of JOBS)
      for (let step = 1; step <= 100; step++) {
        clock.ms += 10;
        progress.set(job, step / 100);
      }
    progress.end();
    expect(said).toHaveLength(10);
    expect(said[0]).toMatch(/^10 of 100 blocks \(10 %\), .* left\n$/);
    expect(said[9]).toMatch(/^100 of 100 blocks \(100 %\), [^\n]*\n$/);
  });
});

describe("CountProgress", () => {
  it("tells how many and how fast, on a terminal often, in a file seldom", () => {
    for (const [isTTY, lines] of [
      [true, 10],
      [false, 0],
    ] as const) {
      const { output, said, clock, now } = sample(isTTY);
      const progress = new CountProgress(output, "checked", now);
      for (let count = 1; count <= 100; count++) {
        clock.ms = count * 10;
        progress.add(1e6);
      }
      expect(said).toHaveLength(lines);
      if (isTTY) expect(said.at(-1)).toBe("\r\x1b[K100 blocks checked, 100 MB, 100 MB/s");
      expect([progress.count, progress.ms]).toEqual([100, 1000]);
    }
  });
});
