import type { Plane, Properties, StreamHeader } from "../../stream/model.js";
import { shortestReal } from "../../stream/number-field.js";
import { type PlaneSpec, yTagValues } from "../../stream/packet-header.js";
import { propertyText, withProperty } from "../../stream/properties.js";
import { convertUnits } from "../../stream/units.js";
import type { ValueType } from "../../stream/value-type.js";

/**
 * What the items of a plane are to the bins: `table`: each item has its own value in the bin of x; `collapsed`: all
 * are samples of one value in the bin of x; `spread`: each is a sample at x + its offset, in seconds.
 */
export type Geometry =
  | { readonly kind: "table" }
  | { readonly kind: "collapsed" }
  | { readonly kind: "spread"; readonly offsetSeconds: Float64Array };

const TABLE: Geometry = { kind: "table" };

/** Whether the table planes of a stream are waveforms: their tags are offsets of x. Source: das2-stream A15.3. */
export function isWaveformStream(stream: StreamHeader): boolean {
  return propertyText(stream.properties, "renderer") === "waveform";
}

/**
 * The geometry of a plane in bins of `lineWidthSeconds` (`undefined`: tables stay tables). Source: reducers 3.4.
 */
export function geometryOf(
  plane: Plane,
  stream: StreamHeader,
  lineWidthSeconds: number | undefined,
): Geometry {
  if (lineWidthSeconds === undefined || plane.role !== "yscan" || !isWaveformStream(stream)) return TABLE;
  const { yUnits = "" } = plane;
  if (convertUnits(1, yUnits, "s") === undefined) return TABLE;
  const offsetSeconds = yTagValues(plane).map((tag) => convertUnits(tag, yUnits, "s") ?? Number.NaN);
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const offset of offsetSeconds) {
    first = Math.min(first, offset);
    last = Math.max(last, offset);
  }
  return last - first <= lineWidthSeconds ? { kind: "collapsed" } : { kind: "spread", offsetSeconds };
}

/** The `y` plane that a waveform becomes: z properties turn into y properties, the fill is written out. */
export function collapsedPlane(plane: Plane, type: ValueType, fill: number): PlaneSpec {
  return {
    role: "y",
    name: plane.name,
    type,
    units: plane.units,
    items: 1,
    properties: withProperty(asLineProperties(plane.properties), {
      name: "yFill",
      type: "double",
      value: Number.isNaN(fill) ? "nan" : shortestReal(fill),
    }),
  };
}

/** Those of the tag axis (y) go, those of the values (z) take their names. */
function asLineProperties(properties: Properties): Properties {
  return properties
    .filter(({ name }) => !/^y[A-Z]/.test(name))
    .map((property) =>
      /^z[A-Z]/.test(property.name) ? { ...property, name: `y${property.name.slice(1)}` } : property,
    );
}
