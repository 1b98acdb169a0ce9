import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startWarnings, type WarnedSettings } from "../../cgi/start-warnings.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heliostream-warnings-"));
  mkdirSync(join(folder, "sources"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const DES = "ab1V.BHrBGYKo";

async function warnings(settings: Partial<WarnedSettings> = {}): Promise<string[]> {
  const found = await startWarnings({
    dsdfRoot: [join(folder, "sources")],
    substitutions: new Map(),
    logPath: join(folder, "log"),
    userPasswd: undefined,
    allowDesPasswords: true,
    loginDelay: 1,
    cacheRoot: undefined,
    ...settings,
  });
  return found.map((line) => line.replaceAll(folder, ""));
}

describe("what is told at the start of a server", () => {
  it("is nothing where all is well, also where the log has to be made", async () => {
    expect(await warnings()).toEqual([]);
    expect(await warnings({ logPath: join(folder, "a/b/c") })).toEqual([]);
    expect(await warnings({ logPath: folder })).toEqual([]);
  });

  it("names folders of sources that are not there", async () => {
    expect(await warnings({ dsdfRoot: [join(folder, "sources"), join(folder, "none")] })).toEqual([
      "DSDF_ROOT /none: there is no such folder; no sources come from it",
    ]);
  });

  it("names a log that cannot be written", async () => {
    writeFileSync(join(folder, "file"), "");
    symlinkSync("circle", join(folder, "circle"));
    const reasons = [];
    for (const name of ["file", "file/log", "circle"])
      reasons.push(...(await warnings({ logPath: join(folder, name) })));
    expect(reasons).toEqual([
      "LOG_PATH /file: it is no folder; requests will not be on record",
      "LOG_PATH /file/log: it is no folder; requests will not be on record",
      "LOG_PATH /circle: it cannot be written (ELOOP); requests will not be on record",
    ]);
  });

  it("says that a cache cannot be kept in what is no folder", async () => {
    writeFileSync(join(folder, "file"), "");
    expect(await warnings({ cacheRoot: join(folder, "file") })).toEqual([
      "CACHE_ROOT /file: it is no folder; nothing is kept",
    ]);
    expect(await warnings({ cacheRoot: join(folder, "new/cache") })).toEqual([]);
  });

  it("counts passwords of which 8 characters count", async () => {
    const userPasswd = join(folder, "passwd");
    writeFileSync(userPasswd, `ann:${DES}\nbob:*\n`);
    expect(await warnings({ userPasswd })).toEqual([
      "USER_PASSWD /passwd: the password of 1 user is kept as DES, where only 8 characters count; set them anew (heliostream passwd)",
    ]);
    writeFileSync(userPasswd, `ann:${DES}\nbob:${DES}\n`);
    expect(await warnings({ userPasswd, allowDesPasswords: false })).toEqual([
      "USER_PASSWD /passwd: the passwords of 2 users are kept as DES, which is refused; set them anew (heliostream passwd)",
    ]);
    writeFileSync(userPasswd, "bob:*\n");
    expect(await warnings({ userPasswd })).toEqual([]);
  });

  it("counts hashes that are never checked", async () => {
    const userPasswd = join(folder, "passwd");
    writeFileSync(userPasswd, `ann:!\nbob:$argon2id$v=19$x\neve:$2a$31$${"x".repeat(53)}\n`);
    expect(await warnings({ userPasswd })).toEqual([
      "USER_PASSWD /passwd: the passwords of 2 users are kept in a form that cannot be checked, or costs too much to check; set them anew (heliostream passwd)",
    ]);
  });

  it("sees that there are no passwords for sources that ask for them", async () => {
    writeFileSync(join(folder, "sources/Open.dsdf"), "description = O\nreader = rd\n");
    expect(await warnings()).toEqual([]);
    writeFileSync(
      join(folder, "sources/Secret.dsdf"),
      "description = S\nreader = rd\nreadAccess = 'USER:a'\n",
    );
    expect(await warnings()).toEqual([
      "USER_PASSWD is not configured, but some sources ask for a login; nobody can read them",
    ]);
    expect(await warnings({ userPasswd: join(folder, "none") })).toEqual([
      expect.stringMatching(/^USER_PASSWD: .*the password file of this server cannot be read$/),
    ]);
  });
});
