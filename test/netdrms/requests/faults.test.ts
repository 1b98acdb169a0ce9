import { execFileSync } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { removeLeftovers } from "../../../netdrms/requests/export-room.js";
import { type ExportWork, startExports } from "../../../netdrms/requests/start-exports.js";
import { type ChildProgram, childProgram } from "../../cache/support/child-process.js";
import { SMALL_DISK, smallDisk } from "../../cache/support/small-disk.js";
import { postgresForTest, type TestDatabase } from "../../support/postgres.js";
import { sampleArchive } from "../../support/sample-archive.js";
import type { ChildRunner } from "./export-child.js";
import { accepted, type RequestsForTest, requestsForTest, until } from "./support.js";

const postgres = await postgresForTest();
/** A lease that lapses soon after its holder is dead. */
const LEASE_MS = 400;

describe.skipIf(postgres.missing)(postgres.title("an export whose runner comes to harm"), () => {
  let database: TestDatabase;
  let child: ChildProgram;
  const opened: (RequestsForTest | ExportWork)[] = [];
  beforeAll(async () => {
    database = await sampleArchive();
    child = await childProgram(join(import.meta.dirname, "export-child.ts"));
  }, 120_000);
  afterEach(async () => {
    for (const one of opened.splice(0).reverse()) await one.close();
  });
  afterAll(async () => {
    await child?.remove();
    await database?.drop();
  });

  async function open(
    ...changes: Parameters<typeof requestsForTest> extends [string, ...infer R] ? R : never
  ) {
    const requests = await requestsForTest(database.url, ...changes);
    opened.push(requests);
    return requests;
  }
  function run({ site }: RequestsForTest): void {
    opened.push(startExports(site, { concurrency: 1, pollMs: 20 }));
  }

  // Two files, then five lists each by a rename of its own, then the folder itself.
  it.each([
    ["the first file", 1],
    ["the last list", 7],
    ["the folder, before anybody knows", 8],
  ])("is finished by another, under the same id: killed after %s", async (_, dies) => {
    const requests = await open({ leaseMs: LEASE_MS });
    const { pool, root } = requests;
    const id = await accepted(pool);
    const told: ChildRunner = { url: database.url, root, leaseMs: LEASE_MS, dies };
    const killed = child.start(JSON.stringify(told));
    expect(await killed.ended).toBe(null);
    const left = await readdir(root);
    // What is not certain to be whole has no name that anybody asks for; what has it is whole.
    expect(left.filter((name) => !name.startsWith("."))).toEqual(dies === 8 ? [id] : []);
    run(requests);
    const { request } = await until(pool, id);
    expect(request).toMatchObject({ status: 0, attempts: 2, recordsDone: 2 });
    execFileSync("sha256sum", ["-c", "SHA256SUMS"], { cwd: join(root, id), stdio: "ignore" });
    expect(await removeLeftovers(requests.site, Date.now() + 3_600_000)).toBe(dies === 8 ? 0 : 1);
    expect(await readdir(root)).toEqual([id]);
  });

  it("is given up after five that were killed", async () => {
    const requests = await open({ leaseMs: LEASE_MS });
    const id = await accepted(requests.pool);
    const told: ChildRunner = { url: database.url, root: requests.root, leaseMs: LEASE_MS, dies: 1 };
    for (let n = 0; n < 5; n++) {
      await until(requests.pool, id, ({ request }) => request.attempts === n);
      await child.start(JSON.stringify(told)).ended;
    }
    run(requests);
    const { request } = await until(requests.pool, id);
    expect(request).toMatchObject({ status: 4, error: expect.stringContaining("given up after 5 tries") });
  });

  it("is put back by one that is told to end, and goes on elsewhere without a count", async () => {
    const requests = await open();
    const id = await accepted(requests.pool, {
      dataset: "sample_hmi.m_720s[][3]{magnetogram}",
      recordCount: 50,
    });
    const first = startExports(requests.site, { concurrency: 1, pollMs: 20 });
    await until(requests.pool, id, ({ request }) => request.status === 1);
    await first.close();
    const { request } = await until(requests.pool, id, () => true);
    expect(request).toMatchObject({ status: 2, attempts: 0, stage: "waiting" });
    expect(await readdir(requests.root)).toEqual([]);
    run(requests);
    expect((await until(requests.pool, id)).request.status).toBe(0);
  });

  it.skipIf(SMALL_DISK.missing)(
    SMALL_DISK.title("fails with a reason where the disk is full, and leaves nothing"),
    async () => {
      // One image has 84 kB and its lists 20 kB; two have more than this.
      const requests = await open({ root: await smallDisk("size=150k") });
      run(requests);
      for (const method of ["url", "url-tar"] as const) {
        const id = await accepted(requests.pool, { method });
        const { request } = await until(requests.pool, id);
        expect(request).toMatchObject({ status: 4, error: expect.stringMatching(/the disk is full/) });
        expect(await readdir(requests.root)).toEqual([]);
      }
      // What fits is made on the same disk.
      const id = await accepted(requests.pool, { records: 1 });
      expect((await until(requests.pool, id)).request.status).toBe(0);
    },
  );

  it("waits while the archive of records is away, and is made when it is back", async () => {
    const requests = await open();
    const { drms } = requests.site;
    let isAway = true;
    const { site } = await open({
      root: requests.root,
      drms: {
        begin: (options) => (isAway ? Promise.reject(new Error("away")) : drms.begin(options)),
        close: async () => {},
      },
    });
    opened.push(startExports(site, { concurrency: 1, pollMs: 20 }));
    const id = await accepted(requests.pool);
    const { request } = await until(
      requests.pool,
      id,
      ({ request: one }) => one.attempts === 1 && one.status === 2,
    );
    expect(request.stage).toBe("waiting after a failure");
    isAway = false;
    const transaction = await requests.pool.begin({ access: "write", statementTimeoutMs: 5000 });
    await transaction.query({
      kind: "sql",
      parts: ["UPDATE jsoc.heliostream_exports SET not_before = NULL"],
    });
    await transaction.commit();
    expect((await until(requests.pool, id)).request.status).toBe(0);
  });
});
