import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { prepareFolder } from "../../../netdrms/postgres/data-folder.js";
import { makeFolders } from "../../../netdrms/postgres/make-folders.js";
import { rejectionOf } from "../../support/thrown.js";

describe("the folder of a server", () => {
  let scratch = "";
  beforeEach(async () => {
    scratch = await mkdtemp(join(tmpdir(), "heliostream-folder-"));
  });
  afterEach(() => rm(scratch, { recursive: true, force: true }));

  it("loses what starts left long ago that were cut off, and nothing else", async () => {
    const old = new Date(Date.now() - 3600_000);
    for (const name of ["data", "data.0a-1b", "data.2c-3d", "programs", "programs.17", "server.log"])
      await mkdir(join(scratch, name));
    await writeFile(join(scratch, "data.0a-1b/PG_VERSION"), "15\n");
    for (const name of ["data", "data.0a-1b", "programs", "programs.17", "server.log"])
      await utimes(join(scratch, name), old, old);
    await prepareFolder(scratch, undefined);
    expect((await readdir(scratch)).sort()).toEqual(["data", "data.2c-3d", "programs", "server.log"]);
  });

  it("is made with those above it, of one mode, and may be there", async () => {
    const folder = join(scratch, "a/b/c");
    await makeFolders(folder, 0o700);
    for (const name of ["a", "a/b", "a/b/c"])
      expect((await stat(join(scratch, name))).mode & 0o777).toBe(0o700);
    await chmod(folder, 0o500);
    await makeFolders(folder, 0o700);
    expect((await stat(folder)).mode & 0o777).toBe(0o500);
  });

  it("is not where a file is", async () => {
    await writeFile(join(scratch, "file"), "");
    expect(await rejectionOf(() => makeFolders(join(scratch, "file"), 0o700))).toMatchObject({
      code: "EEXIST",
    });
    expect(await rejectionOf(() => makeFolders(join(scratch, "file/a"), 0o700))).toMatchObject({
      code: "ENOTDIR",
    });
  });

  // As an automounter: a folder that is there, in which none can be made, as if it were not.
  it.skipIf(!existsSync("/proc/self"))(
    "is refused where the file system says that nothing is there",
    async () => {
      expect(await rejectionOf(() => prepareFolder("/proc/heliostream/server", undefined))).toMatchObject({
        code: "BAD_CONFIG",
        message: expect.stringContaining("cannot be made"),
      });
    },
  );
});
