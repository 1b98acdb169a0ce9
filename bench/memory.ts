import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import type { Writable } from "node:stream";
import { packetHeader, xPlane, yscanPlane } from "../stream/packet-header.js";
import { REAL4, REAL8 } from "../stream/value-type.js";
import { noise, streamPieces } from "./bench-streams.js";
import type { Print } from "./print.js";
import { built } from "./whole-process.js";

/** Sizes of the streams, bytes: a hundred times apart, so that memory that grows with the stream shows. */
const SIZES = [100e6, 10e9];
const POLL_MS = 50;
const BIN_ARGS = ["60"];

const HEADER = packetHeader({
  id: 1,
  planes: [
    xPlane({ type: REAL8, units: "us2000" }),
    yscanPlane({
      name: "psd",
      type: REAL4,
      units: "V",
      yUnits: "Hz",
      yTags: { kind: "interval", interval: 10 },
      items: 256,
    }),
  ],
});
/** Packets of a piece that is made once and sent again and again, its positions moved on. */
const PIECE_PACKETS = 4096;

/**
 * Peak memory of the reducers by the length of what is piped through them. Linux only: it is read from /proc.
 * `HELIOSTREAM_BENCH_BYTES` sets the size of the long stream.
 */
export async function run(print: Print): Promise<void> {
  const [short, long] = [SIZES[0]!, Number(process.env.HELIOSTREAM_BENCH_BYTES ?? SIZES[1])];
  for (const [name, args] of [
    ["das2_bin_avgsec", BIN_ARGS],
    ["das2_bin_peakavgsec", BIN_ARGS],
  ] as const) {
    const peaks: number[] = [];
    for (const bytes of [short, long]) {
      const start = performance.now();
      const peak = await peakMemory(name, args, bytes);
      const seconds = (performance.now() - start) / 1e3;
      peaks.push(peak);
      print(
        `  ${name}: ${(bytes / 1e9).toFixed(1)} GB through a pipe, peak ${(peak / 1e6).toFixed(0)} MB (wanted: at most 150), ${(bytes / 1e6 / seconds).toFixed(0)} MB/s`,
      );
    }
    print(
      `    ${(peaks[1]! / peaks[0]!).toFixed(2)} times the memory for ${(long / short).toFixed(0)} times the stream`,
    );
  }
}

/** Most resident memory, bytes, of a process through which a stream of about `bytes` is piped. */
async function peakMemory(name: string, args: readonly string[], bytes: number): Promise<number> {
  const { command } = built(name, args);
  const child = spawn(command, [...args], { stdio: ["pipe", "ignore", "inherit"] });
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, peakOf(child));
  }, POLL_MS);
  try {
    const ended = once(child, "exit");
    await feed(child.stdin!, bytes); // a pipe was asked for
    peak = Math.max(peak, peakOf(child));
    child.stdin?.end();
    const [status] = await ended;
    if (status !== 0) throw new Error(`${name} ended with status ${status}`);
  } finally {
    clearInterval(watch);
  }
  return peak;
}

/** Writes the stream: one piece over and over, one record a second. */
async function feed(input: Writable, bytes: number): Promise<void> {
  const pieces = streamPieces(HEADER, PIECE_PACKETS, () => 0, noise());
  const parts: Buffer[] = [];
  for (const part of pieces) parts.push(Buffer.from(part)); // a copy: the memory is used again
  input.write(parts.shift()); // the headers come first
  const piece = Buffer.concat(parts);
  const view = new DataView(piece.buffer, piece.byteOffset, piece.byteLength);
  let second = 0;
  for (let sent = 0; sent < bytes; sent += piece.length) {
    for (let at = 4; at < piece.length; at += HEADER.stride) view.setFloat64(at, 6e14 + second++ * 1e6);
    // The piece is changed for the next turn, so this one has to be gone.
    await new Promise<void>((resolve, reject) => {
      input.write(piece, (error) => (error ? reject(error) : resolve()));
    });
  }
}

/** The high-water mark of the resident memory of a process, bytes; 0 once it has ended. */
function peakOf(child: ChildProcess): number {
  try {
    const status = readFileSync(`/proc/${child.pid}/status`, "latin1");
    return Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
