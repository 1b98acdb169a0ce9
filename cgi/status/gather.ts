import { packageVersion } from "../../config/package-root.js";
import { clockMs } from "../../pipeline/clock.js";
import { siteCacheAccess } from "../cache/site-access.js";
import type { Site } from "../site.js";
import { ALL_CHECKS } from "./all-checks.js";
import { coverageByLevel } from "./coverage.js";
import { worstState } from "./finding.js";
import { runChecks } from "./run-check.js";
import { siteChecks } from "./site-checks.js";
import type { CoverageSummary, StatusView } from "./view.js";

/** How long the coverage of the cache is shown again, milliseconds: it costs more than all else, and changes slowly. */
const KEEP_MS = 15_000;

const looks = new WeakMap<
  Site,
  { readonly atMs: number; readonly coverage: Promise<CoverageSummary | undefined> }
>();

/** Everything that the status page shows. What cannot be found out is a finding, or missing. */
export async function gatherStatus(site: Site): Promise<StatusView> {
  const shared = siteChecks(site);
  const [checks, coverage] = await Promise.all([
    runChecks(ALL_CHECKS, (check) => shared.look(check)),
    sharedCoverage(site),
  ]);
  const { meter } = site;
  return {
    time: site.now().toISOString(),
    version: packageVersion(),
    ...(site.resident ? { uptimeSeconds: Math.floor(process.uptime()) } : {}),
    state: worstState(checks.flatMap(({ findings }) => findings)),
    checks,
    ...(meter === undefined ? {} : { requests: { inFlight: meter.inFlight, minutes: meter.recent() } }),
    ...(coverage === undefined ? {} : { coverage }),
  };
}

function sharedCoverage(site: Site): Promise<CoverageSummary | undefined> {
  const known = looks.get(site);
  if (known !== undefined && clockMs() - known.atMs < KEEP_MS) return known.coverage;
  // What is wrong with the cache is said by its check.
  const coverage = lookAtCoverage(site).catch(() => undefined);
  looks.set(site, { atMs: clockMs(), coverage });
  return coverage;
}

async function lookAtCoverage(site: Site): Promise<CoverageSummary | undefined> {
  const access = await (site.openCacheAccess ?? (() => siteCacheAccess(site)))();
  if (access === undefined) return undefined;
  try {
    return await coverageByLevel(access, site.sources, site.now());
  } finally {
    await access.close();
  }
}
