import type { DasError } from "../errors/das-error.js";
import type { HeaderLine, Request, Response } from "./http.js";
import type { Query } from "./query.js";

/**
 * A way in for clients of another protocol: with its own names of parameters, its own methods, and its own form of errors for whatever
 * goes wrong below it, from a URL that cannot be read to a failure of the archive.
 */
export interface Door {
  /** Answered besides OPTIONS. */
  readonly methods: readonly ("GET" | "HEAD" | "POST")[];
  /** Answers what is below the door; `path` of the context still begins with the element that leads here. */
  readonly answer: Query;
  /** Whether `answer` looks at the query string by itself: it may hold what other doors refuse. Default false. */
  readonly readsQuery?: boolean;
  /**
   * The form of an error. Never throws.
   * @param headers that belong to the error (`Allow`, `Retry-After`, `WWW-Authenticate`)
   */
  readonly refuse: (request: Request, error: DasError, headers: readonly HeaderLine[]) => Response;
}
