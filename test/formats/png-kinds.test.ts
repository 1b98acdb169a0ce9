import { inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { png } from "../../formats/png/png.js";
import { mapColours } from "../../plot/colour-maps.js";
import type { Property, StreamItem } from "../../stream/model.js";
import { packetHeader, xPlane, yPlane, yscanPlane, zPlane } from "../../stream/packet-header.js";
import { REAL8 } from "../../stream/value-type.js";
import { TEST_CONTEXT } from "../support/run-stream.js";
import { encoded, NOON } from "../support/table-streams.js";

const RANGE = ["time.min=2021-06-30T12:00", "time.max=2021-06-30T12:10"];
type Pixel = readonly [red: number, green: number, blue: number];

/** The picture of a stream of numbers: rows of x in seconds after noon, then a value for each plane. */
function draw(
  planes: Parameters<typeof packetHeader>[0]["planes"],
  rows: readonly (readonly number[])[],
  ...args: string[]
) {
  const header = packetHeader({ id: 1, planes: [xPlane({ type: REAL8, units: "us2000" }), ...planes] });
  const bytes = Buffer.alloc(header.stride * rows.length);
  for (const [n, [x = 0, ...values]] of rows.entries())
    for (const [i, value] of [NOON + x * 1e6, ...values].entries())
      bytes.writeDoubleBE(value, n * header.stride + 4 + 8 * i);
  const items: StreamItem[] = [
    { kind: "stream", header: { version: "2.2", properties: [] } },
    { kind: "packet", header },
    { kind: "data", batch: { header, bytes, count: rows.length } },
  ];
  return read(encoded(png.open([...RANGE, ...args], TEST_CONTEXT), items));
}

/** The pixels of a file whose rows are differences to the row above (PNG 3, 9.2). */
function read(bytes: Uint8Array) {
  const file = Buffer.from(bytes);
  let rows = Buffer.alloc(0);
  let [width, height] = [0, 0];
  for (let at = 8; at < file.length; at += 12 + file.readUInt32BE(at)) {
    const name = file.toString("latin1", at + 4, at + 8);
    const data = file.subarray(at + 8, at + 8 + file.readUInt32BE(at));
    if (name === "IHDR") [width, height] = [data.readUInt32BE(0), data.readUInt32BE(4)];
    if (name === "IDAT") rows = inflateSync(data);
  }
  const pixels = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++)
    for (let i = 0; i < 3 * width; i++)
      pixels[y * 3 * width + i] =
        rows[y * (3 * width + 1) + 1 + i]! + (y === 0 ? 0 : pixels[(y - 1) * 3 * width + i]!);
  const pixel = (x: number, y: number): Pixel => {
    const at = 3 * (Math.round(y) * width + Math.round(x));
    return [pixels[at]!, pixels[at + 1]!, pixels[at + 2]!];
  };
  return { width, height, pixel };
}

/** The plot with colours begins 81 pixels from the left and ends 108 from the right of 900. */
const LEFT = 81;
const RIGHT = 900 - 108;
const isGrey = ([red, green, blue]: Pixel) => red === green && green === blue;
/** Rows of a column of pixels that have a colour. */
const coloured = ({ height, pixel }: ReturnType<typeof read>, x: number) =>
  Array.from({ length: height }, (_, y) => y).filter((y) => !isGrey(pixel(x, y)));

const range = (text: string): Property => ({ name: "yRange", type: "DatumRange", value: text });
const y = yPlane({ name: "y", type: REAL8, units: "keV" });
const z = zPlane({ name: "z", type: REAL8, units: "" });

describe("pictures of points over two coordinates", () => {
  it("mark each point where its x and y are, in the colour of its value, and join none", () => {
    const rows = [
      [100, 10, 1],
      [300, 30, 2],
      [500, 20, 3],
    ];
    const picture = draw([y, z], rows);
    const at = (second: number) => LEFT + (second / 600) * (RIGHT - LEFT);
    const marks = rows.map(([second]) => coloured(picture, at(second!)));
    for (const mark of marks) {
      expect(mark.length).toBeGreaterThan(3);
      expect(mark.length).toBeLessThan(12);
    }
    const [first, second, third] = marks.map((mark) => mark[Math.floor(mark.length / 2)]!) as [
      number,
      number,
      number,
    ];
    // The higher the y the nearer to the upper edge; 20 is half-way between 10 and 30.
    expect(second).toBeLessThan(third);
    expect(third).toBeLessThan(first);
    expect(Math.abs((first + second) / 2 - third)).toBeLessThan(3);
    const colours = mapColours("even");
    expect(picture.pixel(at(100), first)).toEqual(colours[0]);
    expect(picture.pixel(at(300), second)).toEqual(colours[Math.floor(colours.length / 2)]);
    expect(picture.pixel(at(500), third)).toEqual(colours.at(-1));
    for (const between of [200, 400]) expect(coloured(picture, at(between))).toEqual([]);
  });

  it("find the range of y while points come, whatever their order", () => {
    const rows = Array.from({ length: 600 }, (_, n) => [
      n,
      n === 5 ? 1000 : n % 2 === 0 ? n / 600 : -(n / 600),
      n,
    ]);
    const picture = draw([y, z], rows);
    const outlier = coloured(picture, LEFT + (5 / 600) * (RIGHT - LEFT));
    // The one far away stands alone near the top, all others near the bottom.
    expect(Math.min(...outlier)).toBeLessThan(80);
    const others = coloured(picture, LEFT + (300 / 600) * (RIGHT - LEFT));
    expect(Math.min(...others)).toBeGreaterThan(350);
  });

  it("fill cells where the points are those of a grid", () => {
    const rows = Array.from({ length: 30 }, (_, n) =>
      [10, 20, 30].map((tag) => [20 * n + 10, tag, tag === 20 ? 1 : 2]),
    ).flat();
    const picture = draw([y, z], rows);
    const column = Array.from({ length: picture.height }, (_, row) => picture.pixel(400, row));
    const colours = mapColours("even");
    const [low, high] = [colours[0]!, colours.at(-1)!];
    const count = (colour: Pixel) => column.filter((pixel) => pixel.join() === colour.join()).length;
    // Three bands of the same height: two of them light, the middle one dark.
    expect(count(high) / count(low)).toBeCloseTo(2, 1);
    expect(count(low)).toBeGreaterThan(100);
  });

  it("leave out fill of either coordinate", () => {
    const picture = draw(
      [y, z],
      [
        [100, 10, 1],
        [200, -1e31, 2],
        [300, 20, -1e31],
        [400, 30, 3],
      ],
    );
    for (const second of [200, 300])
      expect(coloured(picture, LEFT + (second / 600) * (RIGHT - LEFT))).toEqual([]);
  });
});

describe("pictures of values of both signs", () => {
  it("have a map with zero in its middle, as far to both sides", () => {
    const scan = yscanPlane({
      name: "v",
      type: REAL8,
      units: "m/s",
      yUnits: "",
      items: 3,
      yTags: { kind: "list", values: Float64Array.of(1, 2, 3) },
    });
    const rows = Array.from({ length: 60 }, (_, n) => [10 * n + 5, -20, 0, 40]);
    const { pixel } = draw([scan], rows);
    const colours = mapColours("diverging");
    const at = (part: number) => pixel(400, 30 + part * 420);
    expect(at(0.1)).toEqual(colours.at(-1));
    expect(at(0.5)).toEqual(colours[colours.length / 2]);
    // -20 is a quarter of the way from -40 to 40.
    expect(at(0.9)).toEqual(colours[colours.length / 4]);
  });
});

describe("pictures of cycles", () => {
  const longitude = (properties: readonly Property[]) =>
    yPlane({ name: "lon", type: REAL8, units: "deg", properties });
  /** The longest run of coloured rows in any column of pixels of the plot. */
  const tallest = (picture: ReturnType<typeof read>) =>
    Math.max(...Array.from({ length: 790 }, (_, n) => coloured(picture, 83 + n).length));

  it.each([
    ["a record in each third column", 2, 120],
    ["several records in a column", 0.25, 60],
  ])("have no line from their end to their begin, with %s", (_, step, period) => {
    const rows = Array.from({ length: Math.floor(600 / step) }, (_, n) => [
      n * step,
      (360 * ((n * step) / period)) % 360,
    ]);
    // Where it leaves and comes back in one column both ends are there, and nothing between them.
    const middle = (picture: ReturnType<typeof read>) =>
      Math.max(
        ...Array.from(
          { length: 790 },
          (_, n) => coloured(picture, 83 + n).filter((row) => row > 200 && row < 300).length,
        ),
      );
    expect(middle(draw([longitude([range("0 to 360 deg")])], rows))).toBeLessThan(30);
    expect(middle(draw([longitude([])], rows))).toBeLessThan(30);
    // A range that is no turn says that it is no cycle.
    expect(middle(draw([longitude([range("-1 to 361 deg")])], rows))).toBeGreaterThan(80);
  });

  it("are lines where they go on", () => {
    const rows = Array.from({ length: 600 }, (_, n) => [n, 10 + n / 2]);
    expect(tallest(draw([longitude([range("0 to 360 deg")])], rows))).toBeGreaterThan(0);
  });
});
