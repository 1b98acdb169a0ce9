import type { DataSource } from "../../dsdf/data-source.js";
import type { Time } from "../../stream/time.js";
import type { Request } from "../http.js";
import type { Site } from "../site.js";

/** Whether a request may have a range of a source. A refusal names the realm of the challenge; das2-server 6. */
export type AccessDecision =
  | { readonly granted: true /** Who logged in, where somebody did. */; readonly user?: string }
  | { readonly granted: false; readonly realm: string };

/**
 * Decides on `[begin, end)` of a source, which is the range after trimming. `client` is the address looked for behind
 * trusted proxies. Errors: BAD_CONFIG, BAD_DEFINITION where files or rules cannot be read; nothing is granted then.
 * Source: das2-server 6.2.
 */
export type Authorize = (
  source: DataSource,
  begin: Time,
  end: Time,
  request: Request,
  site: Site,
  client: string,
) => Promise<AccessDecision>;
