import { intervalFactor } from "../times/intervals.js";
import { parseValue, scanReal } from "../values/scan-value.js";
import { segmentKeywords } from "./define-segments.js";
import { checkDifferent, checkMemberName, checkText } from "./definition-checks.js";
import { definitionError } from "./jsd-line.js";
import { isSlotted } from "./keyword-class.js";
import { MASTER_LIMITS, SERIES_LIMITS } from "./limits.js";
import { shown } from "./master-row.js";
import type { Keyword, Segment } from "./model.js";
import { columnName, indexKeywordName, threeDigits, whyKeywordNameIsTaken } from "./names.js";
import type { KeywordDefinition, PlaceOf } from "./series-definition.js";

type Unranked = Omit<Keyword, "rank">;
type OwnKeyword = Extract<KeywordDefinition, { readonly link?: never }>;

/**
 * The keywords of a series in the making in the order of their ranks: those that the system makes for segments, then those of the
 * definition, each slotted one followed by its index, each per-segment one as often as there are segments.
 *
 * Errors: BAD_DEFINITION. Source: netdrms 1.2, 1.4, 1.5, 1.6, 2.4.
 */
export function defineKeywords(
  definitions: readonly KeywordDefinition[],
  segments: readonly Segment[],
  placeOf: PlaceOf,
): readonly Keyword[] {
  const placed = (name: string) => placeOf("keyword", name);
  if (definitions.length > MASTER_LIMITS.keywordRows)
    throw definitionError(
      "The definition",
      `${definitions.length} keywords, expected at most ${MASTER_LIMITS.keywordRows}`,
    );
  const rows: readonly (readonly Unranked[])[] = [
    ...segmentKeywords(segments).map((keyword) => [keyword]),
    ...definitions.flatMap((definition) => {
      checkKeyword(definition, placed(definition.name));
      return rowsOf(definition, segments);
    }),
  ];
  const keywords = rows.flatMap((row, n) => row.map((keyword) => ({ ...keyword, rank: n + 1 })));
  if (keywords.length > MASTER_LIMITS.keywords)
    throw definitionError(
      "The definition",
      `${keywords.length} keywords, those per segment counted, expected at most ${MASTER_LIMITS.keywords}`,
    );
  const declared = new Map(
    keywords.map(({ name, baseName, implicit }) => [name, implicit ? undefined : baseName]),
  );
  checkDifferent(
    // What the system made comes first, so that the message is about the line that can be changed.
    keywords.toSorted((a, b) => Number(b.implicit) - Number(a.implicit)).map(({ name }) => name),
    (name) => placed(declared.get(name) ?? name),
    (name) => `a second keyword ${name}, expected different names`,
  );
  return keywords;
}

function checkKeyword(definition: KeywordDefinition, place: string): void {
  const { name, description } = definition;
  checkMemberName(place, name);
  const taken = whyKeywordNameIsTaken(name);
  if (taken !== undefined)
    throw definitionError(place, `name ${shown(name)}, ${taken}; expected another name`);
  checkText(place, "description", description, SERIES_LIMITS.description);
  if (definition.link !== undefined) {
    checkMemberName(place, definition.link.target);
    return;
  }
  checkText(place, "default", definition.defaultText, SERIES_LIMITS.defaultText);
  checkText(place, "format", definition.format, SERIES_LIMITS.format);
  checkText(place, "unit", definition.unit, SERIES_LIMITS.unit);
  if (!isDefault(definition))
    throw definitionError(
      place,
      `default ${shown(definition.defaultText)}, expected a value of type ${definition.type} or DRMS_MISSING_VALUE`,
    );
  if (isSlotted(definition.class) && (definition.type === "string" || definition.perSegment))
    throw definitionError(place, `class ${definition.class}, expected one number or time for each record`);
}

function isDefault({ type, defaultText, unit }: OwnKeyword): boolean {
  if (parseValue(type, defaultText) !== undefined) return true;
  const body = defaultText.trim();
  return type === "time" && intervalFactor(unit) !== undefined && scanReal(body)?.length === body.length;
}

function rowsOf(
  definition: KeywordDefinition,
  segments: readonly Segment[],
): readonly (readonly Unranked[])[] {
  const { name, description } = definition;
  if (definition.link !== undefined)
    return [
      [
        {
          name,
          baseName: name,
          type: "string",
          class: "variable",
          defaultText: "",
          format: "",
          unit: "",
          description,
          implicit: false,
          link: definition.link,
        },
      ],
    ];
  if (definition.perSegment)
    return [
      segments.map(({ number }) => ({
        ...ownKeyword(definition, `${name}_${threeDigits(number)}`),
        segment: number,
      })),
    ];
  const keyword = ownKeyword(definition, name);
  return isSlotted(definition.class) ? [[keyword], [indexKeyword(name)]] : [[keyword]];
}

function ownKeyword(definition: OwnKeyword, name: string): Unranked {
  const { name: baseName, type, class: keywordClass, defaultText, format, unit, description } = definition;
  return {
    name,
    baseName,
    type,
    class: keywordClass,
    defaultText,
    format,
    unit,
    description,
    implicit: false,
    ...(keywordClass === "constant" ? {} : { column: columnName(name) }),
  };
}

/** Source: netdrms 1.6, and its example in 2.4. */
function indexKeyword(slotted: string): Unranked {
  const name = indexKeywordName(slotted);
  return {
    name,
    baseName: name,
    type: "longlong",
    class: "index",
    defaultText: "DRMS_MISSING_VALUE",
    format: "%lld",
    unit: "",
    description: `Index keyword associated with ${slotted}`,
    implicit: true,
    column: columnName(name),
  };
}
