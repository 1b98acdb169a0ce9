import { DasError } from "../errors/das-error.js";

/** What a source gives that is a file and not a stream. */
export interface FileType {
  /** As `Content-Type` has it. */
  readonly mediaType: string;
  /** Of the file name, without the dot; may have several parts (`tar.gz`). */
  readonly extension: string;
}

/** What `outputType` looks like, for messages. */
export const FILE_TYPE_SYNTAX =
  "TYPE/SUBTYPE | EXTENSION, for example application/x-tar | tar, and not a type of das streams or of anything (octet-stream)";

/** Characters of a media type: the header block has to stay short (das2-server 1.3). */
const MAX_TYPE = 100;
const MEDIA_TYPE = /^[a-z0-9][a-z0-9.+-]*\/[a-z0-9][a-z0-9.+-]*(?:\s*;\s*[a-z0-9-]+=[\w.+-]+)*$/i;
const EXTENSION = /^[A-Za-z0-9]{1,8}(?:\.[A-Za-z0-9]{1,8})?$/;
/** Types by which clients know a stream, and the one that the clients of `compactdataset` take for one (das2-server 3.1, 21.2). */
const STREAM_TYPE = /^(?:(?:application|text)\/vnd\.das2?\.|application\/octet-stream)/i;

/** The value of `outputType`; `undefined` for text of another form. */
export function readFileType(text: string): FileType | undefined {
  const [type = "", extension = "", ...more] = text.split("|").map((part) => part.trim());
  const legal = MEDIA_TYPE.test(type) && type.length <= MAX_TYPE && !STREAM_TYPE.test(type);
  if (!legal || !EXTENSION.test(extension) || more.length > 0) return undefined;
  return { mediaType: type.replaceAll(/\s*;\s*/g, "; "), extension };
}

/**
 * The error for a request that asks for a file as something else than itself.
 * @param asked the parameter as it was sent, for example `resolution=60`
 */
export function onlyAsFile({ mediaType, extension }: FileType, asked: string): DasError {
  return new DasError(
    "BAD_PARAMETER",
    `${asked} is not for this source: it gives a file of the type ${mediaType} (.${extension}), as it is`,
  );
}
