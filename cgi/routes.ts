import { DasError, OUTCOME } from "../errors/das-error.js";
import { clientAddress } from "./client-address.js";
import { errorResponse, publicError } from "./error-response.js";
import { finishResponse } from "./finish.js";
import type { HeaderLine, Request, Response } from "./http.js";
import { EMPTY_BODY } from "./http.js";
import { decodePath, parseQuery, type QueryWords } from "./query-words.js";
import type { Site } from "./site.js";
import { Trace } from "./trace.js";

/** What a query gets: the request, its decoded path and parameters, the server, and where to note what it does. */
export interface QueryContext {
  readonly request: Request;
  /** Decoded path below the mount. */
  readonly path: string;
  readonly words: QueryWords;
  readonly site: Site;
  readonly trace: Trace;
}

/** Answers one kind of request. Errors it throws become the answer: {@link DasError} by its table, anything else 500. */
export type Query = (context: QueryContext) => Promise<Response> | Response;

type Loader = () => Promise<Query>;

const list: Loader = async () => (await import("./queries/list.js")).list;
const discovery: Loader = async () => (await import("./queries/list.js")).discovery;
const dataset: Loader = async () => (await import("./queries/dataset.js")).dataset;
const compactDataset: Loader = async () => (await import("./queries/dataset.js")).compactDataset;
const id: Loader = async () => (await import("./queries/id.js")).idText;
const logo: Loader = async () => (await import("./queries/logo.js")).logo;
const peers: Loader = async () => (await import("./queries/peers.js")).peers;
const debug: Loader = async () => (await import("./queries/debug.js")).debug;
const legacy: Loader = async () => (await import("./queries/legacy.js")).legacy;

/** `server=WORD`: each file is loaded when it is first asked for. Source: das2-server 2.1. */
const WORDS: ReadonlyMap<string, Loader> = new Map([
  ["id", id],
  ["logo", logo],
  ["peers", peers],
  ["list", list],
  ["discovery", discovery],
  ["discover", discovery],
  ["dsdf", async () => (await import("./queries/dsdf.js")).dsdf],
  ["dataset", dataset],
  ["compactdataset", compactDataset],
  ["image", async () => (await import("./queries/image.js")).image],
  ["debug", debug],
  ["source", legacy],
  ["authenticator", legacy],
  ["groups", legacy],
  ["changepassword", legacy],
]);

/** Whole paths. Source: das2-server 7.1. */
const PATHS: ReadonlyMap<string, Loader> = new Map<string, Loader>([
  ["", async () => (await import("./queries/intro.js")).intro],
  ["/", async () => (await import("./queries/intro.js")).intro],
  ["/id.txt", id],
  ["/id.json", async () => (await import("./queries/id.js")).idJson],
  ["/logo", logo],
  ["/logo.png", logo],
  ["/peers", peers],
  ["/peers.xml", peers],
  ["/debug", debug],
]);

/** First element of a path below which one query answers everything. */
const FOLDERS: ReadonlyMap<string, Loader> = new Map<string, Loader>([
  ["static", async () => (await import("./queries/static.js")).staticFile],
]);

/** Words of `server=`, for messages and the summary page: those that do something. */
export const SERVER_WORDS = [
  "compactdataset",
  "dataset",
  "debug",
  "discovery",
  "dsdf",
  "id",
  "image",
  "list",
  "logo",
  "peers",
] as const;

const loaded = new Map<Loader, Query>();

async function load(loader: Loader): Promise<Query> {
  let query = loaded.get(loader);
  if (query === undefined) {
    query = await loader();
    loaded.set(loader, query);
  }
  return query;
}

/** The loader for a request, with the name the log gives it. Errors: BAD_PARAMETER, NOT_FOUND. */
function route(path: string, words: QueryWords): { name: string; loader: Loader } {
  const word = words.get("server")?.toLowerCase();
  if (word !== undefined) {
    const loader = WORDS.get(word);
    if (loader === undefined)
      throw new DasError(
        "BAD_PARAMETER",
        `server=${word.slice(0, 40)} is not known, expected one of: ${SERVER_WORDS.join(" ")}`,
      );
    return { name: word, loader };
  }
  const whole = PATHS.get(path);
  if (whole !== undefined) return { name: path === "" || path === "/" ? "intro" : path, loader: whole };
  const folder = path.split("/")[1] ?? "";
  const inFolder = FOLDERS.get(folder);
  if (inFolder !== undefined) return { name: `/${folder}`, loader: inFolder };
  throw new DasError("NOT_FOUND", "There is nothing at this path");
}

const ALLOW: HeaderLine = ["Allow", "GET, HEAD, OPTIONS"];

async function answer(request: Request, site: Site, trace: Trace): Promise<Response> {
  const { method } = request;
  if (method === "OPTIONS") return { status: 204, headers: [ALLOW], body: EMPTY_BODY };
  if (method !== "GET" && method !== "HEAD")
    throw new DasError(
      "METHOD_NOT_ALLOWED",
      `The method ${method.slice(0, 20)} is not allowed, expected GET, HEAD or OPTIONS`,
    );
  const length = request.mount.length + request.path.length + 1 + request.query.length;
  if (length > site.config.maxUrlBytes)
    throw new DasError(
      "URL_TOO_LONG",
      `The URL has ${length} bytes, expected at most ${site.config.maxUrlBytes}`,
    );
  const path = decodePath(request.path);
  const words = parseQuery(request.query, site.config.maxParameterBytes);
  const { name, loader } = route(path, words);
  trace.query = name;
  const query = await load(loader);
  return await query({ request, path, words, site, trace });
}

/** Headers that belong to an error whatever raised it. */
function errorHeaders(error: DasError, site: Site): readonly HeaderLine[] {
  if (error.code === "METHOD_NOT_ALLOWED") return [ALLOW];
  if (error.code === "OVERLOADED")
    return [["Retry-After", String(error.where.retryAfterSeconds ?? site.retryAfterSeconds)]];
  const challenge = error.where.challenge;
  return typeof challenge === "string" ? [["WWW-Authenticate", challenge]] : [];
}

/**
 * Answers a request and sees to its record. Never throws: every failure is an answer.
 * Source: das2-server 1, 2.1, 4.
 */
export async function handle(request: Request, site: Site): Promise<Response> {
  const trace = new Trace(request);
  trace.client = clientAddress(request.peer, request.headers["x-forwarded-for"], site.isTrustedProxy);
  const write = (status: number, bytes: number) => {
    // Requests for style sheets and the like tell nothing of the data service (das2-server 18.1).
    if (trace.query !== "/static") site.log.write(trace.record(status, bytes));
  };
  let response: Response;
  try {
    response = await answer(request, site, trace);
  } catch (thrown) {
    const error = publicError(thrown);
    const cancelled = error.code === "CANCELLED" || request.signal.aborted;
    trace.fail(error, cancelled ? "cancelled" : OUTCOME[error.code].status === 500 ? "failed" : "refused");
    response = errorResponse(request, error, errorHeaders(error, site));
  }
  return finishResponse(request, response, trace, write);
}
