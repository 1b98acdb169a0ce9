import { DasError } from "../../errors/das-error.js";
import { type ImageCompression, readCompression } from "../segments/image-compression.js";

/** How files are delivered. Source: export A8, B7. */
export type DeliveryProtocol =
  | { readonly kind: "as-is" }
  /** No files: where the storage units of the records are. */
  | { readonly kind: "units" }
  | { readonly kind: "fits"; readonly compression: ImageCompression };

/** Names of protocols that make pictures and films, which are not made here. */
const PICTURES = ["jpg", "mpg", "mp4", "png"];

/**
 * Reads a protocol: `as-is`, or `fits` with a compression string behind a comma; `fits` alone is uncompressed. `su` and `su-as-is` ask for
 * storage units.
 * Errors: BAD_PARAMETER for any other; FITS_UNSUPPORTED for a compression that is not written here. Source: export A8, B7, B9.
 */
export function readProtocol(text: string): DeliveryProtocol {
  const comma = text.indexOf(",");
  const name = (comma < 0 ? text : text.slice(0, comma)).trim().toLowerCase();
  if (name === "as-is" && comma < 0) return { kind: "as-is" };
  if ((name === "su" || name === "su-as-is") && comma < 0) return { kind: "units" };
  if (name === "fits")
    return {
      kind: "fits",
      compression: comma < 0 ? { kind: "none" } : readCompression(text.slice(comma + 1)),
    };
  const shown = JSON.stringify(text.slice(0, 40));
  throw new DasError(
    "BAD_PARAMETER",
    PICTURES.includes(name)
      ? `protocol ${shown} is not made here, expected as-is or fits`
      : `protocol ${shown}, expected as-is, su, fits, or fits with a compression as in "fits,compress Rice"`,
  );
}
