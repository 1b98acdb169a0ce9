import { createHash } from "node:crypto";
import type { DataSource } from "../../dsdf/data-source.js";
import { Spool, type SpoolRun } from "../../formats/spool.js";
import { askedBytes } from "../byte-range.js";
import { type Body, EMPTY_BODY, type HeaderLine, isWholeBody, type Request, type Response } from "../http.js";
import { isTagKnown } from "../resource-file.js";

/** Bytes of a file that is made whole before it is sent; the disk is shared. */
const MAX_BYTES = 2 * 1024 ** 3;

/** Whether a definition says that its files are made whole before they are sent (`wholeFile`). */
export function isMadeWhole({ form, keywords }: DataSource): boolean {
  return form === "file" && /^(1|true|yes|on)$/i.test(keywords.get("wholeFile") ?? "");
}

/**
 * Answers with a file that is made first: its length and its checksum are known then, a client may ask for some of its bytes, and what
 * fails is told by the status. The tag is the SHA-256 of the file, so it holds for whoever makes the same bytes again.
 *
 * @param headers type and name
 * @param isForAll whether everybody may have it
 * Errors: OUTPUT_LIMIT beyond 2 GiB, DISK_FULL, and what `body` throws. Source: RFC 9110, 14; RFC 9530.
 */
export async function wholeFileResponse(
  request: Request,
  body: Body,
  headers: readonly HeaderLine[],
  isForAll: boolean,
): Promise<Response> {
  const spool = new Spool(undefined, MAX_BYTES);
  let sent = false;
  try {
    const run = spool.run();
    const hash = createHash("sha256");
    for await (const piece of isWholeBody(body) ? [body] : body) {
      hash.update(piece);
      run.add(piece);
    }
    const digest = hash.digest();
    const etag = `"${digest.toString("hex")}"`;
    const validators: HeaderLine[] = [
      ["ETag", etag],
      ["Repr-Digest", `sha-256=:${digest.toString("base64")}:`],
      ["Cache-Control", isForAll ? "no-cache" : "private, no-cache"],
      ...headers.filter(([name]) => name === "Vary"),
    ];
    if (isTagKnown(request, etag) === true) return { status: 304, headers: validators, body: EMPTY_BODY };
    const size = run.length;
    // A file of no date: If-Range with one is not of this version.
    const asked = askedBytes(request, size, etag, Number.NaN);
    if (asked.kind === "none")
      return {
        status: 416,
        headers: [...validators, ["Content-Range", `bytes */${size}`]],
        body: EMPTY_BODY,
      };
    const [begin, end] = asked.kind === "part" ? [asked.begin, asked.end] : [0, size];
    const range: HeaderLine[] =
      asked.kind === "part" ? [["Content-Range", `bytes ${begin}-${end - 1}/${size}`]] : [];
    sent = true;
    return {
      status: asked.kind === "part" ? 206 : 200,
      headers: [
        ...headers.filter(([name]) => name !== "Vary"),
        ["Content-Length", String(end - begin)],
        ["Accept-Ranges", "bytes"],
        ...range,
        ...validators,
      ],
      body: partOf(run, begin, end, () => spool.close()),
    };
  } finally {
    if (!sent) spool.close();
  }
}

/** The bytes of a part; `close` is called when they were given or nobody wants them any more. */
function partOf(run: SpoolRun, begin: number, end: number, close: () => void): AsyncIterable<Uint8Array> {
  const pieces = run.pieces();
  let at = 0;
  const iterator: AsyncIterator<Uint8Array> = {
    async next() {
      for (;;) {
        const step = at >= end ? pieces.return(undefined) : pieces.next();
        if (step.done === true) {
          close();
          return { done: true, value: undefined };
        }
        const from = Math.max(0, begin - at);
        const to = Math.min(step.value.length, end - at);
        at += step.value.length;
        if (from < to) return { done: false, value: step.value.subarray(from, to) };
      }
    },
    async return() {
      close();
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}
