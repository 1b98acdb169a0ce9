import { isBrowser } from "../browser.js";
import { escapeMarkup } from "../escape.js";
import { textResponse } from "../http.js";
import { ownUrl, siblingUrl } from "../own-url.js";
import type { Query, QueryContext } from "../query.js";

/** A link of the first page: where to, what it says, what it gives. */
interface Link {
  readonly href: string;
  readonly text: string;
  readonly about: string;
}

/** The links that every server has, then those of the configured example. */
function links({ request, site }: QueryContext): { general: Link[]; sample: Link[] } {
  const base = request.mount === "" ? "/" : request.mount;
  const general = [
    { href: `${base}?server=list`, text: "Sources", about: "every source, one a line" },
    {
      href: `${base}?server=discovery`,
      text: "Sources with examples",
      about: "those that give an example range",
    },
    {
      href: `${base}?server=files`,
      text: "Files",
      about: "sources that give files to download instead of streams",
    },
    { href: `${base}?server=id`, text: "Name", about: "the name of this site" },
    { href: `${base}?server=peers`, text: "Peers", about: "other servers" },
  ];
  const { sampleDsdf, sampleStart, sampleEnd } = site.config;
  if (sampleDsdf === undefined) return { general, sample: [] };
  const id = encodeURIComponent(sampleDsdf);
  const sample = [
    { href: `${base}?server=dsdf&dataset=${id}`, text: sampleDsdf, about: "description of the example" },
  ];
  if (sampleStart !== undefined && sampleEnd !== undefined) {
    const query = `${base}?server=dataset&dataset=${id}&start_time=${encodeURIComponent(sampleStart)}&end_time=${encodeURIComponent(sampleEnd)}`;
    sample.push(
      { href: query, text: "Data", about: `${sampleStart} to ${sampleEnd}, as a binary stream` },
      { href: `${query}&ascii=1`, text: "Data as text", about: "the same, to be read by people" },
      { href: `${query}&format=png`, text: "Plot", about: "the same, as a picture" },
    );
  }
  return { general, sample };
}

/** The first page of every other way to the same sources. */
function doors({ request, site }: QueryContext): readonly Link[] {
  const { enableHapi } = site.config;
  return [
    {
      href: `${request.mount}/source/`,
      text: "Sources by path",
      about: "a page and a form for each, and data in every form",
    },
    ...(enableHapi
      ? [{ href: `${request.mount}/hapi`, text: "HAPI", about: "the same sources for clients of HAPI" }]
      : []),
    {
      href: `${request.mount}/openapi.json`,
      text: "OpenAPI",
      about: "what can be asked, for programs",
    },
  ];
}

/** What to paste into Autoplot and into a shell; the configured example where there is one. */
function clientLines({ request, site }: QueryContext): { readonly uri: string; readonly query: string } {
  const url = ownUrl(request, site);
  const { sampleDsdf = "SOURCE", sampleStart = "BEGIN", sampleEnd = "END" } = site.config;
  const [id, begin, end] = [sampleDsdf, sampleStart, sampleEnd].map((text) => encodeURI(text));
  return {
    uri: `vap+das2server:${url}?dataset=${id}&start_time=${begin}&end_time=${end}`,
    query: `${url}?server=dataset&dataset=${id}&start_time=${begin}&end_time=${end}&resolution=600&ascii=1`,
  };
}

function table(rows: readonly Link[]): string {
  const body = rows
    .map(
      ({ href, text, about }) =>
        `<tr><th scope="row"><a href="${escapeMarkup(href)}">${escapeMarkup(text)}</a></th><td>${escapeMarkup(about)}</td></tr>`,
    )
    .join("\n");
  return `<table>\n<tbody>\n${body}\n</tbody>\n</table>`;
}

/** The contact as it is configured; entities such as `&#64;` are allowed there and kept. */
function contactHtml(email: string | undefined, url: string | undefined): string {
  const parts: string[] = [];
  if (email !== undefined)
    parts.push(`Contact: ${escapeMarkup(email).replace(/&amp;(#\d+|[a-z]+);/gi, "&$1;")}`);
  if (url !== undefined) parts.push(`<a href="${escapeMarkup(url)}">About this server</a>`);
  return parts.join(" &middot; ");
}

function page(context: QueryContext): string {
  const { request, site } = context;
  const { siteName, styleSheet, contactEmail, contactUrl, viewLogUrl } = site.config;
  const { general, sample } = links(context);
  const statics = `${escapeMarkup(request.mount)}/static`;
  const name = escapeMarkup(siteName);
  const more = [
    ...general,
    ...doors(context),
    {
      href: siblingUrl(request.mount, viewLogUrl),
      text: "Request log",
      about: "what was asked, and how it ended",
    },
    ...(site.openCacheAccess === undefined && site.config.cacheRoot === undefined
      ? []
      : [
          {
            href: `${request.mount}/cache`,
            text: "Block cache",
            about: "what is kept of which source, and what is being built",
          },
        ]),
  ];
  const { uri, query } = clientLines(context);
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name}</title>
<link rel="stylesheet" href="${statics}/${escapeMarkup(encodeURIComponent(styleSheet))}">
<link rel="icon" href="${escapeMarkup(request.mount)}/logo">
</head>
<body>
<header>
<img src="${escapeMarkup(request.mount)}/logo" alt="" width="64" height="64">
<div>
<h1>${name}</h1>
<p>A das2 server: time-indexed data as self-describing streams, at the resolution you ask for.</p>
</div>
</header>
<main>
<h2>On this server</h2>
${table(more)}
${sample.length === 0 ? "" : `<h2>An example</h2>\n${table(sample)}\n`}<h2>In a client</h2>
<dl>
<dt>Autoplot</dt><dd><code>${escapeMarkup(uri)}</code></dd>
<dt>curl</dt><dd><code>curl '${escapeMarkup(query)}'</code></dd>
</dl>
</main>
<footer>${contactHtml(contactEmail, contactUrl)}</footer>
</body>
</html>
`;
}

function summary(context: QueryContext): string {
  const url = ownUrl(context.request, context.site);
  const { general, sample } = links(context);
  const rows = [...general, ...sample].map(
    ({ href, about }) => `${url}${href.slice(href.indexOf("?"))}\n    ${about}`,
  );
  return `${context.site.config.siteName}: a das2 server

${rows.join("\n")}
${url}?server=dsdf&dataset=ID
    description of one source
${url}?server=dataset&dataset=ID&start_time=BEGIN&end_time=END[&resolution=SECONDS][&interval=SECONDS][&params=TEXT][&ascii=1]
    data
`;
}

/** The first page: HTML for browsers, a summary in plain text for programs. Source: das2-server 2.9. */
export const intro: Query = (context) =>
  isBrowser(context.request.headers["user-agent"])
    ? textResponse(200, "text/html", page(context))
    : textResponse(200, "text/plain", summary(context));
