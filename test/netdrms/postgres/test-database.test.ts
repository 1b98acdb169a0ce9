import { once } from "node:events";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postgresForTest, type TestDatabase, testDatabase } from "../../support/postgres.js";
import { withClient } from "../../support/test-databases.js";

const postgres = await postgresForTest();

async function firstRow(url: string, sql: string): Promise<Record<string, unknown> | undefined> {
  const { rows } = await withClient(url, (client) => client.query<Record<string, unknown>>(sql));
  return rows[0];
}

describe.skipIf(postgres.missing)(postgres.title("databases for tests"), () => {
  const open: TestDatabase[] = [];
  const make = async (...args: Parameters<typeof testDatabase>): Promise<TestDatabase> => {
    const made = await testDatabase(...args);
    open.push(made);
    return made;
  };
  afterAll(async () => {
    for (const database of open) await database.drop();
  });

  describe("an empty one", () => {
    let database: TestDatabase;
    beforeAll(async () => {
      database = await make();
    });

    it("has the encoding and locale of an archive", async () => {
      const sql = `SELECT pg_encoding_to_char(encoding) AS encoding, datcollate, datctype
        FROM pg_database WHERE datname = current_database()`;
      expect(await firstRow(database.url, sql)).toEqual({
        encoding: "LATIN1",
        datcollate: "C",
        datctype: "C",
      });
    });

    it("is gone after its drop, though somebody is connected", async () => {
      const other = await testDatabase();
      const guest = new Client({ connectionString: other.url });
      await guest.connect();
      const cutOff = once(guest, "error");
      guest.on("error", () => {}); // the connection says it twice
      await other.drop();
      await cutOff;
      const sql = `SELECT count(*)::int AS n FROM pg_database WHERE datname = '${other.name}'`;
      expect(await firstRow(postgres.adminUrl, sql)).toEqual({ n: 0 });
    });
  });

  it("copies a template that is made once, also for two that ask at once", async () => {
    let made = 0;
    const template = {
      name: "counted",
      make: async (url: string): Promise<void> => {
        made += 1;
        await firstRow(url, "CREATE TABLE t AS SELECT 42 AS answer");
      },
    };
    const [one, two] = await Promise.all([make({ template }), make({ template })]);
    await firstRow(one.url, "UPDATE t SET answer = 1");
    expect(await firstRow(two.url, "SELECT answer FROM t")).toEqual({ answer: 42 });
    expect(made).toBe(1);
  });

  it("leaves no database behind where the set-up fails", async () => {
    let name = "";
    const failing = testDatabase({
      setup: async (url) => {
        name = (await firstRow(url, "SELECT current_database() AS name"))?.name as string;
        throw new Error("as asked");
      },
    });
    await expect(failing).rejects.toThrow("as asked");
    expect(name).toMatch(/^heliostream_test_/);
    const sql = `SELECT count(*)::int AS n FROM pg_database WHERE datname = '${name}'`;
    expect(await firstRow(postgres.adminUrl, sql)).toEqual({ n: 0 });
  });
});
