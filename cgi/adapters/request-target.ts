/** A request target taken apart: what belongs to the mount, what follows it, and the query. */
export interface Target {
  readonly path: string;
  readonly query: string;
}

/**
 * Splits a target below `mount`; `undefined` where it is not below it. An absolute form (`http://host/path`) counts by
 * its path. An empty mount has everything below it, also what is no path (`*`).
 */
export function splitTarget(target: string, mount: string): Target | undefined {
  const local = /^https?:\/\/[^/?]*/i.test(target) ? target.replace(/^https?:\/\/[^/?]*/i, "") : target;
  const mark = local.indexOf("?");
  const path = mark < 0 ? local : local.slice(0, mark);
  if (mount !== "" && path !== mount && !path.startsWith(`${mount}/`)) return undefined;
  return { path: path.slice(mount.length), query: mark < 0 ? "" : local.slice(mark + 1) };
}
