import { DasError, isDasError } from "../../errors/das-error.js";
import { granted, type RedisLink, type RedisReply } from "../index/redis-link.js";
import { integerOf, listOf, textOf } from "../index/redis-reply.js";
import type { QueueStatus } from "./build-queue.js";
import { urgencyOf } from "./place-jobs.js";
import { QUEUE_NAME, QUEUE_PREFIX, queueKey } from "./queue-keys.js";
import { asStoredBuild } from "./stored-build.js";

/** Most jobs of each state that are shown one by one. */
const SHOWN = 50;
const MINUTE_MS = 60_000;
/** Names of the connections of workers. */
const WORKER = `${QUEUE_PREFIX}:${Buffer.from(QUEUE_NAME).toString("base64")}`;

/** Fields of the hash of a job. */
const FIELDS = ["data", "priority", "progress", "failedReason"] as const;

/** Where ids of jobs are, by state: lists are filled at their head, so the oldest are at the end. */
const STATES = [
  { state: "running", key: queueKey("active"), range: ["LRANGE", String(-SHOWN), "-1"], isTurned: true },
  { state: "waiting", key: queueKey("wait"), range: ["LRANGE", String(-SHOWN), "-1"], isTurned: true },
  {
    state: "waiting",
    key: queueKey("prioritized"),
    range: ["ZRANGE", "0", String(SHOWN - 1)],
    isTurned: false,
  },
  { state: "delayed", key: queueKey("delayed"), range: ["ZRANGE", "0", String(SHOWN - 1)], isTurned: false },
  { state: "failed", key: queueKey("failed"), range: ["ZREVRANGE", "0", String(SHOWN - 1)], isTurned: false },
] as const;

/**
 * What a queue in Redis holds, for programs that live for one request: two round trips, and none of the packages that run the queue.
 * @param now milliseconds since 1970
 * Errors: QUEUE_AWAY.
 */
export async function lookAtQueue(link: RedisLink, now: number): Promise<QueueStatus> {
  try {
    return await look(link, now);
  } catch (error) {
    if (!isDasError(error, "INDEX_AWAY")) throw error;
    throw new DasError("QUEUE_AWAY", "the queue of builds does not answer", error.where, error);
  }
}

async function look(link: RedisLink, now: number): Promise<QueueStatus> {
  const replies = await link.pipeline([
    ...STATES.map(({ key, range }) => [range[0].startsWith("L") ? "LLEN" : "ZCARD", key]),
    ["ZCOUNT", queueKey("completed"), String(now - MINUTE_MS), "+inf"],
    ["CLIENT", "LIST"],
    ...STATES.map(({ key, range: [command, from, to] }) => [command, key, from, to]),
  ]);
  const counts = replies.slice(0, STATES.length + 1).map((reply) => integerOf(granted(reply)));
  const [running = 0, waiting = 0, prioritized = 0, delayed = 0, failed = 0, builtLastMinute = 0] = counts;
  const ids = STATES.flatMap(({ state, isTurned }, index) => {
    const listed = listOf(granted(replies[STATES.length + 2 + index] ?? null)).map(textOf);
    return (isTurned ? listed.reverse() : listed).map((id) => ({ id, state }));
  });
  const jobs = await link.pipeline(ids.map(({ id }) => ["HMGET", queueKey(id), ...FIELDS]));
  return {
    waiting: waiting + prioritized,
    running,
    delayed,
    failed,
    workers: countWorkers(replies[STATES.length + 1] ?? null),
    builtLastMinute,
    jobs: jobs.flatMap((reply, index) => shown(listOf(granted(reply)), ids[index]?.state ?? "")),
  };
}

/** Connections of workers in a list of clients; none where Redis does not give it. */
function countWorkers(reply: RedisReply): number {
  if (!Buffer.isBuffer(reply)) return 0;
  return reply
    .toString("utf8")
    .split("\n")
    .map((line) => / name=(\S*)/.exec(line)?.[1] ?? "")
    .filter((name) => name === WORKER || name.startsWith(`${WORKER}:w:`)).length;
}

/** A job for people; none where it is gone already, or is no build. */
function shown(fields: readonly RedisReply[], state: string): QueueStatus["jobs"] {
  const [data, priority, progress, failedReason] = fields.map((field) =>
    Buffer.isBuffer(field) ? field.toString("utf8") : undefined,
  );
  const stored = asStoredBuild(parsed(data));
  if (stored === undefined) return [];
  const reason = failedReason ?? stored.reason;
  const done = Number(progress);
  return [
    {
      // It may have become more urgent since it was added.
      job: { ...stored.job, urgency: urgencyOf(Number(priority)) },
      state,
      progress: Number.isFinite(done) ? done : 0,
      ...(reason === undefined ? {} : { reason }),
    },
  ];
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}
