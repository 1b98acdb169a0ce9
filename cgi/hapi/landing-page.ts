import { hapiTime } from "../../formats/hapi/info.js";
import { sampleRanges } from "../../formats/hapi/source-facts.js";
import { HAPI_VERSION } from "../../formats/hapi/status.js";
import type { Response } from "../http.js";
import { ownUrl } from "../own-url.js";
import { html, type Markup } from "../pages/html.js";
import { linkTable } from "../pages/link-table.js";
import { serverPage } from "../pages/server-page.js";
import type { QueryContext } from "../query.js";
import type { Site } from "../site.js";
import { type DataSet, dataSetTitle, listDataSets } from "./data-sets.js";

/** Data sets that the page lists; all of them are in the catalog. */
const MAX_LISTED = 500;

const ENDPOINTS = [
  ["about", "this server, and whom to ask"],
  ["capabilities", "forms of data"],
  ["catalog", "all data sets"],
] as const;

function dataSetRow(base: string, set: DataSet, site: Site): Markup {
  const id = encodeURIComponent(set.id);
  const [range] = sampleRanges(set.source, site.now());
  const query =
    range === undefined
      ? undefined
      : `${base}/data?dataset=${id}&start=${hapiTime(range.begin)}&stop=${hapiTime(range.end)}`;
  const data =
    query === undefined
      ? undefined
      : html`<a href="${query}">csv</a> <a href="${`${query}&format=json`}">json</a>`;
  return html`<tr><th scope="row"><a href="${`${base}/info?dataset=${id}`}">${set.id}</a></th><td>${dataSetTitle(set)}</td><td>${data}</td></tr>
`;
}

/** `/hapi`: what there is, for people. Source: HAPI 3.3, section 3.2. */
export async function landingPage(context: QueryContext): Promise<Response> {
  const { request, site } = context;
  const base = `${ownUrl(request, site)}/hapi`;
  const sets = await listDataSets(request, site);
  return serverPage(context, {
    title: "HAPI",
    section: "sources",
    lead: `Time series for clients of the Heliophysics API, version ${HAPI_VERSION}.`,
    body: html`<h2>Endpoints</h2>
${linkTable(ENDPOINTS.map(([name, about]) => ({ href: `${base}/${name}`, text: name, about })))}
<p><code>info?dataset=ID[&amp;parameters=A,B]</code> describes a data set,
<code>data?dataset=ID&amp;start=BEGIN&amp;stop=END[&amp;parameters=A,B][&amp;format=csv|binary|json][&amp;include=header]</code> gives it.</p>
<h2>Data sets</h2>
<table>
<tbody>
${sets.slice(0, MAX_LISTED).map((set) => dataSetRow(base, set, site))}</tbody>
</table>
${sets.length > MAX_LISTED ? html`<p>${sets.length - MAX_LISTED} more are in the catalog.</p>` : undefined}
<p>Clients and the specification: <a href="https://hapi-server.org/">hapi-server.org</a></p>`,
  });
}
