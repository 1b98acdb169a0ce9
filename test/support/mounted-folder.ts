import { spawnSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A file system of its own in memory. */
export interface MountedFolder {
  readonly folder: string;
  /** Lets nobody write there any more. */
  makeReadOnly(): void;
  dispose(): void;
}

/** Mounts a file system of so many KiB for so many files; `undefined` where this user may not. */
export function mountedFolder(kib: number, files = 1000): MountedFolder | undefined {
  const folder = mkdtempSync(join(tmpdir(), "heliostream-mounted-"));
  if (!run("mount", "-t", "tmpfs", "-o", `size=${kib}k,nr_inodes=${files}`, "tmpfs", folder)) {
    rmdirSync(folder);
    return undefined;
  }
  return {
    folder,
    makeReadOnly() {
      if (!run("mount", "-o", "remount,ro", folder)) throw new Error(`${folder} cannot be made read only`);
    },
    dispose() {
      if (!run("umount", folder)) throw new Error(`${folder} cannot be unmounted`);
      rmdirSync(folder);
    },
  };
}

function run(program: string, ...args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: "ignore" }).status === 0;
}
