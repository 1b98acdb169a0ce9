import { tomorrow } from "../../dsdf/valid-range.js";
import { HAPI_VERSION, hapiStatus } from "../../formats/hapi/status.js";
import type { HeaderLine, Response } from "../http.js";
import { ownUrl } from "../own-url.js";
import type { QueryContext } from "../query.js";
import type { Site } from "../site.js";
import { type DataSet, dataSetTitle, listDataSets } from "./data-sets.js";
import { descriptionsOf } from "./descriptions.js";
import { hapiError } from "./hapi-error.js";
import { headerOf } from "./info.js";
import { answerKept, type KeptAnswer, keptAnswer } from "./kept-answer.js";
import { checkReferences, type HapiWords } from "./words.js";

/** What `depth` may say. */
export const DEPTHS = ["dataset", "all"] as const;

interface KeptCatalog {
  /** The listing of the tree that it was made from. */
  readonly entries: object;
  /** Whatever else it depends on. */
  readonly state: string;
  readonly answer: Promise<KeptAnswer>;
}

const plain = new WeakMap<Site, KeptCatalog>();
const whole = new WeakMap<Site, KeptCatalog>();

/** `/catalog`: all data sets, with `depth=all` each with its header. Errors (of HAPI): 1412, 1413. Source: HAPI 3.3, section 3.5. */
export async function catalog(context: QueryContext, words: HapiWords): Promise<Response> {
  checkReferences(words);
  const depth = words.get("depth") ?? "dataset";
  if (depth === "all") return await deepCatalog(context);
  if (depth !== "dataset") throw hapiError(1413, `expected ${DEPTHS.join(" or ")}`);
  const { site, request } = context;
  const entries = await site.sources.list();
  // Whose home is here depends on the name by which the server is called.
  const state = ownUrl(request, site);
  let known = plain.get(site);
  if (known === undefined || known.entries !== entries || known.state !== state) {
    // Kept while it is made: those who come meanwhile wait for the same one.
    known = { entries, state, answer: shallowAnswer(context) };
    plain.set(site, known);
    known.answer.catch(() => plain.delete(site));
  }
  return await answerKept(request, await known.answer);
}

async function shallowAnswer({ site, request }: QueryContext): Promise<KeptAnswer> {
  const sets = await listDataSets(request, site);
  return keptAnswer(catalogText(sets.map(member)), site.now());
}

function member(set: DataSet): string {
  const title = dataSetTitle(set);
  return JSON.stringify({ id: set.id, ...(title === "" ? {} : { title }) });
}

function catalogText(members: readonly string[]): string {
  const head = { HAPI: HAPI_VERSION, status: hapiStatus(1200) };
  return `${JSON.stringify(head).slice(0, -1)},"catalog":[\n${members.join(",\n")}\n]}\n`;
}

/**
 * All headers at once. What is known is kept as bytes; while some still have to be found out, the answer goes out data set by data set. One
 * that cannot be described now has no `info`.
 */
async function deepCatalog({ site, request }: QueryContext): Promise<Response> {
  const descriptions = descriptionsOf(site);
  const url = ownUrl(request, site);
  const entries = await site.sources.list();
  const stateNow = (): string => `${url} ${tomorrow(site.now()).day} ${descriptions.edition}`;
  const known = whole.get(site);
  if (known?.entries === entries && known.state === stateNow())
    return await answerKept(request, await known.answer);
  const sets = await listDataSets(request, site);
  if (sets.every((set) => descriptions.peek(set) !== undefined)) {
    const members = await Promise.all(sets.map((set) => deepMember(set, site, url)));
    const answer = keptAnswer(catalogText(members), site.now());
    whole.set(site, { entries, state: stateNow(), answer: Promise.resolve(answer) });
    return await answerKept(request, answer);
  }
  const headers: readonly HeaderLine[] = [
    ["Content-Type", "application/json"],
    ["Last-Modified", site.now().toUTCString()],
  ];
  return { status: 200, headers, body: deepText(sets, site, url) };
}

async function deepMember(set: DataSet, site: Site, url: string): Promise<string> {
  const shallow = member(set);
  try {
    const header = await headerOf(set, site, url);
    return `${shallow.slice(0, -1)},"info":${JSON.stringify(header)}}`;
  } catch {
    // Who asks for it alone is told why.
    return shallow;
  }
}

async function* deepText(sets: readonly DataSet[], site: Site, url: string): AsyncGenerator<Uint8Array> {
  const [before = "", behind = ""] = catalogText(["\n\n"]).split("\n\n\n\n");
  yield Buffer.from(before);
  for (const [i, set] of sets.entries())
    yield Buffer.from(`${i === 0 ? "\n" : ",\n"}${await deepMember(set, site, url)}`);
  yield Buffer.from(`\n${behind}`);
}
