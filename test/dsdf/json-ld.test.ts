import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../dsdf/flex/json.js";
import { isObject } from "../../dsdf/flex/json.js";
import { type CatalogFacts, catalogJsonLd, datasetJsonLd, scriptSafeJson } from "../../dsdf/json-ld.js";
import { dataSource } from "../../dsdf/load.js";

const FACTS: CatalogFacts = {
  server: "https://data.example.org/das/server",
  siteName: "Example",
  hasHapi: true,
};

function source(lines: string, id = "Lab/Pump 4") {
  const text = new TextEncoder().encode(`${lines}\n`);
  return dataSource(id, "/srv/secret/Pump.dsdf", text, { substitutions: new Map() });
}

const FULL = `description = 'Pump pressure'
summary = 'Pressure of the pump, each second'
techContact = 'A. Person <a.person@example.org>'
sciContact = 'B. Person'
das2Stream = 1
reader = '/opt/secret/rdr -p x'
validRange = '2010-05-01 to now'
data_00 = 'pressure | Pressure | Pa'
data_01 = 'state'
exampleRange_00 = '2021-06-30 to 2021-07-01 UTC | A day'
exampleResolution_00 = '60'
`;

/**
 * Types of schema.org that are used here, with the properties that it lists for them (schema.org 29; those of `Thing`, and of
 * `CreativeWork` for the two that are works).
 */
const THING = ["@type", "@id", "@context", "name", "description", "url", "identifier"];
const WORK = [
  ...THING,
  ...[
    "publisher",
    "license",
    "isAccessibleForFree",
    "conditionsOfAccess",
    "encodingFormat",
    "creator",
    "keywords",
  ],
];
const TERMS: Readonly<Record<string, readonly string[]>> = {
  Dataset: [...WORK, "temporalCoverage", "variableMeasured", "distribution", "includedInDataCatalog"],
  DataCatalog: [...WORK, "dataset"],
  DataDownload: [...WORK, "contentUrl", "contentSize"],
  PropertyValue: [...THING, "unitText", "unitCode", "minValue", "maxValue"],
  Organization: [...THING, "contactPoint"],
  ContactPoint: [...THING, "contactType", "email", "telephone"],
};

/** What is wrong with a document: types or properties that schema.org has not. */
function faults(value: Json | undefined, at = "$"): string[] {
  if (Array.isArray(value)) return value.flatMap((one: Json, index) => faults(one, `${at}[${index}]`));
  if (!isObject(value)) return [];
  const object = value as JsonObject; // checked to be one
  const terms = TERMS[String(object["@type"])];
  if (terms === undefined) return [`${at} is of type ${String(object["@type"])}`];
  return Object.entries(object).flatMap(([name, member]) =>
    terms.includes(name)
      ? faults(member, `${at}.${name}`)
      : [`${at}.${name} is no property of ${String(object["@type"])}`],
  );
}

describe("a source in the words of schema.org", () => {
  it("says name, coverage, quantities with their units, and whom to ask", () => {
    const made = datasetJsonLd(source(FULL), FACTS);
    expect(made).toMatchObject({
      "@context": "https://schema.org/",
      "@type": "Dataset",
      "@id": "https://data.example.org/das/server/source/Lab/Pump%204/",
      name: "Pump pressure",
      description: "Pressure of the pump, each second",
      identifier: "Lab/Pump 4",
      temporalCoverage: "2010-05-01T00:00:00Z/..",
      isAccessibleForFree: true,
      includedInDataCatalog: { "@type": "DataCatalog", name: "Example" },
    });
    expect(made.variableMeasured).toEqual([
      { "@type": "PropertyValue", name: "pressure", description: "Pressure", unitText: "Pa" },
      { "@type": "PropertyValue", name: "state" },
    ]);
    expect(made.publisher).toMatchObject({
      name: "Example",
      contactPoint: [
        { contactType: "technical", name: "A. Person", email: "a.person@example.org" },
        { contactType: "scientific", name: "B. Person" },
      ],
    });
  });

  it("has only types and properties that schema.org has", () => {
    expect(faults(datasetJsonLd(source(FULL), FACTS))).toEqual([]);
    expect(faults(catalogJsonLd([source(FULL)], FACTS))).toEqual([]);
    expect(faults({ "@type": "Dataset", contactPoint: 1 })).not.toEqual([]);
  });

  it("offers the first example in each form and at each door, by absolute URLs that a client can take as they are", () => {
    const { distribution } = datasetJsonLd(source(FULL), FACTS);
    const downloads = distribution as readonly { encodingFormat: string; contentUrl: string }[];
    expect(downloads.map(({ encodingFormat }) => encodingFormat)).toEqual([
      "application/vnd.das2.das2stream",
      "text/csv",
      "image/png",
      "application/vnd.apache.arrow.stream",
      "application/vnd.apache.parquet",
      "application/fits",
      "text/csv",
      "application/json",
    ]);
    const [first] = downloads.map(({ contentUrl }) => new URL(contentUrl));
    expect(first?.pathname).toBe("/das/server/source/Lab/Pump%204/flex");
    expect(Object.fromEntries(first?.searchParams ?? [])).toEqual({
      "read.time.min": "2021-06-30T00:00:00",
      "read.time.max": "2021-07-01T00:00:00",
      "bin.time.max": "60",
    });
    const hapi = new URL(downloads.at(-1)?.contentUrl ?? "");
    expect(hapi.pathname).toBe("/das/server/hapi/data");
    expect(Object.fromEntries(hapi.searchParams)).toEqual({
      dataset: "Lab/Pump 4",
      start: "2021-06-30T00:00:00Z",
      stop: "2021-07-01T00:00:00Z",
      format: "json",
    });
  });

  it("names no download where there is no example, and no license that is not stated", () => {
    const made = datasetJsonLd(source("description = 'x'\ndas2Stream = 1\nreader = 'r'"), FACTS);
    expect(made).not.toHaveProperty("distribution");
    expect(made).not.toHaveProperty("license");
    const licensed = datasetJsonLd(source(`${FULL}license = 'https://spdx.org/licenses/CC0-1.0'`), FACTS);
    expect(licensed.license).toBe("https://spdx.org/licenses/CC0-1.0");
  });

  it("says of a protected source that it asks for a login, and offers it at no door where nobody can log in", () => {
    const made = datasetJsonLd(source(`${FULL}readAccess = 'USER:rita'`), FACTS);
    expect(made.isAccessibleForFree).toBe(false);
    expect(made.conditionsOfAccess).toContain("password");
    expect(JSON.stringify(made)).not.toMatch(/hapi|rita/);
  });

  it("tells nothing that stays inside", () => {
    expect(JSON.stringify(datasetJsonLd(source(FULL), FACTS))).not.toMatch(/secret|\.dsdf|rdr/);
  });

  it("gives the bytes of a file as what they are", () => {
    const lines = FULL.replace("das2Stream = 1", "outputType = 'application/x-tar | tar'");
    const { distribution } = datasetJsonLd(source(lines), FACTS);
    expect((distribution as readonly { encodingFormat: string }[]).map((one) => one.encodingFormat)).toEqual([
      "application/x-tar",
    ]);
  });

  it("takes quantities that are known from the stream before those of the definition", () => {
    const made = datasetJsonLd(source(FULL), FACTS, [{ name: "volts", units: "V" }]);
    expect(made.variableMeasured).toEqual([{ "@type": "PropertyValue", name: "volts", unitText: "V" }]);
  });
});

describe("JSON inside a page", () => {
  it("ends no element and opens no comment, and is the same value", () => {
    const value = { a: "</script><!-- <script>&amp;\u2028\u2029" };
    const text = scriptSafeJson(value);
    expect(text).not.toMatch(/[<>&\u2028\u2029]/);
    expect(JSON.parse(text)).toEqual(value);
  });
});
