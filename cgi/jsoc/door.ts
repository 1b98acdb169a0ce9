import { DasError, type ErrorCode, OUTCOME } from "../../errors/das-error.js";
import type { Door } from "../door.js";
import { type HeaderLine, type Request, type Response, textResponse } from "../http.js";
import type { Query, QueryContext } from "../query.js";
import type { Loader } from "../route-table.js";
import { jsonResponse } from "./json.js";
import { readWords } from "./words.js";

/** One name below the door. */
export interface Endpoint {
  /** Loads what answers; its context has the words below, read. */
  readonly load: Loader;
  /** The parameters that it knows; all others are ignored. */
  readonly words: readonly string[];
  /** The answer of HTTP status 200 that tells of an error; default: `status` 1 with `error` and `errmsg`. Source: netdrms-export B1. */
  readonly refusal?: (message: string, code: ErrorCode) => Response;
}

/** The parameters of `jsoc_fetch`. Source: netdrms-export B7. */
const FETCH_WORDS =
  "op ds seg sunum requestid process processing max_recs requestor requester notify protocol method filenamefmt format formatvar file t o q".split(
    " ",
  );

/** The endpoints of the JSOC web interface, by name. Source: netdrms-export B1. */
export const JSOC_ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map<string, Endpoint>([
  [
    "show_series",
    {
      load: async () => (await import("./show-series.js")).showSeries,
      words: ["filter", "v"],
    },
  ],
  [
    "showextseries",
    {
      load: async () => (await import("./show-series.js")).showExtSeries,
      words: ["filter", "info"],
      refusal: (message) => jsonResponse({ errMsg: message, seriesList: [] }),
    },
  ],
  [
    "jsoc_info",
    {
      load: async () => (await import("./jsoc-info.js")).jsocInfo,
      words: ["op", "ds", "key", "seg", "link", "n", "R", "f", "l", "M", "B", "o", "r"],
    },
  ],
  [
    "show_info",
    {
      load: async () => (await import("./show-info.js")).showInfo,
      words: [...["ds", "n", "key", "seg", "sunum", "link"], ..."aAbBcCdehijkKlMoOpPqrRsStTvxzI"],
      refusal: (message) => textResponse(200, "text/plain", `show_info: ${message}\n`),
    },
  ],
  [
    "jsoc_fetch",
    {
      load: async () => (await import("./fetch/index.js")).jsocFetch,
      words: FETCH_WORDS,
      refusal: (error) => jsonResponse({ status: 4, error, requestid: "" }),
    },
  ],
  [
    "drms_export.cgi",
    // It reads its parameters by itself, since they may stand between semicolons.
    { load: async () => (await import("./vso/index.js")).vsoExport, words: [] },
  ],
  [
    "checkAddress.sh",
    {
      load: async () => (await import("./check-address.js")).checkAddress,
      words: ["address", "checkonly", "code"],
      // -2: what was asked cannot be read; -1: anything else. Source: netdrms-export B6.
      refusal: (msg, code) => jsonResponse({ status: code === "BAD_PARAMETER" ? -2 : -1, msg, user_id: -1 }),
    },
  ],
]);

/** Characters of a message that are sent. */
const MAX_MESSAGE = 2000;

/** Failures of the request as HTTP knows it, or of who sends it: their HTTP status is for proxies and for clients that try again. */
const HTTP_FAILURES: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "METHOD_NOT_ALLOWED",
  "NOT_FOUND",
  "BAD_PATH",
  "URL_TOO_LONG",
  "BODY_TOO_LONG",
  "HEADERS_TOO_LONG",
  "REQUEST_TIMEOUT",
  "TOO_MANY_REQUESTS",
  "OVERLOADED",
  "NEEDS_LOGIN",
  "FORBIDDEN",
]);

function refusal(message: string): Response {
  return jsonResponse({ status: 1, error: message, errmsg: message });
}

/** `/jsoc/NAME` and nothing behind it. */
function endpointOf(path: string): Endpoint | undefined {
  return JSOC_ENDPOINTS.get(/^\/jsoc\/([A-Za-z_.]{1,40})$/.exec(path)?.[1] ?? "");
}

const loaded = new Map<Endpoint, Query>();

async function answer(context: QueryContext): Promise<Response> {
  const endpoint = endpointOf(context.path);
  if (endpoint === undefined && /^\/jsoc\/[^/]+\//.test(context.path))
    return (await import("./download/index.js")).download(context);
  if (endpoint === undefined)
    throw new DasError(
      "NOT_FOUND",
      `There is nothing at this path, expected ${[...JSOC_ENDPOINTS.keys()].join(", ")}`,
    );
  const words = await readWords(context.request, endpoint.words);
  let query = loaded.get(endpoint);
  if (query === undefined) {
    query = await endpoint.load();
    loaded.set(endpoint, query);
  }
  return query({ ...context, words });
}

function refuse(request: Request, error: DasError, headers: readonly HeaderLine[]): Response {
  const told = (endpointOf(request.path)?.refusal ?? refusal)(
    error.message.slice(0, MAX_MESSAGE),
    error.code,
  );
  const status = HTTP_FAILURES.has(error.code) ? OUTCOME[error.code].status : 200;
  return { ...told, status, headers: [...told.headers, ...headers] };
}

/**
 * The way in for clients of the JSOC web interface, the Python package `drms` among them. What goes wrong with a question is an answer
 * of HTTP status 200 whose member `status` says so: the client raises on any other before it reads the body.
 * Source: netdrms-export B1.
 */
export const jsocDoor: Door = { methods: ["GET", "HEAD", "POST"], answer, readsQuery: true, refuse };
