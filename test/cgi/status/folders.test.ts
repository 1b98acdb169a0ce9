import { chmodSync, mkdirSync, readdirSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { pathAsker } from "../../../cgi/status/answers-in-time.js";
import { clock } from "../../../cgi/status/checks/clock.js";
import { folders } from "../../../cgi/status/checks/folders.js";
import type { Finding } from "../../../cgi/status/finding.js";
import { type Installation, installation, states } from "../../support/check-subject.js";
import { type MountedFolder, mountedFolder } from "../../support/mounted-folder.js";

let place: Installation;
beforeEach(() => {
  place = installation();
});
afterEach(() => {
  vi.unstubAllEnvs();
  place.dispose();
});

const CACHE = "HELIOSTREAM_CACHE_ROOT";
const found = async (folder: string): Promise<Finding> => {
  const findings = await place.look(folders, { [CACHE]: folder });
  const finding = findings.find(({ name }) => name === "CACHE_ROOT");
  if (finding === undefined) throw new Error("nothing is said of CACHE_ROOT");
  return finding;
};

describe("the check of folders", () => {
  it("is good for folders in which files can be made, tells their room, and leaves nothing behind", async () => {
    const [cache, exports] = [join(place.folder, "cache"), join(place.folder, "exports")];
    mkdirSync(cache);
    mkdirSync(exports);
    const settings = { [CACHE]: cache, HELIOSTREAM_EXPORT_ROOT: exports };
    const findings = await place.look(folders, settings);
    expect(states(findings)).toEqual({
      LOG_PATH: "good",
      CACHE_ROOT: "good",
      EXPORT_ROOT: "good",
      TMPDIR: "good",
    });
    const { bsize, blocks } = statfsSync(cache);
    expect(findings[1]?.figures?.size_bytes).toBe(bsize * blocks);
    expect(readdirSync(cache)).toEqual([]);
    expect(states(await place.look(folders))).toEqual({ LOG_PATH: "good", TMPDIR: "good" });
  });

  it("is good for a folder that will be made, and bad where a file is in its place or above it", async () => {
    expect((await found(join(place.folder, "a/b/c"))).says).toContain("will be made when it is needed");
    const file = place.write("file", "");
    for (const folder of [file, join(file, "cache")])
      expect(await found(folder)).toMatchObject({
        state: "bad",
        says: `${folder}: it is no folder; no blocks are kept`,
        advice:
          "Give the user of the server a folder that it may write (chown, chmod), or name another in CACHE_ROOT.",
      });
  });
});

/** Does something as a user without rights of its own, where this is root, who has all. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

describe("the check of folders without rights", () => {
  it("is bad where the folder may not be written, and where the way to it is closed", async () => {
    const cache = join(place.folder, "cache");
    mkdirSync(cache);
    chmodSync(cache, 0o555);
    chmodSync(place.folder, 0o755);
    expect((await asNobody(() => found(cache))).says).toBe(
      `${cache}: it cannot be written (EACCES); no blocks are kept`,
    );
    chmodSync(place.folder, 0o600);
    expect(await asNobody(() => found(cache))).toMatchObject({
      state: "bad",
      says: `${cache}: it cannot be written (EACCES); no blocks are kept`,
      advice:
        "Give the user of the server a folder that it may write (chown, chmod), or name another in CACHE_ROOT.",
    });
    chmodSync(place.folder, 0o755);
    chmodSync(cache, 0o777);
    expect((await asNobody(() => found(cache))).state).toBe("good");
  });
});

describe("the question whether a path answers", () => {
  it("is answered for folders, files and what is not there", async () => {
    const ask = pathAsker();
    for (const path of [place.folder, place.write("file", ""), join(place.folder, "none")])
      expect(await ask(path)).toBe(true);
  });

  it("is given up when it takes too long, asked once by all, and not again before it has ended", async () => {
    // It takes the path for a number of seconds.
    const ask = pathAsker({ program: ["sleep"], limitMs: 100 });
    const [first, second] = [ask("1000"), ask("1000")];
    expect(first).toBe(second);
    expect(await first).toBe(false);
    // What was killed is gone soon, and then it is asked again.
    await expect.poll(() => ask("0")).toBe(true);
    expect(await pathAsker({ program: ["no-such-program"] })(place.folder)).toBe(true);
  });
});

const probe = mountedFolder(64);
probe?.dispose();

describe.skipIf(probe === undefined)(
  `the check of folders on disks of their own${probe === undefined ? " [skipped: this user may not mount]" : ""}`,
  () => {
    let disk: MountedFolder;
    beforeEach(() => {
      const mounted = mountedFolder(65_536, 100);
      if (mounted === undefined) throw new Error("a disk could be mounted before");
      disk = mounted;
    });
    afterEach(() => disk.dispose());

    it("is bad where a disk is read only", async () => {
      expect((await found(disk.folder)).state).toBe("good");
      disk.makeReadOnly();
      expect(await found(disk.folder)).toMatchObject({
        state: "bad",
        says: `${disk.folder}: it cannot be written (EROFS); no blocks are kept`,
      });
    });

    it("is worried where a disk fills, bad where it is full, and good again when there is room", async () => {
      const { bsize, bavail } = statfsSync(disk.folder);
      const fill = (part: number) =>
        writeFileSync(join(disk.folder, "filler"), Buffer.alloc(Math.floor(bavail * part) * bsize));
      fill(0.5);
      expect((await found(disk.folder)).state).toBe("good");
      // Of 64 MiB: 2.6 MiB, 4 %; then 0.3 MiB.
      fill(0.96);
      expect(await found(disk.folder)).toMatchObject({
        state: "worried",
        advice: "Make room on that disk, or move CACHE_ROOT to another one.",
      });
      fill(0.995);
      expect((await found(disk.folder)).state).toBe("bad");
      fill(1);
      expect(await found(disk.folder)).toMatchObject({
        state: "bad",
        says: `${disk.folder}: there is no room left; no blocks are kept`,
        advice: "Make room on that disk, or move CACHE_ROOT to another one.",
        figures: { free_bytes: 0 },
      });
      fill(0.5);
      expect((await found(disk.folder)).state).toBe("good");
    });

    it("is bad where no more files can be made, though there is room", async () => {
      const { ffree } = statfsSync(disk.folder);
      for (let n = 0; n < ffree; n++) writeFileSync(join(disk.folder, `file-${n}`), "");
      expect(await found(disk.folder)).toMatchObject({ state: "bad", figures: { free_inodes: 0 } });
    });
  },
);

describe("the check of the clock", () => {
  it("is good where files get the time of this host", async () => {
    const [finding] = await place.look(clock);
    expect(finding).toMatchObject({ name: "Clock", state: "good", says: "agrees with the clock of files" });
  });

  it.each([
    [5000, "worried", "behind"],
    [-5000, "worried", "ahead"],
    [120_000, "bad", "behind"],
  ] as const)("says that a clock of files is off by %i ms", async (offset, state, way) => {
    // This host is ahead: the others are behind.
    const [finding] = await place.look(clock, {}, { now: () => Date.now() + offset });
    expect(finding?.state).toBe(state);
    expect(finding?.says).toMatch(new RegExp(`^the clock of files is [\\d.]+ (?:min|s)(?: \\d+ s)? ${way}$`));
    expect(finding?.advice).toContain("NTP");
    expect(Math.abs((finding?.figures?.apart_seconds ?? 0) - Math.abs(offset) / 1000)).toBeLessThan(1);
  });
});
