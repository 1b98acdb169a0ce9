import type { PipelineTools } from "../../dsdf/tools.js";

/** What levels depend on besides the definition. */
export interface LevelSetting {
  /** Folder of the cache, absolute. */
  readonly cacheRoot: string;
  readonly tools: PipelineTools;
}
