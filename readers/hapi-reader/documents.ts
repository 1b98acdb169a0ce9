import { DasError } from "../../errors/das-error.js";
import type { HttpClient } from "./http-client.js";
import { type JsonObject, jsonObject, parseJsonObject } from "./json-values.js";
import type { Patience } from "./patience.js";
import { refusal, statusText } from "./server-status.js";

/** Longest document, bytes: 2000 parameters with some thousand bins each. */
const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;

/**
 * A JSON document of a HAPI server, asked for until it comes.
 *
 * @param what it is, for messages: `description of the data set`
 * Errors: PEER_AWAY; PEER_FAILED for a refusal, and for what is no such document or too long; those of the client.
 */
export async function hapiDocument(
  client: HttpClient,
  patience: Patience,
  url: URL,
  what: string,
  signal: AbortSignal,
): Promise<JsonObject> {
  for (;;) {
    const result = await client.get(url, true);
    if ("fault" in result) {
      await patience.again(result.fault, signal);
      continue;
    }
    const { answer } = result;
    if (answer.status !== 200) {
      const refused = refusal(url.host, answer, await statusText(answer));
      if (refused.kind === "failed") throw refused.error;
      if (refused.kind !== "fault") throw bad(url, what, `status ${answer.status}`);
      await patience.again(refused.fault, signal);
      continue;
    }
    const parts: Uint8Array[] = [];
    let length = 0;
    try {
      for await (const chunk of answer.body) {
        length += chunk.length;
        if (length > MAX_DOCUMENT_BYTES) throw bad(url, what, `more than ${MAX_DOCUMENT_BYTES} bytes`);
        parts.push(chunk);
      }
    } catch (error) {
      answer.discard();
      await patience.again(client.fault(error), signal);
      continue;
    }
    return checked(url, what, Buffer.concat(parts).toString("utf8"));
  }
}

function checked(url: URL, what: string, text: string): JsonObject {
  const document = parseJsonObject(text);
  if (document === undefined) throw bad(url, what, "no JSON object");
  const code = jsonObject(document.status)?.code;
  // Servers that answer an error with the HTTP status 200 say so here.
  if (typeof code === "number" && code >= 1400) {
    const refused = refusal(url.host, { status: 400, reason: "", afterMs: undefined }, text);
    throw refused.kind === "failed" ? refused.error : bad(url, what, `status ${code}`);
  }
  return document;
}

function bad(url: URL, what: string, got: string): DasError {
  return new DasError(
    "PEER_FAILED",
    `the ${what} of the HAPI server ${url.host} is ${got}, expected a JSON object`,
  );
}
