import type { SourceReport } from "./check.js";
import { loadProblem, type Problem, remarkProblem } from "./definition-problem.js";
import { directoryRemarks } from "./directory-info.js";
import { rootProblems } from "./roots.js";
import type { SubstitutionContext } from "./substitute.js";
import type { SourceTree } from "./tree.js";

/**
 * What is wrong with the folders of a tree: roots of which no source can be found, and `_dirinfo_.dsdf` files. Folders of
 * which there is nothing to say have no report. Source: das2-server 12.1, 19.4.
 */
export async function checkFolders(tree: SourceTree, context: SubstitutionContext): Promise<SourceReport[]> {
  const roots = await rootProblems(tree.roots);
  const reports = roots.map(({ folder, message }): SourceReport => {
    const problem: Problem = { level: "error", file: folder, keyword: "DSDF_ROOT", message };
    return { id: folder, file: folder, good: false, problems: [problem] };
  });
  for (const [directory, file] of await tree.directoryFiles()) {
    const problems = infoProblems(file, context);
    const good = problems.every(({ level }) => level !== "error");
    if (problems.length > 0) reports.push({ id: `${directory}/`, file, good, problems });
  }
  return reports;
}

function infoProblems(file: string, context: SubstitutionContext): readonly Problem[] {
  try {
    return directoryRemarks(file, context).map((remark) => remarkProblem(file, remark));
  } catch (error) {
    return [loadProblem(file, error)];
  }
}
