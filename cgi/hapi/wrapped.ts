import { HAPI_MESSAGES, type HapiCode } from "../../formats/hapi/status.js";
import { EMPTY_BODY, type HeaderLine, isWholeBody, REASONS, type Response } from "../http.js";

/** The reason phrase of an answer, which says the status of HAPI where the body cannot. Source: HAPI 3.3, section 4. */
export function hapiReason(status: number, code: HapiCode): string {
  const reason = REASONS[status] ?? "Status";
  return code === 1200 ? reason : `${reason}; HAPI ${code} ${HAPI_MESSAGES[code]}`;
}

/** A body whose first piece has been looked at. */
type Begun =
  | { readonly kind: "empty" }
  | {
      readonly kind: "some";
      readonly first: Uint8Array;
      readonly rest: AsyncIterator<Uint8Array> | undefined;
    };

async function begun({ body }: Response): Promise<Begun> {
  if (isWholeBody(body))
    return body.length === 0 ? { kind: "empty" } : { kind: "some", first: body, rest: undefined };
  const source = body[Symbol.asyncIterator]();
  for (;;) {
    const step = await source.next();
    if (step.done === true) return { kind: "empty" };
    if (step.value.length > 0) return { kind: "some", first: step.value, rest: source };
  }
}

/** Records without a header: none of them at all is said in the reason phrase. */
export async function noDataReason(response: Response): Promise<Response> {
  if (isWholeBody(response.body) && response.body.length > 0) return response;
  const found = await begun(response);
  if (found.kind === "empty") return { ...response, reason: hapiReason(200, 1201), body: EMPTY_BODY };
  return { ...response, body: pieces([found.first], found.rest, EMPTY_BODY) };
}

/**
 * Records with a text before and behind them. `before` is told whether there are any, as the status. What breaks the records off breaks
 * the whole off.
 */
export async function wrapped(
  response: Response,
  before: (code: HapiCode) => string,
  behind: string,
): Promise<Response> {
  const found = await begun(response);
  const headers = response.headers.filter(([name]) => !isValidator(name));
  const tail = Buffer.from(behind, "utf8");
  if (found.kind === "empty")
    return {
      ...response,
      headers,
      reason: hapiReason(200, 1201),
      body: Buffer.concat([Buffer.from(before(1201), "utf8"), tail]),
    };
  const head = Buffer.from(before(1200), "utf8");
  if (found.rest === undefined)
    return { ...response, headers, body: Buffer.concat([head, found.first, tail]) };
  return { ...response, headers, body: pieces([head, found.first], found.rest, tail) };
}

/** The tag and time of the records say nothing of the header. */
function isValidator(name: HeaderLine[0]): boolean {
  return name === "ETag" || name === "Last-Modified" || name === "Cache-Control";
}

/** Some pieces, then those that are coming, then a last one, if it has bytes. */
function pieces(
  first: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array> | undefined,
  last: Uint8Array,
): AsyncIterable<Uint8Array> {
  const given = [...first];
  let open = rest !== undefined;
  let tail = last.length > 0;
  const iterator: AsyncIterator<Uint8Array> = {
    async next() {
      const value = given.shift();
      if (value !== undefined) return { done: false, value };
      if (open && rest !== undefined) {
        const step = await rest.next();
        if (step.done !== true) return step;
        open = false;
      }
      if (!tail) return { done: true, value: undefined };
      tail = false;
      return { done: false, value: last };
    },
    async return() {
      tail = false;
      given.length = 0;
      if (open) {
        open = false;
        await rest?.return?.();
      }
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}
