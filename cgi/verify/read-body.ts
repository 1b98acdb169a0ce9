import { DasError } from "../../errors/das-error.js";
import type { Request } from "../http.js";
import { multipartBoundary } from "../multipart.js";

/** Headers of the part of a form that holds the file. */
const MOST_PART_HEADER = 2048;

/**
 * The file that a client sends: the whole body, or the first part of a form. Errors: BODY_TOO_LONG as soon as more has come than `most`,
 * BAD_PARAMETER for a form without a file.
 */
export async function readBody(request: Request, most: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of request.body ?? []) {
    length += piece.length;
    if (length > most)
      throw new DasError("BODY_TOO_LONG", `more than ${most} bytes were sent, expected at most that many`);
    pieces.push(piece);
  }
  const body = Buffer.concat(pieces);
  const type = request.headers["content-type"] ?? "";
  return /^multipart\/form-data\b/i.test(type) ? firstPart(body, multipartBoundary(type)) : body;
}

/** The content of the first part. Source: RFC 2046 5.1.1. */
function firstPart(body: Buffer, boundary: string): Buffer {
  const begin = body.indexOf("\r\n\r\n");
  const end = body.indexOf(`\r\n--${boundary}`, Math.max(0, begin + 2), "latin1");
  if (!body.subarray(0, boundary.length + 2).equals(Buffer.from(`--${boundary}`, "latin1")) || begin < 0)
    throw new DasError("BAD_PARAMETER", "The body is no form of multipart/form-data with a file");
  if (begin > MOST_PART_HEADER || end < 0)
    throw new DasError("BAD_PARAMETER", "The body is a form whose first part has no end");
  return body.subarray(begin + 4, Math.max(begin + 4, end));
}
