import { followRenames, MAX_RENAMES } from "../renames.js";
import { SERVER_URL_SYNTAX, serverUrl } from "../server-url.js";
import type { SourceTree } from "../tree.js";
import type { Findings } from "./findings.js";

/** Whether the source that another name or another server stands for can be reached. */
export async function checkRedirects(findings: Findings, tree: SourceTree): Promise<void> {
  const { source } = findings;
  const { rename, server, id } = source;
  if (server !== undefined && serverUrl(server) === undefined)
    findings.add("error", `value ${JSON.stringify(server)} is not ${SERVER_URL_SYNTAX}`, "server");
  if (rename === undefined || server !== undefined) return;
  if (rename === id) return findings.add("error", "the source is renamed to itself", "rename");
  if (!(await exists(tree, rename))) return findings.add("warning", `there is no source ${rename}`, "rename");
  const end = await followRenames(
    source,
    (next) => tree.find(next),
    (next) => next.server !== undefined,
  );
  if (end.kind === "found") return;
  const fault = end.kind === "circle" ? "renames go in a circle" : `more than ${MAX_RENAMES} renames`;
  findings.add("error", `${fault}, ${end.path.join(" -> ")}`, "rename");
}

async function exists(tree: SourceTree, id: string): Promise<boolean> {
  try {
    return (await tree.find(id)) !== undefined;
  } catch {
    return true; // it is there, and has a report of its own
  }
}
