import type { StreamHeader } from "../stream/model.js";
import { withProperty } from "../stream/properties.js";
import type { CommandTemplate } from "./command-template.js";
import type { DataQuery } from "./data-query.js";
import type { DataSource } from "./data-source.js";
import { isReducible, reducerOf } from "./reduction.js";
import type { PipelineTools } from "./tools.js";

/**
 * How the records of an answer came about: names of programs without their folders and arguments, so that nothing of the host is told.
 * It says the same whether the answer was computed or came from blocks, for its records are the same.
 */
export interface Provenance {
  /** Who answers: `heliostream 0.1.0`. */
  readonly server: string;
  /** The id of the source. */
  readonly source: string;
  /** `goes-xrs 0.1.0`; those that do not ship here have no version, and several are joined by ` | `. */
  readonly reader: string;
  /** What stands between reader and reducer: spectra of waveforms. */
  readonly filter?: string;
  /** Missing where the records are as the reader made them. */
  readonly reducer?: string;
}

/** What is told of programs. */
export interface ProgramNames {
  /** Of this package. */
  readonly version: string;
  /** Whether a program of that name ships here. */
  readonly isShipped: (name: string) => boolean;
}

/**
 * The provenance of the answer to a query.
 * @param binSeconds width of the bins of the answer; `undefined` where it has none of this server's making
 */
export function provenanceOf(
  source: DataSource,
  query: Pick<DataQuery, "spectrum">,
  tools: PipelineTools,
  binSeconds: number | undefined,
  names: ProgramNames,
): Provenance {
  const filter = query.spectrum === undefined ? undefined : tools.psd;
  const reducer =
    binSeconds === undefined || !isReducible(source, tools) ? undefined : reducerOf(source, tools);
  return {
    server: `heliostream ${names.version}`,
    source: source.id,
    reader: programsOf(source.reader, names),
    ...(filter === undefined ? {} : { filter: programsOf(filter, names) }),
    ...(reducer === undefined ? {} : { reducer: programsOf(reducer, names) }),
  };
}

function programsOf(command: CommandTemplate | undefined, names: ProgramNames): string {
  return (command?.programs ?? []).map(({ words }) => programName(words[0] ?? [], names)).join(" | ");
}

/** The name of a program without its folder; a definition never lets a request say it. */
function programName(
  word: CommandTemplate["programs"][number]["words"][number],
  names: ProgramNames,
): string {
  const text = word.map((part) => (part.kind === "text" ? part.text : "")).join("");
  // With a folder in it a name never means one that ships here.
  return names.isShipped(text) ? `${text} ${names.version}` : text.slice(text.lastIndexOf("/") + 1);
}

/** The properties of a stream that tell of its provenance, in this order. No client knows them; das2-stream A8.3. */
const PROPERTIES = [
  ["provServer", "server"],
  ["provSource", "source"],
  ["provReader", "reader"],
  ["provFilter", "filter"],
  ["provReducer", "reducer"],
] as const satisfies readonly (readonly [string, keyof Provenance])[];

/**
 * Sets in a stream header how the stream was made. Without a clock, a range or a level of the cache: the same request has the same
 * header, computed or not.
 */
export function withProvenance(header: StreamHeader, provenance: Provenance): StreamHeader {
  let { properties } = header;
  for (const [name, field] of PROPERTIES) {
    const value = provenance[field];
    if (value !== undefined) properties = withProperty(properties, { name, type: "String", value });
  }
  return { ...header, properties };
}
