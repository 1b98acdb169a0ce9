import { encodedPath } from "../../stream/url-text.js";
import type { DataSource } from "../data-source.js";
import { reducerOf } from "../reduction.js";
import type { PipelineTools } from "../tools.js";

/** What of a server the views of a source tell. */
export interface ViewFacts {
  /** Absolute URL of the server, without a `/` at its end. */
  readonly server: string;
  /** Absolute URL below which live data are had, without a `/` at its end; missing: that of the server, as `ws`. */
  readonly live?: string;
  /** Tag URI of the site, for the global name of a source; das2-server 8.2. */
  readonly tag?: string;
  /** For `Basic` authentication, where the source asks for it. */
  readonly realm?: string;
  readonly tools: PipelineTools;
  /** Whether the server has HAPI. */
  readonly hapi?: boolean;
}

/** The id below which path-style clients find a source. */
export function localId({ id, localId: own }: Pick<DataSource, "id" | "localId">): string {
  return own ?? id;
}

/** The URL of what is below a source or folder: `source/A/B` and the rest, percent-encoded. */
export function sourceUrl({ server }: Pick<ViewFacts, "server">, id: string, rest = ""): string {
  return `${server}/source/${encodedPath(id)}${rest}`;
}

/** Whether bins of a source tell extremes and deviations as well; das2-server 7.3. */
export function hasStatistics(source: DataSource, tools: PipelineTools): boolean {
  if (source.requiresInterval) return false;
  const reducer = reducerOf(source, tools);
  const program = reducer?.programs.at(-1)?.words[0]?.[0];
  return reducer?.placesValues === false && program?.kind === "text" && program.text === "das2_bin_avgsec";
}
