import { html, type Markup } from "./html.js";

/**
 * The whole document around a title and a body, with the looks of the log. `head` is more of the head.
 * @param path below which `/static/...` is found
 */
export function documentOf(
  path: string,
  title: string,
  body: Markup,
  head: Markup | undefined = undefined,
  styles: readonly string[] = ["heliostream.css", "log.css"],
): string {
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
${head}<title>${title}</title>
${styles.map((style) => html`<link rel="stylesheet" href="${path}/static/${style}">\n`)}<link rel="icon" href="${path}/static/logo.svg">
</head>
<body>
${body}
</body>
</html>
`.text;
}
