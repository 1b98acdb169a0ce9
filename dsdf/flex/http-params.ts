import { commandKeys } from "../command.js";
import type { DataSource, ParamDeclaration } from "../data-source.js";
import { isReducible } from "../reduction.js";
import { formatTypes } from "./format-types.js";
import type { JsonObject } from "./json.js";
import { hasStatistics, type ViewFacts } from "./view-facts.js";

/** One parameter of a request as a definition describes it; das2-server 8.1. */
export interface HttpParam {
  readonly name: string;
  readonly required: boolean;
  readonly type: "isotime" | "real" | "integer" | "string" | "boolean" | "enum" | "FlagSet";
  readonly title?: string;
  readonly units?: string;
  readonly range?: readonly [min: number, max: number];
  readonly values?: readonly string[];
  /** Of a FlagSet. */
  readonly separator?: string;
  readonly flags?: readonly { readonly value: string; readonly title?: string }[];
}

type Typed = Extract<ParamDeclaration, { form: "typed" }>;

/** The parameters of the path-style data of a source. Source: das2-server 7.3, 8.1. */
export function httpParams(source: DataSource, { tools }: Pick<ViewFacts, "tools">): HttpParam[] {
  const params: HttpParam[] = [
    { name: "read.time.min", required: true, type: "isotime", title: "Begin", units: "UTC" },
    { name: "read.time.max", required: true, type: "isotime", title: "End, excluded", units: "UTC" },
  ];
  if (source.requiresInterval)
    params.push({
      name: "read.time.inter",
      required: true,
      type: "real",
      title: "Distance of points",
      units: "s",
    });
  if (isReducible(source, tools) || source.preReduced)
    params.push({
      name: "bin.time.max",
      required: false,
      type: "real",
      title: "Bins of this width or narrower",
      units: "s",
    });
  if (hasStatistics(source, tools))
    params.push({
      name: "bin.stats",
      required: false,
      type: "FlagSet",
      separator: ",",
      title: "What bins tell besides their averages",
      flags: ["min", "max", "stddev"].map((value) => ({ value })),
    });
  return [...params, ...readerParams(source), ...formatParams(source)];
}

/** Those for the reader: all of the 2.2 form in one, those of the 2.3 form that a command asks for by name. */
function readerParams(source: DataSource): HttpParam[] {
  const flags = source.params.filter((param) => param.form === "flag");
  const params: HttpParam[] = [];
  const [only] = flags;
  if (flags.length === 1 && only !== undefined)
    params.push({ name: "read.opts", required: false, type: "string", title: only.description });
  else if (flags.length > 1)
    params.push({
      name: "read.opts",
      required: false,
      type: "FlagSet",
      separator: " ",
      title: "Parameters of the reader",
      flags: flags.map(({ flag, description }) => ({ value: flag, title: description })),
    });
  const asked = new Set(source.reader === undefined ? [] : commandKeys(source.reader));
  for (const param of source.params)
    if (param.form === "typed" && (asked.has(param.key) || asked.has(param.key.toLowerCase())))
      params.push(typedParam(param));
  return params;
}

const TYPES = {
  TEXT: "string",
  BOOLEAN: "boolean",
  REAL: "real",
  ENUM: "enum",
  FLAG_SET: "FlagSet",
} as const;

function typedParam({ key, title, required, type, units, min, max, values = [] }: Typed): HttpParam {
  return {
    name: key,
    required,
    type: TYPES[type],
    title,
    ...(units === undefined ? {} : { units }),
    ...(min === undefined || max === undefined ? {} : { range: [min, max] as const }),
    ...(type === "ENUM" ? { values } : {}),
    ...(type === "FLAG_SET" ? { separator: ",", flags: values.map((value) => ({ value })) } : {}),
  };
}

function formatParams(source: DataSource): HttpParam[] {
  const types = formatTypes(source);
  if (types.length === 0) return [];
  const optional = { required: false } as const;
  const params: HttpParam[] = [
    { ...optional, name: "format.type", type: "enum", title: "Form of the answer", values: types },
  ];
  if (source.form === "qstream") return params;
  return [
    ...params,
    {
      ...optional,
      name: "format.version",
      type: "enum",
      title: "Version of the das stream",
      values: ["2", "3"],
    },
    { ...optional, name: "format.serial", type: "enum", title: "Text or binary", values: ["binary", "text"] },
    {
      ...optional,
      name: "format.secfrac",
      type: "integer",
      title: "Digits of the fraction of seconds in text",
      range: [0, 9],
    },
    {
      ...optional,
      name: "format.sigdigit",
      type: "integer",
      title: "Significant digits in text",
      range: [2, 17],
    },
    {
      ...optional,
      name: "format.delim",
      type: "enum",
      title: "Delimiter of tables",
      values: ["comma", "semicolon", "tab"],
    },
  ];
}

/** The parameters as clients of version 0.7 read them. Source: das2-server 8.1. */
export function httpParamsJson(params: readonly HttpParam[]): JsonObject {
  return Object.fromEntries(
    params.map(({ name, required, type, title, units, range, values, separator, flags }) => [
      name,
      {
        required,
        type,
        ...(title === undefined ? {} : { title }),
        ...(units === undefined ? {} : { units }),
        ...(range === undefined ? {} : { range: [...range] }),
        ...(values === undefined ? {} : { enum: [...values] }),
        ...(separator === undefined ? {} : { flagSep: separator }),
        ...(flags === undefined ? {} : { flags: flagsJson(flags) }),
      },
    ]),
  );
}

/** The same as the older Python client reads them. Source: das2-server 8.1. */
export function olderHttpParamsJson(params: readonly HttpParam[]): JsonObject {
  return Object.fromEntries(
    params.map(({ name, required, type, title, units, values, separator, flags }) => [
      name,
      {
        required,
        type: type === "FlagSet" ? "flag_set" : type,
        ...(title === undefined ? {} : { title }),
        ...(units === undefined ? {} : { units }),
        ...(values === undefined
          ? {}
          : { items: Object.fromEntries(values.map((value) => [value, { value }])) }),
        ...(separator === undefined ? {} : { flag_sep: separator }),
        ...(flags === undefined ? {} : { flags: flagsJson(flags) }),
      },
    ]),
  );
}

function flagsJson(flags: NonNullable<HttpParam["flags"]>): JsonObject {
  return Object.fromEntries(
    flags.map(({ value, title }) => [value, { value, ...(title === undefined ? {} : { title }) }]),
  );
}
