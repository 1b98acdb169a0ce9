import { BatchBuilder } from "../../stream/batch-builder.js";
import { writeValue } from "../../stream/columns.js";
import type { PacketHeader, StreamItem } from "../../stream/model.js";
import { packetHeader, xPlane, yPlane, yscanPlane } from "../../stream/packet-header.js";
import type { ReaderProgram } from "../../stream/program.js";
import { parseTime, timeToUs2000 } from "../../stream/time.js";
import { REAL4, REAL8 } from "../../stream/value-type.js";

/** One start of a made-up reader. */
export interface ReaderStart {
  readonly begin: string;
  readonly end: string;
  readonly words: readonly string[];
}

/** What may be done to a made-up reader while it runs. */
export interface ReaderControl {
  /** Called before each portion, the first of a start being 0: waits, or throws where the reader is to fail there. */
  beforePortion?: ((portion: number, start: ReaderStart) => Promise<void> | void) | undefined;
  /** Added to all values: other data from now on. */
  offset?: number;
  /** Whether there are data at a time, us2000; missing: always. */
  hasData?: (us: number) => boolean;
}

/** A reader that is built in, of which each start is counted. */
export interface MadeReader {
  readonly program: ReaderProgram;
  readonly starts: readonly ReaderStart[];
  /** How many run now. */
  readonly running: number;
  /** Resolves when none runs. */
  idle(): Promise<void>;
  readonly control: ReaderControl;
}

/** Samples of one id that follow each other: packets are in order of time but for so many. */
const RUN = 16;

/** The value of sample `n`, between -1000 and 1000: a multiplication that mixes the bits of the number. */
export function madeValue(n: number, channel = 0): number {
  const mixed = Math.imul((n * 7 + channel) | 0, 0x9e3779b1) >>> 0;
  return (mixed / 2 ** 32) * 2000 - 1000;
}

/** What a made-up reader gives. */
export interface MadeReaderOptions {
  /** By which definitions call it. */
  readonly name: string;
  /** Between two samples. */
  readonly stepSeconds: number;
  /** Samples between two calls of {@link ReaderControl.beforePortion}; missing: 500. */
  readonly portion?: number;
  /** Missing: both. */
  readonly gives?: "scalars";
}

/**
 * A made-up reader: a sample every `stepSeconds` since 2000 in [begin, end), a scalar (packet id 1) and a spectrum (id 2); the values
 * of sample n are those of {@link madeValue}, so every part of time is the same whoever asks for it. Its words, and their order, change
 * the values.
 */
export function madeReader(options: MadeReaderOptions): MadeReader {
  const { name, stepSeconds, portion = 500 } = options;
  const headers = options.gives === "scalars" ? HEADERS.slice(0, 1) : HEADERS;
  const starts: ReaderStart[] = [];
  const control: ReaderControl = {};
  let running = 0;
  let waiting: (() => void)[] = [];
  async function* items(start: ReaderStart, signal: AbortSignal) {
    const stepUs = stepSeconds * 1e6;
    const first = Math.ceil(timeToUs2000(parseTime(start.begin)) / stepUs);
    const end = Math.ceil(timeToUs2000(parseTime(start.end)) / stepUs);
    await control.beforePortion?.(0, start);
    yield [STREAM, ...headers.map((header): StreamItem => ({ kind: "packet", header }))];
    for (let n = first, count = 1; n < end && !signal.aborted; n += portion, count++) {
      await control.beforePortion?.(count, start);
      const offset = (control.offset ?? 0) + offsetOf(start.words);
      yield portionOf(headers, n, Math.min(end, n + portion), stepUs, { ...control, offset });
      // Others get their turn between two portions.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  const program: ReaderProgram = {
    kind: "reader",
    name,
    help: "",
    async *open(args, { signal }) {
      // Words may stand before the range, in the definition, or behind it.
      const [begin = "", end = ""] = args.filter((word) => /^\d{4}-/.test(word));
      const start = { begin, end, words: args.filter((word) => word !== begin && word !== end) };
      starts.push(start);
      running++;
      try {
        yield* items(start, signal);
      } finally {
        running--;
        if (running === 0) {
          for (const resolve of waiting) resolve();
          waiting = [];
        }
      }
    },
  };
  return {
    program,
    starts,
    control,
    get running() {
      return running;
    },
    idle: () => (running === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  };
}

const STREAM: StreamItem = {
  kind: "stream",
  header: { version: "2.2", properties: [{ name: "title", type: "String", value: "Made up" }] },
};

const HEADERS: readonly PacketHeader[] = [
  packetHeader({
    id: 1,
    planes: [
      xPlane({ type: REAL8, units: "us2000" }),
      yPlane({ name: "v", type: REAL4, units: "V", properties: [] }),
    ],
  }),
  packetHeader({
    id: 2,
    planes: [
      xPlane({ type: REAL8, units: "us2000" }),
      yscanPlane({ name: "s", type: REAL4, units: "V", yUnits: "Hz", yTags: [1, 2, 3], properties: [] }),
    ],
  }),
];

/** What words add to all values: another number for each order of them. */
function offsetOf(words: readonly string[]): number {
  const bytes = Buffer.from(words.join(" "));
  return bytes.reduce((sum, byte) => (sum * 31 + byte) % 997, 0);
}

function portionOf(
  headers: readonly PacketHeader[],
  first: number,
  end: number,
  stepUs: number,
  { offset = 0, hasData = () => true }: ReaderControl,
): StreamItem[] {
  const begins = Array.from({ length: Math.ceil((end - first) / RUN) }, (_, run) => first + run * RUN);
  return begins.flatMap((begin) =>
    headers.flatMap((header) => runOf(header, begin, Math.min(end, begin + RUN), stepUs, offset, hasData)),
  );
}

function runOf(
  header: PacketHeader,
  first: number,
  end: number,
  stepUs: number,
  offset: number,
  hasData: (us: number) => boolean,
): StreamItem[] {
  const builder = new BatchBuilder(header, Math.max(1, end - first) * header.stride);
  for (let n = first; n < end; n++) {
    if (!hasData(n * stepUs)) continue;
    const at = builder.next();
    for (const plane of header.planes)
      for (let item = 0; item < plane.items; item++) {
        const value = plane.role === "x" ? n * stepUs : madeValue(n, header.id + item) + offset;
        const place = at + plane.offset + item * plane.type.width;
        writeValue(builder.bytes, builder.view, place, plane.type, value, plane.units);
      }
  }
  const batch = builder.take();
  return batch === undefined ? [] : [{ kind: "data", batch }];
}
