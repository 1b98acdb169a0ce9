import { DasError } from "../../errors/das-error.js";
import type { Comment, Emit, PacketBatch, PacketHeader, StreamTransform } from "../../stream/model.js";
import type { FilterProgram } from "../../stream/program.js";
import { routeItems } from "../../stream/route-items.js";
import { type PsdOptions, parsePsdOptions } from "./options.js";
import { spectrumStreamHeader } from "./output-header.js";
import { PowerSpectrum } from "./power-spectrum.js";
import { SpectrumOutput } from "./spectrum-output.js";
import { xTransform } from "./x-transform.js";
import { type PacketTransform, type PsdContext, yTransform } from "./y-transform.js";

const WARNING = {
  position: "packets whose x is not a number are left out",
  text: "fields that are blank or no number count as fill",
} as const;

/** Samples that wait for their segment to be full, of all planes of all ids together; 12 bytes each. */
const MOST_SAMPLES = 2 ** 24;

/** Turns waveforms into power spectral densities. Source: reducers 7. */
export class PsdTransform implements StreamTransform {
  readonly #options: PsdOptions;
  readonly #output: SpectrumOutput;
  readonly #spectrum: PowerSpectrum;
  #context: PsdContext | undefined;
  /** By input id; `undefined` for one whose packets are left out. */
  readonly #transforms = new Map<number, PacketTransform | undefined>();
  #sawData = false;
  readonly #warned = new Set<keyof typeof WARNING>();

  constructor(options: PsdOptions) {
    this.#options = options;
    this.#output = new SpectrumOutput(options);
    this.#spectrum = new PowerSpectrum(options.length, options.keepMean);
  }

  readonly push = routeItems({
    stream: (header, emit) => {
      this.#context = {
        options: this.#options,
        spectrum: this.#spectrum,
        output: this.#output,
        room: MOST_SAMPLES,
        stream: header,
        leftOut: (message, to) => this.#leftOut(message, to),
        warn: (topic, id, to) => this.#warnOnce(topic, id, to),
      };
      emit({ kind: "stream", header: spectrumStreamHeader(header, this.#options) });
    },
    packet: (header, emit) => this.#define(header, emit),
    data: (batch, emit) => {
      for (const step of this.pushInSteps(batch, emit)) step satisfies undefined;
    },
  });

  pushInSteps(batch: PacketBatch, emit: Emit): Iterable<undefined> {
    this.#sawData ||= batch.count > 0;
    return this.#transforms.get(batch.header.id)?.steps(batch, emit) ?? [];
  }

  end(emit: Emit): void {
    if (!this.#sawData || this.#output.spectra > 0) return;
    const message = `no spectrum: all segments were too short for ${this.#options.length} points, uneven or fill`;
    emit({ kind: "exception", exception: { type: "ServerError", message } });
  }

  #define(header: PacketHeader, emit: Emit): void {
    if (this.#context === undefined)
      throw new DasError("NO_STREAM_HEADER", "a packet before the stream header");
    this.#transforms.delete(header.id);
    const transform = header.planes.some((plane) => plane.role === "yscan") ? yTransform : xTransform;
    const context = { ...this.#context, room: MOST_SAMPLES - this.#samples() };
    this.#transforms.set(header.id, transform(header, context, emit));
  }

  /** Samples for which all definitions hold memory. */
  #samples(): number {
    let sum = 0;
    for (const transform of this.#transforms.values()) sum += transform?.samples ?? 0;
    return sum;
  }

  #leftOut(message: string, emit: Emit): void {
    if (!this.#options.skip) throw new DasError("UNSUITED_STREAM", message);
    warn(message, emit);
  }

  /** One warning for the whole stream; das2-stream A6.3, reducers 14.3. */
  #warnOnce(topic: keyof typeof WARNING, inputId: number, emit: Emit): void {
    if (this.#warned.has(topic)) return;
    this.#warned.add(topic);
    warn(`${WARNING[topic]} (packet ${inputId})`, emit);
  }
}

function warn(value: string, emit: Emit): void {
  const comment: Comment = { type: "log:warning", source: "das2_psd", value };
  emit({ kind: "comment", comment });
}

const HELP = `Usage: das2_psd [-d] [-c DATUM] [-j X] [-n] [-m ID,DATUM]... LENGTH SLIDE_DENOM

Reads a das2 stream of waveforms and writes their power spectral densities, in units squared per Hz.
Table planes (yscan) are transformed along their tags, each packet by itself; y planes along x, over
as many packets as have a steady cadence. Each segment is multiplied by a Hann window.

  LENGTH               samples of a segment, even, 16 or more; no power of two is needed
  SLIDE_DENOM          segments begin LENGTH/SLIDE_DENOM samples apart: 1 no overlap, 2 half, 4 three quarters

  -d, --keep-dc        do not subtract the mean of each segment
  -c, --cadence DATUM  xTagWidth of the output, such as "0.5 s"
  -j, --max-jitter X   how much neighbouring intervals of x may differ, relative to their mean (0.01)
  -n, --no-skip        what cannot be transformed is an error; without this it is left out with a comment
  -m, --map ID,DATUM   packet id of the output for a sample period, such as "3,0.5 ms"; may be repeated
  -h, --help           print this
  -v, --version        print the version

Exit status: 0 done, 13 arguments, 22 unreadable stream, 100 a stream that cannot be transformed. What is wrong with
the arguments is also written to the output, as an exception of the stream.
`;

/** The filter `das2_psd`. Source: reducers 7. */
export const psd: FilterProgram = {
  kind: "filter",
  name: "das2_psd",
  help: HELP,
  usageInStream: true,
  open: (args) => new PsdTransform(parsePsdOptions(args)),
};
