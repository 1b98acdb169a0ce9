import type { JsonObject } from "./json-values.js";

/** How a server is asked for records. */
export interface ServerDialect {
  readonly dataset: "dataset" | "id";
  readonly start: "start" | "time.min";
  readonly stop: "stop" | "time.max";
  readonly format: "binary" | "csv";
}

/**
 * The words that a server of this version knows, and the form of records that it offers: binary, or else CSV, which all do.
 *
 * @param capabilities its answer
 * @param wanted a form that is asked for whatever it offers
 * Source: HAPI 2.1 and 3.3, sections 3.4 and 3.7.1.
 */
export function serverDialect(capabilities: JsonObject, wanted?: "binary" | "csv"): ServerDialect {
  const { HAPI: version, outputFormats } = capabilities;
  const major = Number(
    /^\s*(\d+)/.exec(typeof version === "string" ? version : String(version ?? ""))?.[1] ?? 2,
  );
  const offered = Array.isArray(outputFormats) && outputFormats.includes("binary") ? "binary" : "csv";
  const format = wanted ?? offered;
  return major >= 3
    ? { dataset: "dataset", start: "start", stop: "stop", format }
    : { dataset: "id", start: "time.min", stop: "time.max", format };
}

/** The URL of an endpoint of a server. */
export function endpoint(base: URL, name: string, words: Readonly<Record<string, string>> = {}): URL {
  const url = new URL(base);
  url.pathname = `${base.pathname.replace(/\/+$/, "")}/${name}`;
  url.search = new URLSearchParams(words).toString();
  return url;
}
