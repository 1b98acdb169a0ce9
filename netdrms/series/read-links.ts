import type { Database } from "../database/database.js";
import { DRMS_TYPES, type DrmsType, drmsTypeOf } from "../values/drms-type.js";
import { MASTER_LIMITS, SERIES_LIMITS } from "./limits.js";
import { type MasterRow, masterError, shown, textField } from "./master-row.js";
import {
  type CatalogTable,
  catalogTables,
  type MasterFields,
  type TargetKeyRows,
  targetKeys,
} from "./master-tables.js";
import type { Link } from "./model.js";
import {
  columnName,
  isMemberName,
  keyList,
  MEMBER_NAME_SYNTAX,
  SERIES_NAME_SYNTAX,
  type SeriesName,
  splitSeriesName,
} from "./names.js";

type DynamicLink = Extract<Link, { readonly kind: "dynamic" }>;
type LinkKey = DynamicLink["keys"][number];
/** Internal prime keys of a series. */
type TargetKeys = readonly { readonly name: string; readonly type: DrmsType }[];

/** A link without the keys of its target. */
interface LinkRow {
  readonly name: string;
  readonly target: SeriesName;
  readonly kind: Link["kind"];
  readonly description: string;
}

/**
 * The links of a series in the order of their columns. The keys of a dynamic one are the internal prime keys of its target; where
 * the target is not in this archive, or has other keys than the columns here were made for, they are read off the columns.
 *
 * Asks the database only where there are dynamic links: two statements, however many.
 * Errors: ARCHIVE_FAILED naming link and field, or the column that is not there; those of {@link Database}.
 * Source: netdrms 1.8, 2.4, 2.10.
 */
export async function readLinks(
  database: Database,
  rows: readonly MasterFields[],
  place: string,
  table: CatalogTable,
): Promise<readonly Link[]> {
  if (rows.length > MASTER_LIMITS.linkRows)
    throw masterError(place, `more than ${MASTER_LIMITS.linkRows} links`);
  const links = rows.map((fields) =>
    readRow({ place: `${place}, link ${shown(fields.linkname ?? "")}`, fields }),
  );
  const names = links.map(({ name }) => name.toLowerCase());
  const twice = names.find((name, n) => names.indexOf(name) !== n);
  if (twice !== undefined) throw masterError(place, `two links are called ${shown(twice)}`);
  const keys = await keysOfTargets(
    database,
    links.filter(({ kind }) => kind === "dynamic").map(({ target }) => target),
  );
  const placed = links.map((row) => {
    const link = linkOf(row, names, keys.get(row.target.name.toLowerCase()), table);
    const column = link.kind === "static" ? link.column : link.setColumn;
    const position = table.columns.findIndex((other) => other.name === column);
    if (position < 0 && (link.kind === "static" || link.keys.length > 0))
      throw masterError(
        `${place}, link ${shown(link.name)}`,
        `the table of the series has no column "${column}"`,
      );
    return { position: position < 0 ? table.columns.length : position, link };
  });
  return placed.sort((a, b) => a.position - b.position).map(({ link }) => link);
}

function readRow(row: MasterRow): LinkRow {
  const name = textField(row, "linkname");
  if (!isMemberName(name) || name.length > SERIES_LIMITS.memberName)
    throw masterError(
      row.place,
      `the name is none, expected ${MEMBER_NAME_SYNTAX}, at most ${SERIES_LIMITS.memberName}`,
    );
  const targetText = textField(row, "target_seriesname").trim();
  const target = splitSeriesName(targetText);
  if (target === undefined)
    throw masterError(row.place, `target_seriesname is ${shown(targetText)}, expected ${SERIES_NAME_SYNTAX}`);
  const type = textField(row, "type").trim();
  const kind = (["static", "dynamic"] as const).find((word) => word === type.toLowerCase());
  if (kind === undefined) throw masterError(row.place, `type is ${shown(type)}, expected static or dynamic`);
  return { name, target, kind, description: textField(row, "description") };
}

/** Names and types of the internal prime keys, by lower-case name of the series; absent for series that cannot be read here. */
async function keysOfTargets(
  database: Database,
  targets: readonly SeriesName[],
): Promise<ReadonlyMap<string, TargetKeys>> {
  if (targets.length === 0) return new Map();
  const namespaces = [...new Set(targets.map(({ namespace }) => namespace))];
  const masters = await catalogTables(
    database,
    namespaces.flatMap((namespace) => ["drms_series", "drms_keyword"].map((table) => ({ namespace, table }))),
  );
  const readable = new Map<string, Set<string>>();
  for (const { name, namespace } of targets) {
    const here = ["drms_series", "drms_keyword"].every(
      (table) => masters.get(`${namespace}.${table}`)?.readable,
    );
    if (here) readable.set(namespace, (readable.get(namespace) ?? new Set()).add(name.toLowerCase()));
  }
  const found = await targetKeys(database, readable);
  const keys = new Map<string, TargetKeys>();
  for (const [series, rows] of found) {
    const known = namedKeys(rows);
    if (known !== undefined) keys.set(series, known);
  }
  return keys;
}

function namedKeys(rows: TargetKeyRows): TargetKeys | undefined {
  const types = new Map(
    rows.keywords.map((fields) => [fields.keywordname?.toLowerCase(), drmsTypeOf(fields.type ?? "")]),
  );
  const keys = keyList(rows.primaryIndex).map((key) => ({
    name: columnName(key),
    type: types.get(key.toLowerCase()),
  }));
  return keys.every((key): key is { name: string; type: DrmsType } => key.type !== undefined)
    ? keys
    : undefined;
}

function linkOf(
  { name, target, kind, description }: LinkRow,
  allLinks: readonly string[],
  targetKeys: TargetKeys | undefined,
  table: CatalogTable,
): Link {
  const member = { name, targetSeries: target.name, description };
  if (kind === "static") return { kind, ...member, column: columnName(`ln_${name}`) };
  const setColumn = columnName(`ln_${name}_isset`);
  return { kind, ...member, setColumn, keys: keysOfLink(name, allLinks, targetKeys, table) };
}

function keysOfLink(
  link: string,
  allLinks: readonly string[],
  targetKeys: TargetKeys | undefined,
  table: CatalogTable,
): readonly LinkKey[] {
  const keys = targetKeys?.map(({ name, type }) => ({
    column: columnName(`ln_${link}_${name}`),
    target: name,
    type,
  }));
  const here = new Set(table.columns.map(({ name }) => name));
  if (keys?.every(({ column }) => here.has(column))) return keys;
  return keysFromColumns(link, allLinks, table);
}

/** `ln_<link>_…` but the flag; a column of the link `src_raw` is none of the link `src`. */
function keysFromColumns(link: string, allLinks: readonly string[], table: CatalogTable): readonly LinkKey[] {
  const prefix = `ln_${link.toLowerCase()}_`;
  const longer = allLinks.map((name) => `ln_${name}_`).filter((other) => other.length > prefix.length);
  return table.columns
    .filter(
      ({ name }) =>
        name.startsWith(prefix) &&
        name !== `${prefix}isset` &&
        !longer.some((other) => name.startsWith(other)),
    )
    .map(({ name, type }) => ({ column: name, target: name.slice(prefix.length), type: typeOfColumn(type) }));
}

function typeOfColumn(column: string): DrmsType {
  for (const [type, traits] of Object.entries(DRMS_TYPES))
    if (traits.column === column || (traits.columnAliases as readonly string[]).includes(column))
      return type as DrmsType; // a key of the table
  return "string";
}
