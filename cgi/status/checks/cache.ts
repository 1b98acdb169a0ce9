import { isDasError } from "../../../errors/das-error.js";
import { bytesText, durationText, percentText } from "../../pages/format.js";
import { timed } from "../ask-database.js";
import { type Check, type Finding, fewOf } from "../finding.js";

/** Over its room by so much the cache is not made room in by anybody: those who do begin at once. */
const OVER = 1.1;

/** The block cache: whether its index answers, and the room that blocks take. Source: das2-server 15. */
export const cache: Check = {
  name: "cache",
  keepMs: 5000,
  async run({ openCache, config: { cacheMaxBytes } }) {
    const name = "Cache";
    const access = await openCache();
    if (access === undefined)
      return [
        {
          name,
          state: "off",
          says: "no blocks are kept (CACHE_ROOT is empty): every request runs its reader",
        },
      ];
    try {
      const { value: bytes, ms } = await timed(() => access.index.usage());
      return [judge(name, { bytes, ms, maxBytes: cacheMaxBytes, troubles: access.troubles?.() ?? [] })];
    } catch (error) {
      if (!isDasError(error, "INDEX_AWAY")) throw error;
      const advice =
        "See what is said of Redis and of CACHE_ROOT; heliostream cache reindex finds blocks again that are on the disk.";
      return [{ name, state: "bad", says: "the index does not answer; requests run their readers", advice }];
    } finally {
      await access.close();
    }
  },
};

interface CacheFacts {
  readonly bytes: number;
  readonly ms: number;
  readonly maxBytes: number;
  readonly troubles: readonly string[];
}

function judge(name: string, { bytes, ms, maxBytes, troubles }: CacheFacts): Finding {
  const figures = { used_bytes: bytes, max_bytes: maxBytes, latency_seconds: ms / 1000 };
  if (troubles.length > 0)
    return {
      name,
      state: "worried",
      says: fewOf(troubles),
      advice: "See what is said of Redis; blocks that are on the disk are found again by themselves.",
      figures,
    };
  const room = maxBytes === 0 ? "no limit" : `of ${bytesText(maxBytes)} (${percentText(bytes, maxBytes)})`;
  const says = `the index answers in ${durationText(ms)}; blocks take ${bytesText(bytes)}, ${room}`;
  if (maxBytes > 0 && bytes > OVER * maxBytes)
    return {
      name,
      state: "worried",
      says: `${says}: more than they may`,
      advice:
        "Pinned levels may be too large (heliostream cache status), or nobody makes room: run a server or heliostream worker.",
      figures,
    };
  return { name, state: "good", says, figures };
}
