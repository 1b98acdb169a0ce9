import type { Keyword, Link, Segment, Series } from "../../series/model.js";

/** The structure of a series as people read it. Source: netdrms 6, "Structure listing". */
export function structureText(series: Series): string {
  const { name, keywords, segments, links } = series;
  // The keywords of one master row follow each other.
  const rows = keywords
    .filter(({ implicit }) => !implicit)
    .filter(({ baseName }, n, declared) => baseName !== declared[n - 1]?.baseName);
  return [
    ...primeKeyLines(series),
    ...indexLines(series),
    `All Keywords for series ${name}:`,
    ...rows.map(keywordLine),
    ...(segments.length === 0 ? [] : [`Segments for series ${name}:`, ...segments.map(segmentLine)]),
    ...(links.length === 0 ? [] : [`Links for series ${name}:`, ...links.map(linkLine)]),
    "",
  ].join("\n");
}

function primeKeyLines({ primeKeys }: Series): readonly string[] {
  if (primeKeys.length === 0) return ["No Prime Keys are defined for this series."];
  const lines = primeKeys.map(({ external, internal }) =>
    external === internal
      ? `\t${external.name}`
      : `\t${external.name} is slotted '${external.class}' using ${internal.name}`,
  );
  return ["Prime Keys are:", ...lines];
}

function indexLines({ primeKeys, dbIndex }: Series): readonly string[] {
  const lower = (names: readonly string[]) => names.map((name) => name.toLowerCase()).join();
  const keys = primeKeys.map(({ internal }) => internal.name);
  if (dbIndex.length === 0 && keys.length === 0) return ["No DB Index Keys are defined for this series."];
  if (dbIndex.length === 0 || lower(dbIndex) === lower(keys)) return ["DB Index Keys are same as Prime Keys"];
  return ["DB Index Keys are:", ...dbIndex.map((name) => `\t${name}`)];
}

const NAME_WIDTH = 10;
const UNIT_WIDTH = 7;

function keywordLine({ baseName, link, type, segment, description }: Keyword): string {
  const perSegment = segment === undefined ? "" : ", per-segment";
  const what = link === undefined ? `(${type})${perSegment}` : `link through ${link.link}`;
  return `\t${[baseName.padEnd(NAME_WIDTH), what, description].join("\t")}`;
}

function segmentLine(segment: Segment): string {
  const { name, link, unit, protocol, description } = segment;
  const fields =
    link === undefined
      ? [unit.padStart(UNIT_WIDTH), protocol.padStart(UNIT_WIDTH), dimensions(segment)]
      : [`link through ${link.link}`];
  return `\t${[name.padEnd(NAME_WIDTH), ...fields, description].join("\t")}`;
}

/** The lengths of a segment's axes: `4096x4096`, `VAR` for each where every record has its own, `NA` where none are told. */
export function dimensions({ axes, scope }: Segment): string {
  if (axes.length === 0) return "NA";
  return axes.map((axis) => (scope === "vardim" ? "VAR" : axis === 0 ? "NA" : axis)).join("x");
}

function linkLine({ name, kind, targetSeries, description }: Link): string {
  return `\t${[name.padEnd(NAME_WIDTH), kind.toUpperCase(), targetSeries, description].join("\t")}`;
}
