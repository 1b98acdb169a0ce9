import { hapiTime } from "../../formats/hapi/info.js";
import { HAPI_FORMATS } from "../../formats/hapi/options.js";
import { sampleRanges } from "../../formats/hapi/source-facts.js";
import { HAPI_VERSION, hapiStatus } from "../../formats/hapi/status.js";
import type { Response } from "../http.js";
import { ownUrl } from "../own-url.js";
import type { QueryContext } from "../query.js";
import { DEPTHS } from "./catalog.js";
import { listDataSets } from "./data-sets.js";
import { descriptionsOf } from "./descriptions.js";
import { answerKept, keptAnswer } from "./kept-answer.js";

/** `/capabilities`. Source: HAPI 3.3, section 3.4. */
export function capabilities({ request, site }: QueryContext): Promise<Response> {
  const text = JSON.stringify({
    HAPI: HAPI_VERSION,
    status: hapiStatus(1200),
    outputFormats: HAPI_FORMATS,
    catalogDepthOptions: DEPTHS,
  });
  return answerKept(request, keptAnswer(`${text}\n`, startOf(site)));
}

/** `/about`: the server, and a data set that can be tried. Source: HAPI 3.3, section 3.3. */
export async function about({ request, site }: QueryContext): Promise<Response> {
  const { serverId, siteName, contactEmail, contactUrl } = site.config;
  const [set] = await listDataSets(request, site);
  const range = set === undefined ? undefined : sampleRanges(set.source, site.now())[0];
  const known = set === undefined ? undefined : descriptionsOf(site).peek(set);
  const parameters = known?.derived.parameters.map(({ column }) => column.name).join(",");
  const test =
    set === undefined || range === undefined
      ? {}
      : {
          dataTest: {
            name: "First data set",
            query: {
              dataset: set.id,
              start: hapiTime(range.begin),
              stop: hapiTime(range.end),
              parameters: parameters ?? "",
            },
          },
        };
  const text = JSON.stringify({
    HAPI: HAPI_VERSION,
    status: hapiStatus(1200),
    id: serverId,
    title: siteName,
    contact: plainText(contactEmail) ?? contactUrl ?? ownUrl(request, site),
    description: `Time series of ${siteName}, also at ${ownUrl(request, site)} for das2 clients.`,
    ...test,
  });
  return await answerKept(request, keptAnswer(`${text}\n`, startOf(site)));
}

/** The contact is written for a page, where `&#64;` may stand for @. */
function plainText(text: string | undefined): string | undefined {
  return text?.replace(/&#(\d{1,6});/g, (_, code: string) => String.fromCodePoint(Number(code)));
}

const starts = new WeakMap<object, Date>();

/** When a server was first asked: since then what it says of itself has not changed. */
function startOf(site: { readonly now: () => Date }): Date {
  let start = starts.get(site);
  if (start === undefined) {
    start = site.now();
    starts.set(site, start);
  }
  return start;
}
