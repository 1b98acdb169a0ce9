import { integerArgument, lastValue, parseArguments, usage } from "../../stream/program-arguments.js";

/** What the command line of the CSV converter asks for. Source: das2-stream E2, reducers 12. */
export interface CsvOptions {
  /** One ASCII character. */
  readonly delimiter: string;
  /** Significant digits of reals. */
  readonly digits: number;
  /** Digits of the fraction of seconds. */
  readonly fractionDigits: number;
  /** Whether properties are written, in rows of their own. */
  readonly properties: boolean;
  /** Whether header rows and the column that tells the kind of a row are written. */
  readonly headers: boolean;
  /** Whether the first column is the packet id. */
  readonly ids: boolean;
  /** Whether fill is an empty field rather than its value. */
  readonly fillBlank: boolean;
}

const TABLE = {
  delimiter: { names: ["-d"], takes: "one ASCII character" },
  digits: { names: ["-r"], takes: "a number of digits" },
  fraction: { names: ["-s"], takes: "a number of digits" },
  properties: { names: ["-p", "--props"] },
  noHeaders: { names: ["-n", "--no-headers"] },
  noIds: { names: ["-i", "--no-id", "--no-ids"] },
  fillBlank: { names: ["--fill-blank"] },
} as const;

/** Errors: USAGE. */
export function parseCsvOptions(args: readonly string[]): CsvOptions {
  const { options } = parseArguments(args, TABLE, []);
  const delimiter = lastValue(options.delimiter) ?? ";";
  // A quote or the end of a line as delimiter could not be told from themselves.
  if (!/^[\t\x20-\x7e]$/.test(delimiter) || delimiter === '"')
    throw usage(`the delimiter is "${delimiter.slice(0, 20)}", expected one ASCII character other than "`);
  return {
    delimiter,
    digits: integerArgument(lastValue(options.digits) ?? "8", "the number of digits (-r)", 2, 18),
    fractionDigits: integerArgument(lastValue(options.fraction) ?? "3", "the digits of seconds (-s)", 0, 9),
    properties: options.properties && !options.noHeaders,
    headers: !options.noHeaders,
    ids: !options.noIds,
    fillBlank: options.fillBlank,
  };
}
