import { granted, type RedisLink, runScript } from "../index/redis-link.js";
import { luaScript } from "../index/scripts/lua-script.js";
import { formatBuildJob, parseBuildJob, URGENCIES } from "./build-job.js";
import type { BuildJob } from "./build-queue.js";
import { urgencyClass } from "./fair-order.js";
import { WISHES_KEY } from "./queue-keys.js";
import type { Wishes } from "./wishes.js";

/** Most wishes that wait: what a year of days needs, several times. */
const MOST_WISHES = 10_000;
/** Above any time, milliseconds since 1970. */
const CLASS_SCORE = 2 ** 44;

/**
 * Leaves wishes: members of a sorted set, whose scores are their urgency and then their age. A wish that is there keeps its age, unless it
 * has become more urgent.
 *
 * KEYS[1] wishes
 * ARGV[1] most wishes  ARGV[2...] pairs of class and wish
 * Reply: OK.
 */
const LEAVE_WISHES = luaScript(
  "leave-wishes",
  `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local room = tonumber(ARGV[1]) - redis.call('ZCARD', KEYS[1])
for i = 2, #ARGV, 2 do
  local score = string.format('%.0f', tonumber(ARGV[i]) * ${CLASS_SCORE} + now)
  if room > 0 then
    room = room - redis.call('ZADD', KEYS[1], 'LT', score, ARGV[i + 1])
  else
    redis.call('ZADD', KEYS[1], 'XX', 'LT', score, ARGV[i + 1])
  end
end
return redis.status_reply('OK')`,
);

/** Wishes in Redis. */
export function redisWishes(link: RedisLink): Wishes {
  return {
    async leave(jobs) {
      if (jobs.length === 0) return;
      const words = jobs
        .slice(0, MOST_WISHES)
        // Of the same build with another urgency there is to be one.
        .flatMap((job) => [
          String(urgencyClass(job.urgency)),
          formatBuildJob({ ...job, urgency: "prefetch" }),
        ]);
      await runScript(link, LEAVE_WISHES, [WISHES_KEY], [String(MOST_WISHES), ...words]);
    },
    async take(most) {
      const reply = granted(await link.call(["ZPOPMIN", WISHES_KEY, String(most)]));
      const words = Array.isArray(reply) ? reply.map((word) => String(word)) : [];
      const jobs: BuildJob[] = [];
      for (let at = 0; at + 1 < words.length; at += 2) {
        const job = parseBuildJob(words[at] ?? "");
        const urgency = URGENCIES[Math.floor(Number(words[at + 1]) / CLASS_SCORE)];
        if (job !== undefined && urgency !== undefined) jobs.push({ ...job, urgency });
      }
      return jobs;
    },
  };
}
