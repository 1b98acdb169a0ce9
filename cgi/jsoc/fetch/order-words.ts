import { DasError } from "../../../errors/das-error.js";
import { readFileNameTemplate } from "../../../netdrms/export/file-name.js";
import {
  type Processing,
  processingOfJson,
  readProcessing,
  recordLimit,
} from "../../../netdrms/requests/processing.js";
import { type DeliveryProtocol, readProtocol } from "../../../netdrms/requests/protocol.js";
import type { QueryWords } from "../../query-words.js";
import { recordSetText } from "../words.js";

/** What the words of a request for an export say, checked as far as that goes without the archive. */
export interface OrderWords {
  /** One record set, with the segments of `seg`. */
  readonly text: string;
  readonly method: "url" | "url_quick" | "url-tar";
  readonly protocol: DeliveryProtocol;
  readonly protocolText: string;
  readonly processing: Processing;
  readonly processingText: string;
  readonly fileNameFormat: string;
}

const DEFAULT_FORMAT = "{seriesname}.{recnum:%d}.{segment}";
const METHODS = ["url", "url_quick", "url-tar"] as const;

/** Reads them. Errors: BAD_PARAMETER, FITS_UNSUPPORTED. Source: netdrms-export B7. */
export function readOrderWords(words: QueryWords): OrderWords {
  const given = words.get("method")?.toLowerCase() ?? "url";
  const method = METHODS.find((one) => one === given);
  if (method === undefined)
    throw new DasError("BAD_PARAMETER", `method=${given.slice(0, 20)}, expected ${METHODS.join(", ")}`);
  const protocolText = words.get("protocol") ?? "as-is";
  const protocol = readProtocol(protocolText);
  const processing = processingOf(words);
  if (processing.cutout !== undefined && protocol.kind !== "fits")
    throw new DasError("BAD_PARAMETER", "im_patch makes new files, expected the protocol fits with it");
  const fileNameFormat = words.get("filenamefmt") ?? DEFAULT_FORMAT;
  readFileNameTemplate(fileNameFormat);
  return {
    text: orderedSet(words),
    // What has to be made is not there at once.
    method: method === "url_quick" && protocol.kind !== "as-is" ? "url" : method,
    ...{ protocol, protocolText, processing, fileNameFormat },
    processingText: processing.steps.join("|"),
  };
}

function processingOf(words: QueryWords): Processing {
  const json = words.get("processing");
  const read = readProcessing(json === undefined ? (words.get("process") ?? "") : processingOfJson(json));
  const most = words.get("max_recs");
  return most === undefined ? read : { ...read, records: recordLimit(most) };
}

/** The record set: that of `ds`, or what was uploaded where `ds` says so. */
function orderedSet(words: QueryWords): string {
  const ds = words.get("ds");
  const text = ds?.startsWith("*file*") ? words.get("file") : ds;
  if (text === undefined) throw new DasError("BAD_PARAMETER", "ds is missing, expected a record set");
  const set = recordSetText(text).trim();
  const segments = words.get("seg");
  if (segments === undefined) return set;
  if (set.endsWith("}")) throw new DasError("BAD_PARAMETER", "seg and segments in ds, expected one of them");
  if (!/^[A-Za-z0-9_, ]+$/.test(segments))
    throw new DasError("BAD_PARAMETER", `seg=${segments.slice(0, 40)}, expected names of segments`);
  return `${set}{${segments}}`;
}
