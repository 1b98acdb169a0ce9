import type { ChosenSource } from "../../plot/page-state.js";
import { type Span, timeWord } from "../../plot/span.js";
import { encodedPath, queryOf } from "../../stream/url-text.js";
import type { SourceFacts } from "./facts.js";

/** Which data of a source are meant. */
export interface DataRequest {
  readonly mount: string;
  readonly facts: SourceFacts;
  readonly chosen: ChosenSource;
  readonly span: Span;
  /** Width of bins, or for computed sources distance of points, seconds; missing: every record. */
  readonly widthS?: number;
  /** Whether least and greatest values of each bin are wanted. */
  readonly hasBand?: boolean;
  /** Form of the answer; missing: das2. */
  readonly format?: "csv" | "png";
}

/**
 * The address of data. Usually in the words of das2.2; through the path of the source where least and greatest values are asked for, or
 * where the source does not make das2 by itself.
 */
export function dataUrl(request: DataRequest): string {
  const { facts, hasBand = false, format } = request;
  const isByPath = format === undefined && (facts.access === "path" || (hasBand && !facts.needsInterval));
  return isByPath ? pathUrl(request) : wordsUrl(request);
}

/** The distance of points that were asked for by hand, else that of the columns of the screen. */
function intervalOf({ facts, chosen, widthS }: DataRequest): string | undefined {
  if (!facts.needsInterval) return undefined;
  return chosen.interval ?? (widthS === undefined ? undefined : String(widthS));
}

function wordsUrl(request: DataRequest): string {
  const { mount, facts, chosen, span, widthS, format } = request;
  const words = queryOf({
    server: "dataset",
    dataset: facts.id,
    start_time: timeWord(span.begin),
    end_time: timeWord(span.end),
    resolution: facts.needsInterval || widthS === undefined ? undefined : String(widthS),
    interval: intervalOf(request),
    params: chosen.params,
    format,
  });
  return `${mount === "" ? "/" : mount}?${words}`;
}

function pathUrl(request: DataRequest): string {
  const { mount, facts, chosen, span, widthS, hasBand } = request;
  const words = queryOf({
    "read.time.min": timeWord(span.begin),
    "read.time.max": timeWord(span.end),
    "bin.time.max": facts.needsInterval || widthS === undefined ? undefined : String(widthS),
    "bin.stats": hasBand === true ? "min,max" : undefined,
    "read.time.inter": intervalOf(request),
    "read.opts": chosen.params,
    "format.type": "das",
    "format.version": "2",
  });
  return `${mount}/source/${encodedPath(facts.id)}/flex?${words}`;
}
