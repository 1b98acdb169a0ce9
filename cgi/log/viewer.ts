import { DasError } from "../../errors/das-error.js";
import { errorResponse } from "../error-response.js";
import type { Request, Response } from "../http.js";
import type { Site } from "../site.js";

/** Answers below the log viewer's mount. Source: das2-server 18.2. */
export async function handleLog(request: Request, site: Site): Promise<Response> {
  const allowed = site.mayViewLog(request.peer);
  return errorResponse(
    request,
    new DasError(
      allowed ? "NOT_IMPLEMENTED" : "FORBIDDEN",
      allowed ? "The log is in the files of LOG_PATH" : "Not from this address",
    ),
  );
}
