import type { Program } from "../stream/program.js";

/**
 * The readers that ship here, by the name with which a definition calls them. Each is loaded when it is asked for: a process
 * that runs one pays for one.
 */
export const PROGRAM_LOADERS: Readonly<Record<string, () => Promise<Program>>> = {
  "drms-export": async () => (await import("./drms-export/index.js")).drmsExport,
  "drms-image": async () => (await import("./drms-image/index.js")).drmsImage,
  "drms-keywords": async () => (await import("./drms-keywords/index.js")).drmsKeywords,
  ephemeris: async () => (await import("./ephemeris/index.js")).ephemeris,
  "goes-xrs": async () => (await import("./goes-xrs/index.js")).goesXrs,
  "hapi-reader": async () => (await import("./hapi-reader/index.js")).hapiReader,
  random: async () => (await import("./random/index.js")).random,
  synthetic: async () => (await import("./synthetic/index.js")).synthetic,
  "voyager-pws": async () => (await import("./voyager-pws/index.js")).voyagerPws,
};
