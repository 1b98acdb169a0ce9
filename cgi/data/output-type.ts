import type { ConvertedForm, OutputForm } from "../../dsdf/data-query.js";
import type { SourceForm, StreamForm } from "../../dsdf/data-source.js";
import type { FileType } from "../../dsdf/file-type.js";
import type { Serial } from "./format-words.js";

/** How an answer with data is labelled. */
export interface OutputType {
  readonly contentType: string;
  readonly disposition: "attachment" | "inline";
  /** Without the dot. */
  readonly extension: string;
  /** Whether the form is text, which a gzip coding suits. */
  readonly text: boolean;
  /** Whether the form can carry an exception packet; without one, a failure cuts the connection (das2-server 3.3). */
  readonly inBandErrors: boolean;
}

/** Media type and extensions of one form of stream, binary and text. A das1 source is converted and answers as das2. */
const STREAMS = {
  das1: { type: "vnd.das2.das2stream", binary: "d2s", text: "d2t" },
  das2: { type: "vnd.das2.das2stream", binary: "d2s", text: "d2t" },
  das3: { type: "vnd.das.stream", binary: "d3b", text: "d3t" },
  qstream: { type: "vnd.das2.qstream", binary: "qds", text: "qdst" },
} as const satisfies Record<StreamForm, { type: string; binary: string; text: string }>;

/** The forms that converters make; das2-server 3.1, das2-stream A18. A table or a picture has no room for an error. */
const CONVERTED: Readonly<Record<ConvertedForm, OutputType>> = {
  csv: attachment("text/csv; charset=utf-8", "csv", { text: true }),
  das3: attachment("application/vnd.das.stream", "d3b", { inBandErrors: true }),
  das3doc: { ...attachment("application/vnd.das.doc+xml", "d3x", { text: true }), disposition: "inline" },
  hapi: attachment("text/csv; charset=utf-8", "csv", { text: true }),
  arrow: attachment("application/vnd.apache.arrow.stream", "arrows"),
  parquet: attachment("application/vnd.apache.parquet", "parquet"),
  fits: attachment("application/fits", "fits"),
  png: { ...attachment("image/png", "png"), disposition: "inline" },
};

/** The same forms written otherwise. */
const WRITTEN: Readonly<Partial<Record<`${ConvertedForm} ${Serial}`, OutputType>>> = {
  "das3 text": {
    ...attachment("text/vnd.das.stream; charset=utf-8", "d3t", { text: true, inBandErrors: true }),
    disposition: "inline",
  },
  "hapi binary": attachment("application/octet-stream", "bin"),
  "hapi json": attachment("application/json", "json", { text: true }),
};

function attachment(
  contentType: string,
  extension: string,
  { text = false, inBandErrors = false }: { readonly text?: boolean; readonly inBandErrors?: boolean } = {},
): OutputType {
  return { contentType, disposition: "attachment", extension, text, inBandErrors };
}

/** The label of data of a source in an output form; a file has the one of its definition. Source: das2-server 3.1, das2-stream A18. */
export function outputType(
  source: SourceForm,
  output: OutputForm,
  browser: boolean,
  serial?: Serial,
): OutputType {
  if (source.form === "file") return fileOutput(source.fileType);
  if (output !== "stream" && output !== "text" && output !== "das2" && output !== "das2text") {
    const type =
      serial === undefined ? CONVERTED[output] : (WRITTEN[`${output} ${serial}`] ?? CONVERTED[output]);
    // A browser shows no text of a type that it does not know.
    return browser && output === "das3" && type.text
      ? { ...type, contentType: "text/plain; charset=utf-8" }
      : type;
  }
  const stream = STREAMS[output === "das2" || output === "das2text" ? "das2" : source.form];
  if (output === "text" || output === "das2text")
    return {
      contentType: browser ? "text/plain; charset=utf-8" : `text/${stream.type}; charset=utf-8`,
      disposition: "inline",
      extension: stream.text,
      text: true,
      inBandErrors: true,
    };
  return {
    contentType: `application/${stream.type}`,
    disposition: "attachment",
    extension: stream.binary,
    text: false,
    inBandErrors: true,
  };
}

function fileOutput({ mediaType, extension }: FileType): OutputType {
  return {
    contentType: mediaType,
    disposition: "attachment",
    extension,
    text: mediaType.startsWith("text/"),
    inBandErrors: false,
  };
}
