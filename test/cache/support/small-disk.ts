import { execFileSync } from "node:child_process";
import { onTestFinished } from "vitest";
import { emptyFolder } from "./level-folder.js";

/** Whether a test may mount a disk of its own. */
const canMount = process.platform === "linux" && process.getuid?.() === 0;

/** What a suite needs to know: whether it is skipped, and why. */
export const SMALL_DISK = {
  missing: !canMount,
  title: (text: string) => (canMount ? text : `${text} [skipped: only root may mount a disk]`),
} as const;

/**
 * Mounts a disk for one test.
 * @param options of tmpfs: `size=1m`, `nr_inodes=20`
 */
export async function smallDisk(options: string): Promise<string> {
  const folder = await emptyFolder();
  execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder]);
  // Before the folder itself is removed: the last is done first.
  onTestFinished(() => {
    execFileSync("umount", ["--lazy", folder]);
  });
  return folder;
}
