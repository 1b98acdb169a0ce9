import { inflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isDasError } from "../../errors/das-error.js";
import { png } from "../../formats/png/png.js";
import { LARGEST_SIZE, LEAST_SIZE } from "../../plot/picture-size.js";
import type { StreamItem } from "../../stream/model.js";
import { packetHeader, xPlane, yPlane } from "../../stream/packet-header.js";
import { REAL8 } from "../../stream/value-type.js";
import { TEST_CONTEXT } from "../support/run-stream.js";
import { broken, encoded, FAILURE, HOSTILE, NO_DATA, NOON, tableItems } from "../support/table-streams.js";

const RANGE = ["time.min=2021-06-30T12:00", "time.max=2021-06-30T12:10"];
const draw = (items: readonly StreamItem[], ...args: string[]) =>
  encoded(png.open(args, TEST_CONTEXT), items);

/** The picture in a PNG file of 8-bit colours whose rows are filtered as differences to the row above (PNG 3, 9.2). */
function read(bytes: Uint8Array) {
  const file = Buffer.from(bytes);
  expect(file.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
  const parts = new Map<string, Buffer>();
  let at = 8;
  while (at < file.length) {
    const length = file.readUInt32BE(at);
    parts.set(file.toString("latin1", at + 4, at + 8), file.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const width = parts.get("IHDR")!.readUInt32BE(0);
  const height = parts.get("IHDR")!.readUInt32BE(4);
  const rows = inflateSync(parts.get("IDAT")!);
  expect(rows).toHaveLength((3 * width + 1) * height);
  const pixels = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++)
    for (let i = 0; i < 3 * width; i++) {
      const above = y === 0 ? 0 : pixels[(y - 1) * 3 * width + i]!;
      pixels[y * 3 * width + i] = rows[y * (3 * width + 1) + 1 + i]! + above;
    }
  return { width, height, pixels, parts };
}

/** Pixels that are nearer to the first colour of lines, a blue, than to any grey. */
function blueColumns({ width, height, pixels }: ReturnType<typeof read>): Set<number> {
  const columns = new Set<number>();
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [red, , blue] = pixels.subarray(3 * (y * width + x));
      if (blue! - red! > 60) columns.add(x);
    }
  return columns;
}

/** Rows of a column of pixels that are blue so. */
function blueRows({ width, height, pixels }: ReturnType<typeof read>, x: number): readonly number[] {
  return Array.from({ length: height }, (_, y) => y).filter((y) => {
    const [red, , blue] = pixels.subarray(3 * (y * width + Math.round(x)));
    return blue! - red! > 60;
  });
}

/** A line of ones: a record each second of the given ones of ten minutes, `undefined` where it is fill. */
function line(
  values: (second: number) => number | undefined,
  seconds = 600,
  { step = 1, renderer }: { readonly step?: number; readonly renderer?: string } = {},
): StreamItem[] {
  const header = packetHeader({
    id: 1,
    planes: [xPlane({ type: REAL8, units: "us2000" }), yPlane({ name: "v", type: REAL8, units: "" })],
  });
  const bytes = Buffer.alloc(header.stride * seconds);
  for (let n = 0; n < seconds; n++) {
    bytes.writeDoubleBE(NOON + n * step * 1e6, n * header.stride + 4);
    bytes.writeDoubleBE(values(n) ?? -1e31, n * header.stride + 12);
  }
  return [
    {
      kind: "stream",
      header: {
        version: "2.2",
        properties:
          renderer === undefined ? [] : [{ name: "renderer", type: "String" as const, value: renderer }],
      },
    },
    { kind: "packet", header },
    { kind: "data", batch: { header, bytes, count: seconds } },
  ];
}

describe("pictures of streams", () => {
  it("have the size that is asked for, and a usual one", () => {
    expect(
      read(
        draw(
          line(() => 1),
          ...RANGE,
        ),
      ),
    ).toMatchObject({ width: 900, height: 500 });
    expect(
      read(
        draw(
          line(() => 1),
          ...RANGE,
          "width=640",
          "height=300",
        ),
      ),
    ).toMatchObject({ width: 640, height: 300 });
  });

  it("are drawn on the ground of the theme, with letters and lines that stand out from it", () => {
    const luminance = ([red, green, blue]: readonly number[]) => {
      const [r, g, b] = [red!, green!, blue!].map((one) => {
        const part = one / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!; // WCAG 2.2, relative luminance
    };
    for (const [args, ground] of [
      [[], [255, 255, 255]],
      [["theme=light"], [255, 255, 255]],
      [["theme=dark"], [26, 32, 41]],
    ] as const) {
      const { pixels } = read(
        draw(
          line((n) => Math.sin(n / 50)),
          ...RANGE,
          ...args,
        ),
      );
      expect([...pixels.subarray(0, 3)]).toEqual(ground);
      let most = 1;
      for (let at = 0; at < pixels.length; at += 3) {
        const [one, other] = [luminance([...pixels.subarray(at, at + 3)]), luminance(ground)];
        most = Math.max(most, (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05));
      }
      expect(most).toBeGreaterThan(7);
    }
    expect(() => png.open(["theme=grey"], TEST_CONTEXT)).toThrow('theme is "grey", expected light or dark');
  });

  it("are the same bytes each time", () => {
    const again = () => Buffer.from(draw(tableItems(500), ...RANGE)).toString("base64");
    expect(again()).toBe(again());
  });

  it("show a line through all of its range", () => {
    const columns = blueColumns(
      read(
        draw(
          line((n) => Math.sin(n / 50)),
          ...RANGE,
        ),
      ),
    );
    // The plot is 792 columns wide here; a record for each 1.3 of them.
    expect(columns.size).toBeGreaterThan(780);
  });

  // A record a minute, 79.2 columns apart; the plot begins at 81.
  const at = (minutes: number) => 81 + minutes * 79.2;
  const drawn = (renderer: string) =>
    read(
      draw(
        line((n) => (n < 5 ? 0 : 1), 10, { step: 60, renderer }),
        ...RANGE,
      ),
    );

  it("join values by steps halfway between them where the renderer is stairSteps", () => {
    const [straight, stepped] = [drawn("other"), drawn("stairSteps")];
    const before = blueRows(stepped, at(3.5));
    // A level line is as high as it is wide, and a step as high as the plot.
    expect(before.length).toBeLessThan(4);
    expect(blueRows(stepped, at(4.25))).toEqual(before);
    expect(blueRows(straight, at(4.25))).not.toEqual(before);
    const step = [-1, 0, 1].map((pixel) => blueRows(stepped, at(4.5) + pixel).length);
    expect(Math.max(...step)).toBeGreaterThan(100);
    expect(blueRows(stepped, at(4.75))).toEqual(blueRows(stepped, at(7.5)));
  });

  it("mark each value where the renderer is symbolLine", () => {
    const [plain, marked] = [drawn("line"), drawn("symbolLine")];
    expect(blueRows(marked, at(3)).length).toBeGreaterThan(blueRows(plain, at(3)).length);
    expect(blueRows(marked, at(3.5))).toEqual(blueRows(plain, at(3.5)));
  });

  it("leave fill and gaps white", () => {
    const isGap = (n: number) => n >= 200 && n < 400;
    const columns = blueColumns(
      read(
        draw(
          line((n) => (isGap(n) ? undefined : 1)),
          ...RANGE,
        ),
      ),
    );
    // A third of the plot is empty, to the width of a line.
    expect(columns.size).toBeGreaterThan(0.64 * 792);
    expect(columns.size).toBeLessThan(0.69 * 792);
    const middle = 81 + 792 / 2;
    for (let x = middle - 120; x < middle + 120; x++) expect(columns.has(Math.round(x))).toBe(false);
  });

  it("show a value that stands alone", () => {
    const columns = blueColumns(
      read(
        draw(
          line((n) => (n === 300 ? 1 : undefined)),
          ...RANGE,
        ),
      ),
    );
    expect(columns.size).toBeGreaterThan(0);
    expect(columns.size).toBeLessThan(6);
  });

  it("show a peak of one record among a hundred thousand", () => {
    const spike = (n: number) => (n === 50_000 ? 100 : 0);
    const day = ["time.min=2021-06-30T12:00", "time.max=2021-07-01T16:00"];
    const { width, pixels } = read(draw(line(spike, 100_000), ...day));
    // Half-way up there is the spike and nothing else.
    let blue = 0;
    for (let x = 100; x < 860; x++) {
      const [red, , colour] = pixels.subarray(3 * (250 * width + x));
      if (colour! - red! > 60) blue++;
    }
    expect(blue).toBeGreaterThan(0);
    expect(blue).toBeLessThan(5);
  });

  it("are of the range of the records where none is known", () => {
    const columns = blueColumns(read(draw(line((n) => Math.sin(n / 50)))));
    expect(columns.size).toBeGreaterThan(780);
  });

  it("say so where there are no data", () => {
    const [head] = line(() => 1);
    const empty = read(draw([head!, NO_DATA], ...RANGE));
    expect(blueColumns(empty).size).toBe(0);
    // "No data" in grey in the middle of the frame.
    let grey = 0;
    for (let y = 200; y < 300; y++)
      for (let x = 300; x < 700; x++) if (empty.pixels[3 * (y * empty.width + x)]! < 180) grey++;
    expect(grey).toBeGreaterThan(50);
  });

  it("are not written where the stream fails", () => {
    const { bytes, error } = broken(png.open([], TEST_CONTEXT), [...tableItems(10), FAILURE]);
    expect([bytes.length, isDasError(error, "DOMAIN")]).toEqual([0, true]);
  });

  it("take hostile labels, in size and content", () => {
    for (const text of HOSTILE) read(draw(tableItems(20, text), ...RANGE, "width=300", "height=200"));
  });

  it.each([
    ["from the least to the greatest number", [Number.MIN_VALUE, Number.MAX_VALUE]],
    ["from one end of all numbers to the other", [-Number.MAX_VALUE, Number.MAX_VALUE]],
    ["that are all the greatest number", [Number.MAX_VALUE, Number.MAX_VALUE]],
    ["that differ by less than can be divided", [0, Number.MIN_VALUE]],
  ])("take values %s", (_, values) => {
    for (const height of ["height=160", "height=2000"])
      expect(
        read(
          draw(
            line((n) => values[n], values.length),
            "width=240",
            height,
          ),
        ).width,
      ).toBe(240);
  });

  it("take values of every size", () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { minLength: 2, maxLength: 20 }), (values) => {
        const items = line((n) => values[n], values.length);
        read(draw(items, "width=240", "height=160"));
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    [["width=10"], `from ${LEAST_SIZE.width} to ${LARGEST_SIZE.width}`],
    [["height=1e9"], `from ${LEAST_SIZE.height} to ${LARGEST_SIZE.height}`],
    [["time.min=2021-06-30"], "given together"],
    [["time.min=2021-06-30", "time.max=2021-06-30"], "not after"],
    [["time.min=soon", "time.max=later"], "is not a time"],
    [["in_fmt=qstream"], "expected das2"],
    [["__proto__=1"], "expected one of"],
    [["plain"], "expected one of"],
  ])("refuse %j", (args, message) => {
    expect(() => png.open(args, TEST_CONTEXT)).toThrow(message);
  });
});
