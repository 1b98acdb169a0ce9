import { DasError } from "../errors/das-error.js";
import { compareTimes, formatTime, parseTime, type Time, type TimeRange } from "../stream/time.js";
import { hasText, hasYearSign, TIME_LIMITS_TEXT } from "../stream/time-limits.js";

/** What an option of a reader takes; options are the administrator's, they stand before BEGIN. */
export type OptionForms = Readonly<Record<string, "value" | "flag">>;

/** Arguments of a reader after the split of das2-server 13.1; times still text, because a bad time is the request's fault. */
export interface ReaderWords {
  /** Options given, without `--`; a flag has the value `""`. */
  readonly options: ReadonlyMap<string, string>;
  /** Only for interval readers. */
  readonly interval?: string;
  readonly begin: string;
  readonly end: string;
  readonly params: readonly string[];
}

/**
 * Splits `[--option [VALUE]]... [INTERVAL] BEGIN END [PARAM]...`; `--option=VALUE` is the same as `--option VALUE`, `--`
 * ends the options. Words after END are never options, so a request cannot set one.
 *
 * Errors: USAGE. Source: das2-server 13.1.
 */
export function splitReaderArguments(
  args: readonly string[],
  forms: OptionForms,
  interval = false,
): ReaderWords {
  const options = new Map<string, string>();
  let at = 0;
  for (; at < args.length && args[at]!.startsWith("--"); at++) {
    if (args[at] === "--") {
      at++;
      break;
    }
    const [, name = "", value] = /^--([^=]*)(?:=(.*))?$/s.exec(args[at]!)!;
    const form = Object.hasOwn(forms, name) ? forms[name] : undefined;
    if (form === undefined) throw new DasError("USAGE", `option --${name.slice(0, 40)} is not known`);
    if (form === "flag" && value !== undefined)
      throw new DasError("USAGE", `option --${name} takes no value`);
    const given = form === "flag" ? "" : (value ?? args[++at]);
    if (given === undefined) throw new DasError("USAGE", `option --${name} needs a value`);
    options.set(name, given);
  }
  const words = args.slice(at);
  const [step, begin, end] = interval ? words : [undefined, ...words];
  if (begin === undefined || end === undefined)
    throw new DasError(
      "USAGE",
      `${words.length} arguments, expected ${interval ? "INTERVAL " : ""}BEGIN END [PARAM]...`,
    );
  const params = words
    .slice(interval ? 3 : 2)
    .flatMap((word) => word.split(/\s+/).filter((part) => part !== ""));
  return { options, begin, end, params, ...(step === undefined ? {} : { interval: step }) };
}

/** The range of a request. Errors: BAD_TIME, also outside years 1 to 9999; BAD_PARAMETER where it ends before it begins. */
export function requestedRange(words: Pick<ReaderWords, "begin" | "end">): TimeRange {
  const begin = requestedTime(words.begin);
  const end = requestedTime(words.end);
  if (compareTimes(begin, end) > 0)
    throw new DasError(
      "BAD_PARAMETER",
      `begin ${words.begin.slice(0, 40)} is after end ${words.end.slice(0, 40)}`,
    );
  return { begin, end };
}

function requestedTime(text: string): Time {
  const time = parseTime(text, { bareYear: true });
  if (hasText(time) && !hasYearSign(text)) return time;
  throw new DasError(
    "BAD_TIME",
    `time "${text.slice(0, 40)}" is outside the years 1 to 9999, expected ${TIME_LIMITS_TEXT}`,
  );
}

/**
 * Splits params words `name` and `name=value`.
 *
 * Errors: BAD_PARAMETER for a name that is not in `known`.
 */
export function namedParams(
  params: readonly string[],
  known: readonly string[],
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const word of params) {
    const equals = word.indexOf("=");
    const name = equals < 0 ? word : word.slice(0, equals);
    if (!known.includes(name))
      throw new DasError(
        "BAD_PARAMETER",
        `parameter "${word.slice(0, 40)}" is not known, expected ${known.join(", ")}`,
      );
    found.set(name, equals < 0 ? "" : word.slice(equals + 1));
  }
  return found;
}

/** An integer within limits. Errors: `code`, naming the parameter. */
export function boundedInteger(
  name: string,
  text: string,
  least: number,
  most: number,
  code: "USAGE" | "BAD_PARAMETER" = "BAD_PARAMETER",
): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most))
    throw new DasError(code, `${name} = ${text.slice(0, 40)}, expected an integer from ${least} to ${most}`);
  return value;
}

/** A time as messages and properties show it: whole microseconds, without trailing zeros beyond the millisecond. */
export function timeText(time: Time): string {
  return formatTime(time, time.ns % 1_000_000 === 0 ? 3 : 9);
}
