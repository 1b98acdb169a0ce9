import type { DataSource } from "../../dsdf/data-source.js";
import { localId } from "../../dsdf/flex/view-facts.js";

/** A quantity of the records of a source, as far as it is known. */
export interface Quantity {
  readonly name: string;
  readonly description?: string;
  readonly units?: string;
}

/** What is searched of one source, in lower case. */
export interface IndexedSource {
  readonly source: DataSource;
  readonly id: string;
  readonly elements: readonly string[];
  readonly description: string;
  readonly summary: string;
  readonly quantities: readonly string[];
  readonly units: readonly string[];
  readonly about: string;
}

/** Characters of a text that are searched: a description of a megabyte costs no more than one of a page. */
const MOST_CHARACTERS = 4000;

/** The sources in the order in which they were given, ready to be searched. */
export function indexSources(
  sources: Iterable<DataSource>,
  measured: (source: DataSource) => readonly Quantity[],
): readonly IndexedSource[] {
  return Array.from(sources, (source) => {
    const id = localId(source).toLowerCase();
    const quantities = [...declaredQuantities(source), ...measured(source)];
    return {
      source,
      id,
      elements: id.split("/"),
      description: lower(source.description),
      summary: lower(source.summary ?? ""),
      quantities: quantities.map(({ name }) => lower(name)),
      units: quantities.flatMap(({ units }) => (units === undefined ? [] : [lower(units)])),
      about: lower(quantities.map(({ description }) => description ?? "").join("\n")),
    };
  });
}

/** What the definition itself tells of quantities. */
export function declaredQuantities({ data, coords, items }: DataSource): readonly Quantity[] {
  return [
    ...[...data, ...coords].map(({ id, title, units }) => ({
      name: id,
      ...(title === undefined ? {} : { description: title }),
      ...(units === undefined ? {} : { units }),
    })),
    ...items.map(({ id, description }) => ({
      name: id,
      ...(description === undefined ? {} : { description }),
    })),
  ];
}

function lower(text: string): string {
  return text.slice(0, MOST_CHARACTERS).toLowerCase();
}
