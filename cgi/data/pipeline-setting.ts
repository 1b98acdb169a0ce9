import { type PipelineTools, pipelineTools } from "../../dsdf/tools.js";
import { childEnvironment } from "../../pipeline/environment.js";
import type { PipelineLimits } from "../../pipeline/limits.js";
import { PipelineSlots } from "../../pipeline/slots.js";
import type { Site } from "../site.js";

/** What all pipelines of a server have in common; made with the first data request, so that others do not pay for it. */
export interface PipelineSetting {
  readonly tools: PipelineTools;
  readonly env: Readonly<Record<string, string>>;
  readonly limits: PipelineLimits;
  readonly slots: PipelineSlots;
}

const made = new WeakMap<Site, PipelineSetting>();

/** 0 means no limit in the configuration. */
function limit(value: number, factor: number): number {
  return value === 0 ? Number.POSITIVE_INFINITY : value * factor;
}

/** The setting of a server, always the same. Errors: BAD_CONFIG for a tool that cannot be parsed. */
export function pipelineSetting(site: Site): PipelineSetting {
  const known = made.get(site);
  if (known !== undefined) return known;
  const { config } = site;
  const setting: PipelineSetting = {
    tools: pipelineTools(config),
    env: childEnvironment({ binPath: config.binPath, libPath: config.libPath }),
    limits: {
      wallMs: limit(config.maxRequestTime, 1000),
      idleMs: limit(config.maxIdleTime, 1000),
      graceMs: config.killGrace * 1000,
      maxBytes: limit(config.maxOutputBytes, 1),
      maxStderrBytes: config.maxStderrBytes,
    },
    slots: new PipelineSlots({ running: config.maxPipelines, retryAfterSeconds: site.retryAfterSeconds }),
  };
  made.set(site, setting);
  return setting;
}
