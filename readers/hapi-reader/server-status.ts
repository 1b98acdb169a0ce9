import { DasError } from "../../errors/das-error.js";
import type { HttpAnswer } from "./http-client.js";
import { jsonObject, parseJsonObject } from "./json-values.js";
import type { Fault } from "./patience.js";
import { printable } from "./printable-text.js";

/** What an answer that is no data says. */
export type Refusal =
  /** There are none in the range. */
  | { readonly kind: "none" }
  /** The range is not within that of the data set. */
  | { readonly kind: "outside" }
  /** The range is too long. */
  | { readonly kind: "too much" }
  | { readonly kind: "fault"; readonly fault: Fault }
  | { readonly kind: "failed"; readonly error: DasError };

/** Answers that another attempt may change: too early, too many, and what is wrong with the server now. Source: RFC 9110 15, RFC 6585 4. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Most of a body that says what is wrong, bytes. */
const MAX_STATUS_BYTES = 65_536;

/**
 * What the status of an answer says that is no data: its HAPI code, in the body or beside the HTTP status, or else the HTTP status.
 *
 * @param body text of it, as far as it was read
 * Source: HAPI 3.3, section 4.
 */
export function refusal(
  server: string,
  answer: Pick<HttpAnswer, "status" | "reason" | "afterMs">,
  body: string,
): Refusal {
  const status = jsonObject(parseJsonObject(body)?.status);
  const beside = /HAPI[\s:]*(\d{4})/i.exec(answer.reason)?.[1];
  const code = typeof status?.code === "number" ? status.code : Number(beside ?? 0);
  const told = printable(typeof status?.message === "string" ? status.message : "", 200);
  const said = `${code === 0 ? answer.status : code}${told === "" ? "" : ` ${told}`}`;
  if (code === 1201) return { kind: "none" };
  if (code === 1405) return { kind: "outside" };
  if (code === 1408) return { kind: "too much" };
  if (PASSING.has(answer.status) && (code < 1400 || code >= 1500 || answer.status === 429))
    return { kind: "fault", fault: { why: `it answers ${said}`, afterMs: answer.afterMs } };
  const meaning =
    code === 1406
      ? "does not have the data set"
      : code === 1407
        ? "does not have a parameter"
        : "refuses the request";
  return {
    kind: "failed",
    error: new DasError("PEER_FAILED", `the HAPI server ${server} ${meaning}: ${said}`),
  };
}

/** The text of a body, at most so many bytes of it; what cannot be read is left off, for the status says enough. */
export async function statusText(answer: HttpAnswer): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of answer.body) {
      parts.push(chunk);
      length += chunk.length;
      if (length >= MAX_STATUS_BYTES) break;
    }
  } catch {
    // The connection broke off.
  }
  answer.discard();
  return Buffer.concat(parts).toString("utf8", 0, MAX_STATUS_BYTES);
}
