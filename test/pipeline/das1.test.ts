import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fromDas1 } from "../../pipeline/das1.js";
import type { PipelineOptions } from "../../pipeline/options.js";
import { decodeStream } from "../support/run-stream.js";
import { bundlePrograms } from "./programs.js";
import { collect, exceptionAtEnd, processesWith, Scripts, stage, until } from "./support.js";

const scripts = new Scripts();
const OPTIONS: PipelineOptions = {
  programs: (name) => (name === "das2_from_das1" ? Promise.resolve(fromDas1) : undefined),
  limits: { graceMs: 200 },
};
/** The records of the worked example of reducers 13. */
const RECORDS = "3f0000003f80000040000000 3fc000004040000040800000".replaceAll(" ", "");

function definition(reader: string, more = ""): string {
  return scripts.file(
    [
      "form = 'x_multi_y'",
      "description = 'two values'",
      `reader = '${reader}'`,
      "items = 2",
      "requiresInterval = 0",
      "label(0) = 'A'",
      "label(1) = 'B'",
      "y_unit = 'nT'",
      more,
      "",
    ].join("\n"),
  );
}

function run(file: string, ...args: string[]) {
  return collect([stage("reader", "das2_from_das1", file, "2020-03-02", "2020-03-03", ...args)], OPTIONS);
}

let folder = "";
beforeAll(async () => {
  folder = await bundlePrograms(["das2_from_das1"]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a das1 source", () => {
  it("becomes a das2 stream, its reader called with the times", async () => {
    const records = scripts.file(Buffer.from(RECORDS, "hex"));
    const reader = scripts.executable(`echo "$@" >&2; cat ${records}`);
    const said: string[] = [];
    const { text, outcome } = await collect(
      [stage("reader", "das2_from_das1", definition(reader), "2020-03-02", "2020-03-03", "p1", "p2")],
      { ...OPTIONS, onStderr: (_stage, line) => said.push(line) },
    );
    expect(outcome).toEqual({ kind: "complete" });
    const { rows } = decodeStream(Buffer.from(text, "latin1"));
    // 2020-03-02 is 7366 days after 2000-01-01.
    const begin = 7366 * 86_400e6;
    expect(rows.map((row) => row.values.map(([value]) => value))).toEqual([
      [begin + 0.5e6, 1, 2],
      [begin + 1.5e6, 3, 4],
    ]);
    expect(said).toEqual(["2020-03-02T00:00:00 2020-03-03T00:00:00 p1 p2"]);
  });

  it("without records has no data", async () => {
    const { text, outcome } = await run(definition(scripts.executable("exit 0")));
    expect(outcome).toEqual({ kind: "no data" });
    expect(exceptionAtEnd(text)?.type).toBe("NoDataInInterval");
  });

  it("whose reader fails is told of", async () => {
    const early = await run(definition(scripts.executable("exit 3")));
    expect(early.outcome).toMatchObject({ kind: "failed", stage: 0 });
    expect(early.thrown).toBe("READER_FAILED");
    const records = scripts.file(Buffer.from(RECORDS, "hex"));
    const late = await run(definition(scripts.executable(`cat ${records}; exit 3`)));
    expect(late.outcome).toMatchObject({ kind: "failed", stage: 0 });
    expect(exceptionAtEnd(late.text)).toEqual({
      type: "ServerError",
      message: "the reader program ended with status 3",
    });
    const torn = scripts.file(Buffer.from(RECORDS.slice(0, -2), "hex"));
    const cut = await run(definition(scripts.executable(`cat ${torn}`)));
    expect(exceptionAtEnd(cut.text)?.message).toContain("11 bytes, expected 12");
  });

  it("gives the same as a process, which takes its reader with it", async () => {
    const records = scripts.file(Buffer.from(RECORDS, "hex"));
    const file = definition(scripts.executable(`cat ${records}`));
    const stages = [stage("reader", "das2_from_das1", file, "2020-03-02", "2020-03-03")];
    const env = { PATH: `${folder}:${process.env.PATH}` };
    const spawned = await collect(stages, { programs: () => undefined, env });
    expect(spawned.text).toBe((await collect(stages, OPTIONS)).text);

    const mark = `das1-mark-${process.pid}`;
    const hanging = definition(scripts.executable(`cat ${records}; sleep 1000`));
    const child = spawn(join(folder, "das2_from_das1"), [hanging, "2020-03-02", "2020-03-03", mark], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    await new Promise((resolve) => child.stdout.once("data", resolve));
    await until(() => processesWith(mark).length === 2);
    child.kill("SIGTERM");
    await new Promise((resolve) => child.once("close", resolve));
    await until(() => processesWith(mark).length === 0);
  });

  it.each([
    ["no arguments", [], "USAGE"],
    ["no end", ["FILE", "2020-03-02"], "USAGE"],
    ["an end before the begin", ["FILE", "2020-03-02", "2020-03-01"], "BAD_TIME"],
    ["a definition that is not there", ["/no/such.dsdf", "2020-03-02", "2020-03-03"], "BAD_DEFINITION"],
  ])("is refused with %s", async (_name, args, code) => {
    const file = definition("cat");
    const words = args.map((word) => (word === "FILE" ? file : word));
    const { thrown } = await collect([stage("reader", "das2_from_das1", ...words)], OPTIONS);
    expect(thrown).toBe(code);
  });
});
