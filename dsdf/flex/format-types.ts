import type { DataSource } from "../data-source.js";

/** The values of `format.type` for a das stream, the usual one first. Source: das2-server 7.3. */
export const DAS_FORMAT_TYPES = ["das", "csv", "png", "hapi", "arrow", "parquet", "fits"] as const;

/** What `format.type` may be for a source; none for one that gives a file. */
export function formatTypes(source: Pick<DataSource, "form">): readonly string[] {
  switch (source.form) {
    case "file":
      return [];
    case "qstream":
      return ["qstream"];
    default:
      return DAS_FORMAT_TYPES;
  }
}

/** The media types that a source gives, the usual one first; das2-stream A18. */
export function providedTypes(source: DataSource): readonly string[] {
  switch (source.form) {
    case "file":
      return [source.fileType.mediaType];
    case "qstream":
      return ["application/vnd.das2.qstream"];
    case "das3":
      return ["application/vnd.das.stream", "text/vnd.das.stream", ...DAS2_TYPES, "text/csv"];
    default:
      return [...DAS2_TYPES, "application/vnd.das.stream", "text/vnd.das.stream", "text/csv"];
  }
}

const DAS2_TYPES = ["application/vnd.das2.das2stream", "text/vnd.das2.das2stream"];
