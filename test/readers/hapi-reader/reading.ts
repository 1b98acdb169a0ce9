import { hapiReaderIn } from "../../../readers/hapi-reader/index.js";
import type { Surroundings } from "../../../readers/hapi-reader/patience.js";
import { encodeItems } from "../../../stream/encode-items.js";
import type { ProgramContext } from "../../../stream/program.js";
import { das2Encoder } from "../../../stream/stream-writer.js";

/** A clock that stands still, waits that take no time, and no chance; waits are noted. */
export function stillWorld(now = 0): Surroundings & { readonly waits: number[] } {
  const waits: number[] = [];
  return {
    waits,
    wait: (ms) => {
      waits.push(ms);
      return Promise.resolve();
    },
    random: () => 0,
    now: () => now,
  };
}

/** What a reading may be told besides its arguments. */
export interface ReadingOptions {
  readonly peers?: string;
  readonly networks?: string;
  readonly signal?: AbortSignal;
  readonly world?: Surroundings;
  readonly log?: (line: string) => void;
}

/** The range of the made data set, with room on both sides. */
export const RANGE = ["2021-06-29", "2021-07-01"] as const;

/** Opens the reader on a server. */
export function opened(origin: string, args: readonly string[], options: ReadingOptions = {}) {
  const context: ProgramContext = {
    signal: options.signal ?? new AbortController().signal,
    log: options.log ?? (() => undefined),
    env: {
      HELIOSTREAM_HAPI_PEERS: options.peers ?? origin,
      HELIOSTREAM_HAPI_PEER_NETWORKS: options.networks ?? "",
    },
  };
  const program = hapiReaderIn(options.world ?? stillWorld());
  if (program.kind !== "reader") throw new Error("no reader");
  return program.open(["--server", `${origin}/hapi`, "--dataset", "made/set", ...args], context);
}

/** All bytes of the stream. Errors: those of the reader. */
export async function readStream(
  origin: string,
  args: readonly string[] = RANGE,
  options: ReadingOptions = {},
): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const piece of encodeItems(opened(origin, args, options), das2Encoder())) parts.push(piece);
  return Buffer.concat(parts);
}
