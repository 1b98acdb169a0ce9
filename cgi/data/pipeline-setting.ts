import { type PipelineTools, pipelineTools } from "../../dsdf/tools.js";
import { childEnvironment } from "../../pipeline/environment.js";
import type { PipelineLimits } from "../../pipeline/limits.js";
import { limitsOfConfig } from "../../pipeline/limits-of-config.js";
import type { Grants } from "../../pipeline/options.js";
import { programGrants } from "../../pipeline/program-grants.js";
import { PipelineSlots } from "../../pipeline/slots.js";
import type { Site } from "../site.js";

/** What all pipelines of a server have in common; made with the first data request, so that others do not pay for it. */
export interface PipelineSetting {
  readonly tools: PipelineTools;
  readonly env: Readonly<Record<string, string>>;
  /** What programs of the archive get besides. */
  readonly grants: Grants;
  readonly limits: PipelineLimits;
  readonly slots: PipelineSlots;
}

const made = new WeakMap<Site, PipelineSetting>();

/** The setting of a server, always the same. Errors: BAD_CONFIG for a tool that cannot be parsed. */
export function pipelineSetting(site: Site): PipelineSetting {
  const known = made.get(site);
  if (known !== undefined) return known;
  const { config } = site;
  const setting: PipelineSetting = {
    tools: pipelineTools(config),
    env: childEnvironment(config),
    grants: programGrants(config),
    limits: limitsOfConfig(config),
    slots: new PipelineSlots({ running: config.maxPipelines, retryAfterSeconds: site.retryAfterSeconds }),
  };
  made.set(site, setting);
  return setting;
}
