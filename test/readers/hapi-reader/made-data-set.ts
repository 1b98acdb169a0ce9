import type { StubAnswer, StubRequest } from "../../support/hapi-stub.js";

/** One record every ten seconds, each third time twice; values by formulas. */
export const BEGIN_MS = Date.UTC(2021, 5, 30);
export const RECORDS = 60;
export const FILL_AT = 5;

/** What a record holds. */
export interface MadeRecord {
  readonly time: string;
  readonly us2000: number;
  readonly volts: number;
  readonly count: number;
  readonly other: string;
  readonly place: string;
  readonly field: readonly number[];
  readonly flux: readonly number[];
}

export const MADE: readonly MadeRecord[] = Array.from({ length: RECORDS }, (_, i) => {
  // Records 3n and 3n + 1 have one time.
  const ms = BEGIN_MS + 10_000 * (i - (i % 3 === 1 ? 1 : 0));
  return {
    time: new Date(ms).toISOString(),
    us2000: (ms - Date.UTC(2000, 0, 1)) * 1000,
    volts: i === FILL_AT ? -1e31 : 0.1 * i - 3,
    count: i === FILL_AT ? -999 : 7 * i - 100,
    other: i === FILL_AT ? "9999-99-99T99:99:99.999Z" : new Date(ms + 500).toISOString(),
    place: ["north", "a, b", 'say "x"', ""][i % 4]!,
    field: [i, 1 - i, i / 8],
    flux: [1e3 + i, 2e3 + i, 3e3 + i, 4e3 + i],
  };
});

/** The description of the data set. */
export const INFO = {
  HAPI: "3.1",
  status: { code: 1200, message: "OK" },
  startDate: "2021-06-30T00:00:00.000Z",
  stopDate: "2021-06-30T01:00:00.000Z",
  cadence: "PT10S",
  description: "Made by formulas",
  parameters: [
    { name: "Time", type: "isotime", length: 24, units: "UTC", fill: null },
    {
      name: "volts",
      type: "double",
      units: "V",
      fill: "-1e31",
      label: "Voltage!",
      description: "Of the pump",
    },
    { name: "count-rate", type: "integer", units: "1/s", fill: "-999" },
    { name: "other", type: "isotime", length: 24, units: "UTC", fill: "9999-99-99T99:99:99.999Z" },
    { name: "place", type: "string", length: 12, units: null, fill: "" },
    {
      name: "B",
      type: "double",
      size: [3],
      units: "nT",
      fill: "NaN",
      label: ["Bx", "By", "Bz"],
      vectorComponents: ["x", "y", "z"],
    },
    {
      name: "flux",
      type: "double",
      size: [4],
      units: "1/cm^2",
      fill: null,
      bins: [
        {
          name: "energy",
          units: "keV",
          ranges: [
            [0, 2],
            [2, 6],
            [6, 14],
            [14, 30],
          ],
        },
      ],
    },
  ],
} as const;

/** The values of a record by the names of their parameters. */
function valuesOf(record: MadeRecord): Readonly<Record<string, string | number | readonly number[]>> {
  const { time, volts, count, other, place, field, flux } = record;
  return { Time: time, volts, "count-rate": count, other, place, B: field, flux };
}

/** The parameters that a request names, time first; all where it names none. */
function parametersOf(names: string | null) {
  const wanted = names === null ? undefined : ["Time", ...names.split(",")];
  return INFO.parameters.filter(({ name }) => wanted === undefined || wanted.includes(name));
}

/** A record in binary, by the widths of the description. */
function binaryRecord(record: MadeRecord, names: string | null): Buffer {
  const values = valuesOf(record);
  const parts = parametersOf(names).map((parameter) => {
    const value = values[parameter.name]!;
    if ("length" in parameter) {
      const text = Buffer.alloc(parameter.length);
      text.write(String(value));
      return text;
    }
    const numbers = Array.isArray(value) ? value : [value];
    const bytes = Buffer.alloc(numbers.length * (parameter.type === "integer" ? 4 : 8));
    for (const [i, v] of numbers.entries())
      if (parameter.type === "integer") bytes.writeInt32LE(v, 4 * i);
      else bytes.writeDoubleLE(v, 8 * i);
    return bytes;
  });
  return Buffer.concat(parts);
}

/** A record as a line of CSV. */
function csvRecord(record: MadeRecord, names: string | null): string {
  const values = valuesOf(record);
  const quoted = (v: unknown): string =>
    typeof v === "string" && /[",]/.test(v) ? `"${v.replaceAll('"', '""')}"` : String(v);
  return `${parametersOf(names)
    .flatMap(({ name }) => values[name] as string | number | readonly number[])
    .map(quoted)
    .join(",")}\n`;
}

/** Whether the made server has binary. */
export type Form = "binary" | "csv";

/** What a server that makes no faults answers. */
export function goodAnswer({ path, words }: StubRequest, form: Form, version = "3.1"): StubAnswer {
  const json = (value: object): StubAnswer => ({
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(value),
    framing: "chunked",
  });
  if (path.endsWith("/capabilities"))
    return json({
      HAPI: version,
      status: INFO.status,
      outputFormats: form === "binary" ? ["csv", "binary"] : ["csv"],
    });
  if (path.endsWith("/info")) return json({ ...INFO, HAPI: version });
  const start = Date.parse(words.get("start") ?? words.get("time.min") ?? "");
  const stop = Date.parse(words.get("stop") ?? words.get("time.max") ?? "");
  const names = words.get("parameters");
  const found = MADE.filter(({ time }) => Date.parse(time) >= start && Date.parse(time) < stop);
  return {
    headers: { "Content-Type": form === "binary" ? "application/octet-stream" : "text/csv" },
    body:
      form === "binary"
        ? Buffer.concat(found.map((record) => binaryRecord(record, names)))
        : found.map((record) => csvRecord(record, names)).join(""),
    framing: "chunked",
  };
}
