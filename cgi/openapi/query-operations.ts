import type { OutputForm } from "../../dsdf/data-query.js";
import type { SourceForm } from "../../dsdf/data-source.js";
import { PICTURE_THEMES } from "../../plot/picture-theme.js";
import { FORMAT_WORDS, readFormat } from "../data/format-words.js";
import { outputType } from "../data/output-type.js";
import { RESOURCE_TYPES } from "../resource-file.js";
import { type ApiFacts, queryText } from "./facts.js";
import { HEALTH_OPERATIONS } from "./health-operations.js";
import { imageOperations } from "./image-operations.js";
import type { ApiOperation, ApiParameter } from "./operation.js";
import { plotOperations } from "./plot-operations.js";

/** What the words of `server=` give. Source: das2-server 2. */
export const SERVER_WORDS: Readonly<Record<string, string>> = {
  id: "the name of the site",
  logo: "its picture",
  peers: "other servers (XML)",
  list: "all sources of streams, one a line",
  discovery: "the sources with examples, one a line",
  discover: "as discovery",
  files: "the sources of files, one a line",
  dsdf: "the description of a source (dataset)",
  dataset: "data of a source (dataset, start_time, end_time)",
  compactdataset: "the same under one content type, for older Java clients",
  image: "a plot of the same data, by the program of the site",
  debug: "the configuration, for operators",
};

/** The parameters of data in the words of das2.2. Source: das2-server 2.7, 2.8. */
const DATA_WORDS: readonly ApiParameter[] = [
  { name: "dataset", about: "Id of the source, as in the list" },
  { name: "start_time", about: "Begin, UTC; also time.min or start" },
  { name: "end_time", about: "End, UTC, excluded; also time.max or stop" },
  {
    name: "resolution",
    type: "number",
    about: "Widest bins wanted, seconds; 0 or none: the records as they are",
  },
  { name: "interval", type: "number", about: "Seconds between computed points, for sources that need it" },
  { name: "params", about: "Parameters of the reader, in the words of the source" },
  { name: "ascii", about: "1, true or yes: the stream as text" },
  { name: "format", values: FORMAT_WORDS, default: "das2", about: "Form of the answer" },
  {
    name: "format.id",
    type: "integer",
    about: "Packets that become the table, where a stream has several kinds (arrow, parquet)",
  },
  { name: "format.width", type: "integer", about: "Width of a picture, pixels" },
  { name: "format.height", type: "integer", about: "Height of a picture, pixels" },
  {
    name: "format.theme",
    values: Object.keys(PICTURE_THEMES),
    default: "light",
    about: "Ground of a picture",
  },
];

const FORMS: readonly SourceForm[] = [{ form: "das2" }, { form: "das3" }, { form: "qstream" }];
const INSTANT = { day: 0, ns: 0 };

/** Every media type of data, from the labels that answers have; without parameters. */
export function dataTypes(): readonly string[] {
  const choices = FORMAT_WORDS.map((word) =>
    readFormat(new Map([["format", word]]), false, { begin: INSTANT, end: INSTANT }),
  );
  const more: readonly OutputForm[] = ["das2", "das2text"];
  const all = [...choices, ...more.map((output) => ({ output, serial: undefined }))];
  const types = FORMS.flatMap((form) =>
    all.flatMap(({ output, serial }) =>
      [false, true].map((browser) => outputType(form, output, browser, serial).contentType),
    ),
  );
  // A file has the type of its definition.
  return [...new Set(types.map((type) => type.split(";")[0] ?? type)), "application/octet-stream", "*/*"];
}

/** The paths that are no catalog and no other door: requests by query, pages, the state of the server. */
export function queryOperations(facts: ApiFacts): readonly ApiOperation[] {
  const { example, open } = facts;
  const words = Object.entries(SERVER_WORDS).filter(([word]) => word !== "debug" || open.debug);
  const data =
    example === undefined
      ? []
      : (["dataset", "compactdataset"] as const).map((server) =>
          queryText({ server, dataset: example.id, start_time: example.begin, end_time: example.end }),
        );
  const forms =
    example === undefined
      ? []
      : ["das2-text", "das3", "csv"].map((format) =>
          queryText({
            server: "dataset",
            dataset: example.id,
            start_time: example.begin,
            end_time: example.end,
            format,
          }),
        );
  const described = example === undefined ? [] : [queryText({ server: "dsdf", dataset: example.id })];
  const tag = "das2";
  const common = { tag, errors: "das2" } as const;
  return [
    {
      ...common,
      path: "/",
      summary: "Requests by query (das2.2), or the front page",
      description: `What \`server\` may say:\n\n${words
        .map(([word, about]) => `- \`${word}\`: ${about}`)
        .join("\n")}\n\nThe same is answered at any other path that has a \`server\` parameter.`,
      parameters: [
        {
          name: "server",
          values: words.map(([word]) => word),
          about: "What is wanted; without it the front page",
        },
        ...DATA_WORDS,
      ],
      types: ["text/html", "text/xml", "image/svg+xml", ...dataTypes()],
      statuses: [206, 301, 302, 403, 404, 416, 501, 502],
      login: true,
      examples: [
        "",
        "server=id",
        "server=peers",
        "server=list",
        "server=discovery",
        "server=files",
        "server=logo",
        ...described,
        ...data,
        ...forms,
      ],
    },
    { ...common, path: "/id.txt", summary: "The name of the site", types: ["text/plain"], examples: [""] },
    {
      ...common,
      path: "/id.json",
      summary: "The name of the site, with its short id",
      types: ["application/json"],
      examples: [""],
    },
    {
      ...common,
      path: "/logo",
      summary: "The picture of the site",
      types: ["image/png", "image/svg+xml", "image/gif", "image/jpeg"],
      statuses: [404],
      examples: [""],
    },
    {
      ...common,
      path: "/logo.png",
      summary: "The same",
      types: ["image/png", "image/svg+xml", "image/gif", "image/jpeg"],
      statuses: [404],
      examples: [""],
    },
    { ...common, path: "/peers", summary: "Other servers", types: ["text/xml"], examples: [""] },
    { ...common, path: "/peers.xml", summary: "The same", types: ["text/xml"], examples: [""] },
    ...(open.debug ? [DEBUG] : []),
    {
      ...common,
      path: "/static/{file}",
      summary: "Style sheets and pictures of the pages",
      parameters: [{ name: "file", in: "path", about: "Name of a file", example: "heliostream.css" }],
      types: RESOURCE_TYPES,
      statuses: [403, 404],
      examples: [""],
    },
    {
      ...common,
      path: "/docs/{page}",
      summary: "The documentation of this version, as pages",
      parameters: [{ name: "page", in: "path", about: "Name of a page", example: "first-plot" }],
      types: ["text/html"],
      statuses: [301, 404],
      examples: [""],
    },
    ...CACHE_OPERATIONS,
    ...HEALTH_OPERATIONS,
    ...imageOperations(facts),
    ...plotOperations(facts),
    {
      ...common,
      path: "/openapi.json",
      tag: "description",
      summary: "This document",
      types: ["application/json"],
      examples: [""],
    },
  ];
}

const DEBUG: ApiOperation = {
  path: "/debug",
  tag: "operation",
  errors: "das2",
  summary: "The configuration, for those who may see the log",
  types: ["text/plain"],
  statuses: [404],
  examples: [""],
};

const CACHE_WORDS: readonly ApiParameter[] = [
  { name: "source", about: "The source that is shown by itself" },
  { name: "find", about: "Only sources whose ids contain this" },
  { name: "begin", about: "Begin of the bars, UTC" },
  { name: "end", about: "End of the bars, UTC" },
  { name: "page", type: "integer", about: "Page of the list of sources, from 1" },
  { name: "refresh", type: "integer", about: "Seconds after which the page loads itself again" },
];

const CACHE_OPERATIONS: readonly ApiOperation[] = [
  {
    path: "/cache",
    summary: "What is kept of which source, for those who may see the log",
    types: ["text/html"],
  },
  { path: "/cache.json", summary: "The same as JSON", types: ["application/json"] },
].map((one) => ({
  ...one,
  tag: "operation",
  parameters: CACHE_WORDS,
  statuses: [403],
  errors: "das2",
  examples: [""],
}));
