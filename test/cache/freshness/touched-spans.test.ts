import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dependsOnOthers, mayHold } from "../../../cache/freshness/key-match.js";
import { type AskArchive, touchedSpans } from "../../../cache/freshness/touched-spans.js";
import { DasError } from "../../../errors/das-error.js";
import type { RecordChange } from "../../../netdrms/changes/record-change.js";
import { readOneSet } from "../../../netdrms/query/read-query.js";
import type { RecordSetQuery } from "../../../netdrms/query/record-set-query.js";
import { seriesCatalog } from "../../../netdrms/series/series-cache.js";
import { archiveReading, type RecordsRead } from "../../../readers/records-read.js";
import { postgresForTest } from "../../support/postgres.js";
import { withClient } from "../../support/test-databases.js";
import { addRecords, drmsTime, slottedJsd } from "../../support/tracked-series.js";
import { type WrittenArchive, writtenArchive } from "../../support/written-archive.js";

const postgres = await postgresForTest();

/** A series without slots, with keys of each kind; the time is the last of them. */
const PLAIN = `Seriesname: su_ex.plain
Author: "A. Author"
Owner: ex
Unitsize: 1
Archive: 0
Retention: 60
Tapegroup: 0
PrimeKeys: N, F, S, T
Description: "Example"
Keyword:N, int, variable, record, 1, %d, none, "Number"
Keyword:F, float, variable, record, 0, %f, none, "Real"
Keyword:S, string, variable, record, "", %s, none, "Text"
Keyword:T, time, variable, record, 2014.01.01_TAI, 0, TAI, "Time"
Keyword:V, float, variable, record, 0, %f, none, "Value"
`;

const DAILY = new Set(["daily"] as const);
const never: AskArchive = () => Promise.reject(new Error("nothing is to be asked"));

describe.skipIf(postgres.missing)(postgres.title("what a change touches"), () => {
  let archive: WrittenArchive;

  beforeAll(async () => {
    archive = await writtenArchive();
    await archive.makeSeries(PLAIN);
    await archive.makeSeries(slottedJsd("su_ex.end"));
    const link = (to: string) => `Link: L, ${to}, dynamic, "Link"\nKeyword:FAR, link, L, DATAMEAN, "Far"`;
    await archive.makeSeries(slottedJsd("su_ex.middle", { more: link("su_ex.end") }));
    await archive.makeSeries(
      slottedJsd("su_ex.begin", {
        more: `${link("su_ex.middle")}\nKeyword:FARTHER, link, L, FAR, "Farther"`,
      }),
    );
  });
  afterAll(() => archive.end());

  const query = (text: string): Promise<RecordSetQuery> =>
    archive.reading((database) =>
      readOneSet(text, { findSeries: (name) => seriesCatalog(database).series(name) }),
    );
  const reading = (...words: readonly string[]): Promise<RecordsRead> =>
    archive.reading((database) => {
      const argv = ["drms-keywords", ...words, "2014-01-01", "2014-01-02"];
      const found = archiveReading(argv, { HELIOSTREAM_DRMS_URL: archive.database.url });
      if (found === undefined) throw new Error("no reader");
      return found.records(seriesCatalog(database));
    });
  const change = (series: string, more: Partial<RecordChange>): RecordChange => ({
    series,
    kind: "insert",
    recnum: 1n,
    first: 0,
    last: 0,
    ...more,
  });

  it("is held by record sets whose filters its keys pass", async () => {
    const keys = ["5", "0.1", "quiet", "0"];
    for (const set of [
      "",
      "[5]",
      "[4-6]",
      "[3,5]",
      "[][0.1]",
      "[][0-0.2]",
      "[][][quiet]",
      "[5][][quiet][? V > 3 ?]",
    ])
      expect([set, mayHold(await query(`su_ex.plain${set}`), keys)]).toEqual([set, true]);
    for (const set of ["[6]", "[6-9]", "[1-4]", "[1,2]", "[][0.2]", "[][][active]", "[5][0.3]"])
      expect([set, mayHold(await query(`su_ex.plain${set}`), keys)]).toEqual([set, false]);
    // NULL passes no filter.
    expect(mayHold(await query("su_ex.plain[][][quiet]"), ["5", "0.1", null, "0"])).toBe(false);
    expect(mayHold(await query("su_ex.plain[5]"), ["5", null, null, null])).toBe(true);
  });

  it("is everything where the set counts from the first or the last", async () => {
    for (const set of ["[$]", "[^]", "[][^]", "[:#$]"])
      expect([set, dependsOnOthers(await query(`su_ex.plain${set}`))]).toEqual([set, true]);
    for (const set of ["", "[5]", "[1-9]", "[:#12]", "[? V > 3 ?]"])
      expect([set, dependsOnOthers(await query(`su_ex.plain${set}`))]).toEqual([set, false]);
    const records = await reading("ds=su_ex.plain[$]", "key=V");
    const changes = [change("su_ex.plain", { keys: ["1", "0", "", "0"] })];
    expect(await touchedSpans(changes, { records, reachSeconds: 0 }, DAILY, never)).toBe("all");
  });

  it("is the time of a record without slots, its default for NULL, and nothing for the missing time", async () => {
    const records = await reading("ds=su_ex.plain[1]", "key=V");
    const at = (first: number | null, key: string | null) =>
      touchedSpans(
        [change("su_ex.plain", { first, last: first, keys: ["1", "0", "", key] })],
        { records, reachSeconds: 0 },
        DAILY,
        never,
      );
    expect(await at(1e9, "1000000000")).toEqual([{ first: 1e9, last: 1e9 }]);
    const newYear = drmsTime("2014.01.01_TAI");
    expect(await at(null, null)).toEqual([{ first: newYear, last: newYear }]);
    expect(await at(-211_087_684_832.184, "-211087684832.184")).toEqual([]);
  });

  it("is all of a slot at the edge of a block where the archive does not answer in time", async () => {
    const records = await reading("ds=su_ex.end", "key=DATAMEAN");
    // 2014-01-02T00:00 UTC is 35 s into the slot; slots count from 1993, 21 years with 5 leap days and a day before.
    const slot = ((21 * 365 + 5 + 1) * 86_400) / 720;
    const time = drmsTime("2014.01.02_TAI");
    const changes = [change("su_ex.end", { first: time, last: time, keys: [String(slot), "1"] })];
    const slow: AskArchive = () => Promise.reject(new DasError("TIME_LIMIT", "too long"));
    const spans = await touchedSpans(changes, { records, reachSeconds: 0 }, DAILY, slow);
    expect(spans).toEqual([
      { first: time, last: time },
      { first: expect.closeTo(time - 360, 3), last: expect.closeTo(time + 360, 3) },
    ]);
    // Twelve hours later no version can be in another block.
    const noon = [
      change("su_ex.end", { first: time + 43_200, last: time + 43_200, keys: [String(slot + 60), "1"] }),
    ];
    expect(await touchedSpans(noon, { records, reachSeconds: 0 }, DAILY, never)).toEqual([
      { first: time + 43_200, last: time + 43_200 },
    ]);
  });

  it("is everything more than one link away, and nothing where a link is not read", async () => {
    const near = await reading("ds=su_ex.begin", "key=DATAMEAN,FAR");
    const far = await reading("ds=su_ex.begin", "key=FARTHER");
    expect(near.ways.map((way) => way.map(({ to }) => to.table))).toEqual([["middle"]]);
    expect(far.ways.map((way) => way.map(({ to }) => to.table))).toEqual([["middle", "end"]]);
    const changes = [change("su_ex.end", { keys: ["1", "1"] })];
    const touched = (records: RecordsRead) =>
      touchedSpans(changes, { records, reachSeconds: 0 }, DAILY, never);
    expect(await touched(far)).toBe("all");
    expect(await touched(near)).toEqual([]);
  });

  it("are the records that a link leads from, by their own times, several in one question", async () => {
    await withClient(archive.database.url, async (client) => {
      await addRecords(client, "su_ex.middle", [
        { recnum: 1, time: "2011.01.01_TAI" },
        { recnum: 2, time: "2012.01.01_TAI" },
        { recnum: 3, time: "2013.01.01_TAI" },
      ]);
      await client.query(
        `UPDATE su_ex.middle SET ln_l_isset = CASE recnum WHEN 3 THEN 0 ELSE 1 END, ln_l_t_rec_index = 70, ln_l_camera = 1`,
      );
    });
    const records = await reading("ds=su_ex.middle", "key=FAR");
    const changes = [
      change("su_ex.end", { keys: ["69", "1"] }),
      change("su_ex.end", { keys: ["70", "1"] }),
      change("su_ex.end", { keys: [null, "1"] }),
    ];
    const ask: AskArchive = (work) => archive.reading(work);
    const spans = await touchedSpans(changes, { records, reachSeconds: 0 }, DAILY, ask);
    const times = ["2011.01.01_TAI", "2012.01.01_TAI"].map(drmsTime);
    expect(spans === "all" ? spans : spans.toSorted((a, b) => a.first - b.first)).toEqual(
      times.map((time) => ({ first: time, last: time })),
    );
  });
});
