import { encodedPath } from "../../stream/url-text.js";
import type { DataSource, Example } from "../data-source.js";
import { lastElement } from "../id-element.js";
import { providedTypes } from "./format-types.js";
import type { HttpParam } from "./http-params.js";
import { contactParts } from "./http-stream.js";
import type { JsonObject } from "./json.js";
import type { FolderMember } from "./nodes.js";
import { dateOrTime } from "./source-interface.js";
import { localId, sourceUrl, type ViewFacts } from "./view-facts.js";

// The nodes of the prototype that came before dasFlex, das2.3; keys in upper case. Source: das2-server 8.7.

/** Names of parameters at `/data/ID` where they are not those of dasFlex; das2-server 7.2. */
const NAMES: Readonly<Record<string, string>> = {
  "read.time.min": "time.min",
  "read.time.max": "time.max",
  "read.time.inter": "time.int",
  "bin.time.max": "time.res",
  "read.opts": "params",
};
/** By what a definition says, the type of a value as the prototype calls it. */
const TYPES: Readonly<Record<HttpParam["type"], string>> = {
  isotime: "isotime",
  real: "real",
  integer: "integer",
  string: "text",
  boolean: "boolean",
  enum: "enum",
  FlagSet: "flag_set",
};

/** The node of a source for clients of das2.3. What its reader is told is never in it. Source: das2-server 8.7. */
export function das2Source(source: DataSource, params: readonly HttpParam[], facts: ViewFacts): JsonObject {
  const id = localId(source);
  const [standard, ...available] = providedTypes(source);
  const older = params.filter(({ name }) => !name.startsWith("format."));
  return {
    TYPE: "Das2Source",
    NAME: lastElement(id),
    TITLE: source.description,
    PATH_URI: pathUri(id, facts),
    SOURCE: {
      ...(source.summary === undefined ? {} : { DESC: source.summary }),
      CONTACTS: contacts(source),
      FORMATS: {
        ...(standard === undefined ? {} : { DEFAULT: format(standard) }),
        AVAILABLE: available.map(format),
      },
      ACCESS: [
        {
          BASE_URL: `${facts.server}/data/${encodedPath(id)}`,
          METHOD: "http_get_query",
          AUTH_REQUIRED: source.access.length === 0 ? "no" : "yes",
          ...(facts.realm === undefined ? {} : { REALM: facts.realm }),
        },
      ],
      COORDINATES: coordinates(source, new Set(older.map(({ name }) => name))),
      DATA: Object.fromEntries(
        source.data.map(({ id: name, title, units }) => [
          name,
          {
            ...(units === undefined ? {} : { UNITS: units }),
            ...(title === undefined ? {} : { TITLE: title }),
          },
        ]),
      ),
      QUERY_PARAMS: {
        time: group(source, older.filter(isOfTime)),
        options: group(
          source,
          older.filter((param) => !isOfTime(param)),
        ),
        output: source.form === "qstream" || source.form === "file" ? {} : TEXT_OUTPUT,
      },
      QUERY_EXAMPLES: source.examples.map((example) => exampleJson(example)),
    },
  };
}

/** The node of a folder for clients of das2.3. Source: das2-server 8.7. */
export function das2Catalog(
  id: string,
  title: string | undefined,
  members: readonly FolderMember[],
  facts: Pick<ViewFacts, "server" | "tag">,
): JsonObject {
  return {
    TYPE: "DasCatalog",
    PATH_URI: pathUri(id, facts),
    ...(title === undefined ? {} : { TITLE: title }),
    CATALOG: Object.fromEntries(
      members.map((member) => [
        lastElement(member.id),
        {
          TYPE: member.type === "Catalog" ? "DasCatalog" : "Das2Source",
          PATH_URI: pathUri(member.id, facts),
          ...(member.title === undefined ? {} : { TITLE: member.title }),
          // A folder has this form at its index alone.
          URL: [
            member.type === "Catalog"
              ? sourceUrl(facts, member.id, "/index.json?form=das2.3")
              : sourceUrl(facts, member.id, ".json?form=das2.3"),
          ],
        },
      ]),
    ),
  };
}

const TEXT_OUTPUT: JsonObject = {
  text: { TITLE: "Values as text", VAL_TYPE: "boolean", REQUIRED: false, DEFAULT: "false" },
};

/** By their names; one who is there for several things has them all. */
function contacts(source: DataSource): JsonObject {
  const found = new Map<string, { PURPOSE: string; EMAIL?: string }>();
  for (const contact of source.contacts) {
    const { type, name, email } = contactParts(contact);
    const known = found.get(name);
    if (known !== undefined) known.PURPOSE = `${known.PURPOSE}, ${type}`;
    else found.set(name, { PURPOSE: type, ...(email === undefined ? {} : { EMAIL: email }) });
  }
  return Object.fromEntries(found);
}

function format(mime: string): JsonObject {
  return { MIME: mime, ...(mime.includes("das2stream") ? { VERSION: "2.2" } : {}) };
}

function coordinates(source: DataSource, names: ReadonlySet<string>): JsonObject {
  const { validRange } = source;
  const others = source.coords.filter(({ id }) => id !== "time");
  return {
    time: {
      TITLE: "Time (UTC)",
      UNITS: "UTC",
      ...(validRange === undefined
        ? {}
        : {
            RANGE: {
              MIN: dateOrTime(validRange.begin),
              MAX: validRange.end === "now" ? "now" : dateOrTime(validRange.end),
            },
          }),
      SELECT: {
        MIN: "time.min",
        MAX: "time.max",
        ...(names.has("bin.time.max") ? { RES: "time.res" } : {}),
        ...(names.has("read.time.inter") ? { INT: "time.int" } : {}),
      },
    },
    ...Object.fromEntries(
      others.map(({ id, title, units, range }) => [
        id,
        {
          ...(title === undefined ? {} : { TITLE: title }),
          ...(units === undefined ? {} : { UNITS: units }),
          ...(range === undefined ? {} : { RANGE: { MIN: range.min, MAX: range.max } }),
        },
      ]),
    ),
  };
}

function isOfTime({ name }: HttpParam): boolean {
  return name.startsWith("read.time.") || name === "bin.time.max";
}

/** Parameters as they are asked for at `/data/ID`, with what the first example says as their default. */
function group({ examples: [first] }: DataSource, params: readonly HttpParam[]): JsonObject {
  const given = first === undefined ? new Map<string, string>() : settings(first);
  return Object.fromEntries(
    params.map(({ name, title = name, type, required, units, range, values, flags }) => {
      const older = NAMES[name] ?? name;
      const standard = given.get(older);
      const choices = values?.map((value) => ({ VALUE: value })) ?? flags?.map(flagJson);
      return [
        older,
        {
          TITLE: title,
          VAL_TYPE: TYPES[type],
          REQUIRED: required,
          ...(units === undefined ? {} : { UNITS: units }),
          ...(range === undefined ? {} : { MIN: range[0], MAX: range[1] }),
          ...(standard === undefined ? {} : { DEFAULT: standard }),
          ...(choices === undefined ? {} : { VALUES: choices }),
        },
      ];
    }),
  );
}

function flagJson({ value, title }: { readonly value: string; readonly title?: string }): JsonObject {
  return { VALUE: value, ...(title === undefined ? {} : { TITLE: title }) };
}

function settings(example: Example): ReadonlyMap<string, string> {
  const { begin, end, interval, resolution, params, query } = example;
  const found = new Map([
    ["time.min", dateOrTime(begin)],
    ["time.max", dateOrTime(end)],
  ]);
  if (interval !== undefined) found.set("time.int", String(interval));
  if (resolution !== undefined) found.set("time.res", String(resolution));
  if (query !== undefined) for (const [name, value] of query) found.set(NAMES[name] ?? name, value);
  else if (params !== undefined) found.set("params", params);
  return found;
}

function exampleJson(example: Example): JsonObject {
  const title = example.info ?? example.name;
  return { ...(title === undefined ? {} : { title }), http_params: Object.fromEntries(settings(example)) };
}

function pathUri(id: string, { server, tag }: Pick<ViewFacts, "server" | "tag">): string {
  return tag === undefined ? sourceUrl({ server }, id) : `${tag}:/${id.toLowerCase()}`;
}
