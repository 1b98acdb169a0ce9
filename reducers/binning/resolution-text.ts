import type { Properties } from "../../stream/model.js";
import { shortestReal } from "../../stream/number-field.js";
import { formatFixed, formatGeneral } from "../../stream/printf-real.js";
import { datumProperty, getProperty, withProperty } from "../../stream/properties.js";
import { convertUnits } from "../../stream/units.js";

/** `xCacheResInfo` of a resolution in seconds, such as `(10.0 minute Averages)`; reducers 3.1. */
export function averagesText(seconds: number): string {
  if (seconds < 1) return `(${formatFixed(seconds * 1000, 0)} ms Averages)`;
  if (seconds < 60) return `(${formatFixed(seconds, 1)} s Averages)`;
  if (seconds < 3600) return `(${formatFixed(seconds / 60, 1)} minute Averages)`;
  if (seconds < 86_400) return `(${formatFixed(seconds / 3600, 1)} hour Averages)`;
  return `(${formatGeneral(seconds / 86_400, 3)} day Averages)`;
}

const UNITS = [
  { name: "day", plural: "days", seconds: 86_400 },
  { name: "hour", plural: "hours", seconds: 3600 },
  { name: "minute", plural: "minutes", seconds: 60 },
  { name: "s", plural: "s", seconds: 1 },
] as const;

/**
 * An interval for a label: the greatest unit that it fills, alone where it is within 1e-3 of one of them, else behind
 * the number with up to three decimals (`10 s`, `minute`, `1.5 hours`). Source: reducers 6.
 */
export function intervalText(seconds: number): string {
  const unit =
    UNITS.find((candidate) => seconds > candidate.seconds * (1 - 1e-3)) ?? UNITS[UNITS.length - 1]!;
  const value = seconds / unit.seconds;
  if (Math.abs(value - 1) < 1e-3) return unit.name;
  return `${value < 5e-4 ? shortestReal(value) : String(Number(value.toFixed(3)))} ${unit.plural}`;
}

/** The stream properties of averages over bins of `widthSeconds`; reducers 3.1. */
export function averagedStreamProperties(input: Properties, widthSeconds: number): Properties {
  const width = Math.max(widthSeconds, secondsOf(input, "xTagWidth"));
  const resolution = Math.max(widthSeconds, secondsOf(input, "xCacheResolution"));
  let properties = withProperty(input, secondsDatum("xTagWidth", width));
  properties = withProperty(properties, secondsDatum("xCacheResolution", resolution));
  properties = withProperty(properties, {
    name: "xCacheResInfo",
    type: "String",
    value: averagesText(resolution),
  });
  if (getProperty(properties, "Data_type") !== undefined)
    properties = withProperty(properties, { name: "Data_type", type: "String", value: "K0>Key Parameter" });
  return properties;
}

/** A `Datum` property in seconds. */
export function secondsDatum(name: string, seconds: number) {
  return { name, type: "Datum", value: `${shortestReal(seconds)} s` } as const;
}

/** The seconds of a Datum, or 0 where it is absent or no duration. */
function secondsOf(properties: Properties, name: string): number {
  const datum = datumProperty(properties, name);
  const seconds = datum === undefined ? undefined : convertUnits(datum.value, datum.units, "s");
  return seconds !== undefined && Number.isFinite(seconds) ? seconds : 0;
}
