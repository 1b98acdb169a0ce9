import { opendir } from "node:fs/promises";

/** A folder of definitions that cannot be read, and why. */
export interface RootProblem {
  readonly folder: string;
  readonly message: string;
}

/** The folders among the given ones in which no definition can be found, as the operator named them. Their sources are not there. */
export async function rootProblems(roots: readonly string[]): Promise<RootProblem[]> {
  const messages = await Promise.all(roots.map(rootProblem));
  return roots.flatMap((folder, i) => {
    const message = messages[i];
    return message === undefined ? [] : [{ folder, message }];
  });
}

async function rootProblem(root: string): Promise<string | undefined> {
  try {
    await (await opendir(root)).close();
    return undefined;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    if (code === "ENOENT") return "there is no such folder";
    return code === "ENOTDIR" ? "it is no folder" : `it cannot be read (${code})`;
  }
}
