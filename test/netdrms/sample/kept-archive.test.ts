import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type ImagePool, imagePool } from "../../../netdrms/sample/archive/image-pool.js";
import {
  type KeptArchive,
  type KeptArchiveOptions,
  openSampleArchive,
} from "../../../netdrms/sample/archive/kept-archive.js";
import { type ObservingPlan, SMALL_PLAN } from "../../../netdrms/sample/archive/observing-plan.js";
import { chooseSampleFolder } from "../../../netdrms/sample/archive/sample-folder.js";
import { postgresForTest } from "../../support/postgres.js";
import { withClient } from "../../support/test-databases.js";

const postgres = await postgresForTest();

/** As small as it gets. */
const planOf = (slots: number): ObservingPlan =>
  SMALL_PLAN.map((part) => ({ ...part, slots: part.slots.slice(0, slots) }));
const [PLAN, OTHER_PLAN] = [planOf(2), planOf(3)];

const count = (url: string, table: string): Promise<number> =>
  withClient(url, async (client) =>
    Number((await client.query(`SELECT count(*) FROM ${table}`)).rows[0].count),
  );

// One server for all tests of this file: to make its folder takes longer than any of them.
describe.skipIf(postgres.missing)(postgres.title("a sample archive that is kept"), () => {
  let folder = "";
  let images: ImagePool;
  const opened: KeptArchive[] = [];

  const open = async (options: Partial<KeptArchiveOptions> = {}): Promise<KeptArchive> => {
    const archive = await openSampleArchive({ folder, plan: PLAN, images, ...options });
    opened.push(archive);
    return archive;
  };
  const partitions = async (): Promise<readonly string[]> =>
    (await readdir(folder)).filter((name) => name.startsWith("SUM"));

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "heliostream-kept-"));
    await chmod(folder, 0o755); // the server may be of another user
    images = imagePool(0);
  });
  afterEach(async () => {
    for (const archive of opened.splice(0)) await archive.stop();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("is made once by two that start at once, and both can use it", async () => {
    const both = await Promise.all([open(), open()]);
    expect(both.map(({ wasMade }) => wasMade).sort()).toEqual([false, true]);
    for (const archive of both)
      expect(await count(archive.url("sample_reader"), "sample_aia.lev1_euv_12s")).toBeGreaterThan(3);
  }, 120_000);

  it("is there the next time as it was", async () => {
    const archive = await open();
    expect(archive.wasMade).toBe(false);
    expect(await partitions()).toEqual([archive.partition.slice(folder.length + 1)]);
    await withClient(archive.url("sample_reader"), async (client) => {
      const { rows } = await client.query(
        "SELECT current_user AS who, online_loc FROM public.sum_main WHERE online_status = 'Y'",
      );
      for (const { who, online_loc } of rows) {
        expect(who).toBe("sample_reader");
        expect((await readdir(online_loc)).length).toBeGreaterThan(0);
      }
    });
  });

  it("is made anew by another version, unless somebody uses the old one", async () => {
    const old = await open();
    const other = await withClient(old.adminUrl, () => open({ plan: OTHER_PLAN }));
    expect(other.wasMade).toBe(true);
    expect(await partitions()).toHaveLength(2);
    expect(await count(old.url("sample_reader"), "sample_hmi.m_720s")).toBeGreaterThan(2);
  }, 120_000);

  it("is not taken for whole when its making was cut off, and what is left of that goes, and versions that nobody uses", async () => {
    const cut = new AbortController();
    const plan = planOf(1);
    const cutting = open({
      plan,
      signal: cut.signal,
      progress: ({ done, all }) => {
        if (done > 0.3 * all) cut.abort();
      },
    });
    await expect(cutting).rejects.toMatchObject({ code: "CANCELLED" });
    const again = await open({ plan });
    expect(again.wasMade).toBe(true);
    expect(await partitions()).toEqual([again.partition.slice(folder.length + 1)]);
    const records = plan.filter(({ series }) => series === "sample_hmi.m_720s");
    expect(await count(again.adminUrl, "sample_hmi.m_720s")).toBe(records.length);
  }, 120_000);

  it("is made anew where its files are not there", async () => {
    const plan = planOf(1);
    const archive = await open({ plan });
    expect(archive.wasMade).toBe(false);
    await archive.stop();
    await rm(archive.partition, { recursive: true });
    expect((await open({ plan })).wasMade).toBe(true);
  }, 120_000);
});

describe("the folder of the sample archive", () => {
  it("is the one that is named", async () => {
    expect(await chooseSampleFolder({ HELIOSTREAM_SAMPLE_DIR: "/var/tmp/of/mine" })).toBe("/var/tmp/of/mine");
  });

  it("must have a path that the columns of the archive can hold", async () => {
    for (const path of [`/var/tmp/${"x".repeat(60)}`, "/var/tmp/with blank"])
      await expect(chooseSampleFolder({ HELIOSTREAM_SAMPLE_DIR: path })).rejects.toMatchObject({
        code: "BAD_CONFIG",
        message: expect.stringContaining("HELIOSTREAM_SAMPLE_DIR"),
      });
  });

  it("is a fit one without being told", async () => {
    expect((await chooseSampleFolder({})).length).toBeLessThan(48);
  });
});
