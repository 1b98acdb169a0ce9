import { delimiter, isAbsolute, resolve } from "node:path";
import type { KeyDescriptor } from "./key-types.js";
import { isNetwork } from "./networks.js";
import { postgresUrl } from "./postgres-url.js";
import { type FilePlace, fileError, shown } from "./problem.js";

const POSTGRES_SYNTAX = "postgres://USER@HOST:PORT/DATABASE or host=HOST dbname=DATABASE user=USER";

/** Anything a setting can become. */
export type AnyValue = string | number | boolean | readonly string[] | undefined;

/**
 * Reads the text of one setting.
 *
 * @param folder what relative paths count from
 * @param place where the text stands, for the message
 * Errors: BAD_CONFIG naming the value and what was expected.
 */
export function readKeyValue(row: KeyDescriptor, text: string, folder: string, place: FilePlace): AnyValue {
  const fail = (expected: string): never => {
    const value = row.secret ? "(not shown)" : shown(text);
    throw fileError(`value ${value}`, { ...place, keyword: row.key, expected });
  };
  switch (row.type) {
    case "text":
      return text;
    case "optional text":
      return text === "" ? undefined : text;
    case "integer":
    case "number":
      return readNumber(row, text, fail);
    case "bytes":
      return readBytes(row, text, fail);
    case "flag":
      if (/^(1|true|yes|on)$/i.test(text)) return true;
      return /^(0|false|no|off)$/i.test(text) ? false : fail("true or false");
    case "path":
      return resolve(folder, text);
    case "optional path":
      return text === "" ? undefined : resolve(folder, text);
    case "paths":
      return split(text, ":").map((part) => resolve(folder, part));
    case "roots":
      return split(text, ";").map((part) => resolve(folder, part));
    case "words":
      return split(text, /[\s,]+/);
    case "networks": {
      const words = split(text, /[\s,]+/);
      const wrong = words.find((word) => !isNetwork(word));
      return wrong === undefined
        ? words
        : fail("addresses or networks such as 192.0.2.7, 2001:db8::/32 or *");
    }
    case "optional url":
      return text === "" ? undefined : readUrl(text, fail);
    case "optional postgres":
      return text === "" ? undefined : (postgresUrl(text) ?? fail(POSTGRES_SYNTAX));
    default:
      return row.type satisfies never;
  }
}

/** The value as one text, for `$(KEY)` in a definition: list elements joined as the file would write them. */
export function valueText(value: AnyValue): string {
  if (value === undefined) return "";
  if (typeof value === "object") return value.every(isAbsolute) ? value.join(delimiter) : value.join(" ");
  return String(value);
}

function split(text: string, separator: string | RegExp): string[] {
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function readNumber(row: KeyDescriptor, text: string, fail: (expected: string) => never): number {
  const whole = row.type === "integer";
  const value = /^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$/.test(text) ? Number(text) : Number.NaN;
  const fits = whole ? Number.isSafeInteger(value) : Number.isFinite(value);
  if (fits && value >= (row.min ?? -Infinity) && value <= (row.max ?? Infinity)) return value;
  return fail(`${whole ? "a whole number" : "a number"}${bounds(row)}`);
}

function readBytes(row: KeyDescriptor, text: string, fail: (expected: string) => never): number {
  const match = /^([0-9]{1,15})\s*([kKmMgG]?)(?:i?[bB])?$/.exec(text);
  const power = ["", "k", "m", "g"].indexOf((match?.[2] ?? "").toLowerCase());
  const value = match === null ? Number.NaN : Number(match[1]) * 1024 ** power;
  if (Number.isSafeInteger(value) && value >= (row.min ?? 0) && value <= (row.max ?? Infinity)) return value;
  return fail(`bytes, with k, M or G for powers of 1024${bounds(row)}`);
}

function bounds(row: KeyDescriptor): string {
  if (row.min !== undefined && row.max !== undefined) return ` from ${row.min} to ${row.max}`;
  return row.min === undefined ? "" : `, at least ${row.min}`;
}

function readUrl(text: string, fail: (expected: string) => never): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== "" || url.hash !== "")
    return fail("an absolute http or https URL without query");
  return text.replace(/\/+$/, "");
}
