import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  asksForText,
  datasetWord,
  readDataWords,
  readDecimal,
  readInterval,
  readResolution,
} from "../../cgi/data/data-words.js";
import { withCacheTags } from "../../dsdf/client-cache.js";
import { tomorrow, trimToValidRange } from "../../dsdf/valid-range.js";
import { isDasError } from "../../errors/das-error.js";
import { makeTime } from "../../stream/time.js";
import { messageOf } from "../support/thrown.js";

const words = (values: Record<string, string>) => new Map(Object.entries(values));
const REQUEST = { dataset: "A", start_time: "2021-06-30", end_time: "2021-07-01" };

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    return isDasError(error) ? error.code : "not a DasError";
  }
  return undefined;
}

describe("numbers of a request (das2-server 2.7)", () => {
  it.each([
    ["43.2", 43.2],
    ["4.32E-4", 4.32e-4],
    ["8.64E7", 8.64e7],
    [" 60 ", 60],
    ["+.5", 0.5],
    ["1.", 1],
  ])("reads %s", (text, value) => {
    expect(readResolution(text)).toBe(value);
  });

  it.each(["0", "0.0", "-0", "1e-300", "1e-400"])("takes %s as intrinsic", (text) => {
    expect(readResolution(text)).toBeUndefined();
  });

  it.each([
    "NaN",
    "Infinity",
    "-Infinity",
    "1e300",
    "1e999",
    "1.0000001e11",
    "-1",
    "-1e-20",
    "0x10",
    "1,5",
    "1e",
    "1 2",
    "one",
    "--1",
    "1_000",
  ])("refuses %s", (text) => {
    expect(codeOf(() => readResolution(text))).toBe("BAD_PARAMETER");
  });

  it("reads every finite number as JavaScript prints it", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        // The text of -0 is "0".
        expect(readDecimal(String(value))).toBe(value === 0 ? 0 : value);
      }),
    );
  });

  it.each([undefined, "0", "-60", "often", "NaN", "1e12"])("refuses the interval %s", (text) => {
    expect(codeOf(() => readInterval(text))).toBe("BAD_PARAMETER");
  });
});

describe("words of a data request (das2-server 2.7)", () => {
  it.each([
    [{ ...REQUEST, dataset: "" }, undefined],
    [{ ...REQUEST, dataset: "A/../B" }, "BAD_PARAMETER"],
    [{ ...REQUEST, dataset: "A\\B" }, "BAD_PARAMETER"],
    [{ ...REQUEST, start_time: "soon" }, "BAD_TIME"],
    [{ ...REQUEST, end_time: "20210630" }, "BAD_TIME"],
    [{ ...REQUEST, end_time: "2021-06-30" }, "BAD_PARAMETER"],
    [{ ...REQUEST, end_time: "2021-06-29" }, "BAD_PARAMETER"],
    [{ ...REQUEST, resolution: "x", start_time: "soon" }, "BAD_PARAMETER"],
    [{ dataset: "A", start_time: "2021-06-30" }, "BAD_PARAMETER"],
    [{ start_time: "2021-06-30", end_time: "2021-07-01" }, "BAD_PARAMETER"],
  ])("%j gives %s", (given, code) => {
    expect(codeOf(() => readDataWords(words(given)))).toBe(code);
  });

  it.each([
    ["start_time", "0000-06-01"],
    ["start_time", "-0001-01-01"],
    ["start_time", " -0001-01-01"],
    ["start_time", "0000"],
    ["end_time", "9999-12-31T24:00"],
    ["end_time", "9999-12-31T23:59:60"],
    ["end_time", "9999-12-31T23:59:59.9999999996"],
  ])("refuses %s=%s, which is outside the years 1 to 9999, and says so", (name, text) => {
    const given = { dataset: "A", start_time: "0001-01-01", end_time: "9999-12-31T23:59:59.999999999" };
    expect(codeOf(() => readDataWords(words(given)))).toBeUndefined();
    const read = () => readDataWords(words({ ...given, [name]: text }));
    expect(codeOf(read)).toBe("BAD_TIME");
    expect(read).toThrow(`${name}="${text}"`);
    expect(read).toThrow("expected a time from 0001-01-01 to 9999-12-31T23:59:59.999999999");
  });

  it("accepts an id with .dsdf, once", () => {
    expect(datasetWord(words({ dataset: "A/B.dsdf" }))).toBe("A/B");
    expect(datasetWord(words({ dataset: "A/B.dsdf.dsdf" }))).toBe("A/B.dsdf");
  });

  it.each([
    ["1", true],
    ["TRUE", true],
    ["yes", true],
    ["0", false],
    ["on", false],
    ["text", false],
  ])("ascii=%s: %s", (text, expected) => {
    expect(asksForText(words({ ascii: text }))).toBe(expected);
  });

  it("never throws anything but a DasError", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (begin, end, resolution) => {
        const given = {
          dataset: "A",
          start_time: begin || "x",
          end_time: end || "x",
          resolution: resolution || "1",
        };
        expect(codeOf(() => readDataWords(words(given)))).not.toBe("not a DasError");
      }),
    );
  });
});

describe("the valid range (das2-server 12.6)", () => {
  const now = new Date("2021-06-30T18:00:00Z");
  const range = (begin: [number, number, number], end: [number, number, number]) => ({
    begin: makeTime(...begin),
    end: makeTime(...end),
  });

  it("ends tomorrow where it ends now", () => {
    expect(tomorrow(now)).toEqual(makeTime(2021, 7, 1));
    expect(tomorrow(new Date("1999-12-31T00:00:00Z"))).toEqual(makeTime(2000, 1, 1));
    expect(tomorrow(new Date("2021-06-30T23:59:59.999Z"))).toEqual(makeTime(2021, 7, 1));
  });

  it("cuts both ends, and leaves nothing where nothing is valid", () => {
    const valid = { begin: makeTime(2021, 6, 1), end: "now" } as const;
    expect(trimToValidRange(valid, range([2020, 1, 1], [2022, 1, 1]), now)).toEqual(
      range([2021, 6, 1], [2021, 7, 1]),
    );
    expect(trimToValidRange(valid, range([2021, 6, 2], [2021, 6, 3]), now)).toEqual(
      range([2021, 6, 2], [2021, 6, 3]),
    );
    expect(trimToValidRange(valid, range([2021, 5, 1], [2021, 6, 1]), now)).toBeUndefined();
    expect(trimToValidRange(valid, range([2021, 7, 1], [2021, 7, 2]), now)).toBeUndefined();
    expect(trimToValidRange(undefined, range([1, 1, 1], [9999, 1, 1]), now)).toEqual(
      range([1, 1, 1], [9999, 1, 1]),
    );
  });
});

describe("what clients cache by (das2-stream A15.1)", () => {
  const requested = { begin: makeTime(2021, 6, 30), end: makeTime(2021, 7, 1, 12, 30, 15.0625) };
  const tags = (
    binSeconds: number | undefined,
    before: { name: string; type: "Datum"; value: string }[] = [],
  ) => withCacheTags({ version: "2.2", properties: before }, requested, binSeconds).properties;

  it("is the range asked for, with at least three digits, and the width of the bins applied", () => {
    expect(tags(43.2)).toEqual([
      {
        name: "xCacheRange",
        type: "DatumRange",
        value: "2021-06-30T00:00:00.000Z to 2021-07-01T12:30:15.0625Z UTC",
      },
      { name: "xCacheResolution", type: "Datum", value: "43.2 s" },
    ]);
    expect(tags(60).at(-1)?.value).toBe("60.0 s");
  });

  it("has no width for data that were not reduced here, and replaces what a reader wrote of one", () => {
    expect(tags(undefined).map(({ name }) => name)).toEqual(["xCacheRange"]);
    const own = { name: "xCacheResolution", type: "Datum" as const, value: "1 s" };
    expect(tags(60, [own])[0]?.value).toBe("60.0 s");
  });
});

describe("the form of an answer (das2-server 3.1, 7.3)", () => {
  const read = (given: Record<string, string>) => readDataWords(words({ ...REQUEST, ...given }));

  it.each([
    ["das2", { output: "das2" }],
    ["DAS2-Text", { output: "das2text" }],
    ["das3", { output: "das3" }],
    ["das3-text", { output: "das3", serial: "text", formatArgs: ["-t"] }],
    ["CSV", { output: "csv" }],
    ["hapi-csv", { output: "hapi", formatArgs: ["-F", "csv"] }],
    ["hapi-binary", { output: "hapi", serial: "binary", formatArgs: ["-F", "binary"] }],
    ["hapi-json", { output: "hapi", serial: "json", formatArgs: ["-F", "json"] }],
    ["arrow", { output: "arrow" }],
    ["parquet", { output: "parquet" }],
    ["fits", { output: "fits" }],
  ])("format=%s", (format, expected) => {
    expect(read({ format })).toEqual({ ...read({}), ...expected });
  });

  it("is of a range whose end is after its begin, which messages tell to the nanosecond", () => {
    const range = (start_time: string, end_time: string) => read({ start_time, end_time });
    const second = "2021-06-30T12:00:00";
    expect(range(`${second}.000000001`, `${second}.000000002`)).toMatchObject({
      begin: { ns: 43_200_000_000_001 },
    });
    for (const [begin, end] of [
      [second, second],
      [`${second}.0000000001`, `${second}.0000000002`],
      [`${second}.0000000002`, `${second}.0000000001`],
    ] as const)
      expect(messageOf(() => range(begin, end))).toBe(
        `the begin "${begin}" and the end "${end}" are the same nanosecond, expected an end after the begin`,
      );
    expect(messageOf(() => range("2021-07-01", "2021-06-30"))).toBe(
      'the end "2021-06-30" is before the begin "2021-07-01"',
    );
    expect(messageOf(() => range("2021-13-45", "2022-06-30"))).toBe(
      'start_time="2021-13-45" is not a time (45 is no month, expected 1 to 12), expected for example 2021-06-30T12:00',
    );
  });

  it("is a picture of the asked range and size", () => {
    const range = ["time.min=2021-06-30T00:00:00", "time.max=2021-07-01T00:00:00"];
    expect(read({ format: "png" }).formatArgs).toEqual(range);
    const sized = { format: "png", "format.width": "1200", "format.height": " 700" };
    expect(read(sized).formatArgs).toEqual([...range, "width=1200", "height=700"]);
    expect(read({ format: "png", "format.theme": "dark" }).formatArgs).toEqual([...range, "theme=dark"]);
  });

  it.each([
    ["das2", "das2text", undefined],
    ["DAS3", "das3", ["-t"]],
    ["das3-text", "das3", ["-t"]],
    ["csv", "csv", undefined],
    ["hapi-csv", "hapi", ["-F", "csv"]],
    ["hapi-json", "hapi", ["-F", "json"]],
  ])("is the text of %s where ascii asks for it", (format, output, formatArgs) => {
    const asked = read({ format, ascii: "true" });
    expect([asked.output, asked.formatArgs]).toEqual([output, formatArgs]);
  });

  it.each(["arrow", "parquet", "fits", "png", "hapi-binary"])("is not %s and text at once", (format) => {
    expect(codeOf(() => read({ format, ascii: "1" }))).toBe("BAD_PARAMETER");
    expect(messageOf(() => read({ format, ascii: "1" }))).toContain(`ascii=1 and format=${format} ask`);
    expect(read({ format, ascii: "0" }).output).not.toBe("text");
  });

  it("may be no form at all, which is for the source to say", () => {
    expect(read({ format: "tar" })).toMatchObject({ output: "stream", unknownFormat: "tar" });
    for (const format of ["constructor", "__proto__", "toString", "csv ", "d2s;ls"])
      expect(read({ format }).unknownFormat).toBe(format);
  });

  it.each([
    ["format.width", "10000", "from 240 to 3000"],
    ["format.width", "1e3", "from 240 to 3000"],
    ["format.height", "-1", "from 160 to 2000"],
    ["format.height", "0x200", "from 160 to 2000"],
    ["format.theme", "constructor", "expected light or dark"],
  ])("refuses a picture of %s=%s", (name, value, expected) => {
    expect(codeOf(() => read({ format: "png", [name]: value }))).toBe("BAD_PARAMETER");
    expect(() => read({ format: "png", [name]: value })).toThrow(expected);
  });

  it("names the packets of a table", () => {
    expect(read({ format: "arrow", "format.id": "7" }).formatArgs).toEqual(["-i", "7"]);
    for (const id of ["0", "100", "x", "1;2"])
      expect(codeOf(() => read({ format: "parquet", "format.id": id }))).toBe("BAD_PARAMETER");
  });
});
