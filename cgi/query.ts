import type { Request, Response } from "./http.js";
import type { QueryWords } from "./query-words.js";
import type { Site } from "./site.js";
import type { Trace } from "./trace.js";

/** What a query gets: the request, its decoded path and parameters, the server, and where to note what it does. */
export interface QueryContext {
  readonly request: Request;
  /** Decoded path below the mount. */
  readonly path: string;
  readonly words: QueryWords;
  readonly site: Site;
  readonly trace: Trace;
}

/** Answers one kind of request. Errors it throws become the answer: a `DasError` by its table, anything else 500. */
export type Query = (context: QueryContext) => Promise<Response> | Response;
