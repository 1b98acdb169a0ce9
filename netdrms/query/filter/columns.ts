import type { Keyword, Series } from "../../series/model.js";
import { findNamed } from "../../series/model.js";
import { DRMS_TYPES } from "../../values/drms-type.js";
import type { ValueType } from "./expression.js";

/** Columns that every series has. Source: netdrms 2.4. */
const SYSTEM_COLUMNS: Readonly<Record<string, ValueType>> = {
  recnum: "int8",
  sunum: "int8",
  slotnum: "int4",
  sessionid: "int8",
  sessionns: "text",
};

/** All columns of the table of a series with their types, by name in lower case. Source: netdrms 2.4. */
export function columnsOfSeries(series: Series): ReadonlyMap<string, ValueType> {
  const columns = new Map(Object.entries(SYSTEM_COLUMNS));
  for (const { column, type } of series.keywords)
    if (column !== undefined) columns.set(column, DRMS_TYPES[type].sql);
  for (const { fileColumn, axisColumns } of series.segments) {
    columns.set(fileColumn, "text");
    for (const column of axisColumns) columns.set(column, "int4");
  }
  for (const link of series.links) {
    if (link.kind === "static") columns.set(link.column, "int8");
    else {
      columns.set(link.setColumn, "int4");
      for (const { column, type } of link.keys) columns.set(column, DRMS_TYPES[type].sql);
    }
  }
  return columns;
}

/** Why a filter cannot use a name that is no column, and what to write instead. Source: netdrms 4.8. */
export function whyNoColumn(series: Series, name: string): string {
  const keyword = findNamed(series.keywords, name);
  if (keyword !== undefined) return whyKeyword(series, keyword);
  const each = series.keywords.filter(
    ({ baseName, segment }) => segment !== undefined && baseName.toLowerCase() === name.toLowerCase(),
  );
  if (each.length > 0)
    return `${name} is kept once for every segment, write ${each.map((one) => one.name).join(" or ")}`;
  if (findNamed(series.segments, name) !== undefined)
    return `${name} is a segment of ${series.name}, whose data no filter can see`;
  return `${series.name} has no keyword ${name}`;
}

function whyKeyword(series: Series, { name, link, defaultText }: Keyword): string {
  if (link === undefined)
    return `${name} is a constant of ${series.name} and no column, write its value, ${defaultText || "an empty string"}`;
  const target = findNamed(series.links, link.link)?.targetSeries ?? "another series";
  return `${name} is no column of ${series.name}: it is ${link.target} of ${target}, through the link ${link.link}; filter ${target} by it`;
}
