import { DRMS_TYPES, drmsTypeOf } from "../values/drms-type.js";
import { isAtLeast, type KeywordFlags, readFlagWord, type SeriesVersion } from "./flag-word.js";
import { KEYWORD_CLASS_CODES, keywordClassOfCode } from "./keyword-class.js";
import { MASTER_LIMITS, SERIES_LIMITS } from "./limits.js";
import { readLinkedMember } from "./linked-member.js";
import { integerField, type MasterRow, masterError, shown, textField } from "./master-row.js";
import type { MasterFields } from "./master-tables.js";
import type { Keyword, KeywordClass, LinkedMember } from "./model.js";
import { columnName, isMemberName, MEMBER_NAME_SYNTAX, threeDigits } from "./names.js";

/** What keywords need to know of their series. */
export interface KeywordContext {
  /** Names the series in messages: `Series su_ex.mag45`. */
  readonly place: string;
  readonly version: SeriesVersion;
  /** Numbers of the segments; each has a keyword of every per-segment row. */
  readonly segments: readonly number[];
  /** Names of the columns in the order of the table. */
  readonly columns: readonly string[];
}

/** One master row with what decides its place. */
interface RankedRow {
  readonly rank: number;
  readonly keywords: readonly Keyword[];
}

const INT4_MIN = -2_147_483_648;
const INT4_MAX = 2_147_483_647;

/**
 * The keywords of a series in the order of their ranks, each per-segment one once for every segment. Rows without a rank, as
 * before version 2.1, follow: what has no column by name, then the others as their columns stand in the table (RULE: netdrms 1.5
 * says so of constants; linked keywords stand with them).
 *
 * Errors: ARCHIVE_FAILED naming keyword and field, for what the specification does not know, for a name twice and for a keyword
 * whose column is not there. Source: netdrms 1.4, 1.5, 2.10.
 */
export function readKeywords(rows: readonly MasterFields[], context: KeywordContext): readonly Keyword[] {
  if (rows.length > MASTER_LIMITS.keywordRows)
    throw masterError(context.place, `more than ${MASTER_LIMITS.keywordRows} keywords`);
  const columns = new Map(context.columns.map((column, n) => [column, n]));
  let count = 0;
  const ranked = rows.map((fields) => {
    const row = { place: `${context.place}, keyword ${shown(fields.keywordname ?? "")}`, fields };
    const ofRow = readRow(row, context, columns);
    count += ofRow.keywords.length;
    if (count > MASTER_LIMITS.keywords)
      throw masterError(
        context.place,
        `more than ${MASTER_LIMITS.keywords} keywords, those per segment counted`,
      );
    return ofRow;
  });
  const keywords = inOrder(ranked, columns);
  expectDifferentNames(keywords, context.place);
  return keywords;
}

function readRow(row: MasterRow, context: KeywordContext, columns: ReadonlyMap<string, number>): RankedRow {
  const flags = readFlagWord(integerField(row, "persegment", INT4_MIN, INT4_MAX, 0), context.version);
  const keywordClass = readClass(row);
  const baseName = textField(row, "keywordname");
  const implicit = isImplicit(baseName, keywordClass, flags, context.version);
  expectName(row, baseName, implicit);
  const link = readLinkedMember(row, "targetkeyw");
  const member = {
    baseName,
    type: readType(row, link),
    class: keywordClass,
    defaultText: textField(row, "defaultval"),
    format: textField(row, "format"),
    unit: textField(row, "unit"),
    description: textField(row, "description"),
    implicit,
    rank: flags.rank,
    ...(link === undefined ? {} : { link }),
  };
  const one = (name: string, segment?: number): Keyword => {
    const column = link === undefined && keywordClass !== "constant" ? columnName(name) : undefined;
    if (column !== undefined && !columns.has(column))
      throw masterError(row.place, `the table of the series has no column ${shown(column)}`);
    return {
      name,
      ...member,
      ...(segment === undefined ? {} : { segment }),
      ...(column === undefined ? {} : { column }),
    };
  };
  const keywords = flags.perSegment
    ? context.segments.map((segment) => one(`${baseName}_${threeDigits(segment)}`, segment))
    : [one(baseName)];
  return { rank: flags.rank, keywords };
}

/** Before 2.1 the flag word does not say who made a keyword; only the system makes those of these names. */
function isImplicit(
  name: string,
  keywordClass: KeywordClass,
  flags: KeywordFlags,
  version: SeriesVersion,
): boolean {
  if (flags.implicit || keywordClass === "index") return true;
  return isAtLeast(version, 2, 0) && !isAtLeast(version, 2, 1) && /^cparms_sg\d{3}$/i.test(name);
}

function expectName(row: MasterRow, name: string, implicit: boolean): void {
  if (!isMemberName(name)) throw masterError(row.place, `the name is none, expected ${MEMBER_NAME_SYNTAX}`);
  // What the system makes of a name is longer by a suffix.
  if (!implicit && name.length > SERIES_LIMITS.memberName)
    throw masterError(row.place, `the name has more than ${SERIES_LIMITS.memberName} characters`);
}

function readClass(row: MasterRow): KeywordClass {
  const code = integerField(row, "isconstant", INT4_MIN, INT4_MAX, KEYWORD_CLASS_CODES.variable);
  const keywordClass = keywordClassOfCode(code);
  if (keywordClass === undefined)
    throw masterError(
      row.place,
      `isconstant is ${code}, expected one of ${Object.values(KEYWORD_CLASS_CODES).join(", ")}`,
    );
  return keywordClass;
}

/** A linked keyword has the type of its target; what its row says, often nothing, does not matter. */
function readType(row: MasterRow, link: LinkedMember | undefined): Keyword["type"] {
  const text = textField(row, "type");
  const type = drmsTypeOf(text) ?? (link === undefined ? undefined : "string");
  if (type === undefined)
    throw masterError(
      row.place,
      `type is ${shown(text)}, expected one of ${Object.keys(DRMS_TYPES).join(", ")}`,
    );
  return type;
}

/** Rows by rank, those without one last; where one has none, all are counted anew. */
function inOrder(rows: readonly RankedRow[], columns: ReadonlyMap<string, number>): readonly Keyword[] {
  const placed = rows
    .filter(({ keywords }) => keywords.length > 0)
    .map(({ rank, keywords }) => ({
      keywords,
      name: keywords[0]!.baseName.toLowerCase(),
      rank: rank === 0 ? Number.POSITIVE_INFINITY : rank,
      column: keywords[0]!.column === undefined ? -1 : columns.get(keywords[0]!.column)!,
    }));
  const sorted = placed.sort((a, b) => {
    if (a.rank !== b.rank) return a.rank - b.rank;
    if (a.column !== b.column) return a.column - b.column;
    return a.name < b.name ? -1 : 1;
  });
  const counted = sorted.every(({ rank }) => Number.isFinite(rank));
  return sorted.flatMap(({ keywords }, n) =>
    counted ? keywords : keywords.map((keyword) => ({ ...keyword, rank: n + 1 })),
  );
}

function expectDifferentNames(keywords: readonly Keyword[], place: string): void {
  const seen = new Set<string>();
  for (const { name } of keywords) {
    const lower = name.toLowerCase();
    if (seen.has(lower)) throw masterError(place, `two keywords are called ${shown(name)}`);
    seen.add(lower);
  }
}
