import type { Config } from "../config/config.js";
import type { PipelineLimits } from "./limits.js";

/** The keys of the configuration that bound a pipeline. */
export type LimitSettings = Pick<
  Config,
  "maxRequestTime" | "maxIdleTime" | "killGrace" | "maxOutputBytes" | "maxStderrBytes"
>;

/** The limits that a configuration sets on each pipeline; 0 there means none. */
export function limitsOfConfig(config: LimitSettings): PipelineLimits {
  return {
    wallMs: noneIfZero(config.maxRequestTime) * 1000,
    idleMs: noneIfZero(config.maxIdleTime) * 1000,
    graceMs: config.killGrace * 1000,
    maxBytes: noneIfZero(config.maxOutputBytes),
    maxStderrBytes: config.maxStderrBytes,
  };
}

function noneIfZero(value: number): number {
  return value === 0 ? Number.POSITIVE_INFINITY : value;
}
