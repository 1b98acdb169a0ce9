import { checkRequestId } from "../../../netdrms/requests/request-id.js";
import type { Response } from "../../http.js";
import type { QueryContext } from "../../query.js";
import { requestStatus } from "../fetch/exp-status.js";
import { exportFile, noSuchFile } from "./export-file.js";
import { unitFile, unitFilePath } from "./unit-file.js";

/**
 * Files below the download root, by the paths that replies give: `/export/ID/NAME` of exports, `/PARTITION/D…/S…/NAME` of storage
 * units; `/export/ID/` is a page that tells how far the request is. Errors: NOT_FOUND. Source: netdrms-export B8, B10.
 */
export async function download(context: QueryContext): Promise<Response> {
  const path = context.path.slice("/jsoc".length);
  const [, id, name] = /^\/export\/([^/]+)\/(.*)$/.exec(path) ?? [];
  if (id !== undefined && name !== undefined) {
    if (name !== "") return exportFile(context, id, name);
    return statusPage(context, id);
  }
  const unit = unitFilePath(path);
  if (unit === undefined) throw noSuchFile();
  return unitFile(context, unit);
}

async function statusPage(context: QueryContext, id: string): Promise<Response> {
  try {
    checkRequestId(id);
  } catch {
    throw noSuchFile();
  }
  return requestStatus(context, id, "html");
}
