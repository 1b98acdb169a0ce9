import { DasError } from "../../errors/das-error.js";
import type { QueryContext } from "../query.js";

/**
 * Why a plain request for a live stream is not answered: it is asked for by WebSocket, which programs of one request cannot speak.
 * Source: das2-server 10.
 */
export function noSocket({ site }: QueryContext): DasError {
  const { websocketUri } = site.config;
  const at = websocketUri === undefined ? "" : `, at ${websocketUri}`;
  return site.resident
    ? new DasError(
        "BAD_PARAMETER",
        "This is the address of a WebSocket; plain requests are answered at flex and live",
      )
    : new DasError(
        "NOT_IMPLEMENTED",
        `WebSockets are answered by the resident server (heliostream serve)${at}, and not here; live gives the same as events`,
      );
}
