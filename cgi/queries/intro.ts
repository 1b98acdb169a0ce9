import { textResponse } from "../http.js";
import { ownUrl } from "../own-url.js";
import type { Query, QueryContext } from "../query.js";

/** What may be asked: the query behind the address of the server, and what it gives. */
type Row = readonly [query: string, about: string];

const GENERAL: readonly Row[] = [
  ["?server=list", "every source, one a line"],
  ["?server=discovery", "those that give an example range"],
  ["?server=files", "sources that give files to download instead of streams"],
  ["?server=id", "the name of this site"],
  ["?server=peers", "other servers"],
];

/** The example of the configuration. */
function sample({ site }: QueryContext): readonly Row[] {
  const { sampleDsdf, sampleStart, sampleEnd } = site.config;
  if (sampleDsdf === undefined) return [];
  const id = encodeURIComponent(sampleDsdf);
  const description: Row = [`?server=dsdf&dataset=${id}`, "description of the example"];
  if (sampleStart === undefined || sampleEnd === undefined) return [description];
  const query = `?server=dataset&dataset=${id}&start_time=${encodeURIComponent(sampleStart)}&end_time=${encodeURIComponent(sampleEnd)}`;
  return [
    description,
    [query, `${sampleStart} to ${sampleEnd}, as a binary stream`],
    [`${query}&ascii=1`, "the same, to be read by people"],
    [`${query}&format=png`, "the same, as a picture"],
  ];
}

/**
 * The first page for programs: a summary in plain text. People are given the sources of the site (`cgi/browse`), by the same address.
 * Source: das2-server 2.9.
 */
export const intro: Query = (context) => {
  const url = ownUrl(context.request, context.site);
  const rows = [...GENERAL, ...sample(context)].map(([query, about]) => `${url}${query}\n    ${about}`);
  const text = `${context.site.config.siteName}: a das2 server

${rows.join("\n")}
${url}?server=dsdf&dataset=ID
    description of one source
${url}?server=dataset&dataset=ID&start_time=BEGIN&end_time=END[&resolution=SECONDS][&interval=SECONDS][&params=TEXT][&ascii=1]
    data
`;
  return textResponse(200, "text/plain", text);
};
