import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LocalPostgres, startLocalPostgres } from "../../../netdrms/postgres/local-server.js";
import { planArchive, type SetupOptions, setUpArchive } from "../../../netdrms/schema/setup.js";
import { postgresForTest } from "../../support/postgres.js";
import { withClient } from "../../support/test-databases.js";

const postgres = await postgresForTest();

const NOTHING: SetupOptions = {
  createDatabases: true,
  siteCode: 3,
  users: [],
  guests: [],
  partitions: [],
};

// A server of its own: roles belong to a whole server, and this one begins without any.
describe.skipIf(postgres.missing)(postgres.title("an archive that is set up"), () => {
  let folder = "";
  let partition = "";
  let server: LocalPostgres;
  let urls: { readonly drms: string; readonly sums: string };
  let wanted: SetupOptions;

  const rows = async (database: string, sql: string, role?: string): Promise<readonly unknown[]> =>
    withClient(server.url(database), async (client) => {
      if (role !== undefined) await client.query(`SET ROLE ${role}`);
      return (await client.query({ text: sql, rowMode: "array" })).rows;
    });
  const drms = (sql: string, role?: string) => rows("drms_test", sql, role);
  const sums = (sql: string, role?: string) => rows("drms_test_sums", sql, role);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "heliostream-setup-"));
    partition = await mkdtemp(join(tmpdir(), "heliostream-sum0-"));
    server = await startLocalPostgres({ folder, fsync: false });
    urls = { drms: server.url("drms_test"), sums: server.url("drms_test_sums") };
    wanted = {
      ...NOTHING,
      production: { name: "production", password: "pr0d'uction" },
      web: { name: "apache" },
      users: [{ name: "ex" }, { name: "lev", namespace: "aia", group: "sys" }],
      guests: [{ name: "visitor" }],
      partitions: [{ path: partition }],
    };
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
    await rm(partition, { recursive: true, force: true });
  });

  it("is only planned at first", async () => {
    const plan = await planArchive(urls, wanted);
    expect(plan.length).toBeGreaterThan(50);
    expect(plan[0]?.description).toBe("user sumsadmin");
    expect(await rows("postgres", "SELECT datname FROM pg_database WHERE datname LIKE 'drms%'")).toEqual([]);
    expect(await rows("postgres", "SELECT rolname FROM pg_roles WHERE rolname = 'jsoc'")).toEqual([]);
  });

  it("is made by the plan, and the next plan is empty", async () => {
    const planned = await planArchive(urls, wanted);
    const done = await setUpArchive(urls, wanted);
    expect(done.map(({ description }) => description)).toEqual(planned.map(({ description }) => description));
    expect(await planArchive(urls, wanted)).toEqual([]);
    expect(await setUpArchive(urls, wanted)).toEqual([]);
  });

  it("has databases of encoding LATIN1 and locale C", async () => {
    const sql = `SELECT datname::text, pg_encoding_to_char(encoding)::text, datcollate::text, datctype::text
      FROM pg_database WHERE datname LIKE 'drms%' ORDER BY 1`;
    expect(await rows("postgres", sql)).toEqual([
      ["drms_test", "LATIN1", "C", "C"],
      ["drms_test_sums", "LATIN1", "C", "C"],
    ]);
  });

  it("has the roles of a site", async () => {
    const sql = `SELECT rolname::text, rolcanlogin, rolsuper FROM pg_roles
      WHERE rolname NOT LIKE 'pg%' AND rolname <> 'postgres' ORDER BY 1`;
    expect(await drms(sql)).toEqual([
      ["apache", true, false],
      ["ex", true, false],
      ["guest", true, false],
      ["jsoc", false, false],
      ["lev", true, false],
      ["production", true, false],
      ["sumsadmin", true, false],
      ["visitor", true, false],
    ]);
    const members = `SELECT g.rolname::text, m.rolname::text FROM pg_auth_members a
      JOIN pg_roles g ON g.oid = a.roleid JOIN pg_roles m ON m.oid = a.member
      WHERE g.rolname NOT LIKE 'pg%' ORDER BY 1, 2`;
    expect(await drms(members)).toEqual([
      ["guest", "visitor"],
      ["jsoc", "ex"],
      ["jsoc", "guest"],
      ["jsoc", "lev"],
      ["jsoc", "production"],
      ["jsoc", "visitor"],
      ["sumsadmin", "production"],
    ]);
  });

  it("lists its namespaces, their owners and the namespaces of sessions", async () => {
    expect(await drms("SELECT * FROM admin.ns ORDER BY name")).toEqual([
      ["aia", "sys", "lev"],
      ["su_ex", "user", "ex"],
      ["su_guest", "user", "guest"],
    ]);
    expect(await drms("SELECT * FROM admin.sessionns ORDER BY username")).toEqual([
      ["ex", "su_ex"],
      ["guest", "su_guest"],
      ["lev", "aia"],
      ["visitor", "su_guest"],
    ]);
  });

  it("lets an owner write the tables of the namespace, and everybody read them", async () => {
    const insert = "INSERT INTO su_ex.drms_link VALUES ('su_ex.a', 'L', 'su_ex.b', 'static', '')";
    await drms(insert, "ex");
    expect(await drms("SELECT linkname FROM su_ex.drms_link", "apache")).toEqual([["L"]]);
    await expect(drms(insert, "apache")).rejects.toThrow(/permission denied/);
    await expect(drms("CREATE TABLE su_ex.t (a int)", "lev")).rejects.toThrow(/permission denied/);
    await drms("CREATE TABLE su_ex.t (a int)", "ex");
    expect(await drms("SELECT nextval('su_ex.drms_sessionid_seq')", "ex")).toEqual([["1"]]);
  });

  it("lets guests write what they share", async () => {
    await drms("CREATE TABLE su_guest.t (a int)", "visitor");
    await drms(
      "INSERT INTO su_guest.drms_link VALUES ('su_guest.a', 'L', 'su_ex.b', 'static', '')",
      "visitor",
    );
    expect(await drms("SELECT count(*)::int FROM su_guest.drms_link")).toEqual([[1]]);
  });

  it("numbers storage units in the range of the site", async () => {
    const sql = `SELECT start_value, min_value, max_value, cache_size, cycle
      FROM pg_sequences WHERE sequencename = 'sum_ds_index_seq'`;
    // Site 3: netdrms 8.
    expect(await sums(sql)).toEqual([
      ["844424930131968", "844424930131968", "1125899906842623", "50", false],
    ]);
    expect(await sums("SELECT nextval('sum_ds_index_seq')", "production")).toEqual([["844424930131968"]]);
    expect(await sums("SELECT nextval('sum_seq')", "production")).toEqual([["2"]]);
  });

  it("lets the production user write storage units, the web user read them", async () => {
    expect(await sums("SELECT partn_name, pds_set_num FROM sum_partn_avail", "apache")).toEqual([
      [partition, 0],
    ]);
    await sums("INSERT INTO sum_open VALUES (2, now()::timestamp)", "production");
    await expect(sums("DELETE FROM sum_open", "apache")).rejects.toThrow(/permission denied/);
    await sums("DELETE FROM sum_open", "production");
  });

  it("keeps a site code, and says which where another is asked for", async () => {
    await expect(planArchive(urls, { ...wanted, siteCode: 4 })).rejects.toMatchObject({
      code: "BAD_PARAMETER",
      message: "site code 4, expected 3, that of the storage units that are there",
    });
    const { siteCode: _, ...without } = wanted;
    expect(await planArchive(urls, without)).toEqual([]);
  });

  it("adds a user later, and nothing else", async () => {
    const plan = await setUpArchive(urls, { ...wanted, users: [...wanted.users, { name: "late" }] });
    expect(plan.map(({ description }) => description)).toEqual([
      "user late",
      "late is a member of jsoc",
      "schema su_late",
      "grant CREATE, USAGE on schema su_late to late",
      "grant USAGE on schema su_late to public",
      "namespace su_late of group user, owned by late",
      "table su_late.drms_series",
      "table su_late.drms_series belongs to late",
      "table su_late.drms_keyword",
      "table su_late.drms_keyword belongs to late",
      "table su_late.drms_link",
      "table su_late.drms_link belongs to late",
      "table su_late.drms_segment",
      "table su_late.drms_segment belongs to late",
      "table su_late.drms_session",
      "table su_late.drms_session belongs to late",
      "sequence su_late.drms_sessionid_seq",
      "sequence su_late.drms_sessionid_seq belongs to late",
      ...["series", "keyword", "link", "segment", "session"].map(
        (table) => `grant SELECT on table su_late.drms_${table} to public`,
      ),
      "sessions of late are kept in su_late",
    ]);
  });

  it("is made by one user at most where a namespace is somebody's", async () => {
    const stealing = { ...wanted, users: [{ name: "thief", namespace: "su_ex" }] };
    await expect(planArchive(urls, stealing)).rejects.toMatchObject({
      code: "BAD_PARAMETER",
      message: "namespace su_ex of thief belongs to ex",
    });
    await drms("CREATE SCHEMA stray");
    const straying = { ...wanted, users: [{ name: "thief", namespace: "stray" }] };
    await expect(planArchive(urls, straying)).rejects.toMatchObject({
      message: expect.stringContaining("no namespace of the archive"),
    });
  });

  it("needs a folder for a partition", async () => {
    const path = join(partition, "nowhere");
    await expect(planArchive(urls, { ...wanted, partitions: [{ path }] })).rejects.toMatchObject({
      code: "BAD_PARAMETER",
      message: `partition ${path}, expected a folder that is there`,
    });
  });

  it("is away where a database is not there and none is to be made", async () => {
    const elsewhere = { drms: server.url("no_such"), sums: server.url("no_such") };
    await expect(planArchive(elsewhere, { ...NOTHING, createDatabases: false })).rejects.toMatchObject({
      code: "ARCHIVE_AWAY",
      message: expect.stringContaining("there is no database no_such"),
    });
  });

  it("lives in one database, where users of the records read storage units themselves", async () => {
    const one = { drms: server.url("one"), sums: server.url("one") };
    await setUpArchive(one, wanted);
    expect(await planArchive(one, wanted)).toEqual([]);
    expect(await rows("one", "SELECT count(*)::int FROM sum_main", "ex")).toEqual([[0]]);
  });

  it("is made once by several who set it up at the same time", async () => {
    const shared = { drms: server.url("shared"), sums: server.url("shared_sums") };
    const options = { ...wanted, users: [...wanted.users, { name: "same" }] };
    const plans = await Promise.all([1, 2, 3].map(() => setUpArchive(shared, options)));
    const schemas = plans.flat().filter(({ description }) => description === "schema su_same");
    expect(schemas).toHaveLength(1);
    expect(await planArchive(shared, options)).toEqual([]);
  });

  it("says which part of it could not be made", async () => {
    const url = server.url("drms_test").replace("//postgres@", "//visitor@");
    await expect(
      setUpArchive({ drms: url, sums: url.replace("drms_test", "drms_test_sums") }, wanted),
    ).resolves.toEqual([]);
    await expect(
      setUpArchive(
        { drms: url, sums: url.replace("drms_test", "drms_test_sums") },
        { ...wanted, users: [{ name: "more" }] },
      ),
    ).rejects.toMatchObject({
      code: "ARCHIVE_FAILED",
      message: "user more: The user of the archive's database may not do that",
    });
  });

  it("lets a user in with the password that was given, and with no other", async () => {
    await server.stop();
    const rules = join(folder, "data/pg_hba.conf");
    await writeFile(rules, `local all production scram-sha-256\n${await readFile(rules, "utf8")}`);
    server = await startLocalPostgres({ folder, fsync: false });
    const connect = async (password: string): Promise<void> => {
      const login = `//production:${encodeURIComponent(password)}@`;
      const client = new Client({ connectionString: urls.drms.replace("//postgres@", login) });
      await client.connect();
      await client.end();
    };
    await connect("pr0d'uction");
    await expect(connect("production")).rejects.toThrow(/password authentication failed/);
  });
});
