import { parseArgs } from "node:util";
import { blockTimeText } from "../../cache/block-path.js";
import type { Level } from "../../cache/level.js";
import { allLevels } from "../../cache/levels/levels-of.js";
import { removeBlock } from "../../cache/store/remove-block.js";
import { type BlockDamage, verifyBlock } from "../../cache/store/verify-block.js";
import type { WalkedBlock } from "../../cache/store/walk-cache.js";
import { blocksOfPart, type CachePart, isOfOlderServer } from "../../cache/work/cache-part.js";
import { Forgetting } from "../../cache/work/forgetting.js";
import { walkedSource } from "../../cache/work/walked-level.js";
import { bytesText, countText, durationText } from "../../cgi/pages/format.js";
import { endSignals } from "../end-signals.js";
import { CONFIG_OPTION, givenSource, knownLevels, LEVEL_OPTIONS, noMoreThan } from "./cache-arguments.js";
import { CountProgress } from "./count-progress.js";
import { type CommandCache, openCommandCache } from "./open-cache.js";
import { commandConfig } from "./source-setting.js";

/** `heliostream cache verify`: reads blocks through and compares them with their checksums. */
export async function cacheVerify(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { ...CONFIG_OPTION, ...LEVEL_OPTIONS, repair: { type: "boolean" } },
  });
  const [id] = positionals;
  noMoreThan(1, positionals);
  const { signal, status } = endSignals();
  const cache = await openCommandCache(commandConfig(values.config));
  const { cacheRoot, index } = cache;
  const isPart = values.level !== undefined || values.params !== undefined;
  const progress = new CountProgress(process.stderr, "checked", () => performance.now());
  const forgetting = new Forgetting(index);
  let [bad, foreign, bytes] = [0, 0, 0];
  try {
    const source = id === undefined && !isPart ? undefined : await givenSource(id, cache);
    const part: CachePart = {
      cacheRoot,
      ...(source === undefined ? {} : { sourceId: source.id }),
      ...(source === undefined || !isPart ? {} : { levels: knownLevels(source, values, cache) }),
    };
    for await (const block of blocksOfPart(part, signal)) {
      // What an older server left has no checksum yet.
      if (isOfOlderServer(block)) {
        foreign++;
        continue;
      }
      const damages = await verifyBlock(block.path, signal);
      bytes += block.bytes;
      progress.add(block.bytes);
      if (damages.length === 0) continue;
      bad++;
      progress.end();
      console.log(`${blockText(cacheRoot, block)}: ${damages.map(damageText).join(", ")}`);
      if (values.repair !== true) continue;
      await removeBlock(block.path);
      await forgetting.add(cacheRoot, block, await levelsAround(cache, block));
    }
    await forgetting.end();
    progress.end();
    const mended =
      values.repair === true && bad > 0 ? ", removed: they are built again when they are asked for" : "";
    console.log(
      `${countText(progress.count, "block")} (${bytesText(bytes)}) checked in ${durationText(progress.ms)}, ${bad} bad${mended}`,
    );
    if (foreign > 0)
      console.log(
        `${countText(foreign, "block")} of an older server not checked: no checksum before heliostream cache reindex`,
      );
    return bad === 0 ? 0 : 1;
  } catch (error) {
    if (!signal.aborted) throw error;
    progress.end();
    return status() ?? 1;
  } finally {
    await cache.close();
  }
}

/** The levels of the source in whose folder a block lies; none where its definition is gone or wrong. */
async function levelsAround(cache: CommandCache, { levelFolder }: WalkedBlock): Promise<readonly Level[]> {
  const source = await cache.findSource(walkedSource(cache.cacheRoot, levelFolder)).catch(() => undefined);
  return source === undefined ? [] : allLevels(source, cache.setting);
}

/** A block for people: `Demo/Pump4 bin-60s daily 2021-06-30`, words of the reader behind the source. */
function blockText(
  cacheRoot: string,
  { levelFolder, sidecar, resolutionName, period, number }: WalkedBlock,
): string {
  const words = sidecar?.params ?? [];
  const source = [walkedSource(cacheRoot, levelFolder), ...words].join(" ");
  return `${source} ${resolutionName} ${period} ${blockTimeText(number, period)}`;
}

const FILES = { block: "the block", companion: "its statistics", sidecar: "its description" } as const;
const WHATS = {
  absent: "missing",
  unreadable: "cannot be read",
  "other size": "has another size",
  "other checksum": "has another checksum",
} as const;

function damageText({ file, what }: BlockDamage): string {
  return `${FILES[file]} ${what === "absent" ? "is " : ""}${WHATS[what]}`;
}
