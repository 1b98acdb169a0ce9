import { createHash } from "node:crypto";
import type { PacketHeader, Plane, StreamHeader } from "../../stream/model.js";
import { yTagValues } from "../../stream/packet-header.js";
import { cascade } from "../../stream/properties.js";
import type { HapiBins } from "./parameter.js";
import { plainLabel } from "./plain-label.js";

/** Names of an axis by its units, where no label says more. */
const NAMES: Readonly<Record<string, string>> = {
  Hz: "frequency",
  kHz: "frequency",
  MHz: "frequency",
  mHz: "frequency",
  eV: "energy",
  keV: "energy",
  km: "distance",
  m: "distance",
  deg: "angle",
  s: "offset",
  us: "offset",
};

/** The axis of a table plane; `undefined` for tags that only count, or are not all numbers. */
export function planeBins(plane: Plane, packet: PacketHeader, stream: StreamHeader): HapiBins | undefined {
  if (plane.yTags === undefined || plane.yTags.kind === "index") return undefined;
  const centers = [...yTagValues(plane)];
  if (!centers.every(Number.isFinite)) return undefined;
  const units = plane.yUnits ?? "";
  const label = plainLabel(cascade("yLabel", plane, packet, stream.properties)?.value ?? "");
  const isLog = cascade("yScaleType", plane, packet, stream.properties)?.value.trim().toLowerCase() === "log";
  const ranges = binRanges(centers, isLog);
  return {
    name: NAMES[units] ?? (/^[A-Za-z_]\w{0,30}$/.test(label) ? label : "channel"),
    units: units.trim() === "" ? "dimensionless" : units,
    ...(label === "" ? {} : { label }),
    centers,
    ...(ranges === undefined ? {} : { ranges }),
  };
}

/**
 * The bins between the middles of neighbouring centres, the first and the last as wide to the outside as to the inside; on a
 * logarithmic axis the middles are geometric. `undefined` for a single centre, and for centres that neither rise nor fall throughout.
 */
export function binRanges(
  centers: readonly number[],
  isLog = false,
): readonly (readonly [number, number])[] | undefined {
  if (centers.length < 2 || !isMonotonic(centers)) return undefined;
  const geometric = isLog && centers.every((center) => center > 0);
  const to = geometric ? Math.log : (v: number) => v;
  const from = geometric ? Math.exp : (v: number) => v;
  const at = centers.map(to);
  const last = at.length - 1;
  const edges = [
    from(at[0]! - (at[1]! - at[0]!) / 2),
    ...at.slice(1).map((v, i) => from((at[i]! + v) / 2)),
    from(at[last]! + (at[last]! - at[last - 1]!) / 2),
  ];
  return centers.map((_, i) => {
    const [a, b] = [edges[i]!, edges[i + 1]!];
    return a < b ? [a, b] : [b, a];
  });
}

function isMonotonic(values: readonly number[]): boolean {
  const sign = Math.sign(values[1]! - values[0]!);
  return sign !== 0 && values.every((v, i) => i === 0 || Math.sign(v - values[i - 1]!) === sign);
}

/** Sixteen hexadecimal digits for the tags of a table and their units. */
export function tagsDigest(plane: Plane): string {
  const hash = createHash("sha256").update(plane.yUnits ?? "");
  const values = yTagValues(plane);
  return hash
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest("hex")
    .slice(0, 16);
}
