import { nearest } from "../config/nearest.js";
import type { Assignment } from "./definition.js";

/** Keywords that stand once; das2-server 12.3, those of das2-pyserver and das-flex that are passed over, and 13.3. */
const SINGLE = (
  "description summary license techContact sciContact reader das2Stream das3Stream qstream outputType requiresInterval reducer validRange " +
  "testRange testInterval cacheLevels dataVersion sourceGlob liveDelay openTtl cacheReader readAccess groupAccess " +
  "maxRange securityRealm rename server hidden dropParams hapi hapiFile hapiParams wholeFile quickLook implicitTimeItem localId realTime liveReader livePoll substitutions readerParamChars " +
  "form items ny x_parameter x_unit x_sample_width y_parameter y_unit y_fill y_coordinate z_parameter z_unit z_fill " +
  "readerCmd reducerCmd compressor coverageReducer hasCoverage"
).split(" ");
/** Keywords with a number behind, `X` being `X_00`. */
const NUMBERED = (
  "exampleRange exampleInterval exampleParams exampleResolution exampleInfo exampleQuery cacheLevel item data coord " +
  "coordRange coordSelect param paramInfo paramValInfo readerTrans subSource"
).split(" ");
/** Shorter names are as near to each other as to a slip. */
const SHORTEST = 5;

/**
 * The keyword that is probably meant by one that nothing knows; `undefined` for known ones and for names of a site's own, to
 * which other values refer as `$(NAME)`.
 */
export function meantKeyword(
  keyword: string,
  assignments: ReadonlyMap<string, Assignment>,
): string | undefined {
  const base = keyword.replace(/(_[0-9]{1,6}|\([0-9]+\))$/, "");
  if (SINGLE.includes(keyword) || NUMBERED.includes(base) || /Contact$/.test(keyword)) return undefined;
  if (/^(label|y_unit)\([0-9]+\)$/.test(keyword) || base.length < SHORTEST) return undefined;
  const refersTo = (value: string) => value.includes(`$(${keyword})`) || value.includes(`$(${keyword},`);
  if ([...assignments.values()].some(({ value }) => refersTo(value))) return undefined;
  const meant = base === keyword ? nearest(base, [...SINGLE, ...NUMBERED]) : nearest(base, NUMBERED);
  if (meant === undefined) return undefined;
  return base === keyword ? meant : `${meant}${keyword.slice(base.length)}`;
}
