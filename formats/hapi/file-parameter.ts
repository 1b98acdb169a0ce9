import { splitFields } from "../../dsdf/fields.js";
import type { FileType } from "../../dsdf/file-type.js";
import type { DescribedParameter } from "./parameter.js";
import { FILE_BYTES } from "./time-field-writer.js";

/** Where the file of a record comes from: a source of files, asked for a range that begins at the time of the record. */
export interface FileLink {
  /** Id of the source. */
  readonly sourceId: string;
  /** Length of the range, seconds; at least a millisecond, to which times are cut. */
  readonly seconds: number;
}

/** Without a number the range is a millisecond: the record alone. */
const DEFAULT_SECONDS = 0.001;
const MAX_SECONDS = 3.2e9;

/** What `hapiFile` of a definition says: `ID [| seconds]`; `undefined` for anything else. */
export function readFileLink(text: string): FileLink | undefined {
  const [sourceId = "", amount = "", ...more] = splitFields(text);
  const seconds = amount === "" ? DEFAULT_SECONDS : Number(amount.replace(/\s*s(ec)?$/i, ""));
  if (sourceId === "" || more.length > 0 || !(seconds >= DEFAULT_SECONDS && seconds <= MAX_SECONDS))
    return undefined;
  return { sourceId, seconds };
}

/**
 * The column with the URIs of files, for behind all others. Its `base` is relative to the server: whoever sends it puts the URL of the
 * server before it. Source: HAPI 3.3, section 3.6.6.
 * @param taken names of the other parameters
 */
export function fileParameter(
  { sourceId, seconds }: FileLink,
  { mediaType }: FileType,
  taken: readonly string[],
): DescribedParameter {
  const names = new Set(taken.map((name) => name.toLowerCase()));
  let name = "file";
  for (let n = 2; names.has(name); n++) name = `file_${n}`;
  return {
    column: { name, kind: "file", items: 1, length: FILE_BYTES, tags: String(seconds) },
    parameter: {
      name,
      type: "string",
      length: FILE_BYTES,
      units: null,
      fill: null,
      description: "Where the file of the record can be had",
      label: "File",
      stringType: { uri: { mediaType, base: `?server=dataset&dataset=${encodeURI(sourceId)}&` } },
    },
    aliases: [],
  };
}

/** The same parameter with the URL of the server before a base that is relative to it. */
export function withServerUrl(described: DescribedParameter, url: string): DescribedParameter {
  const { column, parameter } = described;
  const { stringType } = parameter;
  if (column.kind !== "file" || typeof stringType !== "object") return described;
  const { mediaType, base = "" } = stringType.uri;
  const scheme = url.slice(0, url.indexOf(":"));
  const uri = { ...(mediaType === undefined ? {} : { mediaType }), scheme, base: `${url}${base}` };
  return { ...described, parameter: { ...parameter, stringType: { uri } } };
}
