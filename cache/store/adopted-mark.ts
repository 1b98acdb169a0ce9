import { access, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** File in the folder of a level that says that blocks of an older server were adopted there: they have no counts beside their averages. */
const ADOPTED_MARK = ".adopted";

/** Notes that a level has adopted blocks. To be called before the first of them counts. Errors: those of the file system. */
export async function markAdopted(levelFolder: string): Promise<void> {
  // Whatever it is: into a pipe we would write for ever.
  if (await hasAdopted(levelFolder)) return;
  await writeFile(join(levelFolder, ADOPTED_MARK), "");
}

/** Whether a level has, or had, adopted blocks. */
export async function hasAdopted(levelFolder: string): Promise<boolean> {
  return await access(join(levelFolder, ADOPTED_MARK)).then(
    () => true,
    () => false,
  );
}

/** Notes that no adopted block is left in a level: all have been built anew. Errors: those of the file system. */
export async function unmarkAdopted(levelFolder: string): Promise<void> {
  await rm(join(levelFolder, ADOPTED_MARK), { force: true });
}
