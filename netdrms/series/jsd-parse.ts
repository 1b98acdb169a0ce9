import { readHeaders } from "./jsd-headers.js";
import { definitionError, type JsdLine, jsdLines, linePlace } from "./jsd-line.js";
import { readKeywordLine, readLinkLine, readSegmentLine } from "./jsd-members.js";
import type { PlaceOf, SeriesDefinition } from "./series-definition.js";

/** A JSD file as a value. */
export interface ParsedJsd {
  readonly definition: SeriesDefinition;
  readonly warnings: readonly string[];
  /** Names the line, for what is found wrong with the definition later. */
  readonly placeOf: PlaceOf;
}

/**
 * Reads the text of a JSD file. Whether the series can be made is not judged here but by `defineSeries`.
 *
 * Errors: BAD_DEFINITION with number and text of the line, and what was expected. Source: netdrms 2.11.
 */
export function parseJsd(text: string): ParsedJsd {
  const headers: JsdLine[] = [];
  const links: JsdLine[] = [];
  const keywords: JsdLine[] = [];
  const segments: JsdLine[] = [];
  for (const line of jsdLines(text)) {
    if (line.word === "Link") links.push(line);
    else if (line.word === "Keyword") keywords.push(line);
    else if (line.word === "Data") segments.push(line);
    else headers.push(line);
  }
  const { definition, warnings } = readHeaders(headers);
  if (segments.length > 0 && !headers.some(({ word }) => word === "Retention"))
    throw definitionError(
      "The definition",
      "segments and no Retention line, expected how many days files are kept",
    );
  const lines = { link: links, keyword: keywords, segment: segments };
  return {
    definition: {
      ...definition,
      links: links.map(readLinkLine),
      keywords: keywords.map(readKeywordLine),
      segments: segments.map(readSegmentLine),
    },
    warnings,
    placeOf(part, name) {
      const word = name.toLowerCase();
      const line =
        part === "header"
          ? headers.find(
              (each) => each.word.toLowerCase() === word || (word === "primekeys" && each.word === "Index"),
            )
          : lines[part].findLast(({ fields }) => fields[0]!.toLowerCase() === word);
      return line === undefined ? `${part} ${name}` : linePlace(line);
    },
  };
}
