import { DasError } from "../errors/das-error.js";
import { allowed, answerWith, checkMethod } from "./answer-request.js";
import type { Request, Response } from "./http.js";
import { EMPTY_BODY, textResponse } from "./http.js";
import type { Site } from "./site.js";

/**
 * Answers what is outside the mounts: the root leads to the server at `mount`, everything else is not there. Never throws.
 * Source: das2-server 1.3, 4.
 */
export function answerOutside(request: Request, site: Site, mount: string): Promise<Response> {
  return answerWith(request, site, async () => {
    // `OPTIONS *` asks about the server as a whole.
    if (request.method === "OPTIONS") return { status: 204, headers: [allowed()], body: EMPTY_BODY };
    checkMethod(request);
    if (request.path === "/" || request.path === "")
      return textResponse(302, "text/plain", "The server is below\n", [["Location", mount]]);
    if (!request.path.startsWith("/"))
      throw new DasError("BAD_PATH", "The request names no path, expected one that begins with /");
    throw new DasError("NOT_FOUND", "There is nothing at this path");
  });
}

/** Refuses a request of HTTP/1.1 without `Host`, as everybody must (RFC 9112 section 3.2). Never throws. */
export function answerHostless(request: Request, site: Site): Promise<Response> {
  return answerWith(request, site, async () => {
    throw new DasError("BAD_PARAMETER", "A request of HTTP/1.1 needs the header Host");
  });
}
