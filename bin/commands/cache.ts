import { DasError } from "../../errors/das-error.js";
import type { Command } from "./command.js";

type Subcommand = (args: readonly string[]) => Promise<number>;

const SUBCOMMANDS: Readonly<Record<string, () => Promise<Subcommand>>> = {
  build: async () => (await import("./cache-build.js")).cacheBuild,
  status: async () => (await import("./cache-status.js")).cacheStatus,
  verify: async () => (await import("./cache-verify.js")).cacheVerify,
  purge: async () => (await import("./cache-purge.js")).cachePurge,
  pin: async () => {
    const { cachePin } = await import("./cache-pin.js");
    return (args) => cachePin(args, true);
  },
  unpin: async () => {
    const { cachePin } = await import("./cache-pin.js");
    return (args) => cachePin(args, false);
  },
  reindex: async () => (await import("./cache-reindex.js")).cacheReindex,
  levels: async () => (await import("./cache-levels.js")).cacheLevels,
};

/** `heliostream cache`: looks after the cache of blocks. Source: das2-server 15, 16.4, 19. */
export const cache: Command = {
  help: [
    "usage: heliostream cache COMMAND [-c FILE] [ARGUMENT...]",
    "",
    "Looks after the cache of blocks below CACHE_ROOT.",
    "",
    "  build ID BEGIN END       builds what is missing or out of date in a range, at all levels; shows blocks done, rate and time left.",
    "                           Blocks of longer periods are built where they lie wholly in the range, or where --level names them.",
    "                           What is read for one level is kept at all levels that it has whole blocks of",
    "      --force              builds what is there as well",
    "      --no-wait            leaves it to workers and returns at once",
    "      -j, --jobs N         builds at the same time, where no worker is there (default: BUILD_WORKERS)",
    "  status [ID]              what is there of each level and what is missing, room, queue and workers",
    "      --json               as JSON",
    "  verify [ID]              reads blocks through and names those that are not as they were written",
    "      --repair             removes these",
    "  purge ID [BEGIN END]     removes blocks",
    "      --stale              only those that are never served: of another definition, or out of date",
    "  pin ID, unpin ID         keeps blocks from making way when CACHE_MAX_BYTES is reached, and ends that",
    "  reindex [ID]             which blocks there are, made anew from the disk; blocks of older servers are taken over",
    "  levels ID                the levels of a source, and for cacheLevels = auto what they were chosen by",
    "      --measure            measures the source anew and chooses them anew",
    "",
    "  -c, --config FILE        configuration (default: HELIOSTREAM_CONFIG, else etc/das2server.conf)",
    "      --level NAME|NN      one level (build, verify, purge, pin, unpin): bin-60s, or its number",
    "      --params WORDS       levels for these reader parameters (the same commands)",
    "",
    "Exit status: 0 when all went well, 1 when a build failed or a block is bad.",
  ].join("\n"),
  async run([name, ...args]) {
    if (name === undefined || !Object.hasOwn(SUBCOMMANDS, name)) {
      const given = name === undefined ? "no command given" : `no command ${JSON.stringify(name)}`;
      throw new DasError("BAD_PARAMETER", `${given}, expected one of ${Object.keys(SUBCOMMANDS).join(", ")}`);
    }
    const run = await SUBCOMMANDS[name]!();
    return run(args);
  },
};
