import { loadProblem, problemText } from "../../../dsdf/definition-problem.js";
import { rootProblems } from "../../../dsdf/roots.js";
import { type Check, type CheckSubject, type Finding, fewOf } from "../finding.js";

/** The folders of definitions: those that cannot be read; bad where none can. Source: das2-server 12.1. */
export const roots: Check = {
  name: "roots",
  keepMs: 5000,
  async run({ config: { dsdfRoot } }) {
    const problems = await rootProblems(dsdfRoot);
    const name = "DSDF_ROOT";
    if (problems.length === 0) return [{ name, state: "good", says: fewOf(dsdfRoot) }];
    // With another folder there is something that can be answered.
    const state = problems.length < dsdfRoot.length ? "worried" : "bad";
    return problems.map(({ folder, message }) => ({
      name,
      state,
      says: `${folder}: ${message}; no sources come from it`,
      advice: "Make the folder readable for the user of the server, or correct DSDF_ROOT.",
    }));
  },
};

/** The definitions: those that do not load. Source: das2-server 12.1, 19.4. */
export const sources: Check = {
  name: "sources",
  keepMs: 60_000,
  async run(subject, signal) {
    return [await definitions(subject, signal)];
  },
};

async function definitions({ sources: tree }: CheckSubject, signal: AbortSignal): Promise<Finding> {
  const files = await tree.files();
  const faults: string[] = [];
  let looked = 0;
  for (const [id, file] of files) {
    if (signal.aborted) break;
    looked++;
    try {
      await tree.find(id);
    } catch (error) {
      faults.push(problemText(loadProblem(file, error)));
    }
  }
  const name = "Definitions";
  const figures = { definitions: files.size, definitions_broken: faults.length };
  if (faults.length > 0)
    return {
      name,
      state: "bad",
      says: `${faults.length} of ${looked} cannot be loaded: ${fewOf(faults)}`,
      advice: "Mend these definitions; heliostream check says the same for each, and more.",
      figures,
    };
  if (files.size === 0)
    return {
      name,
      state: "worried",
      says: "there is no source",
      advice: "Put definitions (.dsdf) below DSDF_ROOT; docs/write-a-dsdf.md begins with one.",
      figures,
    };
  return { name, state: "good", says: `${files.size} definitions load`, figures };
}
