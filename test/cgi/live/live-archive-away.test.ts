import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeChangeTracking } from "../../../netdrms/changes/track-series.js";
import { drmsKeywords } from "../../../readers/drms-keywords/index.js";
import type { ReaderProgram } from "../../../stream/program.js";
import { LiveClient } from "../../support/live-client.js";
import { type LiveSite, liveSite } from "../../support/live-site.js";
import { postgresForTest } from "../../support/postgres.js";
import { withClient } from "../../support/test-databases.js";
import { addRecords, slottedJsd } from "../../support/tracked-series.js";
import { type WrittenArchive, writtenArchive } from "../../support/written-archive.js";

const postgres = await postgresForTest();
/** 2014-03-01, seconds since 2000. */
const MARCH = (Date.UTC(2014, 2, 1) - Date.UTC(2000, 0, 1)) / 1000;

/** Wakes who waits for a number to be reached. */
class Counter {
  #count = 0;
  #waiting: (() => void)[] = [];

  add(): void {
    this.#count++;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async more(): Promise<void> {
    const wanted = this.#count + 1;
    while (this.#count < wanted) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}

describe.skipIf(postgres.missing)(
  postgres.title("a live stream of an archive that is away for a while"),
  () => {
    let archive: WrittenArchive;
    let site: LiveSite;
    let recnum = 0;
    const [failures, readings] = [new Counter(), new Counter()];

    const counted: ReaderProgram = {
      ...drmsKeywords,
      async *open(args, context) {
        try {
          yield* drmsKeywords.open(args, context);
          readings.add();
        } catch (error) {
          failures.add();
          throw error;
        }
      },
    };

    beforeAll(async () => {
      archive = await writtenArchive();
      await archive.makeSeries(slottedJsd("su_ex.mag"));
      await makeChangeTracking(archive.database.url, { track: ["su_ex.mag"], untrack: [] });
      site = await liveSite({
        programs: { "drms-keywords": counted },
        clock: MARCH,
        // Nobody looks by himself but behind a failure.
        settings: { HELIOSTREAM_DRMS_URL: archive.database.url, HELIOSTREAM_LIVE_POLL: "86400" },
      });
      site.define("Mag", "reader = 'drms-keywords ds=su_ex.mag key=DATAMEAN'", "realTime = 1");
    });
    afterAll(async () => {
      await site?.close();
      await archive?.end();
    });

    const insert = (slot: number): Promise<void> => {
      const minutes = 12 * slot;
      const clock = `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
      const one = { recnum: ++recnum, time: `2014.02.01_${clock}_TAI`, camera: 1, mean: recnum };
      return withClient(archive.database.url, (client) => addRecords(client, "su_ex.mag", [one]));
    };
    const words = { "read.time.min": "2014-01-31", "read.time.max": "forever" };

    it("goes on without a gap when readings of it have failed, and its client is told nothing of them", async () => {
      await insert(0);
      const client = new LiveClient(site.url("Mag", words));
      await client.given(1);
      await insert(1);
      await client.given(2);
      await withClient(archive.database.url, (sql) => sql.query("ALTER TABLE su_ex.mag RENAME TO mag_away"));
      // Looked at again by itself, a little later each time.
      const twice = failures.more().then(() => failures.more());
      site.ring();
      await twice;
      await withClient(archive.database.url, (sql) => sql.query("ALTER TABLE su_ex.mag_away RENAME TO mag"));
      await insert(2);
      await client.given(3);
      expect(client.values).toEqual([1, 2, 3]);
      expect(client.exceptions).toEqual([]);
      client.socket.terminate();
    });

    it("hears of new records again when the connection over which it is told of them was cut", async () => {
      const client = new LiveClient(site.url("Mag", words));
      await client.given(recnum);
      const heardAgain = readings.more();
      await withClient(archive.database.url, (sql) =>
        sql.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
        ),
      );
      // What came while nobody listened is looked for.
      await heardAgain;
      await insert(10);
      await client.given(recnum);
      expect(client.values).toEqual(Array.from({ length: recnum }, (_, n) => n + 1));
      client.socket.terminate();
    });
  },
);
