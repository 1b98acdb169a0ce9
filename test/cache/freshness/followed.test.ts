import { describe, expect, it } from "vitest";
import { areRecordsFollowed, sayFollowing } from "../../../cache/freshness/followed.js";
import { sourceOf } from "../levels/support.js";
import { emptyFolder } from "../support/level-folder.js";

const NOW = Date.UTC(2024, 5, 1);
const MINUTE = 60_000;
const head = (reader: string) => `das2Stream = 1\nreader = '${reader}'`;
const archive = sourceOf("", head("drms-keywords ds=hmi.m_720s"));
const behindPipe = sourceOf("", head("/opt/heliostream/dist/programs/drms-image ds=x | das2_psd 64 1"));
const other = sourceOf("", head("my-reader drms-keywords"));

describe("whether anybody follows the records of a source", () => {
  it("is not asked of sources that read no archive", async () => {
    expect(await areRecordsFollowed(other, await emptyFolder(), NOW)).toBe(true);
  });

  it("is so for five minutes after somebody has said so", async () => {
    const root = await emptyFolder();
    for (const source of [archive, behindPipe])
      expect(await areRecordsFollowed(source, root, NOW)).toBe(false);
    await sayFollowing(root, NOW);
    await sayFollowing(root, NOW);
    for (const source of [archive, behindPipe]) {
      expect(await areRecordsFollowed(source, root, NOW + 4 * MINUTE)).toBe(true);
      expect(await areRecordsFollowed(source, root, NOW + 6 * MINUTE)).toBe(false);
    }
  });

  it("is not taken for granted when the clock was put back", async () => {
    const root = await emptyFolder();
    await sayFollowing(root, NOW);
    await sayFollowing(root, NOW);
    expect(await areRecordsFollowed(archive, root, NOW - 6 * MINUTE)).toBe(false);
  });
});
