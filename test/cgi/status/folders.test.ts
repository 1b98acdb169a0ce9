import { mkdirSync, readdirSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
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

const probe = mountedFolder(64);
probe?.dispose();

describe.skipIf(probe === undefined)(
  `the check of folders on disks of their own${probe === undefined ? " [skipped: this user may not mount]" : ""}`,
  () => {
    let disk: MountedFolder;
    beforeEach(() => {
      const mounted = mountedFolder(4096);
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
      // Less than a MiB is left of four.
      fill(0.8);
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
