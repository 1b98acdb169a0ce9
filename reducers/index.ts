import type { Program } from "../stream/program.js";

/**
 * The reducers that ship here, by the name with which a definition calls them. Each is loaded when it is asked for: a
 * process that runs one pays for one.
 */
export const PROGRAM_LOADERS: Readonly<Record<string, () => Promise<Program>>> = {
  das2_bin_avg: async () => (await import("./bin-avg.js")).binAvg,
  das2_bin_avgsec: async () => (await import("./bin-avgsec.js")).binAvgsec,
  das2_bin_peakavgsec: async () => (await import("./bin-peakavgsec.js")).binPeakavgsec,
  das2_bin_ratesec: async () => (await import("./bin-ratesec.js")).binRatesec,
  das2_histo: async () => (await import("./histo/histo.js")).histo,
  das2_psd: async () => (await import("./psd/psd.js")).psd,
};
