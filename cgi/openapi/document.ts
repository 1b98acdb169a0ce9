import type { JsonObject } from "../../dsdf/flex/json.js";
import type { ApiFacts } from "./facts.js";
import { flexOperations } from "./flex-operations.js";
import { hapiOperations } from "./hapi-operations.js";
import { jsocOperations } from "./jsoc-operations.js";
import { type ApiOperation, pathItem } from "./operation.js";
import { queryOperations } from "./query-operations.js";

const ABOUT = `Time series of solar and space physics: *this source, this time range, no finer than this resolution*.

Every path answers HEAD and OPTIONS too. Times are UTC in ISO 8601. An answer with data says how it was made in
\`Heliostream-Provenance\` (RFC 9651), and \`Link\` leads to the description of its source. Before a request is understood 408 and 431 may
be answered. After the first byte, a failure is an exception packet at the end of a das stream, and ends the connection of any other form.`;

/** All operations of a server that are open: a way in that the configuration closes is not described. */
export function apiOperations(facts: ApiFacts): readonly ApiOperation[] {
  return [
    ...queryOperations(facts),
    ...flexOperations(facts),
    ...hapiOperations(facts),
    ...jsocOperations(facts),
  ];
}

/** What the server answers, as a document of OpenAPI 3.1. Source: OpenAPI 3.1.1. */
export function openApiDocument(facts: ApiFacts): JsonObject {
  const operations = apiOperations(facts);
  const tags = [...new Set(operations.map(({ tag }) => tag))];
  return {
    openapi: "3.1.0",
    info: { title: facts.title, version: facts.version, description: ABOUT },
    servers: [{ url: facts.server }],
    tags: [...tags, "log"].map((name) => ({ name })),
    paths: {
      ...Object.fromEntries(operations.map((one) => [one.path, pathItem(one)])),
      ...logPaths(facts),
    },
    components: {
      securitySchemes: {
        basic: {
          type: "http",
          scheme: "basic",
          description: "For sources that ask for a login; others take none.",
        },
      },
      schemas: SCHEMAS,
    },
  };
}

const TEXT = { type: "string" } as const;

/** Words by which records of the log are chosen. */
const LOG_WORDS = "day begin end source ip type outcome status cache slower faster text id".split(" ");

/** Paths of the viewer of the request log, by what follows its own. */
const LOG_PATHS = [
  ["", "getLog", "The log of requests, for those who may see it", "text/html"],
  [
    "/export.ndjson",
    "getLogAsJson",
    "The records that the words choose, a line of JSON each",
    "application/x-ndjson",
  ],
  ["/export.csv", "getLogAsCsv", "The records that the words choose, as a table", "text/csv"],
  ["/follow", "followLog", "New records as they are written, as server-sent events", "text/event-stream"],
] as const;

/** The viewer of the request log stands beside the server. Source: das2-server 18.2. */
function logPaths({ log }: ApiFacts): JsonObject {
  const slash = log.lastIndexOf("/");
  const paths = LOG_PATHS.map(([below, operationId, summary, type]) => {
    const words = below === "" ? [...LOG_WORDS, "before", "refresh"] : LOG_WORDS;
    const get = {
      operationId,
      tags: ["log"],
      summary,
      parameters: words.map((name) => ({ name, in: "query", schema: TEXT })),
      responses: {
        200: { description: "What there is", content: { [type]: { schema: TEXT } } },
        400: { description: "The filter cannot be understood" },
        403: { description: "Not for this client" },
      },
    };
    return [`/${log.slice(slash + 1)}${below}`, { servers: [{ url: log.slice(0, slash) }], get }] as const;
  });
  return Object.fromEntries(paths);
}

/** How the doors tell of errors in JSON. */
const SCHEMAS: JsonObject = {
  Error: {
    type: "object",
    required: ["error"],
    properties: {
      error: { type: "object", required: ["type", "message"], properties: { type: TEXT, message: TEXT } },
    },
  },
  HapiError: {
    type: "object",
    required: ["HAPI", "status"],
    properties: {
      HAPI: TEXT,
      status: {
        type: "object",
        required: ["code", "message"],
        properties: { code: { type: "integer" }, message: TEXT },
      },
    },
  },
  JsocError: {
    type: "object",
    description: "Also told under status 200: `status` is not 0 then.",
    properties: { status: { type: "integer" }, error: TEXT, errmsg: TEXT },
  },
};
