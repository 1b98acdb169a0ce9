import { BatchBuilder } from "../../stream/batch-builder.js";
import { writeValue } from "../../stream/columns.js";
import type { Property, StreamEncoder, StreamItem } from "../../stream/model.js";
import { packetHeader, xPlane, yPlane, yscanPlane } from "../../stream/packet-header.js";
import { LE_REAL4, LE_REAL8, REAL8 } from "../../stream/value-type.js";

/** us2000 of 2021-06-30T12:00:00: 7851 days and a half of 86400 s. */
export const NOON = 7851.5 * 86_400e6;

/** Texts that break what does not expect them. */
export const HOSTILE: readonly string[] = [
  "'; DROP TABLE x; --",
  '</script><script>alert(1)</script>"&<',
  "%{title}%{title}%{xLabel}",
  "!u!u!u!u!c!s!r!r!k!k!k!!",
  "\u0434\u4e16\u754c\ud83d\ude00 \u00b5V/m",
  "a".repeat(5000),
  "END",
  "$(reboot) `id` $HOME",
  "../../../etc/passwd",
  "constructor",
];

const text = (name: string, value: string): Property => ({ name, type: "String", value });

/**
 * Records of a second each from {@link NOON} on: `volts` = n (fill -99 at every third), `amps` = n / 4, and a scan of three values
 * 10 n, 10 n + 1, fill (-1e31).
 */
export function tableItems(count: number, label = "Volts"): StreamItem[] {
  const header = packetHeader({
    id: 1,
    planes: [
      xPlane({ type: LE_REAL8, units: "us2000" }),
      yPlane({
        name: "volts",
        type: LE_REAL4,
        units: "V",
        properties: [{ name: "yFill", type: "double", value: "-99" }, text("yLabel", label)],
      }),
      yPlane({ name: "amps", type: REAL8, units: "A" }),
      yscanPlane({
        name: "scan",
        type: LE_REAL4,
        units: "V**2 Hz**-1",
        yUnits: "Hz",
        yTags: [10, 100, 1000],
      }),
    ],
  });
  const builder = new BatchBuilder(header, Math.max(1, count) * header.stride);
  for (let n = 0; n < count; n++) {
    const packet = builder.next();
    const rows = [[NOON + n * 1e6], [n % 3 === 2 ? -99 : n], [n / 4], [10 * n, 10 * n + 1, -1e31]];
    for (const [i, values] of rows.entries()) {
      const { offset, type } = header.planes[i]!;
      for (const [item, value] of values.entries())
        writeValue(builder.bytes, builder.view, packet + offset + item * type.width, type, value, "us2000");
    }
  }
  const batch = builder.take();
  return [
    { kind: "stream", header: { version: "2.2", properties: [text("title", label)] } },
    { kind: "packet", header },
    ...(batch === undefined ? [] : [{ kind: "data", batch } as const]),
  ];
}

/** All that an encoder writes of items, with what follows its end. */
export function encoded(encoder: StreamEncoder, items: readonly StreamItem[]): Uint8Array {
  const parts: Buffer[] = [];
  const write = (bytes: Uint8Array): void => {
    parts.push(Buffer.from(bytes)); // a copy: the encoder may use its memory again
  };
  try {
    for (const item of items) encoder.push(item, write);
    encoder.end(write);
    for (const piece of encoder.rest?.() ?? []) write(piece);
  } finally {
    encoder.close?.();
  }
  return Buffer.concat(parts);
}

/** What an encoder has written when it refuses to go on, and why. */
export function broken(encoder: StreamEncoder, items: readonly StreamItem[]) {
  const parts: Buffer[] = [];
  try {
    for (const item of items) encoder.push(item, (bytes) => void parts.push(Buffer.from(bytes)));
  } catch (error) {
    encoder.close?.();
    return { bytes: Buffer.concat(parts), error };
  }
  throw new Error("the encoder took everything");
}

/** A failure that is told in the stream. */
export const FAILURE: StreamItem = { kind: "exception", exception: { type: "ServerError", message: "torn" } };
/** No data, told in the stream. */
export const NO_DATA: StreamItem = {
  kind: "exception",
  exception: { type: "NoDataInInterval", message: "none" },
};
