import type { Config } from "../../config/config.js";
import type { CacheAccess } from "../cache/access.js";
import type { RememberedSources } from "../remembered-sources.js";
import type { HostFacts } from "./host-facts.js";

/** How something stands. `off`: it is not configured, and nothing is wrong with that; `unknown`: it could not be found out. */
export type CheckState = "good" | "worried" | "bad" | "unknown" | "off";

/** All states, from the best to the worst. */
export const CHECK_STATES: readonly CheckState[] = ["off", "good", "unknown", "worried", "bad"];

/** What one look at one thing has found. For operators: it may name folders and hosts, never a password. */
export interface Finding {
  /** What was looked at, in a word or a few: `LOG_PATH`, `Redis`. */
  readonly name: string;
  readonly state: CheckState;
  /** What is so, in one sentence without a full stop at its end. */
  readonly says: string;
  /** What to do, where something should be done. */
  readonly advice?: string;
  /** Numbers for graphs, by name with the unit at its end: `latency_seconds`. */
  readonly figures?: Readonly<Record<string, number>>;
}

/** What is looked at: an installation, and the server where one runs in this process. */
export interface CheckSubject {
  readonly config: Config;
  readonly sources: Pick<RememberedSources, "find" | "files" | "listCached">;
  /** Opens the cache for a look; `undefined` where none is configured. Errors: BAD_CONFIG. */
  readonly openCache: () => Promise<CacheAccess | undefined>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly host: HostFacts;
  /** Missing: no server answers in this process. */
  readonly running?: RunningFacts;
}

/** What a server that answers knows of itself. */
export interface RunningFacts {
  readonly isResident: boolean;
  readonly isClosing: boolean;
  /** Of a resident server. Errors: BAD_CONFIG for a tool that cannot be parsed. */
  readonly pipelines?: () => { readonly running: number; readonly waiting: number };
}

/** One thing that can be red. */
export interface Check {
  /** One word in small letters; a label of metrics. */
  readonly name: string;
  /** How long its findings may be shown again, milliseconds: longer for what costs more or changes less. */
  readonly keepMs: number;
  /** Looks; at least one finding. What it throws becomes a finding. `signal` is aborted when nobody waits any more. */
  run(subject: CheckSubject, signal: AbortSignal): Promise<readonly Finding[]>;
}

/** The worst state of some findings; `off` where there are none. */
export function worstState(findings: readonly Pick<Finding, "state">[]): CheckState {
  const worst = Math.max(0, ...findings.map(({ state }) => CHECK_STATES.indexOf(state)));
  return CHECK_STATES[worst] ?? "off";
}

/** Short texts one after the other: the first few, and how many more there are. */
export function fewOf(texts: readonly string[], most = 5): string {
  const more = texts.length - most;
  return `${texts.slice(0, most).join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
}
