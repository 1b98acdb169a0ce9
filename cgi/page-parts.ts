import { escapeMarkup } from "./escape.js";
import type { QueryContext } from "./query.js";

/** A line of a table of links: where to, what it says, what it gives. */
export interface LinkRow {
  readonly href: string;
  readonly text: string;
  readonly about: string;
}

/** The last element of an id. */
export function memberTitle(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}

/** A table of links; nothing of it is markup. */
export function linkTable(rows: readonly LinkRow[]): string {
  const lines = rows.map(
    ({ href, text, about }) =>
      `<tr><th scope="row"><a href="${escapeMarkup(href)}">${escapeMarkup(text)}</a></th><td>${escapeMarkup(about)}</td></tr>`,
  );
  return `<table>\n<tbody>\n${lines.join("\n")}\n</tbody>\n</table>\n`;
}

/**
 * A page in the looks of the site.
 * @param title text
 * @param body markup
 */
export function htmlPage({ request, site }: QueryContext, title: string, body: string): string {
  const { siteName, styleSheet } = site.config;
  const mount = escapeMarkup(request.mount);
  const sheet = `${mount}/static/${escapeMarkup(encodeURIComponent(styleSheet))}`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeMarkup(title)}</title>
<link rel="stylesheet" href="${sheet}">
<link rel="icon" href="${mount}/logo">
</head>
<body>
<header>
<img src="${mount}/logo" alt="" width="64" height="64">
<div>
<h1>${escapeMarkup(title)}</h1>
<p><a href="${mount === "" ? "/" : mount}">${escapeMarkup(siteName)}</a></p>
</div>
</header>
<main>
${body}</main>
</body>
</html>
`;
}
