import { type ListedSeries, listSeries, parseSeriesFilter } from "../../netdrms/series/list-series.js";
import type { Query, QueryContext } from "../query.js";
import { withArchive } from "./archive.js";
import { type JsonValue, jsonResponse } from "./json.js";
import { isSet } from "./words.js";

/** `show_series`: the series that are offered and whose names match, sorted, with prime keys and description. Source: netdrms-export B2. */
export const showSeries: Query = async (context) => {
  const names = await matchingSeries(context);
  const isVerbose = isSet(context.words, "v");
  return jsonResponse({
    status: 0,
    names: names.map((series) => entry(series, isVerbose)),
    n: names.length,
  });
};

function entry(series: ListedSeries, isVerbose: boolean): JsonValue {
  const { name, primeKeys, description: note } = series;
  const short = { name, primekeys: primeKeys.join(", "), note };
  if (!isVerbose) return short;
  const { archive, retentionDays: retention, tapeGroup: tapegroup, unitSize: unitsize, owner } = series;
  return { ...short, archive, retention, tapegroup, unitsize, owner };
}

/** `showextseries`: the same names in the form of the wrapper, with `info=1` an object of each. Source: netdrms-export B2. */
export const showExtSeries: Query = async (context) => {
  const names = await matchingSeries(context);
  const isInfo = isSet(context.words, "info");
  return jsonResponse({
    errMsg: "",
    seriesList: names.map(({ name, description }) => (isInfo ? { [name]: { description } } : name)),
  });
};

async function matchingSeries(context: QueryContext): Promise<readonly ListedSeries[]> {
  const filter = parseSeriesFilter(context.words.get("filter") ?? "");
  return withArchive(context, false, async ({ database, isOffered }) =>
    (await listSeries(database, filter)).filter(({ name }) => isOffered(name)),
  );
}
