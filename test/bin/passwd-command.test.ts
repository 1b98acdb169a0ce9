import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { passwd } from "../../bin/commands/passwd.js";
import { Login } from "../../cgi/access/login.js";

// perl -e 'print crypt("secretly", "ab")'
const DES = "abdD7luh/pkys";

let folder: string;
let file: string;
let config: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heliostream-passwd-"));
  file = join(folder, "passwd");
  config = join(folder, "das2server.conf");
  writeFileSync(config, `USER_PASSWD = ${file}\n`);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const run = (...args: readonly string[]) => passwd.run(["--config", config, ...args]);

/** Whether the server lets in with that password. */
const letsIn = (user: string, password: string) =>
  new Login({ userPasswd: file, allowDesPasswords: true, loginDelay: 0 }).check(
    { user, password },
    "192.0.2.1",
  );

describe("heliostream passwd", () => {
  it("writes argon2id entries, which let in with that password and no other", async () => {
    expect(await run("-c", "-b", "ann", "pass word:ü")).toBe(0);
    expect(readFileSync(file, "utf8")).toMatch(
      /^ann:\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+\$[^$\n]+\$[^$\n]+\n$/,
    );
    expect(await letsIn("ann", "pass word:ü")).toBe(true);
    expect(await letsIn("ann", "pass word:u")).toBe(false);
  });

  it("salts: the same password twice is two hashes", async () => {
    await run("-c", "-b", "ann", "same");
    await run("-b", "bob", "same");
    const [first, second] = readFileSync(file, "utf8").trim().split("\n");
    expect(first?.slice("ann:".length)).not.toBe(second?.slice("bob:".length));
  });

  it("keeps the other entries as they are, whatever their form, and makes an old one argon2id when it is set anew", async () => {
    writeFileSync(file, `old:${DES}\nann:${DES}\n`);
    expect(await run("-b", "ann", "new")).toBe(0);
    const [old, ann] = readFileSync(file, "utf8").split("\n");
    expect(old).toBe(`old:${DES}`);
    expect(ann).toMatch(/^ann:\$argon2id\$/);
    expect(await letsIn("old", "secretly")).toBe(true);
    expect(await letsIn("ann", "secretly")).toBe(false);
  });

  it("deletes a user, who is let in no more", async () => {
    writeFileSync(file, `old:${DES}\nann:${DES}\n`);
    expect(await run("-D", "ann")).toBe(0);
    expect(readFileSync(file, "utf8")).toBe(`old:${DES}\n`);
    expect(await letsIn("ann", "secretly")).toBe(false);
  });

  it("makes no file unless it is told to, and one that not everybody can read", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    expect(await run("-b", "ann", "x")).toBe(22);
    expect(await run("-c", "-b", "ann", "x")).toBe(0);
    expect(statSync(file).mode & 0o007).toBe(0);
  });

  it("refuses names that would break the file, and leaves it as it is", async () => {
    writeFileSync(file, `old:${DES}\n`);
    for (const name of ["a:b", "a\nroot:x", "", "#ann"])
      await expect(run("-b", name, "x"), JSON.stringify(name)).rejects.toMatchObject({
        code: "BAD_PARAMETER",
      });
    expect(readFileSync(file, "utf8")).toBe(`old:${DES}\n`);
  });

  it("says that no file is configured", async () => {
    writeFileSync(config, "DSDF_ROOT = sources\n");
    await expect(run("-b", "ann", "x")).rejects.toMatchObject({ code: "BAD_CONFIG" });
  });
});
