/** Samples whose spectra are one step: less than a millisecond, and much more than it takes to stop and to go on. */
const STEP_SAMPLES = 16_384;

/** Says when a step is long enough. */
export class Steps {
  #samples = 0;

  /** Whether to stop after so many more samples were transformed. */
  enough(samples: number): boolean {
    this.#samples += samples;
    if (this.#samples < STEP_SAMPLES) return false;
    this.#samples = 0;
    return true;
  }
}
