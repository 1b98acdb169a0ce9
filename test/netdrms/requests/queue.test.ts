import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { withUser } from "../../../netdrms/postgres/database-url.js";
import { makeExportRoom, removeExpired } from "../../../netdrms/requests/export-room.js";
import {
  cancelRequest,
  endRequest,
  keepRequest,
  type LeaseHolder,
  takeRequest,
} from "../../../netdrms/requests/lease.js";
import { startExports } from "../../../netdrms/requests/start-exports.js";
import { acceptRequest } from "../../../netdrms/requests/submit-request.js";
import { SAMPLE_READER } from "../../../netdrms/sample/archive/make-archive.js";
import { changeSums } from "../../../netdrms/sums/sums-transaction.js";
import { postgresForTest, type TestDatabase } from "../../support/postgres.js";
import { sampleArchive } from "../../support/sample-archive.js";
import { withClient } from "../../support/test-databases.js";
import {
  accepted,
  FREE,
  newRequest,
  type RequestsForTest,
  requestsForTest,
  stateOf,
  until,
} from "./support.js";

const postgres = await postgresForTest();
const DONE = { stage: "done", records: 2, bytes: 100, failures: 0 };

describe.skipIf(postgres.missing)(postgres.title("requests that wait"), () => {
  let database: TestDatabase;
  let requests: RequestsForTest;
  beforeAll(async () => {
    database = await sampleArchive();
    requests = await requestsForTest(database.url);
  }, 120_000);
  afterAll(async () => {
    await requests?.close();
    await database?.drop();
  });
  beforeEach(() => sql("DELETE FROM jsoc.heliostream_exports"));

  const sql = (text: string, values: readonly unknown[] = []) =>
    withClient(database.url, async (client) => (await client.query(text, [...values])).rows);
  const holder = (runner: string, leaseMs = 10_000): LeaseHolder => ({
    pool: requests.pool,
    runner,
    leaseMs,
  });
  const of = (address: string, client = "192.0.2.1") => ({ requester: { address, name: "x", client } });
  const finish = (id: string, runner: string, bytes = 100, retentionSeconds = 1000) =>
    endRequest(holder(runner), id, {
      ...{ kind: "done", done: DONE, bytes, retentionSeconds },
      async publish() {
        await mkdir(join(requests.root, id), { recursive: true });
        await writeFile(join(requests.root, id, "index.json"), "{}");
      },
    });

  it("get ids of the day, one after the other, that are not given twice when they are gone", async () => {
    const first = await accepted(requests.pool);
    await sql("DELETE FROM jsoc.heliostream_exports");
    const other = await requestsForTest(database.url);
    const ids = await Promise.all(
      Array.from({ length: 8 }, (_, n) => accepted((n % 2 === 0 ? requests : other).pool)),
    );
    await other.close();
    const numbers = ids.map((id) => Number(/^TEST_\d{8}_(\d{3,})$/.exec(id)?.[1])).sort((a, b) => a - b);
    const begin = Number(first.slice(-3)) + 1;
    expect(numbers).toEqual(Array.from({ length: 8 }, (_, n) => begin + n));
  });

  it("can be made and run by a role that else reads only", async () => {
    const reader = await requestsForTest(withUser(database.url, SAMPLE_READER));
    const id = await accepted(reader.pool, { records: 1 });
    const work = startExports(reader.site, { concurrency: 1, pollMs: 20 });
    expect((await until(reader.pool, id)).request.status).toBe(0);
    await work.close();
    await reader.close();
  });

  it("are one where they are alike, whoever asks and from which process", async () => {
    const other = await requestsForTest(database.url);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        acceptRequest(
          (n % 2 === 0 ? requests : other).pool,
          newRequest({ md5: "same", ...of(`${n}@x.org`) }),
          {
            prefix: "TEST",
            limits: FREE,
          },
        ),
      ),
    );
    await other.close();
    expect(answers.filter(({ kind }) => kind === "new")).toHaveLength(1);
    expect(new Set(answers.map((one) => ("id" in one ? one.id : "")))).toHaveLength(1);
    // One that failed does not stand for others.
    const [{ requestid }] = (await sql("SELECT requestid FROM jsoc.heliostream_exports")) as [
      { requestid: string },
    ];
    await sql("UPDATE jsoc.heliostream_exports SET status = 4");
    expect(await accepted(requests.pool, { md5: "same" })).not.toBe(requestid);
  });

  it("are refused beyond the limits of an address and of a client, which old ones do not count in", async () => {
    const limits = { perAddress: 2, exempt: new Map([["much@x.org", 3]]), perClient: 4, minutes: 60 };
    const ask = async (address: string, client?: string) => {
      const answer = await acceptRequest(requests.pool, newRequest(of(address, client)), {
        prefix: "TEST",
        limits,
      });
      return answer.kind === "busy" ? `${answer.what} ${answer.limit}` : answer.kind;
    };
    expect(await ask("a@x.org")).toBe("new");
    expect(await ask("a@x.org")).toBe("new");
    expect(await ask("a@x.org")).toBe("address 2");
    expect([await ask("much@x.org"), await ask("much@x.org")]).toEqual(["new", "new"]);
    expect(await ask("much@x.org")).toBe("client 4");
    expect(await ask("much@x.org", "192.0.2.2")).toBe("new");
    expect(await ask("much@x.org", "192.0.2.2")).toBe("address 3");
    await sql("UPDATE jsoc.heliostream_exports SET accepted = accepted - interval '61 minutes'");
    expect(await ask("a@x.org")).toBe("new");
  });

  it("are taken in turns of their addresses, each by one", async () => {
    const ids: Record<string, string> = {};
    for (const name of ["a1", "a2", "a3", "b1", "c1"])
      ids[name] = await accepted(requests.pool, of(`${name[0]}@x.org`));
    const named = (id: string | undefined) => Object.entries(ids).find(([, one]) => one === id)?.[0];
    const taken: (string | undefined)[] = [];
    for (let n = 0; n < 6; n++) taken.push(named((await takeRequest(holder(`r${n}`)))?.id));
    expect(taken).toEqual(["a1", "b1", "c1", "a2", "a3", undefined]);
  });

  it("are run by one of many runners each", async () => {
    const others = await Promise.all(
      [1, 2, 3].map(() => requestsForTest(database.url, { root: requests.root })),
    );
    const ids = await Promise.all(Array.from({ length: 9 }, () => accepted(requests.pool, { records: 1 })));
    const works = others.map(({ site }) => startExports(site, { concurrency: 2, pollMs: 10 }));
    for (const id of ids)
      expect((await until(requests.pool, id)).request).toMatchObject({ status: 0, attempts: 1 });
    for (const work of works) await work.close();
    const lines = others.flatMap((one) => one.lines);
    expect(lines.toSorted()).toEqual(ids.map((id) => `export ${id}: 1 files, 0 failures`).toSorted());
    for (const one of others) await one.pool.close();
  });

  it("are another's once a lease has run out; who had it can publish nothing any more", async () => {
    const id = await accepted(requests.pool);
    expect((await takeRequest(holder("slow", 0)))?.id).toBe(id);
    expect((await takeRequest(holder("quick")))?.id).toBe(id);
    expect(await takeRequest(holder("third"))).toBe(undefined);
    expect(await keepRequest(holder("slow"), id, DONE)).toBe(false);
    expect(await finish(id, "slow")).toBe(false);
    expect(existsSync(join(requests.root, id))).toBe(false);
    expect(await keepRequest(holder("quick"), id, { ...DONE, stage: "writing", records: 1 })).toBe(true);
    expect((await stateOf(requests.pool, id)).request).toMatchObject({ recordsDone: 1, stage: "writing" });
    expect(await finish(id, "quick")).toBe(true);
    expect((await stateOf(requests.pool, id)).request.status).toBe(0);
  });

  it("know their place, and how long it will take as far as others tell", async () => {
    const before = await accepted(requests.pool, { recordCount: 10 });
    await takeRequest(holder("r"));
    expect((await stateOf(requests.pool, before)).etaSeconds).toBe(undefined);
    await finish(before, "r");
    // Ten records in twenty seconds.
    await sql("UPDATE jsoc.heliostream_exports SET started = finished - interval '20 seconds'");
    const [first, second] = [
      await accepted(requests.pool, { recordCount: 3 }),
      await accepted(requests.pool, { recordCount: 5 }),
    ];
    expect(await stateOf(requests.pool, first)).toMatchObject({ position: 0, etaSeconds: 6 });
    expect(await stateOf(requests.pool, second)).toMatchObject({ position: 1, etaSeconds: 16 });
  });

  it("can be taken back until they have ended", async () => {
    const id = await accepted(requests.pool);
    await takeRequest(holder("r"));
    expect(await changeSums(requests.pool, (where) => cancelRequest(where, id))).toBe(true);
    expect(await finish(id, "r")).toBe(false);
    expect((await stateOf(requests.pool, id)).request.status).toBe(-1);
    expect(await changeSums(requests.pool, (where) => cancelRequest(where, id))).toBe(false);
  });

  it("lose their files when their time is over", async () => {
    const [old, young] = [await accepted(requests.pool), await accepted(requests.pool)];
    for (const runner of ["r1", "r2"]) await takeRequest(holder(runner));
    expect([await finish(old, "r1", 100, 0), await finish(young, "r2")]).toEqual([true, true]);
    expect(await removeExpired(requests.site, new AbortController().signal)).toBe(1);
    expect((await stateOf(requests.pool, old)).request.status).toBe(5);
    expect([old, young].map((id) => existsSync(join(requests.root, id)))).toEqual([false, true]);
  });

  it("make way for others where there is no room, but not in their first hour", async () => {
    const house = { ...requests.site, maxBytes: 1000 };
    const [old, young] = [await accepted(requests.pool), await accepted(requests.pool)];
    for (const runner of ["r1", "r2"]) await takeRequest(holder(runner));
    await finish(old, "r1", 500);
    await finish(young, "r2", 400);
    expect(await makeExportRoom(house, 100)).toBe(100);
    expect(await makeExportRoom(house, 101)).toBe(undefined);
    await sql(
      "UPDATE jsoc.heliostream_exports SET finished = finished - interval '61 minutes' WHERE requestid = $1",
      [old],
    );
    expect(await makeExportRoom(house, 101)).toBe(600);
    expect((await stateOf(requests.pool, old)).request).toMatchObject({ status: 5 });
    expect([old, young].map((id) => existsSync(join(requests.root, id)))).toEqual([false, true]);
  });

  it("wait for room, and are too large where there is less than they turn out to need", async () => {
    const small = await requestsForTest(database.url, { maxBytes: 60_000 });
    const id = await accepted(small.pool, { megabytes: 1 });
    const work = startExports(small.site, { concurrency: 1, pollMs: 20 });
    const waiting = await until(small.pool, id, ({ request }) => request.stage === "waiting for room");
    expect(waiting.request).toMatchObject({ status: 2, attempts: 0 });
    const other = await accepted(small.pool, { megabytes: 0 });
    const { request } = await until(small.pool, other);
    expect(request).toMatchObject({ status: 3, error: expect.stringContaining("60000 bytes") });
    await work.close();
    await small.close();
  });
});
