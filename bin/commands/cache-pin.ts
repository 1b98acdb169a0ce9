import { parseArgs } from "node:util";
import { levelName } from "../../cache/level.js";
import { pin, unpin } from "../../cache/store/pins.js";
import { pinnedTooMuch } from "../../cgi/cache/pinned-room.js";
import { CONFIG_OPTION, givenSource, knownLevels, LEVEL_OPTIONS, noMoreThan } from "./cache-arguments.js";
import { wholeView } from "./cache-status.js";
import { openCommandCache } from "./open-cache.js";
import { commandConfig } from "./source-setting.js";

/** `heliostream cache pin` and `unpin`: blocks of pinned levels stay, however full the cache is. Source: das2-server 15.8. */
export async function cachePin(args: readonly string[], isPinned: boolean): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { ...CONFIG_OPTION, ...LEVEL_OPTIONS },
  });
  const [id] = positionals;
  noMoreThan(1, positionals);
  const cache = await openCommandCache(commandConfig(values.config));
  try {
    const source = await givenSource(id, cache);
    for (const level of knownLevels(source, values, cache)) {
      await (isPinned ? pin(level.folder) : unpin(level.folder));
      const name = [source.id, ...level.params].join(" ");
      console.log(`${name} ${levelName(level)}: ${isPinned ? "stays" : "makes way when it must"}`);
    }
    const tooMuch = isPinned ? pinnedTooMuch(await wholeView(cache)) : undefined;
    if (tooMuch !== undefined) console.error(`heliostream: ${tooMuch}`);
    return 0;
  } finally {
    await cache.close();
  }
}
