import { chmodSync, existsSync, symlinkSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyEmbedded, embeddedFolder } from "../../../netdrms/postgres/embedded-programs.js";
import { findServerPrograms, majorOf } from "../../../netdrms/postgres/server-programs.js";

let scratch = "";
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "heliostream-programs-"));
  await chmod(scratch, 0o755);
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

describe("the version of a program", () => {
  it.each([
    ["postgres (PostgreSQL) 18.4\n", 18],
    ["postgres (PostgreSQL) 15.16 (Debian 15.16-0+deb12u1)", 15],
    ["postgres (PostgreSQL) 9.6.24", 9],
    ["postgres (PostgreSQL) 19devel", 19],
    ["mysqld Ver 8.0", undefined],
  ])("of %j is %s", (text, major) => {
    expect(majorOf(text)).toBe(major);
  });
});

describe("a copy of the package", () => {
  it("gets the links of libraries, which a package cannot hold", async () => {
    const source = join(scratch, "native");
    await mkdir(join(source, "lib"), { recursive: true });
    await writeFile(join(source, "lib/libx.so.6.18"), "library");
    await writeFile(
      join(source, "pg-symlinks.json"),
      JSON.stringify([
        { source: "native/lib/libx.so.6.18", target: "native/lib/libx.so.6" },
        { source: "native/lib/libx.so.6.18", target: "/etc/libx.so" },
        "not a link",
      ]),
    );
    const copy = await copyEmbedded(source, join(scratch, "copy"), undefined);
    expect(await readFile(join(copy, "lib/libx.so.6"), "utf8")).toBe("library");
    expect(existsSync(join(copy, "lib/libx.so"))).toBe(false);
  });

  it("is not made where the package is not whole, and leaves nothing", async () => {
    const folder = join(scratch, "none");
    await expect(copyEmbedded(join(scratch, "nowhere"), folder, undefined)).rejects.toThrow();
    expect(existsSync(folder)).toBe(false);
  });
});

const embedded = embeddedFolder();

describe.skipIf(embedded === undefined)("programs of the package", () => {
  const nobody = { uid: 65_534, gid: 65_534 };

  it("are found where the program is installed", async () => {
    const { major, bin } = await findServerPrograms({ copyFolder: join(scratch, "unused") });
    expect(major).toBeGreaterThanOrEqual(13);
    expect(bin.startsWith(embedded ?? "?")).toBe(true);
    expect(existsSync(join(scratch, "unused"))).toBe(false);
  });

  it.skipIf(process.getuid?.() !== 0)("are copied where the server's user cannot reach them", async () => {
    const hidden = join(scratch, "hidden");
    await mkdir(hidden);
    symlinkSync(embedded ?? "", join(hidden, "native"));
    chmodSync(hidden, 0o700);
    const found = await findServerPrograms({
      user: nobody,
      copyFolder: join(scratch, "copied"),
      packageFolder: join(hidden, "native"),
    });
    expect(found.bin).toBe(join(scratch, "copied/bin"));
    expect((await stat(join(scratch, "copied/lib"))).uid).toBe(nobody.uid);
  });
});

const host15 = "/usr/lib/postgresql/15/bin";

describe("programs of the host", () => {
  it.skipIf(!existsSync(join(host15, "postgres")))("are taken where the data are theirs", async () => {
    const wanted = { major: 15, copyFolder: join(scratch, "unused") };
    expect(await findServerPrograms(wanted)).toEqual({ bin: host15, major: 15 });
  });
});
