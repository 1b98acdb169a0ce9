import { encodedPath } from "../../stream/url-text.js";
import { lineText } from "./export-text.js";

/** One line of a result list: a file that was made, or a record that failed. */
export interface ExportedFile {
  /** The record specification; of an `as-is` list with the segment in braces. */
  readonly record: string;
  /** Its name in the export directory; `NoDataFile` in an as-is list where there is none. */
  readonly filename: string;
}

/** How the files of an export came about. */
export interface ExportProvenance {
  /** Who made them, with version. */
  readonly server: string;
  readonly series: string;
  /** The record sets that were run. */
  readonly records: string;
  /** Steps of processing, in their order. */
  readonly processing?: readonly string[];
  /** When, as ISO 8601. */
  readonly made: string;
}

/** What was asked for and what came of it; export A11. */
export interface ResultList {
  readonly requestId: string | null;
  readonly method: string;
  readonly protocol: "as-is" | "fits";
  /** As it was asked for; missing: `protocol`. */
  readonly protocolText?: string;
  /** Below the download root; empty where the names are paths themselves. */
  readonly directory: string;
  /** Of all files together. */
  readonly bytes: number;
  /** When it was made, Unix ms. */
  readonly madeMs: number;
  /** Steps of processing that were applied, a line each. */
  readonly processing: readonly string[];
  readonly files: readonly ExportedFile[];
  /** Why nothing could be exported; the status is 1 then. */
  readonly error?: string;
  /** Stands in the JSON only, behind all members that clients know. */
  readonly provenance?: ExportProvenance;
}

const MEGABYTE = 1024 * 1024;

/** Total size as lists tell it: megabytes, at least 1 where there is anything. */
function megabytes({ bytes }: ResultList): number {
  return bytes === 0 ? 0 : Math.max(1, Math.round(bytes / MEGABYTE));
}

/** Header pairs in the order of the list. */
function pairsOf(list: ResultList): readonly (readonly [string, string])[] {
  const failed = list.error !== undefined;
  const common = {
    requestid: list.requestId ?? "",
    method: list.method,
    protocol: list.protocolText ?? list.protocol,
    count: String(list.files.length),
    size: String(megabytes(list)),
    dir: list.directory,
    status: failed ? "1" : "0",
  };
  const { requestid, method, protocol, count, size, dir, status } = common;
  if (list.protocol === "as-is")
    return Object.entries({ version: "1", requestid, method, protocol, wait: "0", count, size, status, dir });
  const exptime = new Date(list.madeMs).toISOString().replace("T", "_").replaceAll("-", ".");
  return Object.entries({
    version: "0.5",
    requestid,
    method,
    protocol,
    count,
    size,
    exptime: `${exptime.slice(0, 19)}_UT`,
    dir,
    status,
  });
}

/** `index.txt`: header pairs, then a line a file, tab-separated; what would break a line is a blank. Source: export A11. */
export function resultListText(list: ResultList): string {
  const lines = [
    list.protocol === "as-is" ? "# JSOC Export File List" : "# JSOC ",
    ...pairsOf(list).map(([name, value]) => `${name}=${lineText(value)}`),
  ];
  if (list.error !== undefined) lines.push(`error=${lineText(list.error)}`);
  else if (list.bytes === 0) lines.push("warning=No data files were exported");
  if (list.processing.length > 0) lines.push("# PROCESSING", ...list.processing.map(lineText));
  if (list.error === undefined && (list.bytes > 0 || list.protocol === "as-is"))
    lines.push(
      "# DATA",
      ...list.files.map(({ record, filename }) => `${lineText(record)}\t${lineText(filename)}`),
    );
  return `${lines.join("\n")}\n`;
}

/** `index.json`: the same, header values as strings; pure ASCII. Source: export A11, B1. */
export function resultListJson(list: ResultList): string {
  const keywords =
    list.protocol === "as-is"
      ? `${list.directory}/${list.requestId ?? "export"}.keywords.txt`
      : "**IN FITS FILES**";
  return asciiJson({
    ...Object.fromEntries(pairsOf(list)),
    wait: "0",
    ...(list.method.includes("tar")
      ? { tarfile: `${list.directory}/${list.requestId ?? "export"}.tar` }
      : {}),
    keywords,
    ...(list.error === undefined ? {} : { error: list.error }),
    data: list.files.map(({ record, filename }) => ({ record, filename })),
    ...(list.provenance === undefined ? {} : { provenance: list.provenance }),
  });
}

/**
 * JSON that reads the same in every encoding: characters beyond ASCII are escaped. Source: export B1.
 * @param indent blanks of each level; 0: all on one line
 */
export function asciiJson(value: unknown, indent = 1): string {
  return JSON.stringify(value, undefined, indent).replaceAll(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** `index.html`: the files as links, for people. Source: export A11. */
export function resultListHtml(list: ResultList): string {
  const rows = list.files.map(
    ({ record, filename }) =>
      `<tr><td>${escaped(record)}</td><td><a href="${escaped(encodedPath(filename))}">${escaped(filename)}</a></td></tr>`,
  );
  const problem = list.error === undefined ? "" : `<p>${escaped(list.error)}</p>\n`;
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Exported files</title></head>
<body>
<h1>Exported files</h1>
<p>${list.files.length} files, ${megabytes(list)} MB, protocol ${list.protocol}</p>
${problem}<table>
<thead><tr><th>Record</th><th>File</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
