import { DAS_FORMAT_TYPES } from "../../dsdf/flex/format-types.js";
import { PICTURE_THEMES } from "../../plot/picture-theme.js";
import type { SourceView } from "../flex/source-path.js";
import { type ApiFacts, type OpenWays, queryText } from "./facts.js";
import type { ApiOperation, ApiParameter } from "./operation.js";
import { dataTypes } from "./query-operations.js";

/** The parameters of path-style data. Source: das2-server 7.3. */
export const FLEX_PARAMETERS: readonly ApiParameter[] = [
  { name: "read.time.min", required: true, about: "Begin, UTC" },
  { name: "read.time.max", required: true, about: "End, UTC, excluded" },
  {
    name: "read.time.inter",
    type: "number",
    about: "Seconds between computed points, for sources that need it",
  },
  { name: "read.opts", about: "Parameters of the reader, in the words of the source" },
  {
    name: "bin.time.max",
    type: "number",
    about: "Widest bins wanted, seconds; 0 or none: the records as they are",
  },
  {
    name: "bin.stats",
    about: "What bins tell besides their averages: min, max, stddev, separated by commas",
  },
  {
    name: "dft.length",
    type: "integer",
    about: "Power spectra of segments of so many samples, an even number",
  },
  { name: "dft.slide", type: "integer", about: "Segments begin so many parts of a segment apart" },
  { name: "format.type", values: [...DAS_FORMAT_TYPES, "qstream"], about: "Form of the answer" },
  { name: "format.version", about: "2 or 3: version of the das stream" },
  { name: "format.serial", values: ["binary", "text", "xml"], default: "binary", about: "How it is written" },
  { name: "format.secfrac", type: "integer", about: "Digits of seconds of texts, 0 to 9" },
  { name: "format.sigdigit", type: "integer", about: "Significant digits of texts, from 2" },
  { name: "format.delim", about: "comma, semicolon, tab or one character: between the values of a table" },
  { name: "format.width", type: "integer", about: "Width of a picture, pixels" },
  { name: "format.height", type: "integer", about: "Height of a picture, pixels" },
  {
    name: "format.theme",
    values: Object.keys(PICTURE_THEMES),
    default: "light",
    about: "Ground of a picture",
  },
];

const LAST_EVENT: ApiParameter = {
  name: "lastEventId",
  about: "Id of the last event that came, where the header Last-Event-ID cannot be sent",
};

/** Live requests have a range of their own where they give none. */
function optional({ required: _, ...parameter }: ApiParameter): ApiParameter {
  return parameter;
}

/** What is below a source, by the last element of its path; missing: never answered (das2-server 7.1). */
const VIEW_TEXTS: Readonly<Partial<Record<SourceView, readonly [summary: string, ...types: string[]]>>> = {
  "flex.json": ["The parameters of its data, for programs", "application/json"],
  "flexRT.json": ["Its live data, for programs", "application/json"],
  "das2.d2t": ["Its description for das2 clients", "text/vnd.das2.das2stream", "text/plain"],
  "dataset.jsonld": ["Its description for search engines (schema.org)", "application/ld+json"],
  "flex.html": ["A form that asks for data", "text/html"],
  "hapi2.json": ["Its header for HAPI clients", "application/json"],
  "das1.pro": ["Its description for das1 clients, where a tree of dasFlex has one", "text/plain"],
  "voservice.xml": ["Its description for IVOA clients, where a tree of dasFlex has one", "text/xml"],
};
/** Views that some sources have. */
const SOME: ReadonlySet<string> = new Set(["flexRT.json", "das1.pro", "voservice.xml"]);

function isOpen(view: string, { hapi, flexTree }: OpenWays): boolean {
  if (view === "das1.pro" || view === "voservice.xml") return flexTree;
  return view !== "hapi2.json" || hapi || flexTree;
}

const VERIFY: ApiOperation = {
  tag: "catalog",
  errors: "das2",
  path: "/verify",
  summary: "Says what is wrong with a stream that is sent",
  description: "The stream is the body itself, or a file of a form.",
  types: ["text/plain", "text/html"],
  statuses: [404, 413],
  post: true,
  examples: [""],
};

/** The path-style interface: catalog, descriptions, data. Source: das2-server 7.1, 7.2. */
export function flexOperations({ example, open }: ApiFacts): readonly ApiOperation[] {
  const id: ApiParameter = {
    name: "id",
    in: "path",
    about: "Id of a source or folder; the slashes in it stay slashes",
    ...(example === undefined ? {} : { example: example.id }),
  };
  const tried = example === undefined ? {} : { examples: [""] };
  const range = example === undefined ? {} : { begin: example.begin, end: example.end };
  const asked = (words: Readonly<Record<string, string>> = {}) =>
    example === undefined
      ? []
      : [queryText({ "read.time.min": range.begin ?? "", "read.time.max": range.end ?? "", ...words })];
  const views = Object.entries(VIEW_TEXTS).filter(([view]) => isOpen(view, open));
  const common = { tag: "catalog", errors: "das2" } as const;
  const ofSource = { ...common, parameters: [id], statuses: [301, 302, 404] };
  const data = {
    ...common,
    tag: "data",
    parameters: [id, ...FLEX_PARAMETERS],
    types: dataTypes(),
    statuses: [206, 301, 302, 404, 416, 501, 502],
    login: true,
    examples: [...asked(), ...asked({ "format.type": "csv" }), ...asked({ "format.version": "3" })],
  } as const;
  return [
    {
      ...common,
      path: "/catalog.json",
      summary: "The whole catalog, down to the sources",
      types: ["application/json"],
      examples: [""],
    },
    {
      ...common,
      path: "/root.json",
      summary: "The top of the catalog",
      types: ["application/json"],
      examples: [""],
    },
    { ...common, path: "/nodes.csv", summary: "The catalog as a table", types: ["text/csv"], examples: [""] },
    {
      ...common,
      path: "/catalog.jsonld",
      summary: "The catalog for search engines (schema.org)",
      types: ["application/ld+json"],
      examples: [""],
    },
    {
      ...common,
      path: "/catalog",
      summary: "Leads to /catalog.json",
      types: [],
      statuses: [301],
      examples: [""],
    },
    {
      ...common,
      path: "/source/",
      summary: "The page of the top of the catalog",
      types: ["text/html", "application/json"],
      examples: [""],
    },
    {
      ...ofSource,
      ...tried,
      path: "/source/{id}/",
      summary: "The page of a source or folder",
      types: ["text/html", "application/json"],
    },
    {
      ...ofSource,
      ...tried,
      path: "/source/{id}.json",
      summary: "The node of a source or folder",
      types: ["application/json"],
      statuses: [301, 302, 404, 501],
    },
    ...views.map(
      ([view, [summary, ...types]]): ApiOperation => ({
        ...ofSource,
        // Not every source has these.
        ...(SOME.has(view) ? {} : tried),
        path: `/source/{id}/${view}`,
        summary,
        types,
        ...(view.endsWith(".json") ? {} : { tag: "description" }),
      }),
    ),
    { ...data, path: "/source/{id}/flex", summary: "Data of a source" },
    { ...data, path: "/source/{id}/das2", summary: "The same, also by the names of das2.2" },
    { ...data, path: "/data/{id}", summary: "The same, by an older path" },
    {
      ...data,
      path: "/coverage/{id}",
      summary: "Which bins have data",
      description: "The width of the bins is needed: bin.time.max.",
      examples: asked({ "bin.time.max": "3600" }),
    },
    ...(open.verify ? [VERIFY] : []),
    {
      ...data,
      path: "/source/{id}/live",
      summary: "Records as server-sent events, those of the past and then new ones as they come",
      description: "Without a range, of a live source: from now on and for ever.",
      parameters: [id, ...FLEX_PARAMETERS.map(optional), LAST_EVENT],
      types: ["text/event-stream"],
      examples: asked(),
    },
    {
      ...data,
      path: "/source/{id}/flexRT",
      summary: "The same as a das stream by WebSocket",
      description: "A request without an upgrade is refused.",
      parameters: [id, ...FLEX_PARAMETERS.map(optional)],
      types: [],
      statuses: [101, 404, 501],
      // What tries it is no request by HTTP alone.
      examples: [],
    },
  ];
}
