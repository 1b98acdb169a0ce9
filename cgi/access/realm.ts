import type { DataSource } from "../../dsdf/data-source.js";
import type { Request } from "../http.js";
import type { Site } from "../site.js";

/**
 * The realm of a source: its own, the server's, else path of the server and id. Stable, because clients keep passwords by it;
 * quotes and control characters cannot stand in the header and are left out. Source: das2-server 6.1.
 */
export function realmOf(source: DataSource, request: Request, site: Site): string {
  const realm = source.securityRealm ?? site.config.securityRealm ?? `${request.mount}/${source.id}`;
  return realm.replace(/[^\x20-\x7e]|["\\]/g, "");
}
