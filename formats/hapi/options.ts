import { integerArgument, lastValue, parseArguments, usage } from "../../stream/program-arguments.js";
import { parseTime, timeToUs2000 } from "../../stream/time.js";
import { parseLayout } from "./layout.js";
import type { HapiColumn } from "./parameter.js";

/** The forms in which records are given. Source: HAPI 3.3, section 3.7.4. */
export const HAPI_FORMATS = ["csv", "binary", "json"] as const;
export type HapiFormat = (typeof HAPI_FORMATS)[number];

/** What the command line of the converter asks for. Source: reducers 11. */
export interface HapiOptions {
  readonly format: HapiFormat;
  /** Whether the description comes before the records. */
  readonly info: boolean;
  /** Whether there are records; without them the description stands alone. */
  readonly records: boolean;
  /** JSON records without the object around them. */
  readonly bare: boolean;
  /** The packet type; missing: the first that is defined. */
  readonly id?: number;
  /** Records with begin <= time < end, us2000. */
  readonly begin: number;
  readonly end: number;
  /** The columns, whatever the stream has besides; missing: those of the packet type. */
  readonly layout?: readonly HapiColumn[];
  /** Names of the parameters that are wanted; missing: all. */
  readonly wanted?: readonly string[];
  /** File of the definition that tells of the data. */
  readonly definition?: string;
}

const TABLE = {
  format: { names: ["-F", "--format"], takes: "csv, binary or json" },
  definition: { names: ["-d"], takes: "a definition file" },
  info: { names: ["-i", "--info"] },
  noRecords: { names: ["-n", "--no-records"] },
  bare: { names: ["-r", "--records"] },
  id: { names: ["-p"], takes: "a packet id" },
  begin: { names: ["-b"], takes: "a time" },
  end: { names: ["-e"], takes: "a time" },
  layout: { names: ["-l", "--layout"], takes: "a layout" },
} as const;

/** Errors: USAGE. */
export function parseHapiOptions(args: readonly string[]): HapiOptions {
  const { options, positionals } = parseArguments(args, TABLE, [], ["PARAMETERS"]);
  const format = lastValue(options.format) ?? "csv";
  if (!isFormat(format))
    throw usage(`the format (-F) is "${format.slice(0, 20)}", expected ${HAPI_FORMATS.join(", ")}`);
  const id = lastValue(options.id);
  const layout = lastValue(options.layout);
  const definition = lastValue(options.definition);
  const wanted = positionals[0]?.split(",").filter((name) => name !== "");
  return {
    format,
    info: options.info,
    records: !(options.info && options.noRecords),
    bare: options.bare,
    begin: time(lastValue(options.begin), "-b") ?? -Infinity,
    end: time(lastValue(options.end), "-e") ?? Infinity,
    ...(id === undefined ? {} : { id: integerArgument(id, "the packet id (-p)", 1, 99) }),
    ...(layout === undefined ? {} : { layout: parseLayout(layout) }),
    ...(wanted === undefined || wanted.length === 0 ? {} : { wanted }),
    ...(definition === undefined ? {} : { definition }),
  };
}

export function isFormat(text: string): text is HapiFormat {
  return (HAPI_FORMATS as readonly string[]).includes(text);
}

function time(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  try {
    return timeToUs2000(parseTime(text, { bareYear: true }));
  } catch {
    throw usage(`${option} is "${text.slice(0, 40)}", expected a time such as 2021-06-30T12:00`);
  }
}
