/** The version of the specification that is served. */
export const HAPI_VERSION = "3.3";

/** What each status says. Source: HAPI 3.3, section 8.3. */
export const HAPI_MESSAGES = {
  1200: "OK",
  1201: "OK - no data for time range",
  1400: "Bad request - user input error",
  1401: "Bad request - unknown API parameter name",
  1402: "Bad request - syntax error in start time",
  1403: "Bad request - syntax error in stop time",
  1404: "Bad request - start equal to or after stop",
  1405: "Bad request - start < startDate and/or stop > stopDate",
  1406: "Bad request - unknown dataset id",
  1407: "Bad request - unknown dataset parameter",
  1408: "Bad request - too much time or data requested",
  1409: "Bad request - unsupported output format",
  1410: "Bad request - unsupported include value",
  1411: "Bad request - out-of-order or duplicate parameters",
  1412: "Bad request - unsupported resolve_references value",
  1413: "Bad request - unsupported depth value",
  1500: "Internal server error",
  1501: "Internal server error - upstream request error",
} as const;

/** A status of HAPI. */
export type HapiCode = keyof typeof HAPI_MESSAGES;

/**
 * The status object that every answer has. Errors begin with their number in words, by which clients and the verifier know them in what
 * people pass on. `more` says what was expected; it repeats nothing of the request.
 */
export function hapiStatus(
  code: HapiCode,
  more?: string,
): { readonly code: HapiCode; readonly message: string } {
  const text = more === undefined ? HAPI_MESSAGES[code] : `${HAPI_MESSAGES[code]}: ${more}`;
  return { code, message: code < 1400 ? text : `HAPI error ${code}: ${text}` };
}
