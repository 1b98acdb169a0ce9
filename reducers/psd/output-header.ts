import { DEFAULT_FILL } from "../../stream/fill.js";
import type { Plane, Properties, StreamHeader } from "../../stream/model.js";
import { shortestReal } from "../../stream/number-field.js";
import { getProperty, propertyText, withoutProperties, withProperty } from "../../stream/properties.js";
import { squaredPerHz } from "../../stream/units.js";
import { asciiType, LE_REAL4, LE_REAL8, REAL4, REAL8, type ValueType } from "../../stream/value-type.js";
import { displayProperties } from "../display-properties.js";
import { AXIS_PROPERTIES, type FrequencyAxis } from "./frequency-axis.js";
import type { PsdOptions } from "./options.js";

/** Written where a spectrum of one plane is missing while another of the same packet is there. */
export const SPECTRUM_FILL = -1e31;

/** What describes the samples and would be wrong for their spectrum. */
const OF_THE_SAMPLES = [...displayProperties(["y", "z"]), "fill", ...AXIS_PROPERTIES];

/** The stream header of the spectra. Source: reducers 7.3. */
export function spectrumStreamHeader(input: StreamHeader, options: PsdOptions): StreamHeader {
  const d = options.slideDenominator;
  const title = propertyText(input.properties, "title");
  const dft = "%{DFT_length} point DFT, %{xDftOverlapInfo}";
  let properties = withoutProperties(input.properties, OF_THE_SAMPLES);
  const set = (name: string, value: string, type: "String" | "int" | "Datum" = "String"): void => {
    properties = withProperty(properties, { name, type, value });
  };
  set("renderer", "spectrum");
  set("yScaleType", "linear");
  set("zScaleType", "log");
  set("DFT_length", String(options.length), "int");
  set("DFT_slide_denominator", String(d), "int");
  set("DFT_window", "hann");
  set("xDftOverlapInfo", d === 1 ? "No Overlap" : `${d - 1}/${d} Overlap`);
  set("title", `${title ?? ""}!c${dft}`);
  if (options.cadence !== undefined) set("xTagWidth", options.cadence, "Datum");
  set("sourceId", "das2_psd");
  return { ...input, properties };
}

/** The packet properties that still hold for spectra. */
export function spectrumPacketProperties(properties: Properties): Properties {
  return withoutProperties(properties, OF_THE_SAMPLES);
}

/** A `y` plane that is copied beside spectra: its fill stays what it was, though the stream says it no longer. */
export function copiedPlane(plane: Plane, fill: number): Omit<Plane, "offset"> {
  const own = getProperty(plane.properties, "yFill") ?? getProperty(plane.properties, "fill");
  if (own !== undefined || fill === DEFAULT_FILL) return plane;
  const yFill = { name: "yFill", type: "double", value: shortestReal(fill) } as const;
  return { ...plane, properties: withProperty(plane.properties, yFill) };
}

/** The plane that holds the spectra of the samples of `plane`. Source: reducers 7.3. */
export function spectrumPlane(plane: Plane, axis: FrequencyAxis): Omit<Plane, "offset"> {
  const units = squaredPerHz(plane.units);
  let properties = withoutProperties(plane.properties, OF_THE_SAMPLES);
  for (const [name, value] of [
    ["yLabel", "Frequency (Hz)"],
    ["zLabel", `Spectral Density (${unitsLabel(units)})`],
    ["operation", "DFT"],
  ] as const)
    properties = withProperty(properties, { name, type: "String", value });
  properties = withProperty(properties, { name: "zFill", type: "double", value: "-1e31" });
  return {
    role: "yscan",
    name: plane.name,
    type: computedType(plane.type),
    units,
    items: axis.count,
    yUnits: "Hz",
    yTags: { kind: "interval", interval: axis.interval, min: axis.min },
    properties,
  };
}

/** The type for values computed from values of `type`: real of the same width and order, or wide enough text. */
function computedType(type: ValueType): ValueType {
  switch (type.kind) {
    case "ascii":
    case "time":
      return asciiType(Math.min(24, Math.max(14, type.width)));
    default:
      if (type.width === 8) return type.littleEndian ? LE_REAL8 : REAL8;
      return type.littleEndian ? LE_REAL4 : REAL4;
  }
}

/** Units with their exponents raised by label escapes: `V**2 Hz**-1` becomes `V!a2!n Hz!a-1!n` (das2-stream A8.5). */
export function unitsLabel(units: string): string {
  return units.replace(/\*\*([^\s)]+\)?)/g, "!a$1!n");
}
