import { createHash } from "node:crypto";
import { EMPTY_BODY, type HeaderLine, isWholeBody, type Response } from "../http.js";
import type { Page } from "../pages/page.js";
import { serverPage } from "../pages/server-page.js";
import type { QueryContext } from "../query.js";
import { isTagKnown } from "../resource-file.js";

/** A page with a tag made of its text: who has the same one already is told so, and sent nothing. */
export function taggedPage(
  context: QueryContext,
  page: Page,
  options: { readonly status?: number; readonly headers?: readonly HeaderLine[] } = {},
): Response {
  const made = serverPage(context, page, options.status);
  if (!isWholeBody(made.body)) return made;
  // Weak, because a coded answer of other bytes carries the same tag.
  const tag = `W/"${createHash("sha256").update(made.body).digest("hex").slice(0, 20)}"`;
  const validators: HeaderLine[] = [["ETag", tag], ["Cache-Control", "no-cache"], ...(options.headers ?? [])];
  if (isTagKnown(context.request, tag) === true)
    return { status: 304, headers: validators, body: EMPTY_BODY };
  return { ...made, headers: [...made.headers, ...validators] };
}
