import { DasError } from "../../errors/das-error.js";
import type { HapiParameter } from "./info.js";

/** Longest list of names in a URL, characters; beyond it all parameters are asked for. */
const MAX_NAMES_TEXT = 4000;

/** Which parameters the answers have, and what is shown of them. */
export interface WantedParameters {
  /** Those of the answers, in their order, time first. */
  readonly answered: readonly HapiParameter[];
  /** The value of `parameters` in requests; `undefined` for all. */
  readonly names: string | undefined;
  /** Texts that would have been asked for if they were of use. */
  readonly leftOut: readonly HapiParameter[];
}

/** Who wants what. */
export interface ParameterNames {
  /** Of the administrator; `undefined` for all. */
  readonly offered: readonly string[] | undefined;
  /** Of the request; none means all that are offered. */
  readonly wanted: readonly string[];
  /** Whether texts are of use. */
  readonly withTexts: boolean;
}

/**
 * The parameters that are asked for: those that the request wants of those that the administrator offers, in the order of the data
 * set, as servers demand.
 * Errors: PEER_FAILED for a name of the administrator that the data set has not; BAD_PARAMETER where the request wants another.
 */
export function wantedParameters(
  all: readonly HapiParameter[],
  { offered, wanted, withTexts }: ParameterNames,
): WantedParameters {
  const known = new Set(all.map(({ name }) => name));
  for (const name of offered ?? [])
    if (!known.has(name))
      throw new DasError(
        "PEER_FAILED",
        `the HAPI server has no parameter ${name.slice(0, 40)} in this data set`,
      );
  const isOffered = offered === undefined ? known : new Set(offered);
  for (const name of wanted)
    if (!isOffered.has(name) || name === all[0]?.name)
      throw new DasError("BAD_PARAMETER", `parameter "${name.slice(0, 40)}" is not offered here`);
  const chosen = new Set(wanted.length === 0 ? isOffered : wanted);
  const meant = all.filter(({ name }, i) => i === 0 || chosen.has(name));
  const answered = meant.filter(({ type }) => withTexts || type !== "string");
  const leftOut = meant.filter(({ type }) => !withTexts && type === "string");
  const names = answered
    .slice(1)
    .map(({ name }) => name)
    .join(",");
  if (answered.length === all.length) return { answered, names: undefined, leftOut };
  // Time alone is no data, and an empty list would mean all; the plan of packets says what is wrong.
  if (names.length <= MAX_NAMES_TEXT) return { answered, names: names || undefined, leftOut };
  return { answered: all, names: undefined, leftOut: [] };
}
