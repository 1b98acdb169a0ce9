import { siteCacheAccess } from "../cache/site-access.js";
import { pipelineSetting } from "../data/pipeline-setting.js";
import { liveRoom } from "../live/live-room.js";
import type { Site } from "../site.js";
import type { CheckSubject } from "./finding.js";
import { hostFacts } from "./host-facts.js";
import { SharedChecks } from "./shared-checks.js";

const opened = new WeakMap<Site, SharedChecks>();

/** The checks of a server, always the same, so that all who ask share what is found. */
export function siteChecks(site: Site): SharedChecks {
  let checks = opened.get(site);
  if (checks === undefined) {
    checks = new SharedChecks(() => siteSubject(site));
    opened.set(site, checks);
  }
  return checks;
}

/** A server as checks see it. */
function siteSubject(site: Site): CheckSubject {
  const { config, sources, resident } = site;
  return {
    config,
    sources,
    openCache: site.openCacheAccess ?? (() => siteCacheAccess(site)),
    now: () => site.now().getTime(),
    host: hostFacts(),
    running: {
      isResident: resident,
      isClosing: resident && liveRoom(site).closing.aborted,
      ...(resident ? { pipelines: () => pipelineSetting(site).slots } : {}),
    },
  };
}
