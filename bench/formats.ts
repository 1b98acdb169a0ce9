import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PacketHeader } from "../stream/model.js";
import { packetHeader, xPlane, yPlane, yscanPlane } from "../stream/packet-header.js";
import { LE_REAL4, LE_REAL8 } from "../stream/value-type.js";
import { benchStream, noise } from "./bench-streams.js";
import type { Print } from "./print.js";
import { built, compare, peer } from "./whole-process.js";

const x = xPlane({ type: LE_REAL8, units: "us2000" });

const INPUTS: readonly (readonly [string, PacketHeader, number])[] = [
  [
    "spectra of 160 values",
    packetHeader({
      id: 1,
      planes: [
        x,
        yscanPlane({
          name: "s",
          type: LE_REAL4,
          units: "V",
          yUnits: "Hz",
          yTags: { kind: "interval", interval: 1 },
          items: 160,
        }),
      ],
    }),
    100_000,
  ],
  [
    "three 4-byte reals a record",
    packetHeader({
      id: 1,
      planes: [x, ...["a", "b", "c"].map((name) => yPlane({ name, type: LE_REAL4, units: "nT" }))],
    }),
    2_700_000,
  ],
];

/** Converters that have no peer: `cat`, which passes the stream on as it is, is what they are beside. */
const OTHERS = ["das2_arrow", "das2_parquet", "das2_fits", "das2_png"] as const;

/** Speed of the converters as processes. */
export async function run(print: Print): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "heliostream-bench-"));
  try {
    for (const [name, header, count] of INPUTS) {
      const random = noise();
      const bytes = benchStream(
        header,
        count,
        (packet) => 6e14 + packet * 1e6,
        () => random() * 10 ** (8 * random()),
      );
      const file = join(folder, "input.d2s");
      writeFileSync(file, bytes);
      print(`${name}, ${(bytes.length / 1e6).toFixed(1)} MB`);
      const ascii = { stated: 6.5, goal: 5 };
      await compare(print, file, bytes.length, built("das2_ascii", []), peer("das2_ascii", []), ascii);
      await compare(print, file, bytes.length, built("das3_csv", []), peer("das3_csv", []));
      for (const name of OTHERS) await compare(print, file, bytes.length, built(name, []), undefined);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
