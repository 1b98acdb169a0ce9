import { hapiTime } from "../../formats/hapi/info.js";
import { sampleRanges } from "../../formats/hapi/source-facts.js";
import { HAPI_VERSION } from "../../formats/hapi/status.js";
import { escapeMarkup } from "../escape.js";
import { type Response, textResponse } from "../http.js";
import { ownUrl } from "../own-url.js";
import type { QueryContext } from "../query.js";
import type { Site } from "../site.js";
import { type DataSet, dataSetTitle, listDataSets } from "./data-sets.js";

/** Data sets that the page lists; all of them are in the catalog. */
const MAX_LISTED = 500;

function link(href: string, text: string): string {
  return `<a href="${escapeMarkup(href)}">${escapeMarkup(text)}</a>`;
}

function endpointRows(base: string): string {
  const rows = [
    ["about", "this server, and whom to ask"],
    ["capabilities", "forms of data"],
    ["catalog", "all data sets"],
  ] as const;
  return rows
    .map(([name, says]) => `<tr><th scope="row">${link(`${base}/${name}`, name)}</th><td>${says}</td></tr>`)
    .join("\n");
}

function dataSetRow(base: string, set: DataSet, site: Site): string {
  const id = encodeURIComponent(set.id);
  const [range] = sampleRanges(set.source, site.now());
  const query =
    range === undefined
      ? ""
      : `${base}/data?dataset=${id}&start=${hapiTime(range.begin)}&stop=${hapiTime(range.end)}`;
  const data = query === "" ? "" : `${link(query, "csv")} ${link(`${query}&format=json`, "json")}`;
  return `<tr><th scope="row">${link(`${base}/info?dataset=${id}`, set.id)}</th><td>${escapeMarkup(dataSetTitle(set))}</td><td>${data}</td></tr>`;
}

/** `/hapi`: what there is, for people. Source: HAPI 3.3, section 3.2. */
export async function landingPage(context: QueryContext): Promise<Response> {
  const { request, site } = context;
  const base = `${ownUrl(request, site)}/hapi`;
  const sets = await listDataSets(request, site);
  const name = escapeMarkup(site.config.siteName);
  const more = sets.length > MAX_LISTED ? `<p>${sets.length - MAX_LISTED} more are in the catalog.</p>` : "";
  const statics = `${escapeMarkup(request.mount)}/static`;
  const html = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>HAPI at ${name}</title>
<link rel="stylesheet" href="${statics}/${escapeMarkup(encodeURIComponent(site.config.styleSheet))}">
</head>
<body>
<header>
<div>
<h1>HAPI at ${name}</h1>
<p>Time series for clients of the Heliophysics API, version ${HAPI_VERSION}.</p>
</div>
</header>
<main>
<h2>Endpoints</h2>
<table>
<tbody>
${endpointRows(base)}
</tbody>
</table>
<p><code>info?dataset=ID[&amp;parameters=A,B]</code> describes a data set,
<code>data?dataset=ID&amp;start=BEGIN&amp;stop=END[&amp;parameters=A,B][&amp;format=csv|binary|json][&amp;include=header]</code> gives it.</p>
<h2>Data sets</h2>
<table>
<tbody>
${sets
  .slice(0, MAX_LISTED)
  .map((set) => dataSetRow(base, set, site))
  .join("\n")}
</tbody>
</table>
${more}
<p>Clients and the specification: ${link("https://hapi-server.org/", "hapi-server.org")}</p>
</main>
</body>
</html>
`;
  return textResponse(200, "text/html", html);
}
