import type { DataSource } from "./data-source.js";

/** Most renames that lead from one id to another on the same server. */
export const MAX_RENAMES = 8;

/** Where the renames of a source lead. */
export type RenameEnd =
  | { readonly kind: "found"; readonly id: string }
  /** Ids in the order in which they lead to each other, the first and the last the same for a circle. */
  | { readonly kind: "circle" | "too many"; readonly path: readonly string[] };

/** The part of a source that says where it went. */
type Renamed = Pick<DataSource, "id" | "rename" | "server">;

/**
 * Follows the renames of a source on this server: clients are led to the end at once, and never in a circle.
 * @param find the source of an id; one that cannot be read is an end, which is told when it is asked for
 * @param isElsewhere whether a source is at another server, where its renames mean something else
 * Source: das2-server 5.
 */
export async function followRenames(
  source: Renamed,
  find: (id: string) => Promise<Renamed | undefined>,
  isElsewhere: (source: Renamed) => boolean,
): Promise<RenameEnd> {
  const path = [source.id];
  let id = source.rename ?? source.id;
  for (;;) {
    const next = await find(id).catch(() => undefined);
    if (next !== undefined && path.includes(next.id)) return { kind: "circle", path: [...path, next.id] };
    if (next?.rename === undefined || isElsewhere(next)) return { kind: "found", id: next?.id ?? id };
    path.push(next.id);
    if (path.length > MAX_RENAMES) return { kind: "too many", path };
    id = next.rename;
  }
}
