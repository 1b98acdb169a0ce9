import type { Request } from "../http.js";
import { siblingUrl } from "../own-url.js";
import type { Site } from "../site.js";

/** What every page says of its site. Paths are of the same host; they may be a full address where the site is configured so. */
export interface PageSite {
  readonly siteName: string;
  /** Of the server: its front page. */
  readonly server: string;
  /** What paths below the server begin with: `${below}/cache`. */
  readonly below: string;
  /** Of the request log. */
  readonly log: string;
  /** What `/static/...` of this page begins with. */
  readonly own: string;
  /** Address of the logo. */
  readonly logo: string;
  readonly styleSheet: string;
  /** Whether the site keeps blocks. */
  readonly hasCache: boolean;
}

function common({ config, openCacheAccess }: Site): Pick<PageSite, "siteName" | "styleSheet" | "hasCache"> {
  const { siteName, styleSheet, cacheRoot } = config;
  return { siteName, styleSheet, hasCache: openCacheAccess !== undefined || cacheRoot !== undefined };
}

/** The site as a page of the server sees it. */
export function serverPages({ mount }: Request, site: Site): PageSite {
  return {
    ...common(site),
    server: mount === "" ? "/" : mount,
    below: mount,
    log: siblingUrl(mount, site.config.viewLogUrl),
    own: mount,
    logo: `${mount}/logo`,
  };
}

/** The site as a page of the log viewer sees it, which has a path of its own. */
export function logPages({ mount }: Request, site: Site): PageSite {
  const server = siblingUrl(mount, site.config.mainServerUrl);
  return {
    ...common(site),
    server,
    below: server.replace(/\/$/, ""),
    // Links need a path that is not empty.
    log: mount === "" ? "/." : mount,
    own: mount,
    logo: `${mount}/static/logo.svg`,
  };
}
