import { BatchBuilder } from "../../stream/batch-builder.js";
import type { ItemSource, PacketHeader, StreamItem } from "../../stream/model.js";
import type { ProgramContext, ReaderProgram } from "../../stream/program.js";
import { Pacer } from "../pacer.js";
import { type ReaderWords, requestedRange, splitReaderArguments } from "../reader-arguments.js";
import { noDataItem, property, streamItem } from "../stream-parts.js";
import { type Recurring, SYNTHETIC_FORMS, type SyntheticOptions, syntheticOptions } from "./options.js";
import { packetWriter, syntheticHeader } from "./packets.js";
import { firstSample, SampleClock } from "./sample-clock.js";

const NAME = "synthetic";
/** Samples that go to one id before the next id has its turn. */
const TURN_SAMPLES = 64;
/** Portions of a quarter of a megabyte: the cost of handing one on is then far below that of making it. */
const PORTION_BYTES = 1 << 18;
/** Samples, and gaps, between two looks at the time: some milliseconds at most, for wide packets fill their batches sooner. */
const PACED_STEPS = 1024;
/** From this length on a gap is jumped over; a shorter one is stepped through in less time than a jump takes. */
const SEEK_SAMPLES = 32;
const MOST_COUNTED = 1n << 30n;

const HELP = `Usage: ${NAME} [--OPTION VALUE]... BEGIN END [OPTION=VALUE]...

Writes made-up data in [BEGIN, END) as a das2 stream: the same sample at the same time, whatever the range asked for.
Sample k is at 2000-01-01 + k * cadence, exactly.

  cadence 1s         time from sample to sample: ns us ms s min hr day
  planes 1           data planes of a packet, 1 to 99
  channels 0         values of a table plane (spectra); 0 makes scalar planes
  type real4         type of the planes: real4, real8, ascii9 to ascii24, several in turn separated by commas
  x us2000           us2000 or time (text)
  order little       byte order: little or big
  gaps 100/1000      leave out the last 100 of each 1000 samples
  fills 1/10         make the last of each 10 samples fill (spectra: the first quarter of its channels)
  ids 1              packet ids, taking turns of ${TURN_SAMPLES} samples

ids * planes * channels * bytes of a value may be 262144 at most.

  -h, --help         print this
  -v, --version      print the version

Exit status: 0 done, also where there are no data, 13 arguments.
`;

/** Data that are a pure function of time, for trying out, and for tests of load and size. */
export const synthetic: ReaderProgram = {
  kind: "reader",
  name: NAME,
  help: HELP,
  open: (args, context) => makeStream(splitReaderArguments(args, SYNTHETIC_FORMS), context),
};

async function* makeStream(words: ReaderWords, context: ProgramContext): ItemSource {
  const range = requestedRange(words);
  const options = syntheticOptions(words);
  const headers: PacketHeader[] = [];
  for (let id = 1; id <= options.ids; id++) headers.push(syntheticHeader(options, id));
  const spectra = options.channels > 0;
  const title = spectra ? "Synthetic spectra" : "Synthetic signals";
  yield [
    streamItem(
      {
        sourceId: NAME,
        title,
        summary: "Made-up data, a pure function of time",
        tagWidthSeconds: (1.5 * Number(options.cadenceNs)) / 1e9,
        ...(spectra ? { renderer: "spectrogram" } : {}),
        more: spectra ? [] : [property("yLabel", "Signal (nT)")],
      },
      range,
    ),
    ...headers.map((header): StreamItem => ({ kind: "packet", header })),
  ];
  let any = false;
  for await (const items of samples(
    options,
    headers,
    firstSample(range.begin, options.cadenceNs),
    firstSample(range.end, options.cadenceNs),
    context,
  )) {
    any = true;
    yield items;
  }
  if (!any) yield [noDataItem(title.toLowerCase(), range)];
}

/** The samples of indexes from `begin` on and before `end`, in portions. */
async function* samples(
  options: SyntheticOptions,
  headers: readonly PacketHeader[],
  begin: bigint,
  end: bigint,
  context: ProgramContext,
): AsyncGenerator<readonly StreamItem[]> {
  const pacer = new Pacer(context);
  const clock = new SampleClock(options.cadenceNs, begin);
  const write = packetWriter(headers[0]!, options, clock);
  const builders = headers.map((header) => new BatchBuilder(header, portionBytes(header, headers.length)));
  const gapLeft = recurring(options.gaps, clock);
  const fillLeft = recurring(options.fills, clock);
  const turn = clock.follow(TURN_SAMPLES * headers.length);
  let builder = builders[0]!;
  let steps = 0;
  for (let index = begin; index < end; ) {
    // A bigint is too slow for the inner loop, a double too coarse for the whole.
    const portion = Number(end - index < MOST_COUNTED ? end - index : MOST_COUNTED);
    let i = 0;
    while (i < portion) {
      // By steps, not by packets: what fills no batch must not keep the event loop either.
      if (++steps % PACED_STEPS === 0) await pacer.turn();
      const gap = gapLeft();
      if (gap > 0) {
        i += gap;
        if (gap < SEEK_SAMPLES) for (let n = 0; n < gap; n++) clock.next();
        else clock.seek(index + BigInt(i));
        continue;
      }
      if (headers.length > 1) {
        const taking = builders[Math.floor(clock.phase(turn) / TURN_SAMPLES)]!;
        if (taking !== builder) {
          yield* taken(builder);
          builder = taking;
        }
      }
      write(builder, fillLeft() > 0);
      i++;
      clock.next();
      if (builder.full) {
        yield* taken(builder);
        await pacer.turn();
      }
    }
    index += BigInt(i);
  }
  yield* taken(builder);
}

/** Of several ids none holds more than the samples of its turn, and all together no more than a few portions. */
function portionBytes(header: PacketHeader, ids: number): number {
  return ids === 1 ? PORTION_BYTES : Math.min((4 * PORTION_BYTES) / ids, TURN_SAMPLES * header.stride);
}

/** How many samples from the clock's on still belong to the pattern: 0 outside it. */
function recurring(pattern: Recurring | undefined, clock: SampleClock): () => number {
  if (pattern === undefined) return () => 0;
  const { period, length } = pattern;
  const counter = clock.follow(period);
  return () => {
    const left = period - clock.phase(counter);
    return left <= length ? left : 0;
  };
}

function* taken(builder: BatchBuilder): Generator<readonly StreamItem[]> {
  const batch = builder.take();
  if (batch !== undefined) yield [{ kind: "data", batch }];
}
