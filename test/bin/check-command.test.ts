import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { check } from "../../bin/commands/check.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heliostream-check-command-"));
  mkdirSync(join(folder, "sources/Demo"), { recursive: true });
  writeFileSync(
    join(folder, "sources/Demo/Pump4.dsdf"),
    "description = 'Pump 4'\ndas2Stream = 1\nreader = synthetic\ntechContact = 'Ann'\nexampleRange = '2021-06-30 to 2021-07-01'\n",
  );
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** Runs the command with a configuration of these lines; what it prints has no name of a passing folder. */
async function run(...lines: string[]): Promise<{ status: number; text: string }> {
  const file = join(folder, "das2server.conf");
  writeFileSync(file, `SERVER_URL = http://data.example.org/das/server\n${lines.join("\n")}\n`);
  const printed: string[] = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => printed.push(line));
  vi.spyOn(console, "error").mockImplementation((line: string) => printed.push(line));
  const status = await check.run(["-c", file]);
  return { status, text: printed.join("\n").replaceAll(folder, "") };
}

describe("heliostream check", () => {
  it("is content with a good tree", async () => {
    expect(await run("DSDF_ROOT = sources")).toEqual({
      status: 0,
      text: "good  Demo/Pump4\n1 sources, 1 good, 0 not",
    });
  });

  it("counts a folder of sources that is not there as not good, and names it", async () => {
    expect(await run("DSDF_ROOT = sources;elsewhere")).toEqual({
      status: 1,
      text: [
        "BAD   /elsewhere",
        "      /elsewhere: error: DSDF_ROOT: there is no such folder",
        "good  Demo/Pump4",
        "1 sources, 1 good, 0 not; folders: 1 not good",
      ].join("\n"),
    });
  });

  it("says what is odd about a folder's description", async () => {
    writeFileSync(join(folder, "sources/Demo/_dirinfo_.dsdf"), "description = 'Pumps'\nhidden = 1\n");
    expect(await run("DSDF_ROOT = sources")).toEqual({
      status: 0,
      text: [
        "good  Demo/",
        "      /sources/Demo/_dirinfo_.dsdf:2: warning: hidden: does not count here, only description, uri and browse do",
        "good  Demo/Pump4",
        "1 sources, 1 good, 0 not",
      ].join("\n"),
    });
  });

  it("knows that a reader that ships here gives no file", async () => {
    writeFileSync(
      join(folder, "sources/Demo/Pump4.dsdf"),
      "description = 'Pump 4'\noutputType = 'text/csv | csv'\nreader = synthetic\ntechContact = 'Ann'\nexampleRange = '2021-06-30 to 2021-07-01'\n",
    );
    const { status, text } = await run("DSDF_ROOT = sources");
    expect(status).toBe(1);
    expect(text).toContain(
      "/sources/Demo/Pump4.dsdf:3: error: reader: synthetic gives a das2 stream, not a file",
    );
  });

  it("sees that nobody can log in", async () => {
    const source = join(folder, "sources/Demo/Secret.dsdf");
    writeFileSync(
      source,
      "description = S\ndas2Stream = 1\nreader = synthetic\ntechContact = A\nexampleRange = 2021-06-30 to 2021-07-01\nreadAccess = 'USER:ann'\n",
    );
    const without = await run("DSDF_ROOT = sources");
    expect(without.status).toBe(1);
    expect(without.text).toContain(
      "/sources/Demo/Secret.dsdf:6: error: readAccess: asks for a login, but USER_PASSWD is not configured",
    );
    writeFileSync(join(folder, "passwd"), "");
    expect((await run("DSDF_ROOT = sources", "USER_PASSWD = passwd")).status).toBe(0);
  });
});
