import type { Config } from "../config/config.js";
import type { Authorize } from "./access/types.js";
import { makeSite } from "./make-site.js";
import type { Site, SiteOptions } from "./site.js";

/** The check of rules and passwords; hashes are computed beside the event loop where other requests are waiting. */
async function openCheck(config: Config, resident: boolean): Promise<Authorize> {
  const [{ openAccess }, { Login }, { passwordThread }, { matchesHash }] = await Promise.all([
    import("./access/authorize.js"),
    import("./access/login.js"),
    import("./access/password-thread.js"),
    import("./access/password-hash.js"),
  ]);
  return openAccess(config, new Login(config, resident ? passwordThread() : matchesHash));
}

/** Lets everybody see sources without rules; what checks the others is loaded when the first of them is asked for. */
function lazyCheck(config: Config, resident: boolean): Authorize {
  let check: Promise<Authorize> | undefined;
  return async (source, ...request) => {
    if (source.access.length === 0) return { granted: true };
    check ??= openCheck(config, resident);
    return (await check)(source, ...request);
  };
}

/** Makes the server of a configuration; reads no definition yet. */
export function openSite(config: Config, options: SiteOptions): Site {
  return makeSite(config, { authorize: lazyCheck(config, options.resident), ...options });
}
