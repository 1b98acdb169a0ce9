import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { RealFft } from "../fft/real-fft.js";
import { packetHeader, xPlane, yscanPlane } from "../stream/packet-header.js";
import { LE_REAL4, LE_REAL8 } from "../stream/value-type.js";
import { benchStream, noise } from "./bench-streams.js";
import type { Print } from "./print.js";
import { built, compare, peer } from "./whole-process.js";

/** Speed of the psd filter as a process, and of the transform below it. */
export async function run(print: Print): Promise<void> {
  for (const n of [256, 1000, 1024, 1584, 4096, 10_000, 65_536]) {
    const input = Float64Array.from({ length: n }, noise());
    const [re, im] = [new Float64Array(n / 2 + 1), new Float64Array(n / 2 + 1)];
    const fft = new RealFft(n);
    const rounds = Math.ceil(4e6 / n);
    let start = 0;
    for (let round = -rounds; round < rounds; round++) {
      if (round === 0) start = performance.now();
      fft.forward(input, re, im);
    }
    print(`  transform of ${n} reals: ${(((performance.now() - start) / rounds) * 1e3).toFixed(1)} us`);
  }

  const folder = mkdtempSync(join(tmpdir(), "heliostream-bench-"));
  try {
    const header = packetHeader({
      id: 1,
      planes: [
        xPlane({ type: LE_REAL8, units: "us2000" }),
        yscanPlane({
          name: "E",
          type: LE_REAL4,
          units: "V m**-1",
          yUnits: "s",
          yTags: { kind: "interval", interval: 0.001 },
          items: 8192,
        }),
      ],
    });
    const bytes = benchStream(header, 1600, (packet) => packet * 1e7, noise());
    const file = join(folder, "waveform.d2s");
    writeFileSync(file, bytes);
    for (const [n, figures] of [
      [1024, { stated: 48, goal: 1 }],
      [1584, { stated: 54, goal: 0.5 }],
    ] as const) {
      const args = [String(n), "2"];
      await compare(print, file, bytes.length, built("das2_psd", args), peer("das2_psd", args), figures);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
