import fc from "fast-check";
import type { ModelElement, ModelFilter, ModelRecord, Truth } from "./query-model.js";

/** A prime key of a random series. */
export type MadeKey = "eq" | "floor" | "int" | "string";

/** Names of the keys by their kinds: `eq` is in time slots to the nearest, `floor` in those that contain the time. */
export const KEY_NAMES = { eq: "T", floor: "U", int: "N", string: "S" } as const satisfies Record<
  MadeKey,
  string
>;

/** Text and meaning of a piece of a query. */
export interface Worded<T> {
  readonly text: string;
  readonly means: T;
}

/** A random query as text and as the model has it. */
export interface MadeQuery {
  readonly text: string;
  readonly filters: readonly ModelFilter[];
  readonly recnums?: readonly ModelElement[];
  readonly conditions: readonly ((record: ModelRecord) => Truth)[];
  readonly allVersions: boolean;
  readonly limit: number;
}

const STEP = 45;
const STRINGS = ["", "a", "ab", "b", "B", "it's", "a b", "]", "z-1"] as const;

/** Values of a key that records have and queries ask for. */
export function keyValue(kind: MadeKey): fc.Arbitrary<bigint | string> {
  if (kind === "string") return fc.constantFrom(...STRINGS);
  return kind === "int" ? fc.bigInt(-6n, 6n) : fc.bigInt(1n, 14n);
}

/** Seconds from the epoch, 1993.01.01_TAI, within its first day. */
function timeText(seconds: number): string {
  const two = (n: number): string => String(Math.floor(n)).padStart(2, "0");
  return `1993.01.01_${two(seconds / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}_TAI`;
}

/** A value of a key in words; a slot by some time that falls into it. */
function worded(kind: MadeKey): fc.Arbitrary<Worded<bigint | string>> {
  const value = keyValue(kind);
  switch (kind) {
    case "string":
      return value.map((means) => ({ means, text: `'${String(means).replaceAll("'", "\\'")}'` }));
    case "int":
      return value.map((means) => ({ means, text: String(means) }));
    default: {
      const offset = kind === "eq" ? fc.integer({ min: -22, max: 22 }) : fc.integer({ min: 0, max: 44 });
      return fc
        .tuple(value, offset)
        .map(([means, seconds]) => ({ means, text: timeText(Number(means) * STEP + seconds) }));
    }
  }
}

/** A number of values behind `/` or `@`; of slots as a duration. */
function length(kind: MadeKey, whole: boolean): fc.Arbitrary<Worded<bigint>> {
  const count = fc.bigInt(1n, 6n);
  if (kind === "int") return count.map((means) => ({ means, text: String(means) }));
  const surplus = whole ? fc.constant(0) : fc.integer({ min: 0, max: STEP - 1 });
  return fc.oneof(
    fc.tuple(count, surplus).map(([means, more]) => ({ means, text: `${Number(means) * STEP + more}s` })),
    count.map((means) => ({ means, text: `${means}u` })),
  );
}

/** What is left out or there. */
function perhaps<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(arbitrary, { nil: undefined });
}

function seldom<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
}

const EXTREME: fc.Arbitrary<Worded<ModelElement>> = fc.constantFrom(
  { text: "^", means: { kind: "first" } },
  { text: "$", means: { kind: "last" } },
);

function valueElement(kind: MadeKey): fc.Arbitrary<Worded<ModelElement>> {
  const value = worded(kind);
  const single = value.map(
    ({ text, means }): Worded<ModelElement> => ({
      text,
      means: { kind: "range", from: means, to: means, closed: true },
    }),
  );
  const step = kind === "string" ? fc.constant(undefined) : perhaps(length(kind, true));
  const range = fc.tuple(value, value, step).map(
    ([from, to, every]): Worded<ModelElement> => ({
      text: `${from.text}-${to.text}${every === undefined ? "" : `@${every.text}`}`,
      means: {
        kind: "range",
        from: from.means,
        to: to.means,
        closed: true,
        ...(every && { every: every.means }),
      },
    }),
  );
  if (kind === "string") return fc.oneof(single, single, range, EXTREME);
  const extent = fc.tuple(value, length(kind, false), step).map(
    ([from, count, every]): Worded<ModelElement> => ({
      text: `${from.text}/${count.text}${every === undefined ? "" : `@${every.text}`}`,
      means: {
        kind: "range",
        from: from.means,
        to: BigInt(from.means) + count.means,
        closed: false,
        ...(every && { every: every.means }),
      },
    }),
  );
  return fc.oneof(single, range, extent, EXTREME);
}

/** An element of `#…`, of slots, numbers or recnums. */
function indexElement(number: fc.Arbitrary<bigint>): fc.Arbitrary<Worded<ModelElement>> {
  const single = number.map(
    (n): Worded<ModelElement> => ({ text: `#${n}`, means: { kind: "range", from: n, to: n, closed: true } }),
  );
  const every = perhaps(fc.bigInt(1n, 4n));
  const step = (n: bigint | undefined) => (n === undefined ? "" : `@${n}`);
  const range = fc.tuple(perhaps(number), perhaps(number), every).map(
    ([from, to, n]): Worded<ModelElement> => ({
      text: `#${from ?? ""}-#${to ?? ""}${step(n)}`,
      means: {
        kind: "range",
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
        closed: true,
        ...(n && { every: n }),
      },
    }),
  );
  const extent = fc.tuple(number, fc.bigInt(0n, 9n), every).map(
    ([from, count, n]): Worded<ModelElement> => ({
      text: `#${from}/${count}${step(n)}`,
      means: { kind: "range", from, to: from + count, closed: false, ...(n && { every: n }) },
    }),
  );
  return fc.oneof(
    single,
    range,
    extent,
    EXTREME.map(({ text, means }) => ({ text: `#${text}`, means })),
  );
}

function list(element: fc.Arbitrary<Worded<ModelElement>>): fc.Arbitrary<Worded<readonly ModelElement[]>> {
  return fc.array(element, { minLength: 1, maxLength: 3 }).map((elements) => ({
    text: elements.map(({ text }) => text).join(","),
    means: elements.map(({ means }) => means),
  }));
}

/** What is between the brackets of a filter on a key, without a name. */
function keyFilter(kind: MadeKey): fc.Arbitrary<Worded<readonly ModelElement[]>> {
  const values = list(valueElement(kind));
  return kind === "string" ? values : fc.oneof(values, list(indexElement(fc.bigInt(-3n, 16n))));
}

/** With a name: that of the key, or of the index of a slotted one, whose values are slots. */
function namedFilter(kind: MadeKey): fc.Arbitrary<Worded<readonly ModelElement[]>> {
  const name = KEY_NAMES[kind];
  const own = keyFilter(kind).map(({ text, means }) => ({ text: `${name}=${text}`, means }));
  if (kind === "int" || kind === "string") return own;
  const slots = fc.oneof(list(valueElement("int")), list(indexElement(fc.bigInt(1n, 14n))));
  return fc.oneof(
    own,
    slots.map(({ text, means }) => ({ text: `${name.toLowerCase()}_INDEX = ${text}`, means })),
  );
}

const and = (a: Truth, b: Truth): Truth =>
  a === false || b === false ? false : a === null || b === null ? null : true;
const not = (a: Truth): Truth => (a === null ? null : !a);

/** A condition of SQL on Q, F and recnum. */
const CONDITION: fc.Arbitrary<Worded<(record: ModelRecord) => Truth>> = fc.letrec<{
  condition: Worded<(record: ModelRecord) => Truth>;
}>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 2, depthSize: "small" },
    fc
      .tuple(
        fc.constantFrom("q", "F"),
        fc.constantFrom("<", ">=", "=", "<>"),
        fc.integer({ min: -2, max: 6 }),
      )
      .map(([column, operator, n]) => ({
        text: `${column} ${operator} ${n}`,
        means: (record: ModelRecord): Truth => {
          const value = column === "q" ? record.q : record.f;
          if (value === null) return null;
          return operator === "<"
            ? value < n
            : operator === ">="
              ? value >= n
              : operator === "="
                ? value === n
                : value !== n;
        },
      })),
    fc.integer({ min: 1, max: 7 }).map((mask) => ({
      text: `Q & ${mask} = 0`,
      means: ({ q }: ModelRecord): Truth => (q === null ? null : (q & mask) === 0),
    })),
    fc.constantFrom("q", "f").map((column) => ({
      text: `${column} IS NULL`,
      means: ({ q, f }: ModelRecord): Truth => (column === "q" ? q : f) === null,
    })),
    fc.bigInt(2n, 4n).map((n) => ({
      text: `recnum % ${n} = 1`,
      means: ({ recnum }: ModelRecord): Truth => recnum % n === 1n,
    })),
    fc.tuple(tie("condition"), fc.constantFrom("AND", "OR"), tie("condition")).map(([a, operator, b]) => ({
      text: `(${a.text}) ${operator} (${b.text})`,
      means: (record: ModelRecord): Truth =>
        operator === "AND"
          ? and(a.means(record), b.means(record))
          : not(and(not(a.means(record)), not(b.means(record)))),
    })),
    tie("condition").map((a) => ({
      text: `NOT (${a.text})`,
      means: (record: ModelRecord): Truth => not(a.means(record)),
    })),
  ),
})).condition;

/** A query on a series `name` with these keys. */
export function madeQuery(name: string, keys: readonly MadeKey[]): fc.Arbitrary<MadeQuery> {
  // Many filters at once would select nothing.
  const positional = fc.tuple(...keys.map((kind) => seldom(keyFilter(kind))));
  const named = fc.array(
    fc
      .nat({ max: keys.length - 1 })
      .chain((key) => namedFilter(keys[key]!).map((filter) => ({ key, ...filter }))),
    { maxLength: 2, size: "xsmall" },
  );
  const conditions = fc.array(fc.tuple(CONDITION, fc.integer({ min: 0, max: 3 })), { maxLength: 2 });
  const recnums = seldom(list(indexElement(fc.bigInt(1n, 40n))));
  const limit = fc.oneof(fc.constant(0), fc.integer({ min: -8, max: 8 }));
  const namedFirst = fc.boolean();
  return fc
    .tuple(positional, named, conditions, recnums, limit, namedFirst)
    .map(([byPlace, byName, sql, record, n, first]) => {
      const places = byPlace.map((filter, key) => ({
        text: `[${filter?.text ?? ""}]`,
        key,
        means: filter?.means,
      }));
      const names = byName.map(({ text, key, means }) => ({ text: `[${text}]`, key, means }));
      const written = first ? [...names, ...places] : [...places, ...names];
      const all = sql.some(([, mark]) => mark === 0);
      return {
        text: [
          name,
          ...written.map(({ text }) => text),
          ...sql.map(([{ text }, mark]) => (mark === 0 ? `[! ${text} !]` : `[? ${text} ?]`)),
          ...(record === undefined ? [] : [`[:${record.text}]`]),
        ].join(""),
        filters: written.flatMap(({ key, means }) => (means === undefined ? [] : [{ key, elements: means }])),
        ...(record === undefined ? {} : { recnums: record.means }),
        conditions: sql.map(([{ means }]) => means),
        allVersions: all,
        limit: n,
      };
    });
}
