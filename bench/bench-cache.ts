import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blocksOf } from "../cache/block-number.js";
import { buildSpan } from "../cache/build/build-span.js";
import type { BuildSurroundings } from "../cache/build/surroundings.js";
import type { BlockIndex } from "../cache/index/block-index.js";
import { openIndex } from "../cache/index/open-index.js";
import type { BlockPeriod, Level } from "../cache/level.js";
import { allLevels } from "../cache/levels/levels-of.js";
import { type Config, loadConfig } from "../config/config.js";
import type { DataSource } from "../dsdf/data-source.js";
import { type PipelineTools, pipelineTools } from "../dsdf/tools.js";
import { SourceTree } from "../dsdf/tree.js";
import { builtInProgram } from "../pipeline/built-in.js";
import { synthetic } from "../readers/synthetic/index.js";
import type { Program, ReaderProgram } from "../stream/program.js";
import type { TimeRange } from "../stream/time.js";

/** A site with a cache, in a folder of its own. */
export interface BenchCache {
  readonly folder: string;
  readonly configFile: string;
  readonly cacheRoot: string;
  readonly config: Config;
  readonly index: BlockIndex;
  readonly tools: PipelineTools;
  source(id: string): Promise<DataSource>;
  /** The levels of a source without parameters for its reader. */
  levels(id: string): Promise<readonly Level[]>;
  /**
   * Builds the blocks of a level in a range, a run for each of its periods, from one record a bin: what the reader would give
   * besides is never made, however long the range.
   */
  fill(level: Level, range: TimeRange, period: BlockPeriod): Promise<void>;
  /** Lets go of the index and removes the folder. */
  close(): Promise<void>;
}

/** What a site is made from. */
export interface BenchSite {
  /** Lines of a definition by its id. */
  readonly definitions: Readonly<Record<string, readonly string[]>>;
  /** `host:port:db` of the Redis that keeps the index; missing: files. */
  readonly redis?: string;
  /** More lines of the configuration. */
  readonly settings?: readonly string[];
}

/** Makes a site; everybody may read it, so Apache too. */
export async function benchCache({ definitions, redis, settings = [] }: BenchSite): Promise<BenchCache> {
  const folder = mkdtempSync(join(tmpdir(), "heliostream-bench-"));
  chmodSync(folder, 0o755);
  const cacheRoot = join(folder, "cache");
  mkdirSync(cacheRoot);
  mkdirSync(join(folder, "log"));
  // Apache runs its programs as another user.
  chmodSync(join(folder, "log"), 0o777);
  for (const [id, lines] of Object.entries(definitions)) {
    const file = join(folder, "sources", `${id}.dsdf`);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, ["description = 'Made for a bench'", "das2Stream = 1", ...lines, ""].join("\n"));
  }
  const configFile = join(folder, "das2server.conf");
  const lines = [
    "SITE_NAME = Bench",
    "DSDF_ROOT = sources",
    "LOG_PATH = log",
    "CACHE_ROOT = cache",
    ...(redis === undefined ? [] : ["WORK_QUEUE_BROKER = redis", `WORK_QUEUE_CONN = ${redis}`]),
    ...settings,
  ];
  writeFileSync(configFile, `${lines.join("\n")}\n`);
  const config = loadConfig({ file: configFile, env: {} });
  const tools = pipelineTools(config);
  const tree = new SourceTree({ roots: config.dsdfRoot, substitutions: config.substitutions });
  const index = await openIndex({ ...config, cacheRoot }, { life: "process" });
  const source = async (id: string): Promise<DataSource> => {
    const found = await tree.find(id);
    if (found === undefined) throw new Error(`there is no source ${id}`);
    return found;
  };
  return {
    folder,
    configFile,
    cacheRoot,
    config,
    index,
    tools,
    source,
    levels: async (id) =>
      allLevels(await source(id), { cacheRoot, tools }).filter(({ params }) => params.length === 0),
    async fill(level, range, period) {
      const around: BuildSurroundings = {
        index,
        tools,
        pipelineOptions: {
          programs: (name) => (name === synthetic.name ? thinned(level) : builtInProgram(name)),
        },
        now: Date.now,
        owner: "bench",
      };
      const { sourceId, params } = level;
      const from = await source(sourceId);
      const { first, end } = blocksOf(range, period);
      for (let number = first; number < end; number++)
        await buildSpan({ sourceId, params, period, number, urgency: "operator" }, from, [level], around);
    },
    async close() {
      await index.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The reader of a bench's sources with one record for each bin of a level. */
async function thinned({ seconds }: Level): Promise<Program> {
  if (seconds === 0) return synthetic;
  const reader: ReaderProgram = {
    ...synthetic,
    open: (args, context) =>
      synthetic.open(
        args.map((arg, place) => (args[place - 1] === "--cadence" ? `${seconds}s` : arg)),
        context,
      ),
  };
  return reader;
}
