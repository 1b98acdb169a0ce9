import { otherView } from "../../dsdf/flex/flex-tree.js";
import { OTHER_VIEWS, type OtherView } from "../../dsdf/flex/other-views.js";
import { hapiObstacle } from "../../dsdf/hapi-fit.js";
import { DasError } from "../../errors/das-error.js";
import type { Response } from "../http.js";
import type { QueryContext } from "../query.js";
import type { LocalSource } from "./find-local.js";

/**
 * The description of a source for another interface: of a tree of dasFlex as it stands there, else for HAPI the header of the data set.
 * Errors: NOT_FOUND where there is none; FORBIDDEN where the source is not for everybody, as at the door of HAPI itself.
 * Source: das2-server 7.1, 11.4.
 */
export async function otherDescription(
  context: QueryContext,
  { source, flex }: LocalSource,
  view: OtherView,
): Promise<Response> {
  if (flex !== undefined) {
    const text = await otherView(flex, view);
    if (text === undefined) throw nothing();
    return {
      status: 200,
      headers: [
        ["Content-Type", `${OTHER_VIEWS[view].mime}; charset=utf-8`],
        ["Cache-Control", "no-cache"],
        // What somebody wrote into the tree is no page of this site.
        ["X-Content-Type-Options", "nosniff"],
        ["Content-Security-Policy", "sandbox"],
      ],
      body: Buffer.from(text, "utf8"),
    };
  }
  const isInHapi = view === "hapi2.json" && context.site.config.enableHapi;
  if (!isInHapi || source.requiresInterval || hapiObstacle(source) !== undefined) throw nothing();
  const { info } = await import("../hapi/info.js");
  return await info(context, new Map([["dataset", source.id]]));
}

function nothing(): DasError {
  return new DasError("NOT_FOUND", "There is nothing at this path");
}
