import { formatTime, type Time } from "../../stream/time.js";
import type { HapiFormat } from "./options.js";
import type { HapiParameter } from "./parameter.js";
import { HAPI_VERSION, type HapiCode, hapiStatus } from "./status.js";

/** What is known of a data set besides its parameters. Source: HAPI 3.3, section 3.6.2. */
export interface HapiFacts {
  readonly startDate?: string;
  readonly stopDate?: string;
  readonly timeStampLocation?: "begin" | "center" | "end" | "other";
  readonly cadence?: string;
  readonly sampleStartDate?: string;
  readonly sampleStopDate?: string;
  readonly description?: string;
  readonly contact?: string;
  readonly resourceURL?: string;
  readonly modificationDate?: string;
  readonly note?: string;
  /** Width of the bins that records are means of, seconds; beyond the standard. */
  readonly x_binWidth?: number;
}

/** The members of a header behind version and status, in their order. */
export interface HapiHeader extends HapiFacts {
  readonly format?: HapiFormat;
  readonly parameters: readonly HapiParameter[];
}

/** The header of a data set as an object. Source: HAPI 3.3, section 3.6.2. */
export function hapiHeader(
  parameters: readonly HapiParameter[],
  facts: HapiFacts,
  format?: HapiFormat,
): HapiHeader {
  return { ...(format === undefined ? {} : { format }), ...facts, parameters };
}

/** A header with version and status, as `/info` answers it. */
export function infoText(header: object, code: HapiCode = 1200): string {
  return JSON.stringify({ HAPI: HAPI_VERSION, status: hapiStatus(code), ...header });
}

/** What stands before the records: lines that begin with `#`, or the object that the records are the last member of. */
export function textBefore(header: object, format: HapiFormat, code: HapiCode): string {
  const text = infoText(header, code);
  return format === "json" ? `${text.slice(0, -1)},"data":[\n` : `#${text}\n`;
}

/** What stands behind the records. */
export function textBehind(format: HapiFormat): string {
  return format === "json" ? "\n]}\n" : "";
}

/** A time of a header: to the second, or as many digits as it has. Source: HAPI 3.3, section 3.7.6. */
export function hapiTime(time: Time): string {
  const fraction = time.ns % 1e9;
  return `${formatTime(time, fraction === 0 ? 3 : fraction % 1e6 === 0 ? 3 : fraction % 1e3 === 0 ? 6 : 9)}Z`;
}

/** A duration in seconds by ISO 8601, days the largest unit: months and years have no fixed length. */
export function isoDuration(seconds: number): string {
  const us = Math.round(seconds * 1e6);
  const days = Math.floor(us / 86_400e6);
  const hours = Math.floor((us - days * 86_400e6) / 3600e6);
  const minutes = Math.floor((us - days * 86_400e6 - hours * 3600e6) / 60e6);
  const rest = us - days * 86_400e6 - hours * 3600e6 - minutes * 60e6;
  const second = (rest / 1e6).toFixed(6).replace(/\.?0+$/, "");
  const clock = `${hours > 0 ? `${hours}H` : ""}${minutes > 0 ? `${minutes}M` : ""}${rest > 0 ? `${second}S` : ""}`;
  const date = days > 0 ? `${days}D` : "";
  return date === "" && clock === "" ? "PT0S" : `P${date}${clock === "" ? "" : `T${clock}`}`;
}
