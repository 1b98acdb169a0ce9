import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readQuestion } from "../../cgi/cache/question.js";
import { REFRESH_SECONDS } from "../../cgi/pages/refresh.js";
import { packageRoot } from "../../config/package-root.js";
import { parseTime } from "../../stream/time.js";
import { cacheSite } from "../support/cache-site.js";
import { BUILT_MS, IDLE, madeAccess } from "../support/made-cache.js";

const text = readFileSync(join(packageRoot(), "docs/cache-status.md"), "utf8");
const made = cacheSite();

describe("the page about the state of the cache", () => {
  it("has the JSON of a cache as the server gives it", async () => {
    const job = {
      sourceId: "Demo/Pump4",
      params: [],
      period: "monthly",
      number: 257,
      urgency: "person",
    } as const;
    const definition = `description = 'Pressure of a pump'\nvalidRange = '2021-06-01 to 2021-06-05'\nreader = 'rd'\ndas2Stream = 1\ncacheLevels = auto\n`;
    const access = madeAccess({
      bytes: 412_345_678_901,
      maxBytes: 536_870_912_000,
      status: {
        ...IDLE,
        waiting: 214,
        running: 2,
        delayed: 1,
        failed: 1,
        workers: 2,
        builtLastMinute: 37,
        jobs: [{ job, state: "running", progress: 0.62 }],
      },
      levels: {
        "Demo/Pump4": [
          {
            resolutionName: "bin-60s",
            seconds: 60,
            period: "daily",
            painted: [["2021-06-01", "2021-06-04", "present"]],
            blockBytes: 1_500_000,
          },
        ],
      },
    });
    made.open(new Map([["Demo/Pump4", definition]]), access);
    const documented = JSON.parse(/```json\n(.+)\n```/.exec(text)?.[1] ?? "");
    const view = await made.view();
    expect(new Date(BUILT_MS).toISOString()).toBe("2021-06-30T12:30:00.000Z");
    expect({ ...view, index: { ...view.index, ms: 0.42 } }).toEqual(documented);
  });

  it("has the parameters with their values", () => {
    const rows = [...text.matchAll(/^\| `(\w+)`(?:, `(\w+)`)? \| (.+?) \| /gm)].slice(0, 5);
    expect(rows.map(([, name]) => name)).toEqual(["source", "find", "page", "begin", "refresh"]);
    const seconds = (rows[4]?.[3]?.match(/\b\d+\b/g) ?? []).map(Number);
    expect(seconds).toEqual([...REFRESH_SECONDS]);
    const now = parseTime("2021-07-01");
    const words = new Map([
      ["source", "A"],
      ["find", "b"],
      ["page", "2"],
      ["begin", "2020"],
      ["refresh", "15"],
    ]);
    expect(readQuestion(words, now)).toMatchObject({
      source: "A",
      find: "b",
      page: 2,
      range: { begin: parseTime("2020-01-01"), end: now },
      refresh: 15,
    });
  });
});
