import { packageVersion } from "../../config/package-root.js";
import { DasError, isDasError } from "../../errors/das-error.js";
import type { CompressionRequest } from "../../netdrms/export/compression.js";
import type { ExportOptions } from "../../netdrms/export/export-records.js";
import { mapClass } from "../../netdrms/export/keyword-map.js";
import { readCompression } from "../../netdrms/segments/image-compression.js";

/** Values of the parameter `protocol`. */
export const PROTOCOLS = ["fits", "as-is"] as const;

/** How files of records are exported, as parameters say it. */
export interface FileFormValues {
  readonly compress: string;
  readonly mapclass?: string | undefined;
}

/** What decides on the bytes of exported files besides their records. */
export type FileForm = Pick<ExportOptions, "protocol" | "compression" | "naming" | "license">;

/** Errors: BAD_PARAMETER. */
export function fileForm(
  protocol: (typeof PROTOCOLS)[number],
  values: FileFormValues,
  license: string,
): FileForm {
  return {
    protocol,
    compression: requestedCompression(values),
    naming: values.mapclass === undefined ? {} : { mapClass: mapClass(values.mapclass) },
    license,
  };
}

/** The same as something that another run of this version can compare. */
export function fileFormKey(
  protocol: (typeof PROTOCOLS)[number],
  { compress, mapclass = "" }: FileFormValues,
  license: string,
): unknown {
  return [packageVersion(), protocol, compress, mapclass, license];
}

/** Errors: BAD_PARAMETER. */
export function requestedCompression({ compress }: FileFormValues): CompressionRequest {
  return compress === "stored" ? { kind: "stored" } : { kind: "all", choice: readCompression(compress) };
}

/** What the administrator wrote is wrong before there is a request. Errors: USAGE instead of BAD_PARAMETER. */
export function ofDefinition(check: () => unknown): void {
  try {
    check();
  } catch (error) {
    throw isDasError(error, "BAD_PARAMETER") ? new DasError("USAGE", error.message, {}, error) : error;
  }
}
