import { DasError } from "../errors/das-error.js";
import type { CommandTemplate } from "./command-template.js";
import type { DataQuery, OutputForm } from "./data-query.js";
import type { DataSource, StreamForm } from "./data-source.js";
import { onlyAsFile } from "./file-type.js";
import type { PipelineTools } from "./tools.js";

/**
 * Which program makes another form of a stream; a form without one is not offered. Those of das2 streams read nothing else
 * (das2-server 20.5 (65)).
 */
const DAS2_CONVERTERS = {
  text: "d2sToUtf8",
  csv: "csv",
  das3: "das3",
  das3doc: "das3Document",
  hapi: "hapi",
  arrow: "arrow",
  parquet: "parquet",
  fits: "fits",
  png: "png",
  das2text: "d2sToUtf8",
} as const satisfies Record<Exclude<OutputForm, "stream" | "das2">, keyof PipelineTools>;

const CONVERTERS: Readonly<
  Record<StreamForm, Partial<Record<Exclude<OutputForm, "stream" | "das2">, keyof PipelineTools>>>
> = {
  das1: DAS2_CONVERTERS,
  das2: DAS2_CONVERTERS,
  // Its own text form is das3, too.
  das3: { ...DAS2_CONVERTERS, text: "das3" },
  qstream: { text: "qdsToUtf8" },
};

/**
 * The converter by what arrives at it; das1 has become das2 by then.
 * @param isUnpacked a das3 stream has become das2 as well
 * @returns `undefined` where the stream is what is wanted already
 * Errors: NOT_IMPLEMENTED for a form that has no program; BAD_PARAMETER for any of a source that gives files.
 */
export function converterOf(
  source: DataSource,
  query: DataQuery,
  tools: PipelineTools,
  isUnpacked: boolean,
): { readonly command: CommandTemplate; readonly args: readonly string[] } | undefined {
  const { output } = query;
  if (output === "stream")
    return isUnpacked && tools.das3 !== undefined ? { command: tools.das3, args: [] } : undefined;
  if (source.form === "file") throw onlyAsFile(source.fileType, `${output} output`);
  if (output === "das2" && source.form !== "qstream") return undefined;
  const found = output === "das2" ? undefined : CONVERTERS[source.form][output];
  const command = found === undefined ? undefined : tools[found];
  if (command !== undefined)
    return { command, args: source.form === "das3" && output === "text" ? ["-t"] : [] };
  const form = { das1: "das2", das2: "das2", das3: "das3", qstream: "q" }[source.form];
  const wanted = output === "das3doc" ? "das3-xml" : output;
  throw new DasError("NOT_IMPLEMENTED", `${wanted} output of a ${form} stream is not offered by this server`);
}
