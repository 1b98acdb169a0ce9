import { DasError } from "../../../errors/das-error.js";
import { printerOf } from "../../../netdrms/programs/show-info/keyword-columns.js";
import { SITE_STAGING_DAYS } from "../../../netdrms/programs/show-info/touch.js";
import { keywordDefault } from "../../../netdrms/series/keyword-default.js";
import { findNamed, type Link, type PrimeKey, type Series } from "../../../netdrms/series/model.js";
import type { Query } from "../../query.js";
import { withArchive } from "../archive.js";
import { askedText } from "../asked-sets.js";
import { type JsonValue, jsonResponse, runtimeSince } from "../json.js";
import { isSet } from "../words.js";
import { seriesInterval } from "./interval.js";
import { type Printing, structKeywords } from "./keywords.js";
import { structSegments } from "./segments.js";

/**
 * `op=series_struct`: what a series is, and its first and last records. Of `ds` the name counts, filters and segments behind it do not.
 * Source: netdrms-export B3.
 */
export const seriesStruct: Query = async (context) => {
  const { words, request } = context;
  const name = /^\s*([^\s[{]*)/.exec(askedText(words))?.[1] ?? "";
  if (name === "") throw new DasError("BAD_PARAMETER", "ds names no series");
  const printing: Printing = { B: isSet(words, "B"), M: isSet(words, "M") };
  const hasOwner = isSet(words, "o");
  const members = await withArchive(context, false, async ({ database, catalog }) => {
    const series = await catalog.series(name);
    return {
      ...headOf(series, printing),
      ...(hasOwner ? { owner: series.owner } : {}),
      keywords: await structKeywords(catalog, series, printing),
      segments: await structSegments(catalog, series, isSet(words, "l")),
      links: series.links.map(linkOf),
      Interval: {
        ...(await seriesInterval(database, catalog, series)),
        ...(hasOwner ? { HasShadow: series.hasShadow ? 1 : 0 } : {}),
      },
    };
  });
  const runtime = isSet(words, "r") ? {} : { runtime: runtimeSince(request.receivedAt) };
  return jsonResponse({ ...members, ...runtime, status: 0 });
};

function headOf(series: Series, printing: Printing): { readonly [name: string]: JsonValue } {
  const {
    description,
    retentionDays,
    stagingRetentionDays,
    unitSize,
    archive,
    tapeGroup,
    primeKeys,
    dbIndex,
  } = series;
  return {
    note: description,
    retention: retentionDays,
    stagingretention: stagingRetentionDays || SITE_STAGING_DAYS,
    unitsize: unitSize,
    archive,
    tapegroup: tapeGroup,
    primekeys: primeKeys.map(({ external }) => external.name),
    primekeysinfo: primeKeys.map((key) => primeKeyInfo(series, key, printing)),
    // What is not set is told as a list of nothing. Source: netdrms-export B3.
    dbindex: dbIndex.length === 0 ? [null] : dbIndex,
  };
}

function primeKeyInfo({ keywords }: Series, { external, internal }: PrimeKey, printing: Printing): JsonValue {
  const { name } = external;
  if (external === internal) return { name, slotted: 0 };
  const step = findNamed(keywords, `${name}_step`);
  return { name, slotted: 1, step: step && printerOf(printing, step)(keywordDefault(step)) };
}

function linkOf({ name, targetSeries: target, kind, description: note }: Link): JsonValue {
  return { name, target, kind: kind.toUpperCase(), note };
}
