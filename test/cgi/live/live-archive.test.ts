import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeChangeTracking } from "../../../netdrms/changes/track-series.js";
import { LiveClient } from "../../support/live-client.js";
import { type LiveSite, liveSite } from "../../support/live-site.js";
import { postgresForTest } from "../../support/postgres.js";
import { withClient } from "../../support/test-databases.js";
import { addRecords, slottedJsd } from "../../support/tracked-series.js";
import { type WrittenArchive, writtenArchive } from "../../support/written-archive.js";

const postgres = await postgresForTest();
/** 2014-03-01, seconds since 2000. */
const MARCH = (Date.UTC(2014, 2, 1) - Date.UTC(2000, 0, 1)) / 1000;

describe.skipIf(postgres.missing)(postgres.title("a live stream of an archive"), () => {
  let archive: WrittenArchive;
  let site: LiveSite;
  let recnum = 0;

  beforeAll(async () => {
    archive = await writtenArchive();
    await archive.makeSeries(slottedJsd("su_ex.mag"));
    await makeChangeTracking(archive.database.url, { track: ["su_ex.mag"], untrack: [] });
    // Nobody looks by himself: what comes is told by the database.
    site = await liveSite({
      programs: {},
      clock: MARCH,
      settings: { HELIOSTREAM_DRMS_URL: archive.database.url, HELIOSTREAM_LIVE_POLL: "86400" },
    });
    site.define("Mag", "reader = 'drms-keywords ds=su_ex.mag key=DATAMEAN'", "realTime = 1");
  });
  afterAll(async () => {
    await site?.close();
    await archive?.end();
  });

  /** A record of slot `n` of 2014-02-01, whose mean is its number. */
  const insert = (slot: number, camera = 1): Promise<void> => {
    const minutes = 12 * slot;
    const clock = `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
    const one = { recnum: ++recnum, time: `2014.02.01_${clock}_TAI`, camera, mean: recnum };
    return withClient(archive.database.url, (client) => addRecords(client, "su_ex.mag", [one]));
  };
  const upTo = (last: number) => Array.from({ length: last }, (_, n) => n + 1);

  it("gives each record that is inserted once and in order, also while its past is read", async () => {
    for (let slot = 0; slot < 5; slot++) await insert(slot);
    const words = { "read.time.min": "2014-01-31", "read.time.max": "forever" };
    const early = new LiveClient(site.url("Mag", words));
    const late: LiveClient[] = [];
    for (let slot = 5; slot < 30; slot++) {
      await insert(slot);
      // Of the same time as the one before.
      if (slot % 4 === 0) await insert(slot, 2);
      if (slot % 8 === 0) late.push(new LiveClient(site.url("Mag", words)));
    }
    for (const client of [early, ...late]) await client.given(recnum);
    await insert(30);
    for (const client of [early, ...late]) {
      await client.given(recnum);
      expect(client.values).toEqual(upTo(recnum));
      client.socket.terminate();
    }
  });
});
