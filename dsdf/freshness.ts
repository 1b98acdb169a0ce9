import type { Freshness } from "./data-source.js";
import { DURATION_SYNTAX, durationSeconds } from "./durations.js";
import type { KeywordSet } from "./keyword-set.js";

const LIVE_DELAY_S = 3 * 86_400;
const OPEN_TTL_S = 3600;
/**
 * When blocks of a source are out of date. Errors: BAD_DEFINITION, for what is wrong here would serve old data.
 * Source: das2-server 12.3, 15.8.
 */
export function readFreshness(keywords: KeywordSet): Freshness {
  const dataVersion = keywords.text("dataVersion");
  const sourceGlob = keywords.need("sourceGlob", "an absolute path, in which * ? [...] may stand", (value) =>
    value.startsWith("/") || value === "" ? value : undefined,
  );
  return {
    ...(dataVersion === undefined ? {} : { dataVersion }),
    ...(sourceGlob === undefined || sourceGlob === "" ? {} : { sourceGlob }),
    liveDelaySeconds: keywords.need("liveDelay", DURATION_SYNTAX, durationSeconds) ?? LIVE_DELAY_S,
    openTtlSeconds: keywords.need("openTtl", DURATION_SYNTAX, durationSeconds) ?? OPEN_TTL_S,
  };
}
