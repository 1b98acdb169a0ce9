import { randomBytes } from "node:crypto";
import { stat, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { usesRedis } from "../../../cache/index/open-index.js";
import { databaseUrl } from "../../../config/archive-settings.js";
import { sql } from "../../../netdrms/database/sql.js";
import { clockMs } from "../../../pipeline/clock.js";
import { durationText } from "../../pages/format.js";
import { pathAsker } from "../answers-in-time.js";
import { askDatabase } from "../ask-database.js";
import { askRedis } from "../ask-redis.js";
import type { Check, CheckSubject, Finding } from "../finding.js";

const answersInTime = pathAsker();
/** Blocks are out of date by times of files and of several hosts: apart by so much, some are built for nothing, or too late. */
const APART_MS = 2000;
/** Apart by so much, leases of builds lapse while they run. */
const FAR_APART_MS = 30_000;

/** How far another clock is ahead of ours, milliseconds, give or take `within`; `undefined` where it does not tell. */
interface Ahead {
  readonly aheadMs: number;
  readonly withinMs: number;
}

/** The clock of this host against those of the disks, of Redis and of the archive. */
export const clock: Check = {
  name: "clock",
  keepMs: 60_000,
  async run(subject, signal) {
    const { config, now } = subject;
    const drms = databaseUrl(config, "drms");
    const others: readonly (readonly [string, () => Promise<Ahead | undefined>])[] = [
      ["of files", () => fileClock(subject)],
      ...(usesRedis(config.workQueueBroker) ? ([["of Redis", () => redisClock(subject)]] as const) : []),
      ...(drms === undefined ? [] : ([["of the archive", () => archiveClock(drms, now, signal)]] as const)),
    ];
    const told = await Promise.all(
      // One that is away is told of elsewhere.
      others.map(async ([name, ask]) => ({ name, ahead: await ask().catch(() => undefined) })),
    );
    return [judge(told)];
  },
};

function judge(told: readonly { readonly name: string; readonly ahead: Ahead | undefined }[]): Finding {
  const name = "Clock";
  const apart = told.map(({ name: whose, ahead }) => ({
    whose,
    // What the way of the answer may explain counts for nothing.
    ms:
      ahead === undefined
        ? 0
        : Math.sign(ahead.aheadMs) * Math.max(0, Math.abs(ahead.aheadMs) - ahead.withinMs),
  }));
  const known = told.filter(({ ahead }) => ahead !== undefined).map(({ name: whose }) => whose);
  const worst = Math.max(0, ...apart.map(({ ms }) => Math.abs(ms)));
  const figures = { apart_seconds: worst / 1000 };
  if (known.length === 0) return { name, state: "unknown", says: "no other clock could be asked" };
  if (worst < APART_MS)
    return { name, state: "good", says: `agrees with the clock ${known.join(" and ")}`, figures };
  const says = apart
    .filter(({ ms }) => Math.abs(ms) >= APART_MS)
    .map(
      ({ whose, ms }) => `the clock ${whose} is ${durationText(Math.abs(ms))} ${ms > 0 ? "ahead" : "behind"}`,
    )
    .join(", ");
  const advice = "Let all hosts keep time by NTP (timedatectl set-ntp true; chronyc tracking).";
  return { name, state: worst < FAR_APART_MS ? "worried" : "bad", says, advice, figures };
}

/** By the time that a new file gets: on a network folder that of its host. */
async function fileClock({ config, now }: CheckSubject): Promise<Ahead | undefined> {
  const folder = config.cacheRoot ?? tmpdir();
  if (!(await answersInTime(folder))) return undefined;
  const file = join(folder, `.heliostream-clock-${process.pid}-${randomBytes(4).toString("hex")}`);
  const sent = now();
  const begun = clockMs();
  try {
    await writeFile(file, "", { flag: "wx", mode: 0o600 });
    const { mtimeMs } = await stat(file);
    const took = clockMs() - begun;
    return { aheadMs: mtimeMs - (sent + took / 2), withinMs: took / 2 };
  } finally {
    await unlink(file).catch(() => {});
  }
}

async function redisClock({ config, now }: CheckSubject): Promise<Ahead> {
  const { aheadMs, latencyMs } = await askRedis(config, now);
  return { aheadMs, withinMs: latencyMs / 2 };
}

async function archiveClock(url: string, now: () => number, signal: AbortSignal): Promise<Ahead | undefined> {
  return askDatabase(url, signal, async (database) => {
    const sent = now();
    const begun = clockMs();
    const [row] = await database.query(
      sql`SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS ms`,
    );
    const took = clockMs() - begun;
    const theirs = row?.ms;
    return typeof theirs === "number"
      ? { aheadMs: theirs - (sent + took / 2), withinMs: took / 2 }
      : undefined;
  });
}
