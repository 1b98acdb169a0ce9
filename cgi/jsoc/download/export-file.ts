import { stat } from "node:fs/promises";
import { DasError, isDasError } from "../../../errors/das-error.js";
import { requestFolder } from "../../../netdrms/requests/export-root.js";
import { openMember } from "../../../netdrms/sums/open-file.js";
import type { Response } from "../../http.js";
import type { QueryContext } from "../../query.js";
import { downloadResponse } from "./file-download.js";

/** The error of a file that is not there, or that nobody may see. */
export function noSuchFile(): DasError {
  return new DasError("NOT_FOUND", "There is no such file, or its time is over");
}

/** `/jsoc/export/ID/NAME`: a file of an export that is finished. Errors: NOT_FOUND. Source: netdrms-export B8, B10. */
export async function exportFile(context: QueryContext, id: string, name: string): Promise<Response> {
  const { exportRoot } = context.site.config;
  if (exportRoot === undefined || name.split("/").some((part) => part.startsWith("."))) throw noSuchFile();
  try {
    const folder = requestFolder(exportRoot, id);
    // What is not published has another name.
    if (!(await stat(folder).catch(() => undefined))?.isDirectory()) throw noSuchFile();
    const handle = await openMember({ sunum: 0n, folder, path: name });
    return await downloadResponse(context.request, { handle, name });
  } catch (error) {
    if (isDasError(error, "BAD_FILE") || isDasError(error, "BAD_PARAMETER")) throw noSuchFile();
    throw error;
  }
}
