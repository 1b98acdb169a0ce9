import type { SourceForm } from "../data-source.js";
import type { StreamType } from "./internal-json.js";

/** How an answer of a dasFlex source is followed and labelled. */
export interface AnswerType {
  readonly form: SourceForm;
  readonly contentType: string;
  /** Without the dot. */
  readonly extension: string;
}

/** Types of streams and files by `type`, `version` and `variant`. Source: das2-server 8.6, das2-stream A18. */
export function answerType(output: StreamType | undefined): AnswerType {
  const { type = "das", version = "2", variant } = output ?? {};
  const isText = variant === "text";
  switch (type) {
    case "das":
      if (version.startsWith("3")) return stream("das3", "vnd.das.stream", isText ? "d3t" : "d3b", isText);
      return version.startsWith("1")
        ? file("application/vnd.das2.das1stream", "d1s")
        : stream("das2", "vnd.das2.das2stream", isText ? "d2t" : "d2s", isText);
    case "das2":
      return stream("das2", "vnd.das2.das2stream", isText ? "d2t" : "d2s", isText);
    case "das3":
      return stream("das3", "vnd.das.stream", isText ? "d3t" : "d3b", isText);
    case "qstream":
      return stream("qstream", "vnd.das2.qstream", isText ? "qdst" : "qds", isText);
    case "csv":
      return file("text/csv; charset=utf-8", "csv");
    case "png":
      return file("image/png", "png");
    case "hapi":
      return variant === "json" ? file("application/json", "json") : file("text/csv; charset=utf-8", "csv");
    case "cdf":
      return file("application/x-cdf", "cdf");
    default:
      return file("application/octet-stream", "bin");
  }
}

function stream(
  form: "das2" | "das3" | "qstream",
  type: string,
  extension: string,
  isText: boolean,
): AnswerType {
  const contentType = isText ? `text/${type}; charset=utf-8` : `application/${type}`;
  return { form: { form }, contentType, extension };
}

function file(mediaType: string, extension: string): AnswerType {
  return { form: { form: "file", fileType: { mediaType, extension } }, contentType: mediaType, extension };
}
