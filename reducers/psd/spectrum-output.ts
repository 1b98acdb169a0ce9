import { DasError } from "../../errors/das-error.js";
import type { BatchBuilder } from "../../stream/batch-builder.js";
import type { Emit, PacketHeader } from "../../stream/model.js";
import type { PsdOptions } from "./options.js";

/** A sample period is meant by the one of `-m` that it differs from by so much at most; reducers 7.1 asks the same of tags. */
const MAPPED = 0.01;

/** The output id of a sample period. */
export interface PeriodId {
  /** The period as it was first met. */
  readonly seconds: number;
  readonly id: number;
}

/**
 * The ids of the output: one for each pair of input id and sample period, in order of appearance from 01, or as `-m` says.
 * Also counts the spectra written. Source: reducers 7.3.
 */
export class SpectrumOutput {
  readonly #options: PsdOptions;
  readonly #byInput = new Map<number, readonly PeriodId[]>();
  readonly #taken: Set<number>;
  /** What each id means at this point of the output. */
  readonly #defined = new Map<number, PacketHeader>();
  #next = 1;
  #spectra = 0;

  constructor(options: PsdOptions) {
    this.#options = options;
    this.#taken = new Set(options.idByPeriod.map(({ id }) => id));
  }

  /** Spectra written so far. */
  get spectra(): number {
    return this.#spectra;
  }

  /**
   * The output id for samples `seconds` apart of an input id. Periods that differ by no more than `tolerance` of
   * one another are one.
   * Errors: UNSUITED_STREAM when no id is left.
   */
  idFor(inputId: number, seconds: number, tolerance: number): PeriodId {
    const within = (limit: number) => (other: { readonly seconds: number }) =>
      Math.abs(seconds - other.seconds) <= limit * other.seconds;
    const known = this.#byInput.get(inputId) ?? [];
    const found = known.find(within(tolerance));
    if (found !== undefined) return found;
    const made = { seconds, id: this.#options.idByPeriod.find(within(MAPPED))?.id ?? this.#newId() };
    this.#byInput.set(inputId, [...known, made]);
    return made;
  }

  #newId(): number {
    while (this.#taken.has(this.#next)) this.#next++;
    if (this.#next > 99)
      throw new DasError(
        "UNSUITED_STREAM",
        "more than 99 pairs of packet id and sample period, expected at most 99",
      );
    this.#taken.add(this.#next);
    return this.#next;
  }

  /** Defines the id of `header` unless it has this meaning already. */
  define(header: PacketHeader, emit: Emit): void {
    const current = this.#defined.get(header.id);
    if (current === header) return;
    if (current === undefined || JSON.stringify(current) !== JSON.stringify(header))
      emit({ kind: "packet", header });
    this.#defined.set(header.id, header);
  }

  /** Writes what a builder holds. */
  flush(builder: BatchBuilder, header: PacketHeader, emit: Emit): void {
    const batch = builder.take();
    if (batch === undefined) return;
    this.define(header, emit);
    this.#spectra += batch.count;
    emit({ kind: "data", batch });
  }
}
