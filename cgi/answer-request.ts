import { DasError, OUTCOME } from "../errors/das-error.js";
import { clientAddress } from "./client-address.js";
import type { Door } from "./door.js";
import { errorResponse, publicError } from "./error-response.js";
import { finishResponse, NOTHING_SENT } from "./finish.js";
import type { HeaderLine, Request, Response } from "./http.js";
import { EMPTY_BODY } from "./http.js";
import { enterAny } from "./limits/site-limits.js";
import type { Query } from "./query.js";
import { decodePath, parseQuery, type QueryWords } from "./query-words.js";
import { findRoute, firstElement, type Loader, type RouteTable } from "./route-table.js";
import type { Site } from "./site.js";
import { Trace } from "./trace.js";

/** Words of `server=` that do something, for the message about an unknown one. */
const SERVER_WORDS = "compactdataset dataset debug discovery dsdf files id image list logo peers";

const loaded = new Map<Loader, Query>();

async function load(loader: Loader): Promise<Query> {
  let query = loaded.get(loader);
  if (query === undefined) {
    query = await loader();
    loaded.set(loader, query);
  }
  return query;
}

/** The error for a request that no query answers. */
function noRoute(words: QueryWords): DasError {
  const word = words.get("server");
  return word === undefined
    ? new DasError("NOT_FOUND", "There is nothing at this path")
    : new DasError(
        "BAD_PARAMETER",
        `server=${word.slice(0, 40)} is not known, expected one of: ${SERVER_WORDS}`,
      );
}

const USUAL_METHODS: Door["methods"] = ["GET", "HEAD"];

/** Names the methods of a door, by default those of nearly everything here. */
export function allowed(methods: Door["methods"] = USUAL_METHODS): HeaderLine {
  return ["Allow", [...methods, "OPTIONS"].join(", ")];
}

/** The error for a method that is not one of these. */
export function methodError(method: string, methods: Door["methods"] = USUAL_METHODS): DasError {
  return new DasError(
    "METHOD_NOT_ALLOWED",
    `The method ${method.slice(0, 20)} is not allowed, expected ${methods.join(", ")} or OPTIONS`,
    { allow: allowed(methods)[1] },
  );
}

/** Lets GET and HEAD pass, or the methods that are given. Errors: METHOD_NOT_ALLOWED. */
export function checkMethod({ method }: Request, methods: Door["methods"] = USUAL_METHODS): void {
  if (!(methods as readonly string[]).includes(method)) throw methodError(method, methods);
}

async function answer(
  request: Request,
  site: Site,
  table: RouteTable,
  door: Door | undefined,
  trace: Trace,
): Promise<Response> {
  if (request.method === "OPTIONS")
    return { status: 204, headers: [allowed(door?.methods)], body: EMPTY_BODY };
  checkMethod(request, door?.methods);
  const length = request.mount.length + request.path.length + 1 + request.query.length;
  if (length > site.config.maxUrlBytes)
    throw new DasError(
      "URL_TOO_LONG",
      `The URL has ${length} bytes, expected at most ${site.config.maxUrlBytes}`,
    );
  const path = decodePath(request.path);
  if (door !== undefined) {
    trace.query = `/${firstElement(path)}`;
    const words = door.readsQuery
      ? new Map<string, string>()
      : parseQuery(request.query, site.config.maxParameterBytes);
    return await door.answer({ request, path, words, site, trace });
  }
  const words = parseQuery(request.query, site.config.maxParameterBytes);
  const route = findRoute(path, words, table);
  if (route === undefined) throw noRoute(words);
  trace.query = route.name;
  const query = await load(route.loader);
  return await query({ request, path, words, site, trace });
}

/** Headers that belong to an error whatever raised it. */
function errorHeaders(error: DasError, site: Site): readonly HeaderLine[] {
  if (error.code === "METHOD_NOT_ALLOWED")
    return [typeof error.where.allow === "string" ? ["Allow", error.where.allow] : allowed()];
  if (error.code === "OVERLOADED" || error.code === "TOO_MANY_REQUESTS")
    return [["Retry-After", String(error.where.retryAfterSeconds ?? site.retryAfterSeconds)]];
  const challenge = error.where.challenge;
  return typeof challenge === "string" ? [["WWW-Authenticate", challenge]] : [];
}

/** Asked every few seconds by those who watch the server: never limited, never on record. */
const PROBES: ReadonlySet<string> = new Set(["/healthz", "/readyz"]);
/** Pages that reload themselves, and what programs read of them. */
const LOOKS: ReadonlySet<string> = new Set(["/cache", "/cache.json", "/status", "/status.json", "/metrics"]);

/**
 * Requests for style sheets and the like tell nothing of the data service (das2-server 18.1), nor do looks at its state; who is refused
 * one is on record.
 */
function isLogged(query: string, status: number): boolean {
  return query !== "/static" && !PROBES.has(query) && !(status === 200 && LOOKS.has(query));
}

/** Counts and writes the record of an answer that has ended, at once or when what it tells of has ended as well; the server waits for it. */
function keepRecord({ log, meter, closers }: Site, trace: Trace, status: number, bytes: number): void {
  const keep = (): void => {
    const isWritten = isLogged(trace.query, status);
    // In a process of one request nobody counts: then a record that is not written need not be made.
    if (meter === undefined && !isWritten) return;
    const record = trace.record(status, bytes);
    meter?.ended(record);
    if (isWritten) log.write(record);
  };
  trace.answered();
  if (trace.late === undefined) {
    keep();
    return;
  }
  const written = trace.late.then(keep);
  const close = () => written;
  closers.add(close);
  void written.then(() => closers.delete(close));
}

/** The answer with an error: where it has the usual form, and a browser went there, a page. */
async function refusal(
  request: Request,
  site: Site,
  error: DasError,
  refuse: Door["refuse"],
): Promise<Response> {
  const headers = errorHeaders(error, site);
  if (refuse !== errorResponse || !mayWantPage(request)) return refuse(request, error, headers);
  const { wantsErrorPage, errorPage } = await import("./pages/error-page.js");
  return wantsErrorPage(request) ? errorPage(request, site, error, headers) : refuse(request, error, headers);
}

/** Programs never do: for them the code of pages is not loaded. */
function mayWantPage({ headers }: Request): boolean {
  return headers.accept?.includes("text/html") === true;
}

/**
 * Gives the answer of a request its last form and sees to its record. Never throws: every failure is an answer.
 * @param work makes the answer; what it throws is told as `refuse` tells errors
 * @param refuse default: the form of das2-server 4
 */
export async function answerWith(
  request: Request,
  site: Site,
  work: (trace: Trace) => Promise<Response>,
  refuse: Door["refuse"] = errorResponse,
): Promise<Response> {
  const trace = new Trace(request);
  trace.client = clientAddress(request.peer, request.headers["x-forwarded-for"], site.isTrustedProxy);
  const write = (status: number, bytes: number) => {
    trace.ended(bytes);
    keepRecord(site, trace, status, bytes);
  };
  if (site.meter !== undefined) trace.onEnd(site.meter.began());
  let response: Response;
  try {
    // Who counts the clients of a proxy as one must not take the server away from it.
    if (!PROBES.has(request.path)) await enterAny(site, trace);
    response = await work(trace);
  } catch (thrown) {
    const error = publicError(thrown);
    response = await refusal(request, site, error, refuse);
    if (error.code === "CANCELLED" || request.signal.aborted) {
      // Nobody is there to be told: what is made of it here is never sent.
      if (error.code === "CANCELLED") trace.outcome = "cancelled";
      else trace.fail(error, "cancelled");
      write(NOTHING_SENT, 0);
      return finishResponse(request, response, trace, () => {});
    }
    trace.fail(error, OUTCOME[error.code].status === 500 ? "failed" : "refused");
  }
  return finishResponse(request, response, trace, write);
}

/**
 * Answers a request and sees to its record. Never throws: every failure is an answer, in the form of the door it came by.
 * Source: das2-server 1, 2.1, 4.
 */
export async function answerRequest(request: Request, site: Site, table: RouteTable): Promise<Response> {
  // A name of a door needs no decoding.
  const door = await table.doors?.get(firstElement(request.path))?.();
  return answerWith(request, site, (trace) => answer(request, site, table, door, trace), door?.refuse);
}
