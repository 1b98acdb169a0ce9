import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes a folder and those above it that are missing. Node's own recursive `mkdir` never ends where a file system answers ENOENT below
 * a folder that is there, as an automounter's does.
 *
 * @param mode of all folders that are made
 * Errors: those of the system call.
 */
export async function makeFolders(folder: string, mode: number): Promise<void> {
  try {
    await mkdir(folder, { mode });
  } catch (error) {
    if (await isFolder(folder)) return;
    const above = dirname(folder);
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT" && !(await isFolder(above));
    if (!isMissing || above === folder) throw error;
    await makeFolders(above, mode);
    await mkdir(folder, { mode }).catch(async (cause: unknown) => {
      if (!(await isFolder(folder))) throw cause; // else another process was first
    });
  }
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
