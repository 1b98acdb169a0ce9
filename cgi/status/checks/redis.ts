import { usesRedis } from "../../../cache/index/open-index.js";
import { isDasError } from "../../../errors/das-error.js";
import { bytesText, durationText } from "../../pages/format.js";
import { askRedis, type RedisFacts, redisPlace } from "../ask-redis.js";
import type { Check, Finding } from "../finding.js";

/** The oldest version whose commands the queue of builds uses. */
const OLDEST = [6, 2] as const;
/** Used part of `maxmemory` from which somebody should know. */
const MUCH = 0.9;

/** The Redis of the index and the queue: there, writable, quick, keeping what it is given. Source: das2-server 16.1. */
export const redis: Check = {
  name: "redis",
  keepMs: 5000,
  async run({ config, now }) {
    const name = "Redis";
    if (!usesRedis(config.workQueueBroker))
      return [{ name, state: "off", says: "not used: index and queue are kept by this server itself" }];
    const place = redisPlace(config);
    try {
      const facts = await askRedis(config, now);
      return [judge(`Redis at ${place}`, facts, config.redisTimeout * 1000)];
    } catch (error) {
      if (!isDasError(error, "INDEX_AWAY")) throw error;
      return [away(place, error.where.reason)];
    }
  },
};

function away(place: string, reason: unknown): Finding {
  const isRefused =
    typeof reason === "string" &&
    /^(?:NOAUTH|WRONGPASS|NOPERM|ERR (?:AUTH|invalid password|DB index))/.test(reason);
  return {
    name: "Redis",
    state: "bad",
    says: isRefused
      ? `the one at ${place} refuses this server`
      : `the one at ${place} does not answer; files stand in for it, and builds that are wished for wait`,
    advice: isRefused
      ? "Correct user, password and number of the database in WORK_QUEUE_CONN."
      : "Start it (systemctl start redis-server), or correct WORK_QUEUE_CONN; the server finds it again by itself.",
    figures: { up: 0 },
  };
}

/** A fault, from the worst on; the first one counts. */
type Fault = readonly [state: "bad" | "worried", says: string, advice: string];

function judge(what: string, facts: RedisFacts, timeoutMs: number): Finding {
  const { info, latencyMs } = facts;
  const number = (field: string): number => Number(info.get(field) ?? 0);
  const used = number("used_memory");
  const most = number("maxmemory");
  const figures = {
    up: 1,
    latency_seconds: latencyMs / 1000,
    used_bytes: used,
    max_bytes: most,
  };
  const [fault] = faults(info, { used, most, latencyMs, timeoutMs });
  const version = info.get("redis_version") ?? "unknown";
  const keeps = persistence(facts);
  const usual = `${what}, version ${version}, answers in ${durationText(latencyMs)}; ${bytesText(used)} in use${most > 0 ? ` of ${bytesText(most)}` : ", no limit"}; ${keeps}`;
  if (fault === undefined) return { name: "Redis", state: "good", says: usual, figures };
  const [state, says, advice] = fault;
  return { name: "Redis", state, says: `${what} ${says}`, advice, figures };
}

function faults(
  info: ReadonlyMap<string, string>,
  {
    used,
    most,
    latencyMs,
    timeoutMs,
  }: { readonly used: number; readonly most: number; readonly latencyMs: number; readonly timeoutMs: number },
): Fault[] {
  const found: Fault[] = [];
  const [major = 0, minor = 0] = (info.get("redis_version") ?? "").split(".").map(Number);
  if (info.get("loading") === "1")
    found.push([
      "bad",
      "is still reading its data",
      "Wait until it has ended; the server goes on with files until then.",
    ]);
  if (info.get("role") === "slave")
    found.push([
      "bad",
      "follows another one and takes no changes",
      "Name the leading one in WORK_QUEUE_CONN.",
    ]);
  if (most > 0 && used >= most)
    found.push([
      "bad",
      `is full (${bytesText(used)} of ${bytesText(most)})`,
      "Raise its maxmemory, or run heliostream cache purge.",
    ]);
  if (info.get("rdb_last_bgsave_status") === "err" || info.get("aof_last_write_status") === "err")
    found.push([
      "bad",
      "cannot write its data to the disk, and may take no more",
      "See its log; make room in its dir, or mend the rights there.",
    ]);
  const policy = info.get("maxmemory_policy") ?? "noeviction";
  if (policy !== "noeviction")
    found.push([
      "worried",
      `throws keys away when it is full (${policy})`,
      "Set maxmemory-policy noeviction in redis.conf: the queue cannot lose keys.",
    ]);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]))
    found.push([
      "worried",
      `has version ${major}.${minor}, expected ${OLDEST.join(".")} or later`,
      "Install a later version.",
    ]);
  if (most > 0 && used >= MUCH * most)
    found.push([
      "worried",
      `is nearly full (${bytesText(used)} of ${bytesText(most)})`,
      "Raise its maxmemory before it refuses what is new.",
    ]);
  if (latencyMs > timeoutMs / 2)
    found.push([
      "worried",
      `is slow: ${durationText(latencyMs)} for one answer, requests wait ${durationText(timeoutMs)} at most`,
      "See what else loads it or the network, or raise REDIS_TIMEOUT.",
    ]);
  return found;
}

function persistence({ info, save }: RedisFacts): string {
  if (info.get("aof_enabled") === "1") return "every change is on its disk (AOF)";
  if (save === "")
    return "nothing of it is on its disk: after a restart the index is found again in CACHE_ROOT, and waiting builds are wished for anew";
  return save === undefined ? "whether it is on its disk is not told" : "on its disk from time to time";
}
