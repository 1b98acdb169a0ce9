import { execFileSync } from "node:child_process";
import { mkdir, symlink, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { setChangedBefore, sourceNotBefore } from "../../../cache/freshness/not-before.js";
import { newestFileMs } from "../../../cache/freshness/source-glob.js";
import { emptyFolder } from "../support/level-folder.js";

let root = "";
beforeEach(async () => {
  root = await emptyFolder();
});

/** A file that changed so many seconds after 2020-01-01. */
async function file(path: string, seconds: number): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), "");
  await utimes(join(root, path), at(seconds) / 1000, at(seconds) / 1000);
}
const at = (seconds: number): number => Date.UTC(2020, 0, 1) + seconds * 1000;
const newest = (pattern: string): Promise<number | undefined> => newestFileMs(join(root, pattern));

describe("the newest file of a pattern", () => {
  it("is found among names with *, ? and sets", async () => {
    await file("2020/a1.dat", 1);
    await file("2020/a2.dat", 3);
    await file("2020/b1.dat", 5);
    await file("2021/a1.dat", 7);
    await file("2021/a1.txt", 9);
    expect(await newest("2020/a1.dat")).toBe(at(1));
    expect(await newest("2020/a?.dat")).toBe(at(3));
    expect(await newest("2020/*.dat")).toBe(at(5));
    expect(await newest("*/*.dat")).toBe(at(7));
    expect(await newest("202[0-9]/[!b]*")).toBe(at(9));
    expect(await newest("20[!1]0/[a]1.*")).toBe(at(1));
    expect(await newest("20?[0]/[^a]*")).toBe(at(5));
  });

  it("is found at any depth below **", async () => {
    await file("x/top.cdf", 1);
    await file("x/y/z/deep.cdf", 4);
    await file("x/y/z/deep.txt", 8);
    expect(await newest("x/**/*.cdf")).toBe(at(4));
    expect(await newest("x/**/z/*.txt")).toBe(at(8));
    expect(await newest("x/**")).toBe(at(8));
    expect(await newest("**/top.cdf")).toBe(at(1));
  });

  it("is nothing where no file has such a name, and a folder is no file", async () => {
    await mkdir(join(root, "a.dat"));
    expect(await newest("*.dat")).toBeUndefined();
    expect(await newest("none/*/x")).toBeUndefined();
  });

  it("is no hidden one unless it is asked for, and what means something elsewhere is a character", async () => {
    await file(".hidden", 9);
    await file("a+(b).dat", 2);
    await file("a[b", 3);
    expect(await newest("*")).toBe(at(3));
    expect(await newest(".h*")).toBe(at(9));
    expect(await newest("a+(b).*")).toBe(at(2));
    expect(await newest("a[b")).toBe(at(3));
  });

  it("may be behind a link, but links to folders are not walked into below **", async () => {
    await file("real/one.dat", 6);
    await mkdir(join(root, "links"));
    await symlink(join(root, "real/one.dat"), join(root, "links/one.dat"));
    await symlink(join(root, "links"), join(root, "links/again"));
    await symlink(join(root, "gone"), join(root, "links/gone.dat"));
    expect(await newest("links/*.dat")).toBe(at(6));
    expect(await newest("links/**/*.dat")).toBe(at(6));
  });

  it("is none of the future: such a file counts from when it was put there", async () => {
    await file("a.dat", 10);
    const before = Date.now() - 1000;
    await file("b.dat", 10);
    const nextYear = (Date.now() + 365 * 86_400_000) / 1000;
    await utimes(join(root, "b.dat"), nextYear, nextYear);
    const found = (await newest("*.dat"))!;
    expect(found).toBeGreaterThan(before);
    expect(found).toBeLessThan(Date.now() + 1);
    // And it stays that, so what is built now is not stale with the next look.
    expect(await newest("*.dat")).toBe(found);
    // By a clock that was put back nothing is known of it.
    expect(await newestFileMs(join(root, "*.dat"), { now: at(20) })).toBe(at(10));
    // When the time has come, it counts.
    expect(await newestFileMs(join(root, "*.dat"), { now: nextYear * 1000 + 1 })).toBeCloseTo(
      nextYear * 1000,
      -1,
    );
  });

  it("is refused where too many would have to be looked at", async () => {
    for (let n = 0; n < 6; n++) await file(`many/${n}.dat`, n);
    expect(await newestFileMs(join(root, "many/*.dat"), { maxFiles: 6 + root.split("/").length })).toBe(
      at(5),
    );
    await expect(newestFileMs(join(root, "many/*.dat"), { maxFiles: 5 })).rejects.toMatchObject({
      code: "BAD_DEFINITION",
      where: { what: "more than 5 files to look at", keyword: "sourceGlob" },
    });
    await expect(newest("**/**/x")).rejects.toMatchObject({ code: "BAD_DEFINITION" });
    await expect(newest("[z-a]*")).rejects.toMatchObject({ code: "BAD_DEFINITION" });
  });
});

describe("blocks count as out of date", () => {
  const source = (id: string, sourceGlob?: string) => ({
    id,
    freshness: {
      liveDelaySeconds: 0,
      openTtlSeconds: 0,
      ...(sourceGlob === undefined ? {} : { sourceGlob }),
    },
  });

  it("never where nothing is watched and nothing was said", async () => {
    expect(await sourceNotBefore(source("Demo/A"), { cacheRoot: root })).toBeUndefined();
  });

  it("since the newest file, which is looked at again after a while", async () => {
    await file("data/1.dat", 10);
    const watched = source("Demo/A", join(root, "data/*.dat"));
    let now = 0;
    const options = { cacheRoot: root, keepMs: 1000, now: () => now };
    expect(await sourceNotBefore(watched, options)).toBe(at(10));
    await file("data/2.dat", 20);
    now = 999;
    expect(await sourceNotBefore(watched, options)).toBe(at(10));
    now = 1000;
    expect(await sourceNotBefore(watched, options)).toBe(at(20));
  });

  it.each<[string, (path: string) => Promise<unknown>]>([
    ["a note that is none", (path) => writeFile(path, "next week")],
    ["a note of the future", (path) => writeFile(path, "2999-01-01T00:00:00Z")],
    ["a note that is too long", (path) => writeFile(path, "2020-01-01T00:00:00Z".padEnd(2000))],
    ["a pipe", async (path) => execFileSync("mkfifo", [path])],
    ["a folder", (path) => mkdir(path)],
  ])("since a time that stays, by %s", async (_, put) => {
    const begun = Date.now() - 1000;
    const path = join(root, "freshness/sources/Demo/A.changed");
    await mkdir(dirname(path), { recursive: true });
    await put(path);
    const since = (await sourceNotBefore(source("Demo/A"), { cacheRoot: root }))!;
    expect(since).toBeGreaterThan(begun);
    expect(since).toBeLessThan(Date.now() + 1);
    expect(await sourceNotBefore(source("Demo/A"), { cacheRoot: root })).toBe(since);
  });

  it("since anything may have changed, of that source alone, at once", async () => {
    await file("data/1.dat", 10);
    const options = { cacheRoot: root };
    const one = source("Demo/A", join(root, "data/*.dat"));
    await setChangedBefore(root, "Demo/A", at(5));
    expect(await sourceNotBefore(one, options)).toBe(at(10));
    await setChangedBefore(root, "Demo/A", at(15));
    expect(await sourceNotBefore(one, options)).toBe(at(15));
    expect(await sourceNotBefore(source("Demo/A/B"), options)).toBeUndefined();
    await setChangedBefore(root, "Demo/A/B", at(1));
    expect(await sourceNotBefore(source("Demo/A/B"), options)).toBe(at(1));
  });
});
