import type { FileHandle } from "node:fs/promises";
import { basename } from "node:path";
import { type AskedBytes, askedBytes } from "../../byte-range.js";
import { acceptsGzip } from "../../finish.js";
import { EMPTY_BODY, type HeaderLine, type Request, type Response } from "../../http.js";
import { isTagKnown } from "../../resource-file.js";

/** A file that is open for a download; whoever answers with it closes it. */
export interface OpenDownload {
  readonly handle: FileHandle;
  /** Its name is what a browser saves it as. */
  readonly name: string;
}

const TYPES: Readonly<Record<string, string>> = {
  fits: "application/fits",
  fts: "application/fits",
  html: "text/html; charset=utf-8",
  json: "application/json",
  tar: "application/x-tar",
  txt: "text/plain; charset=utf-8",
};
const PIECE_BYTES = 1 << 18;

/**
 * Answers with a file, or with those of its bytes that are asked for: 206, 416, `If-Range`; 304 where the client has it already. The
 * version of a file is told by its size and its date. Memory is one piece, whatever the file.
 * Source: RFC 9110, 14.
 */
export async function downloadResponse(request: Request, { handle, name }: OpenDownload): Promise<Response> {
  let body: FileBody | undefined;
  try {
    const { size, mtimeMs } = await handle.stat();
    const etag = `"${size.toString(36)}-${Math.round(mtimeMs).toString(36)}"`;
    const type = TYPES[/\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase() ?? ""] ?? "application/octet-stream";
    const validators: HeaderLine[] = [
      ["ETag", etag],
      ["Last-Modified", new Date(mtimeMs).toUTCString()],
      ["Cache-Control", "no-cache"],
    ];
    if (isTagKnown(request, etag) === true) return { status: 304, headers: validators, body: EMPTY_BODY };
    const asked = askedBytes(request, size, etag, mtimeMs);
    if (asked.kind === "none")
      return {
        status: 416,
        headers: [...validators, ["Content-Range", `bytes */${size}`]],
        body: EMPTY_BODY,
      };
    const [begin, end] = asked.kind === "part" ? [asked.begin, asked.end] : [0, size];
    body = new FileBody(handle, begin, end);
    return {
      status: asked.kind === "part" ? 206 : 200,
      headers: [
        ["Content-Type", type],
        ...lengthHeaders(request, asked, type, begin, end, size),
        ...saveAs(name, type),
        ...validators,
        // What somebody stored is no page of this site.
        ["X-Content-Type-Options", "nosniff"],
        ["Content-Security-Policy", "sandbox"],
      ],
      body,
    };
  } finally {
    if (body === undefined) await handle.close();
  }
}

/** A text that goes out coded has another length. */
function lengthHeaders(
  request: Request,
  asked: AskedBytes,
  type: string,
  begin: number,
  end: number,
  size: number,
): readonly HeaderLine[] {
  const isCoded = asked.kind === "whole" && /^text|json$/.test(type) && acceptsGzip(request);
  if (isCoded) return [];
  const range: HeaderLine[] =
    asked.kind === "part" ? [["Content-Range", `bytes ${begin}-${end - 1}/${size}`]] : [];
  return [["Content-Length", String(end - begin)], ["Accept-Ranges", "bytes"], ...range];
}

/** Text is looked at, other files are saved. */
function saveAs(name: string, type: string): readonly HeaderLine[] {
  if (/^text|json$/.test(type)) return [];
  const plain = basename(name).replaceAll(/[^A-Za-z0-9._-]/g, "_");
  return [["Content-Disposition", `attachment; filename="${plain}"`]];
}

/** A part of a file as a body; the file is closed when it was read or is wanted no more. */
class FileBody implements AsyncIterable<Uint8Array> {
  readonly #handle: FileHandle;
  #at: number;
  readonly #end: number;
  #isClosed = false;

  constructor(handle: FileHandle, begin: number, end: number) {
    this.#handle = handle;
    this.#at = begin;
    this.#end = end;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return {
      next: async () => {
        if (this.#isClosed || this.#at >= this.#end) return this.#close();
        try {
          const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, this.#end - this.#at));
          const { bytesRead } = await this.#handle.read(piece, 0, piece.length, this.#at);
          // A length was promised: an answer that ends before it must not look whole.
          if (bytesRead === 0) throw new Error("the file has become shorter while it was sent");
          this.#at += bytesRead;
          return { done: false, value: piece.subarray(0, bytesRead) };
        } catch (error) {
          await this.#close();
          throw error;
        }
      },
      return: () => this.#close(),
    };
  }

  async #close(): Promise<{ readonly done: true; readonly value: undefined }> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      await this.#handle.close();
    }
    return { done: true, value: undefined };
  }
}
