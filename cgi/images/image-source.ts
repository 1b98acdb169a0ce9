import { basename } from "node:path";
import type { CommandTemplate } from "../../dsdf/command.js";
import type { DataQuery } from "../../dsdf/data-query.js";
import type { DataSource } from "../../dsdf/data-source.js";
import { definitionError } from "../../dsdf/definition-error.js";
import { planStages } from "../../dsdf/stages.js";
import type { PipelineTools } from "../../dsdf/tools.js";
import { DasError, isDasError } from "../../errors/das-error.js";
import { declareArguments } from "../../netdrms/module/check-declaration.js";
import { type ParsedArguments, parseModuleArguments } from "../../netdrms/module/parse-arguments.js";
import { RANGE_POSITIONALS, RECORD_PARAMETERS } from "../../readers/archive/record-arguments.js";
import { type LookWords, readLookWords } from "./look-words.js";

/** What is understood of the command of a reader: which records it reads. Its other arguments do not matter to pictures. */
const RECORD_ARGUMENTS = declareArguments({
  name: "images",
  summary: "The records of a reader.",
  params: [
    ...RECORD_PARAMETERS,
    { name: "segment", type: "STRING", optional: true, about: "segment with the images" },
  ],
  flags: [],
  positionals: RANGE_POSITIONALS,
  otherNames: "what else the reader takes",
});

/** Which records a source has images of, and how pictures of them look where a request does not say. */
export interface ImageSeries {
  readonly records: ParsedArguments<typeof RECORD_ARGUMENTS>;
  /** Settings that the command has for its program. */
  readonly env: Readonly<Record<string, string>>;
  readonly look: LookWords;
}

/** Programs whose records are images; of these the first gives everybody who may read it the images whole. */
const WHOLE_IMAGES = "drms-export";
const OF_IMAGES: ReadonlySet<string> = new Set([WHOLE_IMAGES, "drms-image", "drms-keywords"]);

/** The name of the only program of a command; `undefined` where there are several or it depends on the request. */
function programOf(command: CommandTemplate | undefined): string | undefined {
  const [program, ...more] = command?.programs ?? [];
  const [part, ...parts] = program?.words[0] ?? [];
  return more.length > 0 || parts.length > 0 || part?.kind !== "text" ? undefined : basename(part.text);
}

/**
 * Whether a source is a series of images: its reader exports them, or makes something else of them and the definition says by
 * `quickLook` that pictures may be shown; `quickLook = 'off'` says that none are.
 */
export function hasImages({ reader, keywords }: DataSource): boolean {
  const said = keywords.get("quickLook");
  const program = programOf(reader);
  if (program === undefined || said?.trim().toLowerCase() === "off") return false;
  return program === WHOLE_IMAGES || (said !== undefined && OF_IMAGES.has(program));
}

/** Whether a source is a time series of keywords: one to be plotted beside the images of the same series. */
export function isOfKeywords({ reader }: DataSource): boolean {
  return programOf(reader) === "drms-keywords";
}

/** The name of the series that the reader of a source names in `ds`; `undefined` where there is none that can be read off. */
export function seriesName({ reader }: DataSource): string | undefined {
  for (const word of reader?.programs[0].words ?? []) {
    const [part] = word;
    const name = part?.kind === "text" ? /^ds=\s*([\w.]+)/i.exec(part.text)?.[1] : undefined;
    if (name !== undefined) return name.toLowerCase();
  }
  return undefined;
}

/**
 * What a source has images of.
 *
 * @param query of the source, whose range does not matter
 * Errors: NOT_IMPLEMENTED for a source that is no series of images; BAD_DEFINITION.
 */
export function imageSeries(source: DataSource, query: DataQuery, tools: PipelineTools): ImageSeries {
  if (!hasImages(source)) throw new DasError("NOT_IMPLEMENTED", "this source is no series of images");
  const reader = planStages(source, { ...query, params: [] }, tools)[0];
  if (reader === undefined) throw new DasError("INTERNAL", "a source without a reader has no images");
  return {
    records: ofDefinition(source, "reader", () =>
      parseModuleArguments(RECORD_ARGUMENTS, reader.argv.slice(1)),
    ),
    env: reader.env,
    look: ofDefinition(source, "quickLook", () => definedLook(source.keywords.get("quickLook") ?? "")),
  };
}

/** `scale=asinh map=grey`, or `on` for nothing in particular. */
function definedLook(text: string): LookWords {
  const words = text
    .trim()
    .split(/\s+/)
    .filter((word) => word.includes("="));
  return readLookWords(
    new Map(words.map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)])),
  );
}

function ofDefinition<T>({ file }: DataSource, keyword: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (isDasError(error, "BAD_PARAMETER") || isDasError(error, "USAGE"))
      throw definitionError(error.message, { file, keyword });
    throw error;
  }
}
