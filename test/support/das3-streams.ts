import { AnyDas3Decoder } from "../../formats/das3/any-decoder.js";
import { das2Encoder } from "../../stream/stream-writer.js";
import { asBytes } from "./run-stream.js";

/** The das2 bytes of a das3 stream or document that comes in pieces. */
export function toDas2(input: string | Uint8Array, pieceBytes = Number.POSITIVE_INFINITY): Uint8Array {
  const bytes = asBytes(input);
  const decoder = new AnyDas3Decoder();
  const encoder = das2Encoder();
  const parts: Buffer[] = [];
  const write = (made: Uint8Array): void => {
    parts.push(Buffer.from(made));
  };
  const step = Math.min(pieceBytes, Math.max(1, bytes.length));
  for (let at = 0; at < bytes.length; at += step)
    // A slice, so that what was read must not be needed any more.
    for (const items of decoder.portions(bytes.slice(at, at + step)))
      for (const item of items) encoder.push(item, write);
  for (const item of decoder.end()) encoder.push(item, write);
  encoder.end(write);
  return Buffer.concat(parts);
}

/** Bytes as text, a character each. */
export const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

/** A das3 packet with the length that it has. */
export const packet3 = (tag: string, id: string, body: string): string =>
  `|${tag}|${id}|${Buffer.byteLength(body)}|${body}`;

/** The stream of das2-stream C4.4, with the lengths that are printed there. */
export const PUMP3 = `|Sx||120|
<stream type="das-basic-stream" version="3.0">
  <properties>
    <p name="title">Pump 4</p>
  </properties>
</stream>
|Hx|1|552|
<dataset name="pump" rank="1" index="*">
  <coord physDim="time">
    <scalar use="center" units="UTC" semantic="datetime" storage="struct" index="*">
      <packet numItems="1" itemBytes="20" encoding="utf8" fill="0001-01-01"/>
    </scalar>
  </coord>
  <data physDim="voltage" name="volts">
    <properties>
      <p name="label">Supply (V)</p>
    </properties>
    <scalar use="center" units="V" semantic="real" storage="float" index="*">
      <packet numItems="1" itemBytes="8" encoding="utf8" fill="-1e31"/>
    </scalar>
  </data>
</dataset>
|Pd|1|28|2021-06-30T12:00:00   12.25
|Pd|1|28|2021-06-30T12:01:00   13.50
`;
