import { parseArgs } from "node:util";
import { blockTimeText } from "../../cache/block-path.js";
import { levelName } from "../../cache/level.js";
import { allLevels } from "../../cache/levels/levels-of.js";
import { correctUsage, reindexLevel } from "../../cache/work/reindex.js";
import { bytesText, countText } from "../../cgi/pages/format.js";
import { describeProblem } from "../../config/problem.js";
import { DasError } from "../../errors/das-error.js";
import { endSignals } from "../end-signals.js";
import { CONFIG_OPTION, givenSource, noMoreThan } from "./cache-arguments.js";
import { type CommandCache, openCommandCache } from "./open-cache.js";
import { commandConfig } from "./source-setting.js";

/** Blocks of a level that are named where they are not taken over. */
const MOST_NAMED = 20;

/** `heliostream cache reindex`: which blocks there are, made anew from the disk. Source: das2-server 15.2. */
export async function cacheReindex(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: CONFIG_OPTION,
  });
  noMoreThan(1, positionals);
  const [id] = positionals;
  const { signal, status } = endSignals();
  const cache = await openCommandCache(commandConfig(values.config));
  try {
    const ids = id === undefined ? await cache.tree.listCached() : [(await givenSource(id, cache)).id];
    let bad = 0;
    for (const one of ids) bad += (await reindexSource(one, cache, signal)) ? 0 : 1;
    console.log(`${bytesText(await correctUsage(cache.index, cache.cacheRoot, signal))} in all blocks`);
    return bad === 0 ? 0 : 1;
  } catch (error) {
    if (!signal.aborted) throw error;
    console.error("not finished: start it again");
    return status() ?? 1;
  } finally {
    await cache.close();
  }
}

/** @returns `false` where the definition is at fault, which is told */
async function reindexSource(id: string, cache: CommandCache, signal: AbortSignal): Promise<boolean> {
  try {
    const source = await givenSource(id, cache);
    for (const level of allLevels(source, cache.setting)) {
      const { blocks, adopted, refused, bytes } = await reindexLevel(cache.index, level, signal);
      const name = `${[id, ...level.params].join(" ")} ${levelName(level)}`;
      const others = adopted === 0 ? "" : `, ${adopted} of them adopted`;
      console.log(`${name}: ${countText(blocks, "block")}${others}, ${bytesText(bytes)}`);
      if (refused.length === 0) continue;
      const named = refused.slice(0, MOST_NAMED).map((number) => blockTimeText(number, level.period));
      const more = refused.length > named.length ? ", ..." : "";
      console.log(
        `  not taken over, for not whole or of another time: ${countText(refused.length, "block")} (${named.join(", ")}${more})`,
      );
    }
    return true;
  } catch (error) {
    if (!(error instanceof DasError) || signal.aborted) throw error;
    if (error.code !== "BAD_DEFINITION" && error.code !== "NO_SUCH_SOURCE") throw error;
    console.error(`${id}: ${describeProblem(error)}`);
    return false;
  }
}
