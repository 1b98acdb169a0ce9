import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeChangeTracking, planTrackingAt } from "../../../netdrms/changes/track-series.js";
import { runSetup } from "../../../netdrms/programs/setup.js";
import { postgresForTest } from "../../support/postgres.js";
import { withClient } from "../../support/test-databases.js";
import { addRecords, slottedJsd } from "../../support/tracked-series.js";
import { type WrittenArchive, writtenArchive } from "../../support/written-archive.js";

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("the tracking of a series"), () => {
  let archive: WrittenArchive;
  let url = "";

  beforeAll(async () => {
    archive = await writtenArchive();
    url = archive.database.url;
    await archive.makeSeries(slottedJsd("su_ex.Mag"));
    await archive.makeSeries(slottedJsd("su_ex.other"));
  });
  afterAll(() => archive.end());
  beforeEach(() => makeChangeTracking(url, { track: [], untrack: ["su_ex.mag", "su_ex.other"] }));

  const triggers = (): Promise<readonly Record<string, unknown>[]> =>
    archive.rows(`SELECT tgrelid::regclass::text AS table, tgname AS name, tgenabled AS enabled FROM pg_trigger
      WHERE tgname LIKE 'heliostream%' ORDER BY 1, 2`);
  const four = (table: string) =>
    ["delete", "insert", "truncate", "update"].map((event) => ({
      table,
      name: `heliostream_${event}`,
      enabled: "A",
    }));
  async function setup(...argv: readonly string[]) {
    let out = "";
    const lines: string[] = [];
    const status = await runSetup({
      argv: ["--drms", url, ...argv],
      defaults: {},
      startServer: () => Promise.reject(new Error("no server is to be started")),
      print: async (text) => {
        out += text;
      },
      log: (line) => void lines.push(line),
    });
    return { status, out, lines };
  }

  it("is four triggers that also fire for replicated rows; nothing is missing after that", async () => {
    expect((await makeChangeTracking(url, { track: ["su_ex.mag"], untrack: [] })).length).toBeGreaterThan(0);
    expect(await triggers()).toEqual(four("su_ex.mag"));
    expect(await planTrackingAt(url, { track: ["SU_EX.MAG", "su_ex.mag"], untrack: [] })).toEqual([]);
    await makeChangeTracking(url, { track: ["su_ex.other"], untrack: ["su_ex.mag"] });
    expect(await triggers()).toEqual(four("su_ex.other"));
    expect(await planTrackingAt(url, { track: [], untrack: ["su_ex.mag"] })).toEqual([]);
  });

  it("is made anew where triggers are missing, switched off, or name other columns", async () => {
    await makeChangeTracking(url, { track: ["su_ex.mag"], untrack: [] });
    const since = async () =>
      (await archive.rows("SELECT since::text::bigint AS at FROM drms.heliostream_tracked"))[0]?.at;
    const before = Number(await since());
    for (const damage of [
      "DROP TRIGGER heliostream_update ON su_ex.mag",
      "ALTER TABLE su_ex.mag DISABLE TRIGGER heliostream_delete",
      `DROP TRIGGER heliostream_insert ON su_ex.mag;
       CREATE TRIGGER heliostream_insert AFTER INSERT ON su_ex.mag REFERENCING NEW TABLE AS heliostream_new
         FOR EACH STATEMENT EXECUTE FUNCTION drms.heliostream_note('t_obs', 't_rec_index', 'camera');
       ALTER TABLE su_ex.mag ENABLE ALWAYS TRIGGER heliostream_insert`,
    ]) {
      await archive.rows(damage);
      expect((await makeChangeTracking(url, { track: ["su_ex.mag"], untrack: [] })).length).toBeGreaterThan(
        0,
      );
      expect(await triggers()).toEqual(four("su_ex.mag"));
      expect(await planTrackingAt(url, { track: ["su_ex.mag"], untrack: [] })).toEqual([]);
    }
    expect(Number(await since())).toBeGreaterThan(before);
  });

  it("is switched on and off by netdrms-setup, which only prints what it would do with --dry-run", async () => {
    const planned = await setup("--track", "su_ex.mag", "--dry-run");
    expect(planned.status).toBe(0);
    expect(planned.out).toContain('CREATE TRIGGER "heliostream_insert" AFTER INSERT ON "su_ex"."mag"');
    expect(await triggers()).toEqual([]);
    expect((await setup("--track", "su_ex.mag")).out).toContain("changes of su_ex.Mag count from here\n");
    expect(await triggers()).toEqual(four("su_ex.mag"));
    expect(await setup("--track", "su_ex.mag")).toEqual({
      status: 0,
      out: "",
      lines: ["netdrms-setup: nothing was missing"],
    });
    expect((await setup("--untrack", "su_ex.mag")).status).toBe(0);
    expect(await triggers()).toEqual([]);
  });

  it("cannot be mixed with what makes an archive, nor be of a series that is not there", async () => {
    expect(await setup("--track", "su_ex.mag", "--user", "ex")).toEqual({
      status: 13,
      out: "",
      lines: ["netdrms-setup: --track and --untrack stand with --drms and --dry-run alone, not with --user"],
    });
    expect(await setup("--track", "su_ex.nothing")).toEqual({
      status: 1,
      out: "",
      lines: ['netdrms-setup: The archive has no series "su_ex.nothing"'],
    });
  });

  it("lets those write who could write before, also where they may do nothing else", async () => {
    await makeChangeTracking(url, { track: ["su_ex.mag"], untrack: [] });
    await archive.rows(
      "DO $$ BEGIN CREATE ROLE only_inserts; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
    );
    await archive.rows("GRANT INSERT ON su_ex.mag TO only_inserts");
    await withClient(url, async (client) => {
      await client.query("SET ROLE only_inserts");
      await addRecords(client, "su_ex.mag", [{ recnum: 77, time: "2014.01.01_TAI" }]);
      // But not say when it was.
      await expect(
        client.query(
          "INSERT INTO drms.heliostream_changes (xid, series, kind) VALUES ('99999999', 'x', 'insert')",
        ),
      ).rejects.toThrow("permission denied");
    });
    expect(await archive.rows("SELECT recnum::int FROM drms.heliostream_changes")).toEqual([{ recnum: 77 }]);
  });
});
