import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLocalPostgres } from "../../../netdrms/postgres/local-server.js";
import { runSetup } from "../../../netdrms/programs/setup.js";
import { postgresForTest } from "../../support/postgres.js";
import type { ProgramRun } from "./run-program.js";

const postgres = await postgresForTest();

async function setup(
  argv: readonly string[],
  defaults: { readonly drms?: string; readonly sums?: string } = {},
): Promise<ProgramRun> {
  let out = "";
  const lines: string[] = [];
  const status = await runSetup({
    argv,
    defaults,
    startServer: (folder) => startLocalPostgres({ folder, fsync: false }),
    print: async (text) => {
      out += text;
    },
    log: (line) => void lines.push(line),
  });
  return { status, out, lines };
}

describe("netdrms-setup without a database", () => {
  it("tells its usage", async () => {
    const run = await setup(["--help"]);
    expect(run.status).toBe(0);
    expect(run.out).toMatch(/^usage: netdrms-setup /);
    expect(run.out).toContain("--own-server DIR");
  });

  const problems: readonly (readonly [argv: readonly string[], message: string])[] = [
    [[], "no database, expected --drms URL, or DRMS_URL in the configuration"],
    [["--drms", "postgres://h/d", "--site", "x"], "--site x, expected 0 to 32767"],
    [["--own-server"], "--own-server needs a folder"],
    [["--own-server=x", "--drms=y"], "--own-server and --drms or --sums, expected one of them"],
  ];
  it.each(problems)("refuses %j with status 13", async (argv, message) => {
    expect(await setup(argv)).toEqual({ status: 13, out: "", lines: [`netdrms-setup: ${message}`] });
  });

  it("fails with 1 where no database answers", async () => {
    expect(await setup(["--site", "3"], { drms: "postgresql://127.0.0.1:1/none" })).toEqual({
      status: 1,
      out: "",
      lines: ["netdrms-setup: the PostgreSQL server that was named does not answer"],
    });
  });
});

describe.skipIf(postgres.missing)(postgres.title("netdrms-setup with a server of its own"), () => {
  let root = "";
  let partition = "";
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "heliostream-own-"));
    await chmod(root, 0o755);
    partition = join(root, "SUM0");
    await mkdir(partition);
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  it("makes what is asked for, and plans what is missing after that", async () => {
    const argv = [
      "--own-server",
      join(root, "data"),
      "--site=16384",
      "--user",
      "ex",
      "--partition",
      partition,
    ];
    const made = await setup(argv);
    expect(made.status).toBe(0);
    expect(made.out).toContain("table su_ex.drms_series\n");
    expect(made.out).toContain(`partition ${partition} of set 0\n`);
    expect(made.lines).toEqual([
      expect.stringMatching(
        /^netdrms-setup: DRMS_URL is postgresql:\/\/.*\/drms\?.* and SUMS_URL .*\/drms_sums\?/,
      ),
    ]);
    // Only what is new is planned, and nothing of it is made.
    const planned = await setup([...argv, "--user", "lev", "--dry-run"]);
    expect(planned.status).toBe(0);
    expect(planned.out).toContain("-- schema su_lev\nCREATE SCHEMA");
    expect(planned.out).not.toContain("su_ex");
  }, 60_000);
});
