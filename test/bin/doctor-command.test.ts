import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { doctor, exitStatus, reportText } from "../../bin/commands/doctor.js";
import { ALL_CHECKS } from "../../cgi/status/all-checks.js";
import type { CheckResult } from "../../cgi/status/run-check.js";
import { type Installation, installation } from "../support/check-subject.js";
import { rejectionOf } from "../support/thrown.js";

let place: Installation;
beforeEach(() => {
  place = installation();
  place.write("sources/Lab/Pump.dsdf", "description = 'A pump'\ndas2Stream = 1\nreader = 'random'\n");
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  place.dispose();
});

interface Report {
  readonly state: string;
  readonly checks: readonly CheckResult[];
}

/** Runs the command for a configuration of these lines. */
async function run(
  lines: readonly string[],
  ...args: readonly string[]
): Promise<{ status: number; text: string }> {
  const file = place.write(
    "site.conf",
    `${["DSDF_ROOT = sources", "LOG_PATH = log", "SERVER_URL = https://data.example.org/das/server", ...lines].join("\n")}\n`,
  );
  const printed: string[] = [];
  vi.spyOn(console, "log").mockImplementation((text: string) => void printed.push(text));
  const status = await doctor.run(["-c", file, ...args]);
  return { status, text: printed.join("\n") };
}
const report = async (...lines: readonly string[]) => {
  const { status, text } = await run(lines, "--json");
  const { state, checks } = JSON.parse(text) as Report; // of the command itself
  const findings = checks.flatMap((check) => check.findings);
  return { status, state, checks, of: (name: string) => findings.find((one) => one.name === name) };
};

describe("heliostream doctor", () => {
  it("ends with 0 where all is well, 1 where something wants a look or is not known, 2 where something is broken", () => {
    expect((["off", "good", "unknown", "worried", "bad"] as const).map(exitStatus)).toEqual([0, 0, 1, 1, 2]);
  });

  it("looks at everything, and finds an installation without faults good", async () => {
    vi.spyOn(process, "getuid").mockReturnValue(1000);
    const { status, state, checks } = await report();
    expect(checks.map(({ check }) => check)).toEqual(ALL_CHECKS.map(({ name }) => name));
    const red = checks
      .flatMap(({ findings }) => findings)
      .filter((one) => one.state !== "good" && one.state !== "off" && one.name !== "Apache");
    expect(red).toEqual([]);
    // Of the machine on which this runs the programs for Apache may not be for others.
    expect([status, state]).toEqual(state === "good" ? [0, "good"] : [1, "worried"]);
  });

  it("goes on where half of everything is broken, and says of each what to do", async () => {
    place.write("sources/Lab/Broken.dsdf", "description = 'A pump'\ndas2Stream = 1\nreader = 'random | '\n");
    place.write(
      "sources/Lab/Missing.dsdf",
      "description = 'A pump'\ndas2Stream = 1\nreader = 'no_such_rdr'\n",
    );
    const file = place.write("file", "");
    const { status, state, of } = await report(
      `CACHE_ROOT = ${file}`,
      "LOG_PATH = file",
      "WORK_QUEUE_BROKER = redis",
      "WORK_QUEUE_CONN = redis://rita:s3cret@127.0.0.1:1/0",
      "DRMS_URL = postgres://rita:s3cret@127.0.0.1:1/drms",
      "EXPORT_ROOT = exports",
      "USER_PASSWD = no_such_file",
      "LEAP_SECONDS_FILE = no_such_file",
      "MAX_PIPELINES = many",
      "KILL_GRACE = -1",
      "SITE_NAMES = Pumps",
    );
    expect([status, state]).toEqual([2, "bad"]);
    expect(of("MAX_PIPELINES")?.says).toContain('value "many" (expected a whole number from 1 to 10000)');
    expect(of("KILL_GRACE")?.says).toContain('value "-1"');
    expect(of("Configuration")?.says).toContain("unknown key SITE_NAMES");
    for (const name of [
      "Definitions",
      "Programs",
      "LOG_PATH",
      "CACHE_ROOT",
      "Redis",
      "Archive",
      "USER_PASSWD",
      "Leap seconds",
    ]) {
      expect(of(name), name).toMatchObject({ state: "bad" });
      expect(of(name)?.advice, name).toMatch(/\S/);
    }
    for (const name of ["Partitions", "Exports"]) expect(of(name)?.state, name).toBe("unknown");
  });

  it("shows no password, in text or as JSON", async () => {
    const lines = [
      "WORK_QUEUE_BROKER = redis",
      "WORK_QUEUE_CONN = redis://rita:s3cret@127.0.0.1:1/0",
      "DRMS_URL = postgres://rita:s3cret@127.0.0.1:1/drms?password=s3cret",
      "EXPORT_DB_URL = not a url s3cret",
      "EXPORT_ROOT = exports",
    ];
    for (const args of [[], ["--json"]]) {
      const { text } = await run(lines, ...args);
      expect(text).toContain("127.0.0.1:1");
      expect(text).not.toContain("s3cret");
    }
  });

  it("prints a line for each thing and what to do below it, and a summary", () => {
    const results: readonly CheckResult[] = [
      { check: "redis", findings: [{ name: "Redis", state: "good", says: "it answers" }] },
      {
        check: "archive",
        findings: [{ name: "Archive", state: "bad", says: "it is\u001b[2Jaway", advice: "Start it." }],
      },
      { check: "cache", findings: [{ name: "Cache", state: "off", says: "there is none" }] },
      {
        check: "queue",
        findings: [{ name: "Builds", state: "worried", says: "no worker", advice: "Start one." }],
      },
    ];
    expect(reportText(results).split("\n")).toEqual([
      "good  Redis    it answers",
      "BAD   Archive  it is\uFFFD[2Jaway",
      "             -> Start it.",
      "-     Cache    there is none",
      "LOOK  Builds   no worker",
      "             -> Start one.",
      "",
      "1 broken, 1 to be looked at, 0 not known, 1 good",
    ]);
    expect(reportText(results.slice(0, 1)).split("\n").at(-1)).toBe("all is well: 1 thing looked at");
  });

  it("tells that a configuration cannot be read at all, or that there is an argument too many", async () => {
    vi.stubEnv("HELIOSTREAM_CONFIG", "");
    const missing = join(place.folder, "none.conf");
    expect(await rejectionOf(() => doctor.run(["-c", missing]))).toMatchObject({ code: "BAD_CONFIG" });
    expect(await rejectionOf(() => doctor.run(["extra"]))).toMatchObject({ code: "BAD_PARAMETER" });
  });
});
