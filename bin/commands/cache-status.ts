import { parseArgs } from "node:util";
import { sourceNotBefore } from "../../cache/freshness/not-before.js";
import { allLevels } from "../../cache/levels/levels-of.js";
import type { CacheAccess } from "../../cgi/cache/access.js";
import { countsText, datesText, STATE_NAMES, shareText } from "../../cgi/cache/bar.js";
import { gatherView } from "../../cgi/cache/gather.js";
import { pinnedTooMuch } from "../../cgi/cache/pinned-room.js";
import { isUnknown, type LevelView, type OpenCacheView, type SourceView } from "../../cgi/cache/view.js";
import { bytesText, countText, percentText } from "../../cgi/pages/format.js";
import { CONFIG_OPTION, noMoreThan } from "./cache-arguments.js";
import { type CommandCache, openCommandCache } from "./open-cache.js";
import { seenOnDisk } from "./seen-on-disk.js";
import { commandConfig } from "./source-setting.js";

/** For looks at the disk for blocks that are not on record, ms: hundreds of thousands of them. */
const LOOK_MS = 20_000;
/** Builds and gaps that are listed. */
const MOST_LISTED = 20;

/** `heliostream cache status`: what is there of each level, room, queue. Source: das2-server 15.8. */
export async function cacheStatus(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { ...CONFIG_OPTION, json: { type: "boolean" } },
  });
  noMoreThan(1, positionals);
  const cache = await openCommandCache(commandConfig(values.config));
  try {
    const view = await wholeView(cache, positionals[0]);
    console.log(values.json === true ? JSON.stringify(view, undefined, 2) : statusText(view));
    return 0;
  } finally {
    await cache.close();
  }
}

/** All pages of the status in one; of one source where it is named. Errors: NO_SUCH_SOURCE, BAD_DEFINITION for that. */
export async function wholeView(cache: CommandCache, source?: string): Promise<OpenCacheView> {
  const access = await accessOf(cache);
  let whole: OpenCacheView | undefined;
  for (let page = 1; ; page++) {
    const question = { find: "", page, beginText: "", endText: "", refresh: 0 };
    const view = await gatherView(
      source === undefined ? question : { ...question, source },
      access,
      cache.tree,
      new Date(cache.now()),
    );
    if (!view.configured) throw new Error("a cache that was opened is configured");
    whole = whole === undefined ? view : { ...whole, sources: [...whole.sources, ...view.sources] };
    if (page >= view.page.pages) return whole;
  }
}

async function accessOf(cache: CommandCache): Promise<CacheAccess> {
  const { blocks, cacheRoot, config, index, setting, isShared } = cache;
  const seen = seenOnDisk(index, LOOK_MS);
  return {
    keptIn: isShared ? "redis" : "files",
    index: seen.index,
    // Of a site without Redis the queue is inside the server.
    ...(isShared ? { queue: await cache.queue() } : {}),
    maxBytes: config.cacheMaxBytes,
    troubles: () => [...blocks.troubles(), ...seen.troubles()],
    levelsOf: async (source) => allLevels(source, setting),
    async momentOf(source) {
      const notBefore = await sourceNotBefore(source, { cacheRoot });
      return { now: cache.now(), ...(notBefore === undefined ? {} : { notBefore }) };
    },
    close: async () => {},
  };
}

/** The status for people. */
export function statusText(view: OpenCacheView): string {
  const { index, usage, queue, sources } = view;
  const lines = [
    `index    ${index.keptIn === "redis" ? "Redis" : "files"}, ${index.answers ? "answers" : "does not answer"}`,
    ...index.troubles.map((trouble) => `         ${trouble}`),
    `room     ${usage.bytes === undefined ? "not known" : bytesText(usage.bytes)}${quotaText(usage)}`,
  ];
  const tooMuch = pinnedTooMuch(view);
  if (tooMuch !== undefined) lines.push(`         ${tooMuch}`);
  if (isUnknown(queue)) lines.push(`queue    ${queue.unknown}`);
  else {
    const { waiting, running, delayed, failed, workers, builtLastMinute, builds } = queue;
    lines.push(
      `queue    ${waiting} waiting, ${running} running, ${delayed} to be tried again, ${failed} failed`,
      `workers  ${workers}, ${countText(builtLastMinute, "build")} in the last minute`,
    );
    for (const { source, params, block, period, state, progress, reason } of builds.slice(0, MOST_LISTED)) {
      const how = state === "running" ? `${Math.floor(progress * 100)} %` : (reason ?? "");
      lines.push(
        `  ${state.padEnd(8)} ${[source, ...params].join(" ")} ${block} (${period}) ${how}`.trimEnd(),
      );
    }
  }
  for (const source of sources) lines.push("", ...sourceLines(source));
  if (sources.length === 0) lines.push("", "no source keeps blocks");
  return lines.join("\n");
}

function quotaText({ bytes = 0, maxBytes }: OpenCacheView["usage"]): string {
  if (maxBytes === undefined) return ", no limit";
  const share = bytes > maxBytes ? `${bytesText(bytes - maxBytes)} too much` : percentText(bytes, maxBytes);
  return ` of ${bytesText(maxBytes)} (${share})`;
}

function sourceLines({ id, range, levels, fault, moreLevels }: SourceView): string[] {
  if (fault !== undefined) return [`${id}: ${fault}`];
  const lines = [range === undefined ? id : `${id}  ${range.begin} to ${range.end}`];
  for (const level of levels) lines.push(...levelLines(level));
  if (levels.length === 0) lines.push("  no levels: blocks of it cannot be kept, or none are chosen yet");
  if (moreLevels > 0) lines.push(`  and ${countText(moreLevels, "level")} more`);
  return lines;
}

function levelLines({ number, name, params, pinned, coverage }: LevelView): string[] {
  const words = params.length === 0 ? "" : ` ${params.join(" ")}`;
  const title = `  ${String(number).padStart(2, "0")} ${name}${words}${pinned === undefined ? "" : ", pinned"}`;
  if (isUnknown(coverage)) return [`${title}: ${coverage.unknown}`];
  const { counts, bytes, gaps, gapList } = coverage;
  const room = `${bytes.isEstimate ? "about " : ""}${bytesText(bytes.value)}`;
  const line = `${title}: ${shareText(counts)} of ${countsText(counts)}, ${room}`;
  // Gaps are listed of a single source.
  if (gapList === undefined) return [gaps === 0 ? line : `${line}, ${countText(gaps, "gap")}`];
  const listed = gapList.slice(0, MOST_LISTED);
  const lines = [line, ...listed.map((gap) => `      ${STATE_NAMES[gap.state]}: ${datesText(gap)}`)];
  if (gaps > listed.length) lines.push(`      and ${countText(gaps - listed.length, "gap")} more`);
  return lines;
}
