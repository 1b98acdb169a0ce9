import { blockNumber } from "../../cache/block-number.js";
import type { BlockPeriod } from "../../cache/level.js";
import type { BuildJob, QueueStatus } from "../../cache/queue/build-queue.js";
import { parseTime } from "../../stream/time.js";
import type { MadeCache, MadeLevel, Painted } from "./made-cache.js";

function level(
  resolutionName: string,
  seconds: number,
  period: BlockPeriod,
  blockBytes: number,
  painted: readonly Painted[],
): MadeLevel {
  return { resolutionName, seconds, period, blockBytes, painted };
}

/** Every n-th day of a range without its block. */
function holes(begin: string, days: number, every: number): Painted[] {
  const first = Date.parse(`${begin}T00:00:00Z`);
  const day = (n: number) => new Date(first + n * 86_400_000).toISOString().slice(0, 10);
  return Array.from({ length: Math.floor(days / every) }, (_, n): Painted => {
    const at = n * every + ((n * 7919) % every);
    return [day(at), day(at + 1), "absent"];
  });
}

function build(sourceId: string, period: BlockPeriod, begin: string, urgency: BuildJob["urgency"]): BuildJob {
  return { sourceId, params: [], period, number: blockNumber(parseTime(begin), period), urgency };
}

const STATUS: QueueStatus = {
  waiting: 214,
  running: 2,
  delayed: 1,
  failed: 1,
  workers: 2,
  builtLastMinute: 37,
  jobs: [
    { job: build("Cassini/Survey", "daily", "2011-03-14", "person"), state: "running", progress: 0.62 },
    {
      job: build("Juno/Waves/Survey", "monthly", "2019-07-01", "operator"),
      state: "running",
      progress: 0.08,
    },
    { job: build("Juno/Waves/Survey", "monthly", "2019-08-01", "operator"), state: "waiting", progress: 0 },
    {
      job: build("Wind/Ratio", "daily", "2020-02-29", "prefetch"),
      state: "delayed",
      progress: 0,
      reason: "The reader was ended by SIGKILL",
    },
    {
      job: build("Cassini/Survey", "daily", "2009-12-24", "prefetch"),
      state: "failed",
      progress: 0.4,
      reason: "The reader ended with status 3: T2009358.DAT: unexpected end of file at byte 1048576",
    },
  ],
};

/** Ids of the sample cache, with the range of their definitions. */
const SAMPLE_RANGES: Readonly<Record<string, readonly [begin: string, end: string]>> = {
  "Cassini/Survey": ["2004-01-01", "2017-09-16"],
  "Juno/Waves/Survey": ["2011-08-08", "2021-07-01"],
  "Voyager/1/PWS/SA": ["1977-09-05", "2021-07-01"],
  "Wind/Ratio": ["2019-01-01", "2021-07-01"],
  "Ground/Lightning/StationWithALongName/ChannelsOneToFour": ["2021-06-01", "2021-07-01"],
};

/** A cache as a site may have it after some months: long and short ranges, gaps of all sizes, all states. */
export const SAMPLE_CACHE: MadeCache = {
  bytes: 412_345_678_901,
  maxBytes: 536_870_912_000,
  status: STATUS,
  levels: {
    "Cassini/Survey": [
      level("intrinsic", 0, "daily", 88_000_000, [["2016-01-01", "2017-09-16", "present"]]),
      level("bin-60s", 60, "daily", 1_500_000, [
        ["2004-01-01", "2017-09-16", "present"],
        ["2004-01-01", "2004-04-11", "empty"],
        ["2009-12-24", "2009-12-25", "absent"],
        ["2013-05-01", "2013-11-20", "stale"],
        ["2017-06-01", "2017-09-16", "absent"],
      ]),
      level("bin-600s", 600, "monthly", 4_500_000, [["2004-01-01", "2017-10-01", "present"]]),
      level("bin-86400s", 86_400, "yearly", 380_000, [["2004-01-01", "2018-01-01", "present"]]),
    ],
    "Juno/Waves/Survey": [
      level("bin-30s", 30, "daily", 2_900_000, [
        ["2011-08-08", "2021-07-01", "present"],
        ...holes("2013-01-01", 1600, 23),
        ["2011-08-08", "2012-10-01", "empty"],
      ]),
      level("bin-1200s", 1200, "monthly", 2_200_000, [
        ["2011-08-01", "2019-07-01", "present"],
        ["2011-08-01", "2012-10-01", "empty"],
      ]),
    ],
    "Voyager/1/PWS/SA": [
      level("bin-300s", 300, "monthly", 700_000, [
        ["1977-09-01", "2021-07-01", "present"],
        ["1998-02-01", "1998-03-01", "stale"],
      ]),
      level("bin-86400s", 86_400, "yearly", 120_000, []),
    ],
    "Wind/Ratio": [
      {
        ...level("bin-3s", 3, "hourly", 91_000, [["2019-01-01", "2021-06-30T14", "present"]]),
        params: ["90", "--mode=fast"],
      },
      {
        ...level("bin-3s", 3, "hourly", 91_000, [["2021-05-01", "2021-06-30T14", "present"]]),
        params: ["180", "--mode=fast"],
      },
    ],
    "Ground/Lightning/StationWithALongName/ChannelsOneToFour": [
      level("bin-100ms", 0.1, "perminute", 66_000, [
        ["2021-06-03T04:10", "2021-06-21T23:00", "present"],
        ["2021-06-11T12:00", "2021-06-11T12:01", "absent"],
        ["2021-06-14T06:00", "2021-06-14T18:00", "empty"],
      ]),
      level("bin-10s", 10, "hourly", 40_000, [["2021-06-03", "2021-06-22", "present"]]),
    ],
  },
};

/** The text of a definition with that range, whose levels the cache tells. */
export function sampleDefinition(id: string): string {
  const [begin, end] = SAMPLE_RANGES[id] ?? ["", ""];
  const range = begin === "" ? "" : `validRange = '${begin} to ${end}'\n`;
  return `description = 'Made up: ${id.split("/").at(-1)}'\n${range}reader = 'rd'\ndas2Stream = 1\ncacheLevels = auto\n`;
}

/** The definitions of the sample cache, by id. */
export function sampleDefinitions(): Map<string, string> {
  return new Map(Object.keys(SAMPLE_RANGES).map((id) => [id, sampleDefinition(id)]));
}
