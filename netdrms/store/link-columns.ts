import { findNamed, type Link, type PrimeKey, type Series } from "../series/model.js";
import type { SeriesCatalog } from "../series/series-cache.js";
import { slotRule } from "../series/slot-rule.js";
import type { DrmsValue } from "../values/drms-type.js";
import { slotOf } from "../values/slots.js";
import { columnText, shownValue, TYPE_VALUES } from "./column-text.js";
import type { NewLink, NewRecord } from "./new-record.js";
import { bad, recordPlace } from "./record-fields.js";
import type { TableColumn } from "./table-column.js";

type DynamicLink = Extract<Link, { readonly kind: "dynamic" }>;

/**
 * The columns of the links of new records. Whether there is a target is not looked at: links may be set before their targets are made.
 *
 * Errors: BAD_PARAMETER for a link that the series does not have, one of the other kind, and values that are not exactly those of the target's
 * prime keys; those of `SeriesCatalog.target` where a dynamic link is set. Source: netdrms 1.8, 2.4.
 */
export async function linkColumns(
  series: Series,
  records: readonly NewRecord[],
  catalog: SeriesCatalog,
): Promise<readonly TableColumn[]> {
  checkNames(series, records);
  const columns: TableColumn[] = [];
  for (const link of series.links) {
    const values = records.map(({ links = {} }) => linkOf(links, link.name));
    const place = (n: number) => recordPlace(series, n, records.length);
    columns.push(
      ...(link.kind === "static"
        ? [staticColumn(link.name, link.column, values, place)]
        : await dynamicColumns(link, values, place, catalog)),
    );
  }
  return columns;
}

function checkNames(series: Series, records: readonly NewRecord[]): void {
  for (const [n, { links = {} }] of records.entries())
    for (const name of Object.keys(links))
      if (findNamed(series.links, name) === undefined)
        throw bad(recordPlace(series, n, records.length), `unknown link ${name.slice(0, 60)}`);
}

function linkOf(links: Readonly<Record<string, NewLink>>, name: string): NewLink | undefined {
  const wanted = name.toLowerCase();
  return Object.entries(links).find(([given]) => given.toLowerCase() === wanted)?.[1];
}

function staticColumn(
  link: string,
  column: string,
  values: readonly (NewLink | undefined)[],
  place: (n: number) => string,
): TableColumn {
  return {
    name: column,
    type: "longlong",
    values: values.map((value, n) => {
      if (value === undefined) return "-1";
      const text = "recnum" in value && value.recnum > 0n ? columnText("longlong", value.recnum) : undefined;
      if (text === undefined) throw bad(place(n), `link ${link} is static, expected the number of a record`);
      return text;
    }),
  };
}

async function dynamicColumns(
  link: DynamicLink,
  values: readonly (NewLink | undefined)[],
  place: (n: number) => string,
  catalog: SeriesCatalog,
): Promise<readonly TableColumn[]> {
  const isSet = values.map((value) => value !== undefined);
  if (link.keys.length === 0) {
    if (isSet.includes(true))
      throw bad(place(isSet.indexOf(true)), `link ${link.name} leads to a series without prime keys`);
    return [];
  }
  const target = isSet.includes(true) ? await catalog.target(link) : undefined;
  const rows = values.map((value, n) =>
    value === undefined || target === undefined ? undefined : keyTexts(link, value, target, place(n)),
  );
  return [
    { name: link.setColumn, type: "int", values: isSet.map((set) => (set ? "1" : "0")) },
    ...link.keys.map(({ column, type }, key) => ({
      name: column,
      type,
      values: rows.map((row) => row?.[key]),
    })),
  ];
}

/** The values of the link's columns, in their order. */
function keyTexts(link: DynamicLink, value: NewLink, target: Series, place: string): readonly string[] {
  const expected = target.primeKeys.map(({ external }) => external.name).join(", ");
  if (!("keys" in value))
    throw bad(place, `link ${link.name} is dynamic, expected values of ${expected} of ${target.name}`);
  const given = new Map(Object.entries(value.keys).map(([name, one]) => [name.toLowerCase(), one]));
  const texts = link.keys.map((key) => {
    const prime = target.primeKeys.find(({ internal }) => internal.column === key.target);
    const text = prime === undefined ? undefined : keyText(link, target, prime, given, place);
    if (text === undefined) throw bad(place, `link ${link.name}, expected values of ${expected}`);
    return text;
  });
  if (given.size > texts.length)
    throw bad(place, `link ${link.name} has ${given.size} values, expected those of ${expected}`);
  return texts;
}

/** By the name of the internal key, or the slot of the value of the external one; `undefined` where neither is given. */
function keyText(
  link: DynamicLink,
  target: Series,
  { internal, external }: PrimeKey,
  given: ReadonlyMap<string, DrmsValue>,
  place: string,
): string | undefined {
  const own = given.get(internal.name.toLowerCase());
  const shownKey = own ?? given.get(external.name.toLowerCase());
  if (shownKey === undefined) return undefined;
  const slotting = slotRule(target, external)?.slotting;
  const value = own ?? (slotting === undefined ? shownKey : slotOf(slotting, Number(shownKey)));
  const text = value === undefined ? undefined : columnText(internal.type, value);
  if (text === undefined)
    throw bad(
      place,
      `link ${link.name}: ${external.name} = ${shownValue(shownKey)}, expected ${TYPE_VALUES[external.type]}`,
    );
  return text;
}
