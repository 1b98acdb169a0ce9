import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { blockNumber } from "../../../cache/block-number.js";
import { parseTime } from "../../../stream/time.js";
import { decodeStream } from "../../support/run-stream.js";
import { madeBlock, publish } from "../support/made-block.js";
import { KeptSource, linePacket, linePoint, streamPacket, timesOf } from "./kept-source.js";

const DAY = "2020-03-02";
const MINUTE = "cacheLevel_00 = '60 s | daily'";

let source: KeptSource;
beforeEach(async () => {
  source = await KeptSource.make(MINUTE);
});

describe("the level", () => {
  /** The message of the error of a level, or the title of the block that was read. */
  async function used(resolution: string, normParams = "_noparam"): Promise<string> {
    const { text } = await source.read(...source.words(DAY, "2020-03-03", resolution, normParams));
    return /title="([^"]*)"/.exec(text)?.[1] ?? /message="([^"]*)"/.exec(text)?.[1] ?? text;
  }

  async function putTitled(title: string, other: Parameters<KeptSource["level"]>[0]): Promise<void> {
    const point = linePacket() + linePoint(`${DAY}T12:00:00`, 1);
    await source.put(source.level(other), DAY, streamPacket(`title="${title}"`) + point);
  }

  it("is the widest that is not wider than asked for, give or take a millionth", async () => {
    source = await KeptSource.make(
      MINUTE,
      "cacheLevel_01 = '43.2 s | daily'",
      "cacheLevel_02 = 'intrinsic | daily'",
    );
    await putTitled("minutes", {});
    await putTitled("odd", { seconds: 43.2, resolutionName: "bin-43p2s" });
    await putTitled("raw", { seconds: 0, resolutionName: "intrinsic" });
    const asked = ["0", "43.1", "43.19999", "4.32000e+01", "43.2", "59.9", "59.99996", "60", "1e9"];
    const got: string[] = [];
    for (const resolution of asked) got.push(await used(resolution));
    expect(got).toEqual(["raw", "raw", "odd", "odd", "odd", "odd", "minutes", "minutes", "minutes"]);
  });

  it("has the parameters that were asked for, normalised or as their folder is named", async () => {
    source = await KeptSource.make(
      MINUTE,
      "cacheLevel_07 = '60 s | daily | b -a'",
      "cacheLevel_08 = '60 s | daily | a/b'",
    );
    await putTitled("none", {});
    await putTitled("two", { params: ["-a", "b"], paramsName: "_a_b" });
    // 16 digits of the SHA-256 of "a/b", by sha256sum.
    await putTitled("odd", { params: ["a/b"], paramsName: "p-ab-c14cddc033f64b9d" });
    expect(await used("60")).toBe("none");
    expect(await used("60", "_a_b")).toBe("two");
    expect(await used("60", "p-ab-c14cddc033f64b9d")).toBe("odd");
    expect(await used("60", "a/b")).toBe("odd");
    expect(await used("60", "a_b")).toBe("the source has no cache level for the parameters &quot;a_b&quot;");
  });

  it("is that of data of the version that the definition names", async () => {
    source = await KeptSource.make(MINUTE, "dataVersion = '2'");
    await putTitled("old", { dataVersion: "1" });
    expect(await used("60")).toContain("no valid block 2020-03-02");
    await rm(join(source.folder, "_noparam"), { recursive: true });
    await putTitled("new", { dataVersion: "2" });
    expect(await used("60")).toBe("new");
  });

  it("is one of those that were chosen, where they are chosen by measuring", async () => {
    source = await KeptSource.make("cacheLevels = auto");
    expect(await used("60")).toContain("no cache level for the parameters");
    await putTitled("chosen", { seconds: 10, resolutionName: "bin-10s" });
    const measurement = {
      cadence: 1,
      channels: 1,
      recordBytes: 34,
      bytesPerSecond: 34,
      packets: 9,
      spanSeconds: 9,
    };
    const pyramid = { v: 1, measuredAt: "2020-03-03T00:00:00Z", measurement, levels: ["10 s | daily"] };
    await writeFile(join(source.folder, "_noparam/levels.json"), JSON.stringify(pyramid));
    expect(await used("60")).toBe("chosen");
  });
});

describe("many blocks", () => {
  it("of binary records come as the server wrote them", async () => {
    const level = source.level();
    const first = blockNumber(parseTime(DAY), "daily");
    for (const i of [0, 1, 2]) await publish(level, first + i, madeBlock(level, first + i, 1440, i * 1440));
    const { text, code } = await source.read(...source.words("2020-03-02T12:00", "2020-03-04T12:00", "60"));
    const { rows, packets } = decodeStream(Buffer.from(text, "latin1"));
    expect([code, packets.length]).toEqual([undefined, 1]);
    // Two days of minutes from the middle of the first on.
    expect(rows.map(({ values }) => values[1]?.[0])).toEqual(Array.from({ length: 2880 }, (_, i) => 720 + i));
    expect(rows[0]?.values[0]).toEqual([first * 86_400e6 + 43_230e6]);
  });

  it("that are not there cost nothing where they may be missing", async () => {
    source = await KeptSource.make("cacheLevel = 'intrinsic | persecond'");
    const level = source.level({ seconds: 0, period: "persecond", resolutionName: "intrinsic" });
    const raw = streamPacket('title="Raw"') + linePacket();
    await source.put(level, "0999-03-02T14:05:06", raw + linePoint("0999-03-02T14:05:06", 1));
    await source.putOlder(level, "9998-12-31T23:59:59", raw + linePoint("9998-12-31T23:59:59", 2));
    const { text } = await source.read("--allow-missing", ...source.words("0001-01-01", "9999-12-31", "0"));
    expect(timesOf(text)).toEqual(["0999-03-02T14:05:06", "9998-12-31T23:59:59"]);
  });
});
