import type { DataSource } from "./data-source.js";

/**
 * Why a source cannot be given to clients of HAPI, or `undefined` where it can: as a whole, or, where it needs an interval, by its
 * sub-sources. That its home is elsewhere, or that it is protected, is looked at by whoever answers. Source: das2-server 11.1, 11.4.
 */
export function hapiObstacle(source: DataSource): string | undefined {
  if (source.rename !== undefined) return "it is renamed";
  if (source.hidden) return "it is hidden";
  if (source.form === "file") return "it gives files";
  if (!source.hapi) return "hapi is off";
  if (source.form === "qstream") return "a q stream has no converter";
  if (source.reader === undefined) return "it has no reader";
  if (source.validRange === undefined && source.examples.length === 0)
    return "it has neither validRange nor exampleRange";
  if (source.requiresInterval && source.subSources.length === 0)
    return "it needs an interval, and no subSource gives one";
  return undefined;
}

/** Whether a source as a whole is a data set of HAPI that everybody may have. */
export function isWholeInHapi(source: DataSource): boolean {
  return !source.requiresInterval && source.access.length === 0 && hapiObstacle(source) === undefined;
}
