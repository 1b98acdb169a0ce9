import { parseArgs } from "node:util";
import { sourceNotBefore } from "../../cache/freshness/not-before.js";
import { allLevels } from "../../cache/levels/levels-of.js";
import { removeBlock } from "../../cache/store/remove-block.js";
import { blocksOfPart } from "../../cache/work/cache-part.js";
import { Forgetting } from "../../cache/work/forgetting.js";
import { isStaleBlock } from "../../cache/work/stale-block.js";
import { bytesText, countText } from "../../cgi/pages/format.js";
import {
  CONFIG_OPTION,
  givenRange,
  givenSource,
  knownLevels,
  LEVEL_OPTIONS,
  noMoreThan,
} from "./cache-arguments.js";
import { openCommandCache } from "./open-cache.js";
import { commandConfig } from "./source-setting.js";

/** `heliostream cache purge`: removes blocks of a source, whatever made them. Source: das2-server 15.8. */
export async function cachePurge(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { ...CONFIG_OPTION, ...LEVEL_OPTIONS, stale: { type: "boolean" } },
  });
  const [id, begin, end] = positionals;
  noMoreThan(3, positionals);
  const cache = await openCommandCache(commandConfig(values.config));
  const { cacheRoot, index } = cache;
  try {
    const isPart = values.level !== undefined || values.params !== undefined;
    // Blocks outlive their definition, and so can be removed without it.
    const isWhole = !isPart && values.stale !== true;
    const source = isWhole && id !== undefined ? await cache.findSource(id) : await givenSource(id, cache);
    const levels = source === undefined ? [] : allLevels(source, cache.setting);
    const notBefore = source === undefined ? undefined : await sourceNotBefore(source, { cacheRoot });
    const moment = { now: cache.now(), ...(notBefore === undefined ? {} : { notBefore }) };
    const forgetting = new Forgetting(index);
    let [count, bytes] = [0, 0];
    const part = {
      cacheRoot,
      sourceId: source?.id ?? id ?? "",
      ...(isPart && source !== undefined ? { levels: knownLevels(source, values, cache) } : {}),
      ...(begin === undefined ? {} : { range: givenRange(begin, end) }),
    };
    for await (const block of blocksOfPart(part)) {
      if (values.stale === true && !isStaleBlock(block, levels, moment)) continue;
      await removeBlock(block.path);
      await forgetting.add(cacheRoot, block, levels);
      count++;
      bytes += block.bytes;
    }
    await forgetting.end();
    console.log(`${countText(count, "block")} (${bytesText(bytes)}) removed`);
    return 0;
  } finally {
    await cache.close();
  }
}
