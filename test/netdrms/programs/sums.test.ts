import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runSums } from "../../../netdrms/programs/sums.js";
import type { SumsContext } from "../../../netdrms/sums/commands/command.js";
import { postgresForTest } from "../../support/postgres.js";
import { FIRST_SUNUM, type WrittenArchive, writtenArchive } from "../../support/written-archive.js";
import type { ProgramRun } from "./run-program.js";

const postgres = await postgresForTest();

/** Runs `sums`; `context` is asked for when a command needs it. */
async function sums(argv: readonly string[], context: () => SumsContext): Promise<ProgramRun> {
  let out = "";
  const lines: string[] = [];
  const status = await runSums({
    argv,
    open: () => ({ ...context(), close: async () => undefined }),
    print: async (text) => {
      out += text;
    },
    log: (line) => void lines.push(line),
  });
  return { status, out, lines };
}

describe("sums without a database", () => {
  const none = (): SumsContext => {
    throw new Error("not opened");
  };

  it("tells its commands, and what one of them takes", async () => {
    for (const argv of [["--help"], ["-H"], ["-h"]])
      expect(await sums(argv, none)).toMatchObject({
        status: 0,
        out: expect.stringMatching(/^usage: sums COMMAND .*\n[\s\S]*\n {2}partitions {2}the partitions/),
      });
    expect(await sums(["purge", "--help"], none)).toMatchObject({
      status: 0,
      out: expect.stringMatching(/^usage: sums purge \[--dry-run\]/),
    });
  });

  it("refuses no command with its help, and one that is none, with status 13", async () => {
    expect(await sums([], none)).toMatchObject({ status: 13, out: expect.stringMatching(/^usage: sums/) });
    const run = await sums(["lsit"], none);
    expect(run).toMatchObject({ status: 13, out: "" });
    expect(run.lines[0]).toMatch(/^sums: command lsit, expected one of list, where, allocate, put, /);
  });
});

describe.skipIf(postgres.missing)(postgres.title("sums"), () => {
  let archive: WrittenArchive;
  const run = (...argv: readonly string[]): Promise<ProgramRun> =>
    sums(argv, () => {
      const { pool, storage } = archive;
      const { log, askSpace, user } = storage;
      return { sums: pool, drms: pool, log, user, site: { durable: false }, askSpace: askSpace! };
    });

  beforeAll(async () => {
    archive = await writtenArchive();
  }, 60_000);
  afterAll(() => archive.end());

  it("prints tables with tabs: a unit from its allocation to its place among others", async () => {
    const made = await run("allocate", "--slots", "2");
    expect(made.status).toBe(0);
    const [, sunum = "", folder = ""] = /^sunum\tfolder\n(\d+)\t(.*)\n$/.exec(made.out) ?? [];
    expect(BigInt(sunum)).toBeGreaterThanOrEqual(FIRST_SUNUM);
    expect(folder).toBe(`${archive.partition}/D${sunum}`);
    expect(await run("put", "--series", "su_ex.lev1", "--days", "7", sunum)).toMatchObject({
      status: 0,
      out: `sunum\tfolder\n${sunum}\t${folder}\n`,
    });
    const listed = await run("list");
    expect(listed.out.split("\n")[0]).toBe("sunum\tstate\tseries\tsize\tretain\tarchive\theld\tfolder");
    expect(listed.out.split("\n")[1]).toMatch(
      new RegExp(`^${sunum}\tY\tsu_ex\\.lev1\t\\d+\t20\\d\\d\\.\\d\\d\\.\\d\\d\tN\tno\t${folder}$`),
    );
    expect((await run("where", sunum)).out).toBe(listed.out);
    expect(await run("touch", "30", sunum)).toMatchObject({ out: `sunum\tresult\n${sunum}\tchanged\n` });
    expect(await run("partitions")).toMatchObject({
      out: `partition\tset\tstate\tused\tusedBytes\tfreeBytes\n${archive.partition}\t0\topen\t0.1%\t1000000000\t1000000000000\n`,
    });
    expect(await run("purge", "--dry-run")).toMatchObject({
      status: 0,
      out: `partition\twhat\tsunum\tseries\tbytes\texpiry\twhy\n${archive.partition}\t0.1% used\t\t\t\t\t\n`,
    });
  });

  it("tells arguments that are wrong with status 13, and what fails with 1", async () => {
    expect(await run("where", "x")).toMatchObject({
      status: 13,
      lines: ['sums: storage unit "x", expected a decimal number'],
    });
    const unknown = await run("list", "--sereis", "x");
    expect(unknown.status).toBe(13);
    expect(unknown.lines[0]).toMatch(/^sums: Unknown option '--sereis'/);
    const away = await sums(["list"], () => {
      throw new Error("lost");
    });
    expect(away).toMatchObject({ status: 1, out: "" });
    expect(away.lines[0]).toBe("sums: sums failed for an internal reason");
  });
});
