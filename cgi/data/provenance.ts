import { createHash } from "node:crypto";
import { packageVersion } from "../../config/package-root.js";
import type { DataQuery } from "../../dsdf/data-query.js";
import type { DataSource } from "../../dsdf/data-source.js";
import { type ProgramNames, type Provenance, provenanceOf } from "../../dsdf/provenance.js";
import { builtInNames } from "../../pipeline/built-in.js";
import { encodedPath } from "../../stream/url-text.js";
import type { HeaderLine } from "../http.js";
import { ownUrl } from "../own-url.js";
import type { QueryContext } from "../query.js";
import type { Site } from "../site.js";
import { dictionaryField } from "../structured-field.js";
import { pipelineSetting } from "./pipeline-setting.js";

/** What a plan says of where the records of an answer come from. */
export interface LevelPart {
  /** `bin-60s daily`. */
  readonly name: string;
  /** Blocks that are read. */
  readonly blocks: number;
  /** Parts of the range for which the reader is run. */
  readonly gaps: number;
  /** When the newest of the blocks was built, milliseconds since 1970; missing where there is none. */
  readonly newestMs?: number;
}

/** How an answer comes about. */
export interface Making {
  readonly provenance: Provenance;
  /** Width of the bins, seconds. */
  readonly binSeconds: number | undefined;
  /** Missing: no blocks of the cache are used. */
  readonly level?: LevelPart | undefined;
}

/** Characters of an id and of names of programs in a header: some clients have small buffers for headers. */
const MAX_TEXT = 200;

let names: ProgramNames | undefined;

/** How the answer to a query is made, the same for computed and for kept records. */
export function queryProvenance(
  source: DataSource,
  query: Pick<DataQuery, "spectrum">,
  binSeconds: number | undefined,
  site: Site,
): Provenance {
  if (names === undefined) {
    const shipped = new Set(builtInNames());
    names = { version: packageVersion(), isShipped: (name) => shipped.has(name) };
  }
  return provenanceOf(source, query, pipelineSetting(site).tools, binSeconds, names);
}

const hashes = new WeakMap<DataSource, string>();

/** 16 hexadecimal digits that change with any keyword of a definition, and with its commands where they are no keywords. */
function definitionDigits(source: DataSource): string {
  let digits = hashes.get(source);
  if (digits === undefined) {
    const text = JSON.stringify([[...source.keywords], source.reader ?? "", source.reducer ?? ""]);
    digits = createHash("sha256").update(text).digest("hex").slice(0, 16);
    hashes.set(source, digits);
  }
  return digits;
}

/**
 * The header lines that tell how an answer was made: `Heliostream-Provenance`, a dictionary of RFC 9651, which besides what stands in the
 * stream says the width of the bins (s), the level of the cache with the numbers of blocks and gaps, when the newest block was built,
 * and digits that change with the definition; and `Link` to the description of the source.
 */
export function provenanceHeaders(
  source: DataSource,
  { provenance, binSeconds, level }: Making,
  { request, site }: QueryContext,
): HeaderLine[] {
  const { server, reader, filter, reducer } = provenance;
  const field = dictionaryField({
    source: provenance.source.slice(0, MAX_TEXT),
    reader: reader.slice(0, MAX_TEXT),
    filter: filter?.slice(0, MAX_TEXT),
    reducer: reducer?.slice(0, MAX_TEXT),
    bin: binSeconds,
    level: level?.name,
    blocks: level?.blocks,
    gaps: level?.gaps,
    built: level?.newestMs === undefined ? undefined : { seconds: level.newestMs / 1000 },
    definition: definitionDigits(source),
    server,
  });
  const id = encodedPath(source.id);
  const description = `${ownUrl(request, site)}/source/${id}/dataset.jsonld`;
  return [
    ["Heliostream-Provenance", field],
    ["Link", `<${description}>; rel="describedby"; type="application/ld+json"`],
  ];
}
