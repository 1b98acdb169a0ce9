import type { BatchBuilder } from "../../stream/batch-builder.js";
import type { PacketHeader, Property, YTags } from "../../stream/model.js";
import { type PlaneSpec, packetHeader, xPlane, yPlane, yscanPlane } from "../../stream/packet-header.js";
import { formatTime } from "../../stream/time.js";
import { writeTimeField } from "../../stream/time-field-writer.js";
import { isText, LE_REAL8, REAL8, timeType, type ValueType } from "../../stream/value-type.js";
import { FILL, fillProperty, property } from "../stream-parts.js";
import type { SyntheticOptions } from "./options.js";
import type { SampleClock } from "./sample-clock.js";
import { scalarPlane, scalarValue } from "./scalar-values.js";
import { SpectrumBank, valueWriter } from "./spectrum-bank.js";

/** A list of tags has up to 20 characters a tag; beyond this many in a packet they are counted instead (header limit 999999 bytes). */
const MOST_LISTED_TAGS = 10_000;
const LOWEST_HZ = 10;

/** The definition of the packets of an id. Errors: RECORD_TOO_LONG. */
export function syntheticHeader(options: SyntheticOptions, id: number): PacketHeader {
  const planes: PlaneSpec[] = [
    xPlane({ name: "time", type: timePlaneType(options), units: options.textTime ? "UTC" : "us2000" }),
  ];
  for (let p = 0; p < options.planes; p++) {
    const type = options.types[p % options.types.length]!;
    planes.push(options.channels === 0 ? scalarSpec(p, type) : spectrumSpec(p, type, options));
  }
  return packetHeader({ id, planes });
}

function timePlaneType(options: SyntheticOptions): ValueType {
  if (!options.textTime) return options.littleEndian ? LE_REAL8 : REAL8;
  if (options.cadenceNs % 1_000_000n === 0n) return timeType(24);
  return options.cadenceNs % 1_000n === 0n ? timeType(27) : timeType(30);
}

function scalarSpec(p: number, type: ValueType): PlaneSpec {
  const [low, high] = [10 * p - 1.2 * (p + 1), 10 * p + 1.2 * (p + 1)];
  return yPlane({
    name: `v${p + 1}`,
    type,
    units: "nT",
    properties: [
      property("yLabel", `Signal ${p + 1} (nT)`),
      property("yRange", `${low.toFixed(1)} to ${high.toFixed(1)} nT`, "DatumRange"),
      property("yScaleType", "linear"),
      fillProperty("yFill"),
    ],
  });
}

function spectrumSpec(p: number, type: ValueType, options: SyntheticOptions): PlaneSpec {
  const log = options.channels * options.planes <= MOST_LISTED_TAGS;
  const properties: Property[] = [
    property("yLabel", "Frequency (Hz)"),
    property("yScaleType", log ? "log" : "linear"),
    property("zLabel", "Spectral density (V!u2!n m!u-2!n Hz!u-1!n)"),
    property("zScaleType", "log"),
    property("zRange", "1e-14 to 1e-9 V**2 m**-2 Hz**-1", "DatumRange"),
    fillProperty("zFill"),
  ];
  return yscanPlane({
    name: `s${p + 1}`,
    type,
    units: "V**2 m**-2 Hz**-1",
    yUnits: "Hz",
    yTags: log ? logTags(options.channels) : { kind: "interval", interval: LOWEST_HZ, min: LOWEST_HZ },
    items: options.channels,
    properties,
  });
}

/** Three decades from 10 Hz, rounded to the millihertz so that the header stays readable. */
function logTags(channels: number): YTags {
  const values = new Float64Array(channels);
  for (let i = 0; i < channels; i++)
    values[i] = Math.round(1000 * LOWEST_HZ * 10 ** ((3 * i) / Math.max(1, channels - 1))) / 1000;
  return { kind: "list", values };
}

/** Writes the packet of the sample where the clock stands. */
export type WritePacket = (builder: BatchBuilder, isFill: boolean) => void;

/** A writer for packets of these definitions, which differ in nothing but their id. */
export function packetWriter(
  header: PacketHeader,
  options: SyntheticOptions,
  clock: SampleClock,
): WritePacket {
  const [x, ...planes] = header.planes;
  const writeX = timeWriter(options, clock);
  const banks = options.channels === 0 ? undefined : spectrumBanks(options, clock);
  const values = planes.map((plane, p) => {
    const bank = banks?.get(plane.type);
    return bank === undefined
      ? scalarWriter(plane, p, options, clock)
      : spectrumWriter(plane, p, bank, clock);
  });
  return (builder, isFill) => {
    const at = builder.next();
    writeX(builder, at + x!.offset);
    for (const write of values) write(builder, at, isFill);
  };
}

type WriteAt = (builder: BatchBuilder, at: number) => void;
type WritePlane = (builder: BatchBuilder, at: number, isFill: boolean) => void;

function timeWriter(options: SyntheticOptions, clock: SampleClock): WriteAt {
  const { littleEndian } = options;
  if (!options.textTime) return (builder, at) => builder.view.setFloat64(at, clock.us2000, littleEndian);
  const { width } = timePlaneType(options);
  if (width < 30) return (builder, at) => writeTimeField(builder.bytes, at, width, clock.us2000);
  // A double of microseconds is too coarse for nanoseconds.
  return (builder, at) => {
    const text = `${formatTime(clock.time, 9)} `;
    for (let i = 0; i < width; i++) builder.bytes[at + i] = text.charCodeAt(i);
  };
}

function scalarWriter(
  plane: { readonly offset: number; readonly type: ValueType },
  p: number,
  options: SyntheticOptions,
  clock: SampleClock,
): WritePlane {
  const { offset, type } = plane;
  const scalar = scalarPlane(p, options.cadenceNs, clock);
  if (isText(type)) {
    const write = valueWriter(type);
    return (builder, at, isFill) =>
      write(builder.bytes, at + offset, isFill ? FILL : scalarValue(scalar, clock));
  }
  const { littleEndian } = options;
  return type.width === 4
    ? (builder, at, isFill) =>
        builder.view.setFloat32(at + offset, isFill ? FILL : scalarValue(scalar, clock), littleEndian)
    : (builder, at, isFill) =>
        builder.view.setFloat64(at + offset, isFill ? FILL : scalarValue(scalar, clock), littleEndian);
}

function spectrumWriter(
  plane: { readonly offset: number },
  p: number,
  bank: SpectrumBank,
  clock: SampleClock,
): WritePlane {
  return (builder, at, isFill) => bank.copy(builder.bytes, at + plane.offset, p, clock, isFill);
}

/** Planes of one type share their prepared spectra, and all types the memory for them. */
function spectrumBanks(options: SyntheticOptions, clock: SampleClock): ReadonlyMap<ValueType, SpectrumBank> {
  const types = new Set(options.types.slice(0, options.planes));
  const make = (type: ValueType) => new SpectrumBank(options.channels, type, FILL, clock, types.size);
  return new Map(Array.from(types, (type) => [type, make(type)]));
}
