import { DasError, OUTCOME } from "../errors/das-error.js";
import type { StreamException } from "../stream/model.js";

/**
 * Ends a form that has no room for an exception: that there are no data is no failure, anything else is.
 * Errors: DOMAIN, with what the stream says of it.
 */
export function failUnlessNoData({ type, message }: StreamException): void {
  if (type !== OUTCOME.NO_DATA.exception) throw new DasError("DOMAIN", `${type}: ${message}`);
}
