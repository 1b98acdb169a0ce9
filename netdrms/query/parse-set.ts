import { findNamed, type Keyword, type PrimeKey, type Segment, type Series } from "../series/model.js";
import { Cursor } from "./cursor.js";
import type { Expression } from "./filter/expression.js";
import { parseCondition } from "./filter/parse-condition.js";
import { indexedRanges } from "./index-filter.js";
import { readIndexSet } from "./index-set.js";
import { keyReader } from "./key-reader.js";
import { type QueryWarning, queryError, queryWarning, type Span } from "./query-text.js";
import type { KeyFilter, KeyRange, RecnumRange, RecordSetQuery } from "./record-set-query.js";
import type { FilterText, SetText } from "./split-query.js";
import { readValueSet } from "./value-set.js";

/**
 * The syntax tree of a record set, checked against its series: the set layer of the language.
 *
 * Errors: BAD_QUERY naming the place; ARCHIVE_FAILED where the series does not say how values of a slotted key fall into slots.
 * Source: netdrms 4.1 to 4.5, 4.8.
 */
export function parseSet(set: SetText, series: Series): RecordSetQuery {
  return new SetParser(set, series).parse();
}

class SetParser {
  readonly #set: SetText;
  readonly #series: Series;
  readonly #warnings: QueryWarning[] = [];
  readonly #keyFilters: KeyFilter[] = [];
  readonly #conditions: Expression[] = [];
  #recnums: readonly RecnumRange[] | undefined;
  #allVersions = false;
  #position = 0;

  constructor(set: SetText, series: Series) {
    this.#set = set;
    this.#series = series;
  }

  parse(): RecordSetQuery {
    for (const filter of this.#set.filters) this.#filter(filter);
    const segments = this.#segments();
    return {
      series: this.#series,
      source: this.#set.source,
      span: this.#set.span,
      keyFilters: this.#keyFilters,
      ...(this.#recnums === undefined ? {} : { recnums: this.#recnums }),
      conditions: this.#conditions,
      allVersions: this.#allVersions,
      ...(segments === undefined ? {} : { segments }),
      warnings: this.#warnings,
    };
  }

  #filter(filter: FilterText): void {
    switch (filter.kind) {
      case "key":
        this.#keyFilter(filter);
        return;
      case "recnum":
        if (this.#recnums !== undefined)
          throw this.#error(filter.span, "a second recnum filter, expected one [:…]");
        this.#recnums = readIndexSet(this.#cursor(filter.body)).map(asRecnums);
        return;
      case "sql":
      case "all-versions": {
        const { condition, warnings } = parseCondition(this.#set.source, filter.body, this.#series);
        this.#conditions.push(condition);
        this.#warnings.push(...warnings);
        this.#allVersions ||= filter.kind === "all-versions";
        return;
      }
      default:
        filter.kind satisfies never;
    }
  }

  #keyFilter(filter: FilterText): void {
    const cursor = this.#cursor(filter.body);
    cursor.skipWhite();
    const from = cursor.at;
    const name = cursor.match(/[A-Za-z_][A-Za-z0-9_]*(?=[ \t\r\n]*=)/y);
    if (name === undefined) {
      const key = this.#positionalKey(filter);
      if (!cursor.done) this.#add(cursor, this.#position - 1, key.external);
      return;
    }
    const [key, keyword] = this.#namedKey(name, cursor.since(from));
    cursor.skipWhite();
    cursor.take("=");
    cursor.skipWhite();
    this.#add(cursor, key, keyword);
  }

  /** The key that the next filter without a name belongs to. */
  #positionalKey(filter: FilterText): PrimeKey {
    const { name, primeKeys } = this.#series;
    const key = primeKeys[this.#position++];
    if (key !== undefined) return key;
    if (primeKeys.length === 0)
      throw this.#error(filter.span, `${name} has no prime keys, expected [:#…] or [?…?]`);
    throw this.#error(
      filter.span,
      `filter ${this.#position} of a series with ${primeKeys.length} prime key${primeKeys.length === 1 ? "" : "s"} (${this.#keyNames()})`,
    );
  }

  /** The key that a name names, and the keyword whose values its filter has. */
  #namedKey(name: string, span: Span): readonly [key: number, keyword: Keyword] {
    const lower = name.toLowerCase();
    for (const [n, { external, internal }] of this.#series.primeKeys.entries())
      for (const keyword of [internal, external])
        if (keyword.name.toLowerCase() === lower) return [n, keyword];
    const known = findNamed(this.#series.keywords, name);
    if (known === undefined)
      throw this.#error(span, `${this.#series.name} has no keyword ${name}; quote a value with "=" in it`);
    const keys = this.#series.primeKeys.length === 0 ? "it has none" : `they are ${this.#keyNames()}`;
    const hint = known.column === undefined ? "" : `; filter by ${known.name} with [?…?]`;
    throw this.#error(span, `${known.name} is no prime key of ${this.#series.name}, ${keys}${hint}`);
  }

  #keyNames(): string {
    return this.#series.primeKeys.map(({ external }) => external.name).join(", ");
  }

  /** @param keyword the one whose values the filter has */
  #add(cursor: Cursor, key: number, keyword: Keyword): void {
    this.#keyFilters.push({ key, ranges: this.#ranges(cursor, keyword) });
  }

  #ranges(cursor: Cursor, keyword: Keyword): readonly KeyRange[] {
    if (cursor.isAt("#")) {
      const place = cursor.here();
      const ranges = indexedRanges(this.#series, keyword, readIndexSet(cursor));
      if (ranges !== undefined) return ranges;
      throw cursor.error(
        `${keyword.name} has no numbers, its values are strings; quote one that begins with "#"`,
        place,
      );
    }
    const reader = keyReader(this.#series, keyword);
    if (reader === undefined)
      throw cursor.error(`${keyword.name} is a key of type char, by whose values no filter can select`);
    return readValueSet(cursor, reader, (span, what) => this.#warn(span, what));
  }

  /** Names are separated by `,`, `:`, `;` or white space. Source: netdrms 4.1. */
  #segments(): readonly Segment[] | undefined {
    if (this.#set.segments === undefined) return undefined;
    const cursor = this.#cursor(this.#set.segments);
    const found = new Set<Segment>();
    for (;;) {
      cursor.skipWhite();
      const begin = cursor.at;
      const name = cursor.match(/[A-Za-z_][A-Za-z0-9_]*/y);
      if (name === undefined) throw cursor.error(`${cursor.found()} where the name of a segment is expected`);
      const segment = findNamed(this.#series.segments, name);
      if (segment === undefined) throw this.#error(cursor.since(begin), this.#noSegment(name));
      found.add(segment);
      const { at } = cursor;
      cursor.skipWhite();
      if (cursor.done) return [...found];
      if (!cursor.take(",") && !cursor.take(":") && !cursor.take(";") && cursor.at === at)
        throw cursor.error(`${cursor.found()} behind the name of a segment, expected "," or "}"`);
    }
  }

  #noSegment(name: string): string {
    const names = this.#series.segments.map((segment) => segment.name);
    return `${this.#series.name} has no segment ${name}, ${names.length === 0 ? "it has none" : `it has ${names.join(", ")}`}`;
  }

  #cursor(span: Span): Cursor {
    return new Cursor(this.#set.source, span);
  }

  #warn(span: Span, what: string): void {
    this.#warnings.push(queryWarning(this.#set.source, span, what));
  }

  #error(span: Span, what: string): Error {
    return queryError(this.#set.source, span, what);
  }
}

/** A stride of recnums counts from its begin, or from the first recnum of the series. Source: netdrms 4.2. */
function asRecnums(range: ReturnType<typeof readIndexSet>[number]): RecnumRange {
  if (range.kind !== "range") return range;
  const { every, ...rest } = range;
  if (every === undefined) return rest;
  const start = range.from === undefined ? {} : { start: range.from };
  return { ...rest, stride: { kind: "whole", every, ...start } };
}
