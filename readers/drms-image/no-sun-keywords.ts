import { DasError } from "../../errors/das-error.js";
import { REQUIRED_SUN_KEYWORDS } from "../../netdrms/records/sun-keywords.js";
import type { Series } from "../../netdrms/series/model.js";
import type { ImageProduct } from "./image-product.js";

/** The error of a series whose images cannot be laid on the sphere. */
export function noSunKeywords({ name }: Series, { kind }: ImageProduct): DasError {
  return new DasError(
    "USAGE",
    `${name} has not all keywords ${REQUIRED_SUN_KEYWORDS.join(", ")}, which ${kind} needs`,
  );
}
