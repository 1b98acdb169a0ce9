import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { blockNumber, blockRange } from "../../../cache/block-number.js";
import { blockPath } from "../../../cache/block-path.js";
import { buildSpan } from "../../../cache/build/build-span.js";
import type { Level } from "../../../cache/level.js";
import { openBlock } from "../../../cache/store/stored-block.js";
import { loadDataSource } from "../../../dsdf/load.js";
import { planStages, timeText } from "../../../dsdf/stages.js";
import { builtInProgram } from "../../../pipeline/built-in.js";
import { runPipeline } from "../../../pipeline/run.js";
import { binAvgsec } from "../../../reducers/bin-avgsec.js";
import { makeTime, timeToUs2000 } from "../../../stream/time.js";
import { decodeStream, filterStream, TEST_CONTEXT } from "../../support/run-stream.js";
import { emptyFolder } from "../support/level-folder.js";
import { collect } from "../support/made-block.js";
import {
  JUNE_30_DAY,
  jobOf,
  levelOf,
  NOW,
  ROOT,
  sourceOf,
  storedBytes,
  surroundings,
} from "./sample-build.js";

const DAY = jobOf("daily", JUNE_30_DAY);
/** 2.2 MB a day. */
const READER = "synthetic --cadence 4s --planes 3 --gaps 100/1000 --fills 1/10";

/** What the programs of a definition give for a block, as an older server would run them for it. */
async function programsFor(
  source: ReturnType<typeof sourceOf>,
  level: Level,
  number: number,
): Promise<Buffer> {
  const range = blockRange(number, level.period);
  const reduced = level.seconds > 0 && { resolution: level.seconds, binOrigin: range.begin };
  const query = {
    sourceId: source.id,
    ...range,
    requested: range,
    reading: range,
    params: level.params,
    output: "stream",
  } as const;
  const stages = planStages(source, { ...query, ...reduced }, surroundings().tools);
  const cut = { begin: timeToUs2000(range.begin), end: timeToUs2000(range.end) };
  return await collect(runPipeline(stages, { programs: builtInProgram, cut }).bytes);
}

describe("the blocks of a span", () => {
  test("of a source that ships here, at three levels, are those of its programs, from one run of the reader", async () => {
    const folder = await emptyFolder();
    const source = loadDataSource(
      { root: join(ROOT, "dsdf/sources"), id: "Examples/Synthetic" },
      { substitutions: new Map() },
    );
    const levels = [
      levelOf(folder, "10 s", "hourly", 0),
      levelOf(folder, "60 s", "daily", 1),
      levelOf(folder, "600 s", "daily", 2),
    ];
    const report = await buildSpan(DAY, source, levels, surroundings());
    expect(report).toMatchObject({
      built: { "bin-10s hourly": 24, "bin-60s daily": 1, "bin-600s daily": 1 },
      skipped: 0,
      readerRuns: 1,
    });
    for (const level of levels)
      for (const number of level.period === "hourly" ? [JUNE_30_DAY * 24 + 23] : [JUNE_30_DAY]) {
        const stored = await storedBytes(level, number);
        expect(stored?.block.equals(await programsFor(source, level, number))).toBe(true);
        expect(stored?.statistics?.length).toBeGreaterThan(0);
      }
  });

  test("of an intrinsic level are the packets, and hold every one", async () => {
    const folder = await emptyFolder();
    const level = levelOf(folder, "intrinsic", "hourly");
    await buildSpan(DAY, sourceOf(READER), [level], surroundings());
    const first = await storedBytes(level, JUNE_30_DAY * 24);
    expect(first?.block.equals(await programsFor(sourceOf(READER), level, JUNE_30_DAY * 24))).toBe(true);
    expect(first?.statistics).toBeUndefined();
  });

  test("are told of in their sidecars", async () => {
    const folder = await emptyFolder();
    const level = levelOf(folder, "60 s", "daily");
    await buildSpan(DAY, sourceOf(READER), [level], surroundings({}, { sourceMtimeMs: NOW - 1000 }));
    const block = await openBlock(level, JUNE_30_DAY);
    expect(block?.sidecar).toMatchObject({
      builtAt: new Date(NOW).toISOString(),
      sourceMtime: new Date(NOW - 1000).toISOString(),
      flat: true,
      noData: false,
      madeFrom: { kind: "raw" },
    });
    const { begin } = blockRange(JUNE_30_DAY, "daily");
    expect(block?.sidecar.x?.first).toBe(timeToUs2000(begin) + 30e6);
    await block?.close();
  });

  test("that are there are not built again, unless they must be", async () => {
    const folder = await emptyFolder();
    const levels = [levelOf(folder, "600 s", "daily", 0), levelOf(folder, "60 s", "hourly", 1)];
    const around = surroundings();
    await buildSpan(DAY, sourceOf(READER), levels, around);
    expect(await buildSpan(DAY, sourceOf(READER), levels, around)).toMatchObject({
      skipped: 25,
      readerRuns: 0,
    });
    // Neither are those that only the disk knows of.
    expect(await buildSpan(DAY, sourceOf(READER), levels, surroundings())).toMatchObject({
      skipped: 25,
      readerRuns: 0,
    });
    const forced = await buildSpan({ ...DAY, force: true }, sourceOf(READER), levels, around);
    expect(forced).toMatchObject({ built: { "bin-60s hourly": 24, "bin-600s daily": 1 }, skipped: 0 });
  });

  test("that somebody else is building are left alone", async () => {
    const folder = await emptyFolder();
    const level = levelOf(folder, "60 s", "hourly");
    const around = surroundings();
    await around.index.claim(level, [JUNE_30_DAY * 24 + 3]);
    expect(await buildSpan(DAY, sourceOf(READER), [level], around)).toMatchObject({
      built: { "bin-60s hourly": 23 },
      skipped: 1,
      readerRuns: 1,
    });
    expect(around.index.claims(level)).toEqual([JUNE_30_DAY * 24 + 3]);
  });

  test("without data are known to have none", async () => {
    const folder = await emptyFolder();
    const source = sourceOf("synthetic --cadence 4s --gaps 5000/10800");
    const level = levelOf(folder, "60 s", "hourly");
    const around = surroundings();
    expect((await buildSpan(DAY, source, [level], around)).built).toEqual({ "bin-60s hourly": 24 });
    const blocks = await Promise.all(
      Array.from({ length: 24 }, async (_, hour) => await openBlock(level, JUNE_30_DAY * 24 + hour)),
    );
    const empty = blocks.filter((block) => block?.sidecar.noData === true);
    // The last 5000 of 10800 samples, 20000 of 43200 s: 5.6 hours, twice a day.
    expect(empty.length).toBe(10);
    const { stream, exceptions, packets } = decodeStream(await collect(empty[0]!.bytes()));
    expect(exceptions[0]?.type).toBe("NoDataInInterval");
    expect(packets).toEqual([]);
    // That of the reducer, with a range of its own.
    const titled = (await blocks[0]!.headers()).stream.properties.filter(
      ({ name }) => name !== "xCacheRange",
    );
    expect(stream?.properties.filter(({ name }) => name !== "xCacheRange")).toEqual(titled);
    for (const block of blocks) await block?.close();
  });

  test("that reach out of the valid range are built of the part inside", async () => {
    const folder = await emptyFolder();
    const source = sourceOf(READER, "validRange = '2021-06-30T12:30 to 2021-06-30T14:00'");
    const levels = [levelOf(folder, "60 s", "hourly", 0), levelOf(folder, "600 s", "daily", 1)];
    const report = await buildSpan(DAY, source, levels, surroundings());
    expect(report.built).toEqual({ "bin-60s hourly": 2, "bin-600s daily": 1 });
    const { rows } = decodeStream((await storedBytes(levels[0]!, JUNE_30_DAY * 24 + 12))!.block);
    expect(rows[0]?.values[0]).toEqual([timeToUs2000(makeTime(2021, 6, 30, 12, 30, 30))]);
    const before = jobOf("daily", JUNE_30_DAY - 1);
    expect(await buildSpan(before, source, levels, surroundings())).toMatchObject({
      built: {},
      readerRuns: 0,
    });
  });

  test("of a valid range to now end with tomorrow", async () => {
    const folder = await emptyFolder();
    const source = sourceOf(READER, "validRange = '2021-01-01 to now'");
    const level = levelOf(folder, "3600 s", "daily");
    const july = blockNumber(makeTime(2021, 7, 1), "monthly");
    // NOW is July 30: the 31st is still to come.
    expect((await buildSpan(jobOf("monthly", july), source, [level], surroundings())).built).toEqual({
      "bin-3600s daily": 30,
    });
  });

  test("whose records changed while they were built are out of date", async () => {
    const folder = await emptyFolder();
    const level = levelOf(folder, "60 s", "daily");
    const around = surroundings();
    const onProgress = () =>
      void around.index.markChanged(level, { first: JUNE_30_DAY, end: JUNE_30_DAY + 1 });
    await buildSpan(DAY, sourceOf(READER), [level], { ...around, onProgress });
    expect(
      (await around.index.coverage(level, { first: JUNE_30_DAY, end: JUNE_30_DAY + 1 })).runs,
    ).toMatchObject([{ state: "stale" }]);
    // On the disk too, whatever becomes of the index.
    expect(await openBlock(level, JUNE_30_DAY)).toBeUndefined();
  });

  test("whose claim was lost are not put in place", async () => {
    const folder = await emptyFolder();
    const level = levelOf(folder, "60 s", "daily");
    const around = surroundings({}, { leaseMs: 3 });
    let lost = false;
    const onProgress = async (part: number) => {
      if (part < 0.5 && !lost) around.index.loseClaims();
      lost = true;
    };
    const renewed = around.index.renewed();
    const report = buildSpan(DAY, sourceOf(READER), [level], {
      ...around,
      onProgress: (part) => void onProgress(part),
    });
    await renewed;
    expect((await report).built).toEqual({ "bin-60s daily": 0 });
    expect(await openBlock(level, JUNE_30_DAY)).toBeUndefined();
  });
});

describe("a reducer that is no average", () => {
  test("and ships here makes each block by itself", async () => {
    const folder = await emptyFolder();
    const source = sourceOf(READER, "reducer = 'das2_bin_ratesec -e'");
    const levels = [levelOf(folder, "60 s", "daily", 0), levelOf(folder, "700 s", "hourly", 1)];
    await buildSpan(DAY, source, levels, surroundings());
    for (const [level, number] of [
      [levels[0]!, JUNE_30_DAY],
      [levels[1]!, JUNE_30_DAY * 24 + 5],
    ] as const) {
      const stored = await storedBytes(level, number);
      expect(stored?.block.toString("latin1")).toBe(
        (await programsFor(source, level, number)).toString("latin1"),
      );
      expect(stored?.statistics).toBeUndefined();
    }
  });

  test("and is another program is run once a block", async () => {
    const folder = await emptyFolder();
    const log = join(folder, "log");
    // Passes on what it gets, and notes its arguments.
    const reducer = `reducer = '/bin/sh ${join(folder, "reducer.sh")}'`;
    await writeFile(join(folder, "reducer.sh"), `echo "$@" >> ${log}\nexec cat\n`);
    const level = levelOf(folder, "60 s", "hourly");
    const source = sourceOf(READER, reducer);
    const report = await buildSpan(jobOf("hourly", JUNE_30_DAY * 24 + 2), source, [level], surroundings());
    expect(report).toMatchObject({ built: { "bin-60s hourly": 1 }, readerRuns: 1 });
    const stored = await storedBytes(level, JUNE_30_DAY * 24 + 2);
    expect(stored?.block.equals(await programsFor(source, level, JUNE_30_DAY * 24 + 2))).toBe(true);
    const calls = (await readFile(log, "utf8")).trim().split("\n");
    expect(calls[0]).toBe("-b 2021-06-30T02:00:00 60");
  });
});

describe("wider blocks", () => {
  test("are made of finer ones where nothing has to be read for them", async () => {
    const folder = await emptyFolder();
    const fine = levelOf(folder, "60 s", "hourly", 0);
    const wide = levelOf(folder, "600 s", "daily", 1);
    const widest = levelOf(folder, "3600 s", "daily", 2);
    const around = surroundings();
    await buildSpan(DAY, sourceOf(READER), [fine], { ...around, now: () => NOW - 5000 });
    const report = await buildSpan(DAY, sourceOf(READER), [widest, wide, fine], around);
    expect(report).toMatchObject({ built: { "bin-600s daily": 1, "bin-3600s daily": 1 }, readerRuns: 0 });
    const [second, third] = await Promise.all(
      [wide, widest].map(async (level) => await openBlock(level, JUNE_30_DAY)),
    );
    expect(second?.sidecar.madeFrom).toEqual({ kind: "level", level: "bin-60s hourly", steps: 1 });
    expect(third?.sidecar.madeFrom).toEqual({ kind: "level", level: "bin-600s daily", steps: 2 });
    // What changed after the finer ones were read may not be in it.
    expect(second?.sidecar.builtAt).toBe(new Date(NOW - 5000).toISOString());
    const made = decodeStream(await collect(second!.bytes()));
    const direct = decodeStream(await programsFor(sourceOf(READER), wide, JUNE_30_DAY));
    expect(made.stream).toEqual(direct.stream);
    expect(made.packets).toEqual(direct.packets);
    expect(made.rows.map(({ values }) => values[0])).toEqual(direct.rows.map(({ values }) => values[0]));
    // Signals of some nanotesla in 4-byte reals: one unit of the last place below 64.
    for (const [n, { values }] of made.rows.entries())
      for (const [p, [v]] of values.entries())
        expect(Math.abs(v! - direct.rows[n]!.values[p]![0]!)).toBeLessThanOrEqual(p === 0 ? 0 : 2 ** -18);
    // The companion is that of the wider block.
    expect(decodeStream(await collect((await second!.statistics())!.bytes())).rows).toHaveLength(
      made.rows.length,
    );
    await second?.close();
    await third?.close();
  });

  test("of one changed day of a month have that day read and nothing else", async () => {
    const folder = await emptyFolder();
    const fine = levelOf(folder, "3600 s", "daily", 0);
    const wide = levelOf(folder, "21600 s", "monthly", 1);
    const source = sourceOf("synthetic --cadence 1min");
    const around = surroundings();
    const june = blockNumber(makeTime(2021, 6, 1), "monthly");
    const job = jobOf("monthly", june);
    await buildSpan(job, source, [fine, wide], around);
    await around.index.markChanged(fine, { first: JUNE_30_DAY, end: JUNE_30_DAY + 1 });
    await around.index.markChanged(wide, { first: june, end: june + 1 });
    const report = await buildSpan(job, source, [fine, wide], around);
    expect(report).toMatchObject({
      built: { "bin-3600s daily": 1, "bin-21600s monthly": 1 },
      skipped: 29,
      readerRuns: 1,
    });
    const block = await openBlock(wide, june);
    expect(block?.sidecar.madeFrom).toMatchObject({ kind: "level", steps: 1 });
    await block?.close();
  });

  test("are read where a finer one is broken, or has too many digits", async () => {
    const folder = await emptyFolder();
    const fine = levelOf(folder, "60 s", "hourly", 0);
    const wide = levelOf(folder, "600 s", "daily", 1);
    const around = surroundings();
    await buildSpan(DAY, sourceOf(READER), [fine], around);
    await rm(blockPath(fine, JUNE_30_DAY * 24 + 7));
    expect(await buildSpan(DAY, sourceOf(READER), [fine, wide], around)).toMatchObject({
      built: { "bin-600s daily": 1 },
      readerRuns: 1,
    });
    const block = await openBlock(wide, JUNE_30_DAY);
    expect(block?.sidecar.madeFrom).toEqual({ kind: "raw" });
    await block?.close();
    const other = await emptyFolder();
    const levels = [levelOf(other, "60 s", "hourly", 0), levelOf(other, "600 s", "daily", 1)];
    const long = sourceOf(`${READER} --type real8`);
    const again = surroundings();
    await buildSpan(DAY, long, levels.slice(0, 1), again);
    expect(await buildSpan(DAY, long, levels, again)).toMatchObject({ readerRuns: 1 });
  });
});

test("a waveform becomes lines as the reducer makes them, at every width", async () => {
  const folder = await emptyFolder();
  const source = sourceOf(`/bin/sh ${join(folder, "waves.sh")}`);
  const packet = (id: string, body: string) =>
    `[${id}]${String(Buffer.byteLength(body)).padStart(6, "0")}${body}`;
  const header =
    packet("00", '<stream version="2.2"><properties renderer="waveform"/></stream>\n') +
    packet(
      "01",
      '<packet><x type="time24" units="us2000"/><yscan name="w" type="ascii9" nitems="3" yUnits="s" zUnits="V" yTags="0,20,40"/></packet>\n',
    );
  const rows = Array.from({ length: 60 }, (_, minute) => {
    const at = new Date(Date.UTC(2021, 5, 30, 0, minute)).toISOString().slice(0, 23);
    return `:01:${at} ${[minute, minute + 1, minute + 2].map((v) => String(v).padStart(8)).join(" ")}\n`;
  });
  await writeFile(join(folder, "waves.d2s"), header + rows.join(""));
  await writeFile(join(folder, "waves.sh"), `exec cat ${join(folder, "waves.d2s")}\n`);
  const levels = [levelOf(folder, "10 s", "hourly", 0), levelOf(folder, "600 s", "hourly", 1)];
  const hour = JUNE_30_DAY * 24;
  await buildSpan(jobOf("hourly", hour), source, levels, surroundings());
  for (const level of levels) {
    const args = ["-b", timeText(blockRange(hour, "hourly").begin), String(level.seconds)];
    const wanted = filterStream(binAvgsec.open(args, TEST_CONTEXT), header + rows.join(""));
    const stored = await storedBytes(level, hour);
    const rowsOf = (bytes: Uint8Array) => decodeStream(bytes).rows.map(({ values }) => values);
    // The last packet reaches to 00:59:40, so nothing is cut here.
    expect(rowsOf(stored!.block)).toEqual(rowsOf(wanted));
    // Where items were spread over bins there is no companion to make wider ones of.
    expect(stored!.statistics === undefined).toBe(level.seconds < 40);
  }
});
