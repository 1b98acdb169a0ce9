import type { DataSource } from "../data-source.js";
import { isReducible } from "../reduction.js";
import type { PipelineTools } from "../tools.js";

/** Whether bins of a source may be asked for: it is reduced here, or reduces itself. Source: das2-server 7.3. */
export function hasBins(source: DataSource, tools: PipelineTools): boolean {
  return isReducible(source, tools) || source.preReduced;
}
