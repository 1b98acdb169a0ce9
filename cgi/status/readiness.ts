import type { Config } from "../../config/config.js";
import { archive } from "./checks/archive.js";
import { cache } from "./checks/cache.js";
import { redis } from "./checks/redis.js";
import { server } from "./checks/server.js";
import { roots } from "./checks/sources.js";
import { type Check, worstState } from "./finding.js";
import { READY_WORDS, type ReadyWord } from "./ready-words.js";
import type { SharedChecks } from "./shared-checks.js";

/** How long an answer is given again, milliseconds: however often a probe asks, the rest is asked once in that time. */
const KEEP_MS = 1000;

/** What may be needed, by the words of `READY_NEEDS`, with what everybody may be told where it is missing. */
const NEEDS: Readonly<Record<ReadyWord, { readonly check: Check; readonly missing: string }>> = {
  sources: { check: roots, missing: "no folder of definitions can be read" },
  archive: { check: archive, missing: "the archive's database does not answer as it should" },
  redis: { check: redis, missing: "Redis does not answer as it should" },
  cache: { check: cache, missing: "the index of the cache does not answer" },
};

/** Whether a server can answer, and if not, why: in words that everybody may read. */
export interface Readiness {
  readonly ready: boolean;
  readonly reasons: readonly string[];
}

/** Whether everything that a server needs is there. What goes well without it does not count. Never throws. */
export async function readiness(
  { readyNeeds }: Pick<Config, "readyNeeds">,
  checks: SharedChecks,
): Promise<Readiness> {
  const needed = READY_WORDS.filter((word) => readyNeeds.includes(word)).map((word) => NEEDS[word]);
  const all = [{ check: server, missing: "the server is closing" }, ...needed];
  const reasons = await Promise.all(
    all.map(async ({ check, missing }) => {
      const { findings } = await checks.look(check, KEEP_MS);
      const state = worstState(findings);
      return state === "bad" || state === "unknown" ? [missing] : [];
    }),
  );
  return { ready: reasons.every((some) => some.length === 0), reasons: reasons.flat() };
}
