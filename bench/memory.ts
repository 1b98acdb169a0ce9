import { spawn } from "node:child_process";
import { once } from "node:events";
import { performance } from "node:perf_hooks";
import type { Writable } from "node:stream";
import type { PacketHeader } from "../stream/model.js";
import { noise, spectraHeader, streamPieces } from "./bench-streams.js";
import { peakMemoryOf } from "./peak-memory.js";
import type { Print } from "./print.js";
import { built } from "./whole-process.js";

/** Size of the short stream, bytes. */
const SHORT = 100e6;
/** Sizes of the long one: many times the short, so that memory that grows with the stream shows; less where a program is slow. */
const LONG = 10e9;
const LONG_FOR_SLOW = 2e9;
const POLL_MS = 50;
const SECOND_US = 1e6;

/** Spectra, and waveforms of 0.256 s. */
const SPECTRA = spectraHeader("Hz", 10);
const WAVEFORMS = spectraHeader("s", 0.001);

const FILTERS: readonly {
  readonly name: string;
  readonly args: readonly string[];
  readonly input: PacketHeader;
  readonly long: number;
}[] = [
  { name: "das2_bin_avg", args: ["6e7"], input: SPECTRA, long: LONG },
  { name: "das2_bin_avgsec", args: ["60"], input: SPECTRA, long: LONG },
  { name: "das2_bin_avgsec", args: ["-r", "-s", "-n", "60"], input: SPECTRA, long: LONG },
  { name: "das2_bin_peakavgsec", args: ["60"], input: SPECTRA, long: LONG },
  { name: "das2_bin_ratesec", args: ["60"], input: SPECTRA, long: LONG },
  { name: "das2_histo", args: [], input: SPECTRA, long: LONG_FOR_SLOW },
  { name: "das2_psd", args: ["256", "1"], input: WAVEFORMS, long: LONG_FOR_SLOW },
  { name: "das2_ascii", args: [], input: SPECTRA, long: LONG_FOR_SLOW },
  { name: "das3_csv", args: [], input: SPECTRA, long: LONG_FOR_SLOW },
  { name: "das2_hapi", args: [], input: SPECTRA, long: LONG_FOR_SLOW },
  { name: "das2_hapi", args: ["-F", "binary"], input: SPECTRA, long: LONG_FOR_SLOW },
];

/** Packets of a piece that is made once and sent again and again, its positions moved on. */
const PIECE_PACKETS = 4096;
const DEFINITIONS = 20_000;

/**
 * Peak memory of the programs by the length of their stream, and of filters whose input defines its packets anew before
 * each of them. Linux only: it is read from /proc. `HELIOSTREAM_BENCH_BYTES` is the most that a stream has.
 */
export async function run(print: Print): Promise<void> {
  const most = Number(process.env.HELIOSTREAM_BENCH_BYTES ?? LONG);
  for (const { name, args, input, long } of FILTERS)
    await compareLengths(print, name, args, Math.min(long, most), (bytes) =>
      peakMemory(name, args, (stdin) => feed(stdin, input, bytes)),
    );
  const seconds = (bytes: number) => Math.floor(bytes / SPECTRA.stride);
  await compareLengths(print, "synthetic", ["--channels", "256"], Math.min(LONG, most), (bytes) => {
    const end = new Date(seconds(bytes) * 1000).toISOString().slice(0, 19);
    return peakMemory("synthetic", ["--channels", "256", "1970-01-01", end]);
  });
  for (const { name, args, input } of FILTERS) {
    if (name === "das2_histo") continue; // writes a histogram for each definition
    const peak = await peakMemory(name, args, (stdin) => feedDefinitions(stdin, input));
    print(
      `  ${[name, ...args].join(" ")}: ${DEFINITIONS} definitions with a packet each, peak ${inMb(peak)}`,
    );
  }
}

const inMb = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

/** Prints the memory for a short and a long stream. */
async function compareLengths(
  print: Print,
  name: string,
  args: readonly string[],
  long: number,
  peakFor: (bytes: number) => Promise<number>,
): Promise<void> {
  const small = await peakFor(SHORT);
  const start = performance.now();
  const large = await peakFor(long);
  const rate = long / 1e3 / (performance.now() - start);
  print(
    `  ${[name, ...args].join(" ")}: peak ${inMb(small)} for ${inMb(SHORT)}, ${inMb(large)} for ${inMb(long)}: ` +
      `${(large / small).toFixed(2)} times the memory for ${(long / SHORT).toFixed(0)} times the stream, ${rate.toFixed(0)} MB/s`,
  );
}

/** Most resident memory, bytes, of a process, and of one into which `write` pipes a stream. */
async function peakMemory(
  name: string,
  args: readonly string[],
  write?: (input: Writable) => Promise<void>,
): Promise<number> {
  const { command } = built(name, args);
  const child = spawn(command, [...args], { stdio: ["pipe", "ignore", "inherit"] });
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, peakMemoryOf(child.pid));
  }, POLL_MS);
  try {
    const ended = once(child, "exit");
    await write?.(child.stdin!); // a pipe was asked for
    peak = Math.max(peak, peakMemoryOf(child.pid));
    child.stdin?.end();
    const [status] = await ended;
    if (status !== 0) throw new Error(`${name} ended with status ${status}`);
  } finally {
    clearInterval(watch);
  }
  return peak;
}

/** Writes a stream of about `bytes`: one piece over and over, one record a second, values of few digits. */
async function feed(input: Writable, header: PacketHeader, bytes: number): Promise<void> {
  const { head, piece } = streamParts(header, PIECE_PACKETS);
  input.write(head);
  const view = new DataView(piece.buffer, piece.byteOffset, piece.byteLength);
  let second = 0;
  for (let sent = 0; sent < bytes; sent += piece.length) {
    for (let at = 4; at < piece.length; at += header.stride) view.setFloat64(at, 6e14 + second++ * SECOND_US);
    // The piece is changed for the next turn, so this one has to be gone.
    await written(input, piece);
  }
}

/** Writes a stream in which a definition stands before every packet. */
async function feedDefinitions(input: Writable, header: PacketHeader): Promise<void> {
  const { head, piece } = streamParts(header, 1);
  const definition = head.subarray(head.indexOf("[01]"));
  input.write(head);
  for (let second = 0; second < DEFINITIONS; second++) {
    piece.writeDoubleBE(6e14 + second * SECOND_US, 4);
    await written(input, Buffer.concat([definition, piece]));
  }
}

/** The headers of a stream, and `count` of its packets. */
function streamParts(header: PacketHeader, count: number): { head: Buffer; piece: Buffer } {
  const random = noise();
  const pieces = streamPieces(
    header,
    count,
    () => 0,
    () => Math.round(random() * 2000) / 10,
  );
  const parts: Buffer[] = [];
  for (const part of pieces) parts.push(Buffer.from(part)); // a copy: the memory is used again
  const [head, ...packets] = parts;
  return { head: head!, piece: Buffer.concat(packets) };
}

function written(input: Writable, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    input.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
