import type { DataSource } from "../../dsdf/data-source.js";
import { DasError } from "../../errors/das-error.js";
import { type PreparedData, prepareData } from "../data/prepare.js";
import { takeProcessSlot } from "../data/process-slot.js";
import type { Response } from "../http.js";
import type { QueryContext } from "../query.js";
import { type LiveWords, readLiveWords } from "./live-words.js";

/** A request that was let in, and how far it goes. */
export interface LiveRequest extends LiveWords {
  readonly prepared: PreparedData;
}

/**
 * Takes a request through the steps of any request for data: words, redirects, valid range, limits, access.
 * @returns an answer where the source is elsewhere
 * Errors: those of {@link readLiveWords} and {@link prepareData}.
 */
export async function readLiveRequest(
  context: QueryContext,
  source: DataSource,
): Promise<{ readonly elsewhere: Response } | LiveRequest> {
  const { site, trace } = context;
  const read = readLiveWords(context.words, source, site);
  // Segments of a spectrum begin where a reading does.
  if (read.follows && read.words.spectrum !== undefined)
    throw new DasError("NOT_IMPLEMENTED", "spectra are made of what has been, not of live data");
  const prepared = await prepareData(context, read.words, source);
  if ("elsewhere" in prepared) return prepared;
  // What is on record is what was asked for.
  if (read.follows && read.until === undefined) trace.end = undefined;
  if (!site.resident) takeProcessSlot(site);
  return { ...read, prepared };
}

/** The error for a source whose commands are chosen by each request anew. */
export function notLive(): DasError {
  return new DasError("NOT_IMPLEMENTED", "sources that are defined for dasFlex have no live stream here");
}
