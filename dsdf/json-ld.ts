import type { Contact, DataSource, Example } from "./data-source.js";
import { formatTypes } from "./flex/format-types.js";
import type { Json, JsonObject } from "./flex/json.js";
import { localId, sourceUrl, type ViewFacts } from "./flex/view-facts.js";
import { hapiObstacle } from "./hapi-fit.js";
import { timeText } from "./stages.js";

/** What schema.org is told of a server, besides its sources. */
export interface CatalogFacts extends Pick<ViewFacts, "server" | "tag"> {
  readonly siteName: string;
  readonly siteDescription?: string;
  /** Whether there is a way in for clients of HAPI. */
  readonly hasHapi: boolean;
}

/** A quantity of a source, where more is known of it than its definition says. */
export interface MeasuredQuantity {
  readonly name: string;
  readonly description?: string;
  /** As text; missing: none are told. */
  readonly units?: string;
}

const CONTEXT = "https://schema.org/";

/**
 * What a source is in the words of schema.org, for engines that search for data sets. What is not in the definition is not said:
 * no license without `license = ...`, no download without an example range.
 *
 * @param measured quantities of the records; missing: those that the definition describes (`data_NN`)
 * Source: schema.org 29, `Dataset`, `DataDownload`, `PropertyValue`.
 */
export function datasetJsonLd(
  source: DataSource,
  facts: CatalogFacts,
  measured?: readonly MeasuredQuantity[],
): JsonObject {
  const id = localId(source);
  const isOpen = source.access.length === 0;
  const license = source.keywords.get("license");
  const variables = (measured ?? source.data.map(quantityOf)).map(variable);
  const distribution = downloads(source, facts);
  return {
    "@context": CONTEXT,
    "@type": "Dataset",
    "@id": sourceUrl(facts, id, "/"),
    url: sourceUrl(facts, id, "/"),
    name: source.description === "" ? id : source.description,
    description: source.summary ?? source.description,
    identifier: facts.tag === undefined ? source.id : `${facts.tag}:/${id.toLowerCase()}`,
    ...coverage(source),
    ...(variables.length === 0 ? {} : { variableMeasured: variables }),
    ...(distribution.length === 0 ? {} : { distribution }),
    publisher: publisher(facts, source.contacts),
    ...(license === undefined || license === "" ? {} : { license }),
    isAccessibleForFree: isOpen,
    ...(isOpen ? {} : { conditionsOfAccess: "Asks for a user name and a password." }),
    includedInDataCatalog: { "@type": "DataCatalog", "@id": catalogId(facts), name: facts.siteName },
  };
}

/** The server as a catalog of its sources, those of `sources` by name. Source: schema.org 29, `DataCatalog`. */
export function catalogJsonLd(sources: Iterable<DataSource>, facts: CatalogFacts): JsonObject {
  return {
    "@context": CONTEXT,
    "@type": "DataCatalog",
    "@id": catalogId(facts),
    url: catalogId(facts),
    name: facts.siteName,
    ...(facts.siteDescription === undefined ? {} : { description: facts.siteDescription }),
    publisher: publisher(facts, []),
    dataset: Array.from(sources, (source): JsonObject => {
      const page = sourceUrl(facts, localId(source), "/");
      const { description } = source;
      return {
        "@type": "Dataset",
        "@id": page,
        url: page,
        name: description === "" ? source.id : description,
      };
    }),
  };
}

/** JSON that may stand between `<script>` and `</script>`: nothing of it ends the element or opens a comment. */
export function scriptSafeJson(value: Json): string {
  return JSON.stringify(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function catalogId({ server }: Pick<CatalogFacts, "server">): string {
  return `${server}/source/`;
}

/** An interval of ISO 8601; `..` stands for an end that moves on. */
function coverage({ validRange }: DataSource): JsonObject {
  if (validRange === undefined) return {};
  const { begin, end } = validRange;
  return { temporalCoverage: `${timeText(begin)}Z/${end === "now" ? ".." : `${timeText(end)}Z`}` };
}

function quantityOf({ id, title, units }: DataSource["data"][number]): MeasuredQuantity {
  return {
    name: id,
    ...(title === undefined ? {} : { description: title }),
    ...(units === undefined ? {} : { units }),
  };
}

function variable({ name, description, units }: MeasuredQuantity): JsonObject {
  return {
    "@type": "PropertyValue",
    name,
    ...(description === undefined || description === "" ? {} : { description }),
    ...(units === undefined || units === "" ? {} : { unitText: units }),
  };
}

function publisher({ siteName, server }: CatalogFacts, contacts: readonly Contact[]): JsonObject {
  return {
    "@type": "Organization",
    name: siteName,
    url: server,
    ...(contacts.length === 0 ? {} : { contactPoint: contacts.map(contactPoint) }),
  };
}

/** `Name <mail>` taken apart. */
function contactPoint({ kind, text }: Contact): JsonObject {
  const [, name = text, email] = /^(.*?)\s*<([^<>]*)>\s*$/.exec(text) ?? [];
  const contactType = kind === "other" ? "customer support" : kind;
  return {
    "@type": "ContactPoint",
    contactType,
    name: name.trim(),
    ...(email === undefined ? {} : { email }),
  };
}

/** Media types by the word of `format.type`; das2-stream A18. */
const ENCODINGS: Readonly<Record<string, string>> = {
  das: "application/vnd.das2.das2stream",
  qstream: "application/vnd.das2.qstream",
  csv: "text/csv",
  png: "image/png",
  arrow: "application/vnd.apache.arrow.stream",
  parquet: "application/vnd.apache.parquet",
  fits: "application/fits",
};

/** The first example in each form and by each way in that gives it. */
function downloads(source: DataSource, facts: CatalogFacts): JsonObject[] {
  const example = source.examples[0];
  if (example === undefined) return [];
  const words = exampleWords(source, example);
  const flex = (type?: string) =>
    `${sourceUrl(facts, localId(source), "/flex")}?${query([...words, ...(type === undefined ? [] : [["format.type", type] as const])])}`;
  if (source.form === "file") return [download(source.fileType.mediaType, flex())];
  const found = formatTypes(source).flatMap((type) => {
    const encoding =
      source.form === "das3" && type === "das" ? "application/vnd.das.stream" : ENCODINGS[type];
    return encoding === undefined ? [] : [download(encoding, flex(type === "das" ? undefined : type))];
  });
  return [...found, ...hapiDownloads(source, example, facts)];
}

/** Clients of HAPI cannot log in; a source that needs an interval has parts of its own there. */
function hapiDownloads(source: DataSource, { begin, end }: Example, facts: CatalogFacts): JsonObject[] {
  if (!facts.hasHapi || source.access.length > 0 || source.requiresInterval) return [];
  if (hapiObstacle(source) !== undefined) return [];
  const words = [
    ["dataset", source.id],
    ["start", `${timeText(begin)}Z`],
    ["stop", `${timeText(end)}Z`],
  ] as const;
  return [
    download("text/csv", `${facts.server}/hapi/data?${query(words)}`),
    download("application/json", `${facts.server}/hapi/data?${query([...words, ["format", "json"]])}`),
  ];
}

function download(encodingFormat: string, contentUrl: string): JsonObject {
  return { "@type": "DataDownload", encodingFormat, contentUrl };
}

type Word = readonly [name: string, value: string];

/** The request of an example in the words of the path-style interface. Source: das2-server 7.3. */
function exampleWords(source: DataSource, example: Example): readonly Word[] {
  const { begin, end, resolution, interval, params, query: own } = example;
  const words: Word[] = [
    ["read.time.min", timeText(begin)],
    ["read.time.max", timeText(end)],
  ];
  if (source.requiresInterval) {
    if (interval !== undefined) words.push(["read.time.inter", String(interval)]);
  } else if (resolution !== undefined) words.push(["bin.time.max", String(resolution)]);
  if (own !== undefined) words.push(...own);
  else if (params !== undefined) words.push(["read.opts", params]);
  return words;
}

function query(words: readonly Word[]): string {
  return words.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join("&");
}
