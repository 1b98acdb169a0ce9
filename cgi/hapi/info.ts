import { chooseParameters } from "../../formats/hapi/choose.js";
import { withServerUrl } from "../../formats/hapi/file-parameter.js";
import { type HapiHeader, hapiHeader, infoText, isoDuration } from "../../formats/hapi/info.js";
import type { DescribedParameter } from "../../formats/hapi/parameter.js";
import { sourceFacts } from "../../formats/hapi/source-facts.js";
import type { Response } from "../http.js";
import { rangeLimits } from "../limits/range-limits.js";
import { ownUrl } from "../own-url.js";
import type { QueryContext } from "../query.js";
import type { Site } from "../site.js";
import { type DataSet, findDataSet } from "./data-sets.js";
import { descriptionsOf } from "./descriptions.js";
import { hapiError } from "./hapi-error.js";
import { answerKept, type KeptAnswer, keptAnswer } from "./kept-answer.js";
import { checkReferences, type HapiWords, neededWord, parameterList } from "./words.js";

/** The parameters of those names. Errors (of HAPI): 1407, 1411. */
export function wantedParameters(
  all: readonly DescribedParameter[],
  names: readonly string[] | undefined,
): readonly DescribedParameter[] {
  const chosen = chooseParameters(all, names);
  if (chosen.kind === "unknown") throw hapiError(1407, "see /info");
  if (!chosen.inOrder) throw hapiError(1411, "expected the order of /info, each name once");
  return chosen.parameters;
}

/**
 * The header of a data set, with some of its parameters or all.
 * @param serverUrl before the URIs of files
 * Errors: those of a description.
 */
export async function headerOf(
  set: DataSet,
  site: Site,
  serverUrl: string,
  parameters?: readonly DescribedParameter[],
): Promise<HapiHeader> {
  const { derived } = await descriptionsOf(site).of(set);
  const shown = (parameters ?? derived.parameters).map((one) => withServerUrl(one, serverUrl).parameter);
  const { cadenceSeconds } = derived;
  const { rangeSeconds } = rangeLimits(set.source, site.config);
  const facts = sourceFacts(set.source, site.now(), set.part, cadenceSeconds);
  return hapiHeader(shown, {
    ...(cadenceSeconds === undefined ? {} : { cadence: isoDuration(cadenceSeconds) }),
    ...facts,
    ...(rangeSeconds === undefined || facts.x_binWidth !== undefined
      ? {}
      : { maxRequestDuration: isoDuration(rangeSeconds) }),
  });
}

/** Answers that are kept, by the query; beyond it all are made again. */
const MAX_KEPT = 4096;
/** Bytes of all that are kept. */
const MAX_KEPT_BYTES = 64 * 1024 * 1024;

interface Kept {
  readonly set: DataSet;
  readonly edition: number;
  readonly day: number;
  readonly answer: KeptAnswer;
}

/** Answers of one server by what their query says, exactly as it is written. */
class KeptInfos {
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  get(query: string): Kept | undefined {
    return this.#kept.get(query);
  }

  set(query: string, kept: Kept): void {
    if (this.#kept.size >= MAX_KEPT || this.#bytes > MAX_KEPT_BYTES) {
      this.#kept.clear();
      this.#bytes = 0;
    }
    this.#bytes += kept.answer.bytes.length + query.length;
    this.#kept.set(query, kept);
  }
}

const keptInfos = new WeakMap<Site, KeptInfos>();

/** `/info`: the header of a data set. Errors (of HAPI): 1401, 1406, 1407, 1411, 1412, 1501. Source: HAPI 3.3, section 3.6. */
export async function info(context: QueryContext, words: HapiWords): Promise<Response> {
  const { site, request, trace } = context;
  checkReferences(words);
  const set = await findDataSet(neededWord(words, "dataset"), request, site);
  trace.source = set.id;
  const descriptions = descriptionsOf(site);
  const kept = keptInfos.get(site) ?? new KeptInfos();
  keptInfos.set(site, kept);
  const { derived, madeMs } = await descriptions.of(set);
  const names = parameterList(words);
  const url = ownUrl(request, site);
  const key = JSON.stringify([set.id, names, url]);
  const day = Math.floor(site.now().getTime() / 86_400_000);
  const known = kept.get(key);
  if (known !== undefined && isSame(known.set, set) && known.edition === madeMs && known.day === day)
    return await answerKept(request, known.answer);
  const parameters = wantedParameters(derived.parameters, names);
  const header = await headerOf(set, site, url, parameters);
  const answer = keptAnswer(`${infoText(header)}\n`, new Date(madeMs));
  kept.set(key, { set, edition: madeMs, day, answer });
  return await answerKept(request, answer);
}

function isSame(a: DataSet, b: DataSet): boolean {
  return a.source === b.source && a.part === b.part;
}
