import type { FilterProgram } from "../../stream/program.js";
import { type Decoded, decodeStream, filterStream, packet, TEST_CONTEXT } from "../support/run-stream.js";

/** A stream header with these properties, written as attributes. */
export function streamHeader(properties = ""): string {
  const body = properties === "" ? "" : `<properties ${properties}/>`;
  return packet("00", `<stream version="2.2">${body}</stream>\n`);
}

/** A packet header: `x` and the other planes as elements. */
export function packetOf(planes: string, id = "01", x = `<x type="time24" units="us2000"/>`): string {
  return packet(id, `<packet>${x}${planes}</packet>\n`);
}

/** A text plane of `ascii9`. */
export function textPlane(name: string, properties = ""): string {
  return `<y name="${name}" type="ascii9" units="nT">${properties === "" ? "" : `<properties ${properties}/>`}</y>`;
}

/** `time24` of a second after 2020-03-01; its milliseconds are whole. */
export function instant(second: number): string {
  return new Date(Date.UTC(2020, 2, 1) + second * 1000).toISOString().slice(0, 23);
}

/** A text packet: time of `second`, then fields of `ascii9`. */
export function line(second: number, values: readonly (number | string)[], id = "01"): string {
  return `:${id}:${instant(second)} ${values.map((v) => String(v).padStart(8)).join(" ")}\n`;
}

/** What the filter gives for the stream. */
export function filtered(
  program: FilterProgram,
  args: readonly string[],
  input: string | Uint8Array,
  pieceBytes?: number,
): Uint8Array {
  return filterStream(program.open(args, TEST_CONTEXT), input, pieceBytes);
}

/** As {@link filtered}, taken apart. */
export function decoded(
  program: FilterProgram,
  args: readonly string[],
  input: string | Uint8Array,
): Decoded {
  return decodeStream(filtered(program, args, input));
}

/** The argument that lets a bin begin with 2020-03-01. */
export const BEGIN = ["-b", "2020-03-01"];

/** us2000 of 2020-03-01T00:00:00: days from 2000-01-01. */
export const DAY_US = ((Date.UTC(2020, 2, 1) - Date.UTC(2000, 0, 1)) / 1000) * 1e6;

/** Rows as `[id, seconds after 2020-03-01, ...values of all planes]`, for streams in us2000. */
export function table({ rows }: Decoded): number[][] {
  return rows.map(({ id, values: [x, ...others] }) => [id, (x![0]! - DAY_US) / 1e6, ...others.flat()]);
}

/** Properties as an object. */
export function textsOf(properties: readonly { name: string; type: string; value: string }[]) {
  return Object.fromEntries(
    properties.map(({ name, type, value }) => [type === "String" ? name : `${type}:${name}`, value]),
  );
}

/** Big-endian binary packets: `layout` gives the width of each value in bytes (4 or 8). */
export function binary(id: string, layout: readonly (4 | 8)[], rows: readonly (readonly number[])[]): Buffer {
  const stride = 4 + layout.reduce((sum: number, width) => sum + width, 0);
  const bytes = Buffer.alloc(stride * rows.length);
  for (const [n, row] of rows.entries()) {
    bytes.write(`:${id}:`, n * stride, "latin1");
    let at = n * stride + 4;
    for (const [i, width] of layout.entries()) {
      if (width === 4) bytes.writeFloatBE(row[i]!, at);
      else bytes.writeDoubleBE(row[i]!, at);
      at += width;
    }
  }
  return bytes;
}
