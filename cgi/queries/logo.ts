import { textResponse } from "../http.js";
import type { Query } from "../query.js";
import { firstResource, resourceResponse } from "../resource-file.js";

/** `server=logo`, `/logo`: the first `logo.*` of the site, by name. Source: das2-server 2.3. */
export const logo: Query = async ({ request, site }) => {
  const file = await firstResource(site.resourceFolders, (name) =>
    /^logo\.(?:png|gif|jpg|jpeg|svg)$/i.test(name),
  );
  if (file === undefined) return textResponse(404, "text/plain", "This site has no logo\n");
  return resourceResponse(request, file);
};
