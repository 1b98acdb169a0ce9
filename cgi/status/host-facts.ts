import { readdir, readFile } from "node:fs/promises";

/** What the process knows of itself and of the host. */
export interface HostFacts {
  /** Version of Node, without a `v`. */
  readonly node: string;
  /** Number of the user; missing where the system has none. */
  readonly uid?: number;
  /** Most files that may be open at the same time; `undefined` where that is not told, infinite for no limit. */
  openFilesLimit(): Promise<number | undefined>;
  /** Files that are open; `undefined` where that is not told. */
  openFiles(): Promise<number | undefined>;
}

/** The facts of this process, by what Linux tells in `/proc`. */
export function hostFacts(): HostFacts {
  const uid = process.getuid?.();
  return {
    node: process.versions.node,
    ...(uid === undefined ? {} : { uid }),
    async openFilesLimit() {
      const text = await readFile("/proc/self/limits", "utf8").catch(() => "");
      const soft = /^Max open files\s+(\d+|unlimited)/m.exec(text)?.[1];
      if (soft === undefined) return undefined;
      return soft === "unlimited" ? Number.POSITIVE_INFINITY : Number(soft);
    },
    async openFiles() {
      const open = await readdir("/proc/self/fd").catch(() => undefined);
      return open?.length;
    },
  };
}
