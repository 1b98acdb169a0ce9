import type { DasError } from "../../errors/das-error.js";
import { HAPI_VERSION, hapiStatus } from "../../formats/hapi/status.js";
import type { Door } from "../door.js";
import { EMPTY_BODY, type HeaderLine, type Request, type Response } from "../http.js";
import { ownUrl } from "../own-url.js";
import type { QueryContext } from "../query.js";
import { hapiError, toldError } from "./hapi-error.js";
import { type HapiWord, type HapiWords, readHapiWords } from "./words.js";
import { hapiReason } from "./wrapped.js";

type Answer = (context: QueryContext, words: HapiWords) => Promise<Response> | Response;

/** One path below the door. */
export interface Endpoint {
  readonly load: () => Promise<Answer>;
  readonly words: readonly HapiWord[];
}

/** What is below the door, by its path. Source: HAPI 3.3, section 3. */
export const HAPI_ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map<string, Endpoint>([
  ["/hapi", { load: async () => (await import("./landing-page.js")).landingPage, words: [] }],
  ["/hapi/about", { load: async () => (await import("./about.js")).about, words: [] }],
  ["/hapi/capabilities", { load: async () => (await import("./about.js")).capabilities, words: [] }],
  [
    "/hapi/catalog",
    { load: async () => (await import("./catalog.js")).catalog, words: ["depth", "resolve_references"] },
  ],
  [
    "/hapi/info",
    {
      load: async () => (await import("./info.js")).info,
      words: ["dataset", "parameters", "resolve_references"],
    },
  ],
  [
    "/hapi/data",
    {
      load: async () => (await import("./data.js")).data,
      words: ["dataset", "start", "stop", "parameters", "include", "format", "resolve_references"],
    },
  ],
]);

const loaded = new Map<Endpoint, Answer>();

async function answer(context: QueryContext): Promise<Response> {
  const { request, site, path, trace } = context;
  if (!site.config.enableHapi) throw hapiError(1400, "this server has no HAPI");
  const endpoint = HAPI_ENDPOINTS.get(path);
  if (endpoint === undefined) {
    if (path.endsWith("/") && HAPI_ENDPOINTS.has(path.slice(0, -1))) return redirect(context);
    throw hapiError(1400, "there is no such endpoint, expected about, capabilities, catalog, info or data");
  }
  trace.query = path;
  const words = readHapiWords(request.query, endpoint.words, site.config.maxParameterBytes);
  let query = loaded.get(endpoint);
  if (query === undefined) {
    query = await endpoint.load();
    loaded.set(endpoint, query);
  }
  return await query(context, words);
}

/** The same without the slash at its end. Source: HAPI 3.3, section 3.1. */
function redirect({ request, site, path }: QueryContext): Response {
  const query = request.query === "" ? "" : `?${request.query}`;
  const location = `${ownUrl(request, site)}${path.slice(0, -1)}${query}`;
  return { status: 301, headers: [["Location", location]], body: EMPTY_BODY };
}

function refuse(_request: Request, error: DasError, headers: readonly HeaderLine[]): Response {
  const { http, code, more } = toldError(error);
  const text = JSON.stringify({ HAPI: HAPI_VERSION, status: hapiStatus(code, more) });
  return {
    status: http,
    reason: hapiReason(http, code),
    // A client of HAPI cannot log in.
    headers: [
      ["Content-Type", "application/json"],
      ...headers.filter(([name]) => name !== "WWW-Authenticate"),
    ],
    body: Buffer.from(`${text}\n`, "utf8"),
  };
}

/**
 * The way in for clients of HAPI 3.3, and of 2.x by the names of its parameters. What goes wrong is told as JSON with a status of HAPI,
 * in the reason phrase too. Source: das2-server 11; HAPI 3.3, section 4.
 */
export const hapiDoor: Door = { methods: ["GET", "HEAD"], answer, readsQuery: true, refuse };
