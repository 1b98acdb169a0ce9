import type { DataSource } from "../../dsdf/data-source.js";
import type { Stage } from "../../dsdf/stage.js";
import { askedBytes } from "../byte-range.js";
import { EMPTY_BODY, type HeaderLine, type Request, type Response } from "../http.js";
import type { QueryContext } from "../query.js";
import { isTagKnown } from "../resource-file.js";
import { type HeldFile, keptFiles } from "./kept-files.js";
import type { MadeFile } from "./made-file.js";

/** Whether a definition says that its files are made whole before they are sent (`wholeFile`). */
export function isMadeWhole({ form, keywords }: DataSource): boolean {
  return form === "file" && /^(1|true|yes|on)$/i.test(keywords.get("wholeFile") ?? "");
}

/**
 * The file that the programs make; `undefined` where it has no bytes. Who asks for a part of it is given one that was made for another
 * part, of the same version where the request names one; everybody else has it made, so that a change of what it is made of is in the next
 * file.
 *
 * Errors: those of `make`.
 */
export async function wholeFile(
  { request, site }: QueryContext,
  stages: readonly Stage[],
  make: () => Promise<MadeFile | undefined>,
): Promise<HeldFile | undefined> {
  const { range, "if-range": condition, "if-none-match": known } = request.headers;
  const isOfPart = range !== undefined && known === undefined;
  const willDo = (file: MadeFile): boolean => condition === undefined || condition.trim() === file.etag;
  return await keptFiles(site).file(JSON.stringify(stages), make, isOfPart ? willDo : undefined);
}

/**
 * Answers with a file that is there: its length and its checksum are known, and a client may ask for some of its bytes. The tag is the
 * SHA-256 of the file.
 *
 * @param headers type and name
 * @param isForAll whether everybody may have it
 * Source: RFC 9110, 14; RFC 9530.
 */
export function wholeFileResponse(
  request: Request,
  { file, release }: HeldFile,
  headers: readonly HeaderLine[],
  isForAll: boolean,
): Response {
  const { etag, length: size } = file;
  const validators: HeaderLine[] = [
    ["ETag", etag],
    ["Repr-Digest", `sha-256=:${file.sha256.toString("base64")}:`],
    ["Cache-Control", isForAll ? "no-cache" : "private, no-cache"],
    ...headers.filter(([name]) => name === "Vary"),
  ];
  if (isTagKnown(request, etag) === true) {
    release();
    return { status: 304, headers: validators, body: EMPTY_BODY };
  }
  // A file of no date: If-Range with one is not of this version.
  const asked = askedBytes(request, size, etag, Number.NaN);
  if (asked.kind === "none") {
    release();
    const none: HeaderLine = ["Content-Range", `bytes */${size}`];
    return { status: 416, headers: [...validators, none], body: EMPTY_BODY };
  }
  const [begin, end] = asked.kind === "part" ? [asked.begin, asked.end] : [0, size];
  const range: HeaderLine[] =
    asked.kind === "part" ? [["Content-Range", `bytes ${begin}-${end - 1}/${size}`]] : [];
  return {
    status: asked.kind === "part" ? 206 : 200,
    headers: [
      ...headers.filter(([name]) => name !== "Vary"),
      ["Content-Length", String(end - begin)],
      ["Accept-Ranges", "bytes"],
      ...range,
      ...validators,
    ],
    body: bodyOf(file.part(begin, end), release),
  };
}

/** Pieces as a body; `release` is called when they were given or nobody wants them any more. */
function bodyOf(pieces: Generator<Uint8Array>, release: () => void): AsyncIterable<Uint8Array> {
  const iterator: AsyncIterator<Uint8Array> = {
    async next() {
      const step = pieces.next();
      if (step.done === true) release();
      return step.done === true ? { done: true, value: undefined } : step;
    },
    async return() {
      release();
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}
