import { createHash } from "node:crypto";
import { acceptsGzip } from "../finish.js";
import { EMPTY_BODY, type HeaderLine, type Request, type Response } from "../http.js";
import { isUnchanged } from "../resource-file.js";

/** An answer that is the same for everybody, as its bytes. */
export interface KeptAnswer {
  readonly bytes: Uint8Array;
  /** Made when a client asks for it. */
  gzip?: Promise<Uint8Array>;
  readonly etag: string;
  readonly modified: Date;
}

/** Below this a coded body is hardly shorter than the plain one. */
const MIN_GZIP_BYTES = 512;

/** Keeps a text that is to be answered. @param modified when what it says last changed */
export function keptAnswer(text: string, modified: Date): KeptAnswer {
  const bytes = Buffer.from(text, "utf8");
  const digest = createHash("sha256").update(bytes).digest("base64url").slice(0, 22);
  // Weak, because a coded answer of other bytes carries the same tag.
  return { bytes, etag: `W/"${digest}"`, modified };
}

/** The answer with its validators; 304 where the client has it already. Source: das2-server 1.3. */
export async function answerKept(request: Request, kept: KeptAnswer): Promise<Response> {
  const validators: readonly HeaderLine[] = [
    ["ETag", kept.etag],
    ["Last-Modified", kept.modified.toUTCString()],
    ["Cache-Control", "no-cache"],
  ];
  if (isUnchanged(request, kept.etag, kept.modified))
    return { status: 304, headers: validators, body: EMPTY_BODY };
  const headers: readonly HeaderLine[] = [["Content-Type", "application/json"], ...validators];
  if (kept.bytes.length < MIN_GZIP_BYTES || !acceptsGzip(request))
    return { status: 200, headers, body: kept.bytes };
  kept.gzip ??= import("../gzip.js").then(({ gzipWhole }) => gzipWhole(kept.bytes));
  const coding: readonly HeaderLine[] = [
    ["Content-Encoding", "gzip"],
    ["Vary", "Accept-Encoding"],
  ];
  return { status: 200, headers: [...headers, ...coding], body: await kept.gzip };
}
