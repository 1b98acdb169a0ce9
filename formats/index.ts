import type { Program } from "../stream/program.js";

/** The converters that ship, by the name with which a definition or a shell calls them; each is loaded when it is run. */
export const PROGRAM_LOADERS: Readonly<Record<string, () => Promise<Program>>> = {
  das2_ascii: async () => (await import("./ascii.js")).ascii,
  das3_from_das2: async () => (await import("./das3/from-das2.js")).das3FromDas2,
  das3_document: async () => (await import("./das3/document.js")).das3Document,
  das2_hapi: async () => (await import("./hapi/hapi.js")).hapi,
  das3_to_das2: async () => (await import("./das3/to-das2.js")).das3ToDas2,
  das3_csv: async () => (await import("./csv/csv.js")).csv,
  das2_fits: async () => (await import("./fits/fits.js")).fits,
  das2_parquet: async () => (await import("./parquet/parquet.js")).parquet,
  das2_png: async () => (await import("./png/png.js")).png,
  das2_arrow: async () => (await import("./arrow/arrow.js")).arrow,
};
