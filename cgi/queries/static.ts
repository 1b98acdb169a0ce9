import { DasError } from "../../errors/das-error.js";
import type { Query } from "../query.js";
import { findResource, resourceResponse } from "../resource-file.js";

/** `/static/...`: style sheets, logos and other files of the site, then those that ship here. Source: das2-server 1.3, 7.1. */
export const staticFile: Query = async ({ request, path, site }) => {
  const file = await findResource(site.resourceFolders, path.slice("/static/".length));
  if (file === undefined) throw new DasError("NOT_FOUND", "There is no such file");
  return resourceResponse(request, file);
};
