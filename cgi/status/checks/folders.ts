import { tmpdir } from "node:os";
import type { Check } from "../finding.js";
import { folderState, type WantedFolder } from "../folder-state.js";

/** The folders in which the server writes: whether it can, and what is left of their disks. */
export const folders: Check = {
  name: "folders",
  keepMs: 10_000,
  async run({ config: { logPath, cacheRoot, exportRoot } }) {
    const wanted: WantedFolder[] = [
      { name: "LOG_PATH", folder: logPath, otherwise: "requests are not on record" },
    ];
    if (cacheRoot !== undefined)
      wanted.push({ name: "CACHE_ROOT", folder: cacheRoot, otherwise: "no blocks are kept" });
    if (exportRoot !== undefined)
      wanted.push({ name: "EXPORT_ROOT", folder: exportRoot, otherwise: "exports fail" });
    wanted.push({ name: "TMPDIR", folder: tmpdir(), otherwise: "long lists of records cannot be spooled" });
    return Promise.all(wanted.map(folderState));
  },
};
