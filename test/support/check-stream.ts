import { expect } from "vitest";
import { readXUs2000 } from "../../stream/columns.js";
import type { PacketHeader, Plane, Properties, StreamItem } from "../../stream/model.js";
import { getProperty } from "../../stream/properties.js";
import { StreamParser } from "../../stream/stream-parser.js";
import { isText } from "../../stream/value-type.js";

/** Types of known properties, `#` standing for x, y or z: das2-stream A8.3. */
const PROPERTY_TYPES: readonly (readonly [RegExp, string])[] = [
  [/^(title|summary|renderer|sourceId|monotonicXTags|xCacheResInfo|source|operation)$/, "String"],
  [/^[xyz](Label|Summary|ScaleType|Format)$/, "String"],
  [/^xMonotonic$/, "String"],
  [/^[xy]TagWidth$/, "Datum"],
  [/^xCacheResolution$/, "Datum"],
  [/^xCacheRange$/, "DatumRange"],
  [/^[xyz]Range$/, "DatumRange"],
  [/^[xyz]Valid(Min|Max)$/, "double"],
  [/^[yz]Fill$/, "double"],
  [/^(taskSize|packetCount)$/, "int"],
];
/** Widths of text times that have a form of their own: das2-stream A6.3. */
const TIME_WIDTHS = [5, 8, 11, 14, 17, 20, 22, 23, 24, 27, 30];
const BINARY_TYPES = ["sun_real4", "sun_real8", "little_endian_real4", "little_endian_real8"];

/** What {@link checkStream} found on the way. */
export interface CheckedStream {
  readonly packets: number;
  readonly exception: string | undefined;
}

/**
 * Asserts everything that das2-stream A20 asks of a writer, and what a reader of this project promises besides: a title,
 * who wrote it, both spellings of ascending x, labels, scale and fill for every plane.
 */
export function checkStream(bytes: Uint8Array): CheckedStream {
  const parser = new StreamParser();
  const checker = new Checker();
  expect(Buffer.from(bytes.subarray(0, 4)).toString("latin1")).toBe("[00]");
  expect(Buffer.from(bytes.subarray(10, 17)).toString("latin1")).toBe("<stream");
  for (const item of parser.push(bytes)) checker.item(item);
  for (const item of parser.end()) checker.item(item);
  return checker;
}

class Checker {
  packets = 0;
  exception: string | undefined;
  #stream: Properties | undefined;
  #lastX = Number.NEGATIVE_INFINITY;

  item(item: StreamItem): void {
    expect(this.exception, "nothing follows an exception").toBeUndefined();
    expect(this.#stream === undefined, "the stream header comes first, once").toBe(item.kind === "stream");
    if (item.kind === "stream") {
      expect(item.header.version).toBe("2.2");
      this.#stream = item.header.properties;
      checkStreamProperties(item.header.properties);
    } else if (item.kind === "packet") checkPacketHeader(item.header);
    else if (item.kind === "data") this.#data(item.batch.header, item.batch.bytes, item.batch.count, item);
    else if (item.kind === "exception") {
      this.exception = item.exception.type;
      if (item.exception.type === "NoDataInInterval") expect(this.packets).toBe(0);
      expect(item.exception.message).not.toMatch(/\/(home|work|tmp|usr|var)\b/);
    }
  }

  #data(header: PacketHeader, bytes: Uint8Array, count: number, item: StreamItem & { kind: "data" }): void {
    this.packets += count;
    const x = new Float64Array(count);
    expect(readXUs2000(item.batch, x), "values of x that are no time").toBe(0);
    let ascending = true;
    for (const us of x) {
      ascending &&= us >= this.#lastX;
      this.#lastX = us;
    }
    expect(ascending, "x ascends, as xMonotonic promises").toBe(true);
    if (!isText(header.planes.at(-1)!.type)) return;
    for (let end = header.stride; end <= bytes.length; end += header.stride) expect(bytes[end - 1]).toBe(10);
  }
}

function checkStreamProperties(properties: Properties): void {
  checkTypes(properties);
  for (const name of ["title", "sourceId", "xLabel"])
    expect(getProperty(properties, name)?.value).toBeTruthy();
  expect(getProperty(properties, "xMonotonic")).toMatchObject({ type: "String", value: "true" });
  expect(getProperty(properties, "monotonicXTags")).toMatchObject({ type: "String", value: "true" });
  expect(getProperty(properties, "xTagWidth")?.value).toMatch(/^[0-9.e+-]+ s$/);
  const time = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3,9}Z";
  const covers = getProperty(properties, "xCacheRange")?.value;
  if (covers !== undefined) expect(covers).toMatch(new RegExp(`^${time} to ${time} UTC$`));
  expect(getProperty(properties, "xCacheResolution"), "a reader gives intrinsic resolution").toBeUndefined();
}

function checkPacketHeader(header: PacketHeader): void {
  const [x, ...planes] = header.planes;
  expect(x!.role).toBe("x");
  expect(["us2000", "UTC"]).toContain(x!.units);
  expect(isText(x!.type) && x!.type.kind === "time").toBe(x!.units === "UTC");
  const roles = new Set(planes.map((plane) => plane.role));
  expect(roles.has("yscan") && (roles.has("y") || roles.has("z")), "no yscan beside y or z").toBe(false);
  const names = header.planes.map((plane) => plane.name);
  expect(new Set(names).size).toBe(names.length);
  for (const plane of header.planes) checkType(plane);
  for (const plane of planes) {
    checkTypes(plane.properties);
    const family = plane.role === "yscan" ? "z" : "y";
    for (const name of [`${family}Label`, `${family}Fill`, `${family}ScaleType`])
      expect(getProperty(plane.properties, name)?.value, `${name} of ${plane.name}`).toBeTruthy();
    if (plane.role !== "yscan") continue;
    expect(plane.yUnits, "empty where tags are plain numbers").toBeDefined();
    expect(getProperty(plane.properties, "yLabel")?.value).toBeTruthy();
    if (plane.yTags?.kind === "list") expect(plane.yTags.values.length).toBe(plane.items);
  }
}

function checkType(plane: Plane): void {
  const { type } = plane;
  if (type.kind === "ascii") {
    expect(type.width).toBeGreaterThanOrEqual(9);
    expect(type.width).toBeLessThanOrEqual(24);
  } else if (type.kind === "time") expect(TIME_WIDTHS).toContain(type.width);
  else expect(BINARY_TYPES).toContain(type.name);
}

function checkTypes(properties: Properties): void {
  for (const property of properties)
    for (const [names, type] of PROPERTY_TYPES)
      if (names.test(property.name)) expect(property.type, property.name).toBe(type);
}
