import { type ImageCompression, readCompression } from "../segments/image-compression.js";

/** What a caller asks for: as the series stores it, or one choice for all or for each segment. */
export type CompressionRequest =
  | { readonly kind: "stored" }
  | { readonly kind: "all"; readonly choice: ImageCompression }
  | { readonly kind: "each"; readonly choices: readonly ImageCompression[] };

/**
 * The choice for one segment of those exported: its own of the list, the last one's default is the stored compression.
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
