import type { Time } from "../../stream/time.js";
import type { DataSource, Example } from "../data-source.js";
import { timeText } from "../stages.js";
import type { HttpParam } from "./http-params.js";
import type { Json, JsonObject } from "./json.js";

/** Longest steps of an example without a resolution of its own: so many points. */
const EXAMPLE_POINTS = 2000;

/** The date of a midnight, else the time to its seconds: the shortest that all kinds of clients read. */
export function dateOrTime(time: Time): string {
  return timeText(time).replace(/T00:00:00$/, "");
}

/** What people may set of a source, and what comes out. Source: das2-server 8.1. */
export function sourceInterface(source: DataSource, params: readonly HttpParam[]): JsonObject {
  const names = new Set(params.map(({ name }) => name));
  return {
    coords: { time: timeCoord(source, names), ...otherCoords(source) },
    coordinates: { time: olderTime(source, names) },
    data: dataJson(source),
    formats: formats(source, params),
    options: { props: options(params) },
    examples: source.examples.map((example) => exampleJson(example, names)),
  };
}

function timeCoord(source: DataSource, names: ReadonlySet<string>): JsonObject {
  const { validRange } = source;
  return {
    label: "Time",
    ...(validRange === undefined
      ? {}
      : {
          validRange: [
            dateOrTime(validRange.begin),
            validRange.end === "now" ? "now" : dateOrTime(validRange.end),
          ],
        }),
    props: {
      min: property("Minimum", null, "read.time.min", true),
      max: property("Maximum", null, "read.time.max", true),
      ...(names.has("bin.time.max")
        ? { res: { ...property("Resolution", null, "bin.time.max", false), units: "s" } }
        : {}),
      ...(names.has("read.time.inter")
        ? { inter: { ...property("Interval", null, "read.time.inter", true), units: "s" } }
        : {}),
      units: { value: "UTC" },
    },
  };
}

function property(label: string, value: Json, param: string, required: boolean): JsonObject {
  return { label, value, set: { param, ...(required ? { required } : {}) } };
}

/** Time in the words of an older version, which the deployed Python client reads. */
function olderTime(source: DataSource, names: ReadonlySet<string>): JsonObject {
  const [first] = source.examples;
  const text = (time: Example["begin"] | undefined) => (time === undefined ? null : dateOrTime(time));
  return {
    name: "Time",
    minimum: { value: text(first?.begin), set: { param: "read.time.min", required: true } },
    maximum: { value: text(first?.end), set: { param: "read.time.max", required: true } },
    ...(names.has("bin.time.max")
      ? { resolution: { value: 0.0, units: { value: "s" }, set: { param: "bin.time.max" } } }
      : {}),
    ...(names.has("read.time.inter")
      ? {
          interval: {
            value: first?.interval ?? null,
            units: { value: "s" },
            set: { param: "read.time.inter", required: true },
          },
        }
      : {}),
    units: { value: "UTC" },
  };
}

function otherCoords(source: DataSource): JsonObject {
  return Object.fromEntries(
    source.coords
      .filter(({ id }) => id !== "time")
      .map(({ id, title, units, range }) => [
        id,
        {
          label: title ?? id,
          ...(range === undefined ? {} : { validRange: [range.min, range.max] }),
          props: units === undefined ? {} : { units: { value: units } },
        },
      ]),
  );
}

function dataJson(source: DataSource): JsonObject {
  const declared = source.data.map(({ id, title, units }): [string, JsonObject] => [
    id,
    {
      label: id,
      ...(title === undefined ? {} : { title }),
      props: units === undefined ? {} : { units: { value: units } },
    },
  ]);
  const items = source.items.map(({ id, description }): [string, JsonObject] => [
    id,
    { label: id, ...(description === undefined ? {} : { title: description }), props: {} },
  ]);
  return Object.fromEntries(declared.length > 0 ? declared : items);
}

const FORMAT_LABELS: Readonly<Record<string, readonly [label: string, ...mimeTypes: string[]]>> = {
  das: [
    "das stream",
    "application/vnd.das2.das2stream",
    "text/vnd.das2.das2stream",
    "application/vnd.das.stream",
  ],
  qstream: ["q stream", "application/vnd.das2.qstream"],
  csv: ["Delimited text", "text/csv"],
  png: ["Picture", "image/png"],
  hapi: ["HAPI", "text/csv"],
  arrow: ["Arrow", "application/vnd.apache.arrow.stream"],
  parquet: ["Parquet", "application/vnd.apache.parquet"],
  fits: ["FITS table", "application/fits"],
};

function formats(source: DataSource, params: readonly HttpParam[]): JsonObject {
  const types = params.find(({ name }) => name === "format.type")?.values ?? [];
  return Object.fromEntries(
    types.map((type, place) => {
      const [label, ...mimeTypes] = FORMAT_LABELS[type] ?? [type];
      const enabled = {
        type: "boolean",
        value: place === 0,
        xorGroup: "format",
        set: { value: true, param: "format.type", pval: type },
      };
      return [type, { label, mimeTypes, props: { enabled, ...formatProps(source, type) } }];
    }),
  );
}

function formatProps(source: DataSource, type: string): JsonObject {
  if (type === "das")
    return {
      serial: {
        value: "binary",
        set: { param: "format.serial", enum: [{ value: "text" }, { value: "binary" }] },
      },
      version: {
        value: source.form === "das3" ? "3" : "2",
        set: { param: "format.version", enum: [{ value: "2" }, { value: "3" }] },
      },
    };
  if (type === "csv")
    return {
      delim: {
        value: "semicolon",
        set: {
          param: "format.delim",
          enum: [{ value: "comma" }, { value: "semicolon" }, { value: "tab" }],
        },
      },
    };
  return {};
}

/** Parameters of the reader and of bins, each flag a switch of its own. */
function options(params: readonly HttpParam[]): JsonObject {
  const found: [string, JsonObject][] = [];
  for (const param of params) {
    const { name, type, title, units, flags, values, range, required } = param;
    if (name.startsWith("read.time.") || name === "bin.time.max" || name.startsWith("format.")) continue;
    if (flags !== undefined)
      for (const { value, title: flagTitle } of flags)
        found.push([
          value,
          {
            type: "boolean",
            value: false,
            ...(flagTitle === undefined ? {} : { title: flagTitle }),
            set: { value: true, param: name, flag: value },
          },
        ]);
    else
      found.push([
        name,
        {
          type,
          value: null,
          ...(title === undefined ? {} : { title }),
          ...(units === undefined ? {} : { units }),
          set: {
            param: name,
            ...(required ? { required } : {}),
            ...(values === undefined ? {} : { enum: values.map((value) => ({ value })) }),
            ...(range === undefined ? {} : { range: [...range] }),
          },
        },
      ]);
  }
  return Object.fromEntries(found);
}

/** Seconds of a point of an example; das2-server 12.3. */
export function exampleSeconds({ begin, end, resolution }: Example): number {
  if (resolution !== undefined) return resolution;
  const seconds = (end.day - begin.day) * 86_400 + (end.ns - begin.ns) / 1e9;
  return Number((seconds / EXAMPLE_POINTS).toPrecision(6));
}

function exampleJson(example: Example, names: ReadonlySet<string>): JsonObject {
  const { name, begin, end, interval, info } = example;
  return {
    label: name ?? `${dateOrTime(begin)} to ${dateOrTime(end)}`,
    ...(info === undefined ? {} : { title: info }),
    settings: {
      "coords/time/props/min": dateOrTime(begin),
      "coords/time/props/max": dateOrTime(end),
      ...(names.has("bin.time.max") ? { "coords/time/props/res": exampleSeconds(example) } : {}),
      ...(names.has("read.time.inter") && interval !== undefined
        ? { "coords/time/props/inter": interval }
        : {}),
    },
  };
}

/** The examples as parameters of requests, in the words of the older version. Source: das2-server 8.1. */
export function olderExamples(source: DataSource, params: readonly HttpParam[]): JsonObject {
  const names = new Set(params.map(({ name }) => name));
  return Object.fromEntries(
    source.examples.map((example) => {
      const { number, name, begin, end, interval, params: opts, query } = example;
      const own = query === undefined ? {} : Object.fromEntries(query);
      return [
        `example_${String(number).padStart(2, "0")}`,
        {
          title: name ?? `${dateOrTime(begin)} to ${dateOrTime(end)}`,
          http_params: {
            "read.time.min": dateOrTime(begin),
            "read.time.max": dateOrTime(end),
            ...(names.has("bin.time.max") ? { "bin.time.max": exampleSeconds(example) } : {}),
            ...(names.has("read.time.inter") && interval !== undefined
              ? { "read.time.inter": interval }
              : {}),
            ...(opts === undefined ? {} : { "read.opts": opts }),
            ...own,
          },
        },
      ];
    }),
  );
}
