import { isDasError } from "../../errors/das-error.js";
import type { StreamItem } from "../../stream/model.js";
import { StreamParser } from "../../stream/stream-parser.js";

/** What is wrong with an answer, and the name of its request in the log of the server, where one came with it. */
export interface Trouble {
  readonly message: string;
  readonly request?: string;
}

/** How an answer ended. */
export type AnswerEnd =
  | { readonly kind: "complete"; readonly request?: string }
  /** Nobody waits for it any more. */
  | { readonly kind: "cancelled" }
  /** The server was not there, left in the middle, or has no room now: worth another try. */
  | ({ readonly kind: "away"; readonly retrySeconds?: number } & Trouble)
  | ({ readonly kind: "login" } & Trouble)
  /** The server says why not; another try would end the same. */
  | ({ readonly kind: "refused" } & Trouble);

/** What the reading of an answer needs. */
export interface ReadOptions {
  readonly signal: AbortSignal;
  /** With `omit` a browser does not open its own window where a login is needed. */
  readonly credentials: "omit" | "same-origin";
  /** The server has said something. */
  readonly heard?: () => void;
}

/** Characters of a message that are shown. */
const MAX_MESSAGE = 400;
/** Bytes of an answer that is no stream that are looked at for what it says. */
const MAX_ERROR_BYTES = 16_384;
/** Answers of a server, or of a proxy before it, that may be others in a moment. */
const PASSING: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/**
 * Asks for a das2 stream and hands on its items as its bytes arrive; `take` may keep nothing of them beyond its return. Never throws: what
 * went wrong is in the end.
 */
export async function readAnswer(
  url: string,
  take: (items: readonly StreamItem[]) => void,
  { signal, credentials, heard = () => {} }: ReadOptions,
): Promise<AnswerEnd> {
  let response: Response;
  try {
    response = await fetch(url, { signal, credentials });
  } catch (error) {
    return signal.aborted ? { kind: "cancelled" } : away(error);
  }
  heard();
  const request = requestOf(response);
  if (!response.ok) return refusal(response, signal);
  const reader = response.body?.getReader();
  if (reader === undefined) return { kind: "complete", ...request };
  const parser = new StreamParser();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      heard();
      for (const items of parser.portions(value)) take(items);
      if (signal.aborted) return { kind: "cancelled" };
    }
    take(parser.end());
    return { kind: "complete", ...request };
  } catch (error) {
    if (signal.aborted) return { kind: "cancelled" };
    if (!isDasError(error)) return { ...away(error), ...request };
    void reader.cancel().catch(() => {});
    return { kind: "refused", message: `The data cannot be read: ${shortened(error.message)}`, ...request };
  }
}

function requestOf({ headers }: Response): { readonly request?: string } {
  const request = headers.get("X-Request-Id") ?? "";
  return request === "" ? {} : { request };
}

function away(error: unknown): Extract<AnswerEnd, { kind: "away" }> {
  return { kind: "away", message: error instanceof Error ? shortened(error.message) : "no answer" };
}

async function refusal(response: Response, signal: AbortSignal): Promise<AnswerEnd> {
  const message = await messageOf(response).catch(() => "");
  if (signal.aborted) return { kind: "cancelled" };
  const told = message === "" ? `The server answered ${response.status}` : message;
  const trouble: Trouble = { message: told, ...requestOf(response) };
  if (response.status === 401) return { kind: "login", ...trouble };
  if (!PASSING.has(response.status)) return { kind: "refused", ...trouble };
  const wait = Number(response.headers.get("Retry-After") ?? "");
  return { kind: "away", ...trouble, ...(wait > 0 ? { retrySeconds: wait } : {}) };
}

/** What an answer of an error says: its exception, else its text. */
async function messageOf(response: Response): Promise<string> {
  const bytes = new Uint8Array(await response.arrayBuffer()).subarray(0, MAX_ERROR_BYTES);
  try {
    for (const item of new StreamParser().push(bytes))
      if (item.kind === "exception") return shortened(item.exception.message);
  } catch {
    // Not a stream: a page of a proxy, or plain text.
  }
  const type = response.headers.get("Content-Type") ?? "";
  return type.startsWith("text/plain") ? shortened(new TextDecoder().decode(bytes)) : "";
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > MAX_MESSAGE ? `${line.slice(0, MAX_MESSAGE)} …` : line;
}
