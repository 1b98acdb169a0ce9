import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PacketHeader } from "../stream/model.js";
import { packetHeader, xPlane, yPlane } from "../stream/packet-header.js";
import { asciiType, REAL4, REAL8, timeType, type ValueType } from "../stream/value-type.js";
import { noise, spectraHeader, streamPieces } from "./bench-streams.js";
import type { Print } from "./print.js";
import { built, compare, peer } from "./whole-process.js";

const NAMES = ["a", "b", "c", "d"];
const scalars = (type: ValueType) => NAMES.map((name) => yPlane({ name, type, units: "nT" }));

/** One record a second in bins of a minute; sizes are such that the start of a process does not hide the speed. */
const INPUTS: readonly { name: string; header: PacketHeader; megabytes: number; stated: number }[] = [
  {
    name: "28-byte packets, four 4-byte reals",
    header: packetHeader({ id: 1, planes: [xPlane({ type: REAL8, units: "us2000" }), ...scalars(REAL4)] }),
    megabytes: 200,
    stated: 40,
  },
  {
    name: "spectra of 256 big-endian 4-byte reals",
    header: spectraHeader("Hz", 10),
    megabytes: 400,
    stated: 126,
  },
  {
    name: "text, a time and four numbers",
    header: packetHeader({
      id: 1,
      planes: [xPlane({ type: timeType(24), units: "us2000" }), ...scalars(asciiType(14))],
    }),
    megabytes: 100,
    stated: 13,
  },
];

/** Speed of the binning reducers as processes, whole: start, read, parse, bin, write. */
export async function run(print: Print): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "heliostream-bench-"));
  const file = join(folder, "input.d2s");
  try {
    for (const { name, header, megabytes, stated } of INPUTS) {
      const bytes = writeInput(file, header, megabytes * 1e6);
      print(`${name}, ${(bytes / 1e6).toFixed(0)} MB, bins of 60 records`);
      for (const program of ["das2_bin_avgsec", "das2_bin_peakavgsec"])
        await compare(print, file, bytes, built(program, ["60"]), peer(program, ["60"]), { stated, goal: 5 });
      await compare(
        print,
        file,
        bytes,
        built("das2_bin_avgsec", ["-r", "-s", "60"]),
        peer("das2_bin_avgsec", ["-r", "-s", "60"]),
      );
      await compare(
        print,
        file,
        bytes,
        built("das2_bin_ratesec", ["-e", "60"]),
        peer("das2_bin_ratesec", ["-e", "60"]),
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes a stream of about `bytes`, one record a second; gives its length. One value in a hundred is fill. */
function writeInput(file: string, header: PacketHeader, bytes: number): number {
  const random = noise();
  const descriptor = openSync(file, "w");
  let written = 0;
  try {
    const value = () => (random() > 0.49 ? -1e31 : random() * 100);
    const count = Math.floor(bytes / header.stride);
    for (const piece of streamPieces(header, count, (packet) => 6e14 + packet * 1e6, value))
      written += writeSync(descriptor, piece);
  } finally {
    closeSync(descriptor);
  }
  return written;
}
