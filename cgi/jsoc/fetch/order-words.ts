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
  /** A record set; several of them where `several`. */
  readonly text: string;
  /** Whether there may be more than one: those of an uploaded list. */
  readonly several: boolean;
  /** Names of segments, of all sets. */
  readonly segments?: string;
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
  if (protocol.kind === "units" && method === "url-tar")
    throw new DasError("BAD_PARAMETER", "method=url-tar, expected url or url_quick for storage units");
  const fileNameFormat = words.get("filenamefmt") ?? DEFAULT_FORMAT;
  readFileNameTemplate(fileNameFormat);
  return {
    ...orderedSets(words),
    // What has to be made is not there at once.
    method: method === "url_quick" && protocol.kind === "fits" ? "url" : method,
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

/** The record set of `ds`, or the list of them that was uploaded where `ds` says so. */
function orderedSets(words: QueryWords): Pick<OrderWords, "text" | "several" | "segments"> {
  const ds = words.get("ds");
  const several = ds?.startsWith("*file*") === true;
  const text = several ? words.get("file") : ds;
  if (text === undefined)
    throw new DasError(
      "BAD_PARAMETER",
      several ? "file is missing, expected a list of record sets" : "ds is missing, expected a record set",
    );
  const segments = words.get("seg");
  if (segments !== undefined && !/^[A-Za-z0-9_, ]+$/.test(segments))
    throw new DasError("BAD_PARAMETER", `seg=${segments.slice(0, 40)}, expected names of segments`);
  return { text: recordSetText(text).trim(), several, ...(segments === undefined ? {} : { segments }) };
}
