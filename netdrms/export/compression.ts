import { type ImageCompression, readCompression } from "../segments/image-compression.js";

/** What a caller asks for: as the series stores it, or one choice for all or for each segment. */
export type CompressionRequest =
  | { readonly kind: "stored" }
  | { readonly kind: "all"; readonly choice: ImageCompression }
  | { readonly kind: "each"; readonly choices: CompressionList };

/** A choice a segment; `undefined` for the stored one. */
export type CompressionList = readonly (ImageCompression | undefined)[];

/**
 * Reads compression strings with commas between them, in brackets or not: `rice,,compress Rice 128,192`. What begins with a digit goes on
 * with the string before it, as the lengths of a tile; an empty string leaves its segment as it is stored.
 * Errors: those of {@link readCompression}. Source: export A8.
 */
export function readCompressionList(text: string): CompressionList {
  const inside = /^\s*(?:\[(.*)\]|\{(.*)\}|\((.*)\))\s*$/s
    .exec(text)
    ?.slice(1)
    .find((one) => one !== undefined);
  return (inside ?? text)
    .split(/,(?!\s*\d)/)
    .map((one) => (one.trim() === "" ? undefined : readCompression(one)));
}

/**
 * The choice for one segment: its own of the list, else that of its series.
 * @param place of the segment among those that are exported
 * @param stored compression string of the segment
 * Errors: those of {@link readCompression}. Source: export A8.
 */
export function compressionOf(request: CompressionRequest, place: number, stored: string): ImageCompression {
  if (request.kind === "all") return request.choice;
  if (request.kind === "each") {
    const choice = request.choices[place];
    if (choice !== undefined) return choice;
  }
  return readCompression(stored);
}
