import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { archive } from "../../../cgi/status/checks/archive.js";
import { clock } from "../../../cgi/status/checks/clock.js";
import { exports } from "../../../cgi/status/checks/exports.js";
import { partitions } from "../../../cgi/status/checks/partitions.js";
import type { Check, Finding } from "../../../cgi/status/finding.js";
import { withDatabase, withUser } from "../../../netdrms/postgres/database-url.js";
import { ARCHIVE_TEMPLATE } from "../../support/archive-database.js";
import { type Installation, installation, states } from "../../support/check-subject.js";
import { postgresForTest, type TestDatabase, testDatabase } from "../../support/postgres.js";
import { withClient } from "../../support/test-databases.js";

const postgres = await postgresForTest();

let place: Installation;
beforeEach(() => {
  place = installation();
});
afterEach(() => place.dispose());

const look = (
  check: Check,
  url: string,
  more: Readonly<Record<string, string>> = {},
): Promise<readonly Finding[]> => place.look(check, { HELIOSTREAM_DRMS_URL: url, ...more });
const only = (findings: readonly Finding[]): Finding => {
  expect(findings).toHaveLength(1);
  return findings[0]!;
};

describe("the checks of an archive without a database", () => {
  it("are off where there is none", async () => {
    for (const check of [archive, partitions, exports])
      expect(only(await place.look(check)).state).toBe("off");
  });

  it("are red where nothing listens at its address, and show no password", async () => {
    // Port 1 of the loopback: nobody listens there.
    const url = "postgres://rita:s3cret@127.0.0.1:1/drms";
    const finding = only(await look(archive, url));
    expect(finding).toMatchObject({
      state: "bad",
      says: "the database at 127.0.0.1:1/drms does not answer",
      advice:
        "Start PostgreSQL (systemctl start postgresql), or correct DRMS_URL; the server finds it again by itself.",
      figures: { up: 0 },
    });
    expect(only(await look(partitions, url)).state).toBe("unknown");
    expect(only(await look(exports, url, { HELIOSTREAM_EXPORT_ROOT: place.folder })).state).toBe("unknown");
    expect(JSON.stringify([finding, await look(partitions, url)])).not.toMatch(/s3cret|rita/);
  });

  it("are red where the password file cannot be read", async () => {
    const file = join(place.folder, "none");
    const finding = only(
      await look(archive, "postgres://rita@127.0.0.1:1/drms", { HELIOSTREAM_DRMS_PASSWORD_FILE: file }),
    );
    expect(finding.state).toBe("bad");
    expect(finding.says).toContain("DRMS_PASSWORD_FILE: the file cannot be read");
  });
});

describe.skipIf(postgres.missing)(postgres.title("the checks of an archive"), () => {
  let database: TestDatabase;
  let empty: TestDatabase;
  let web: string;
  let folder: string;
  const run = (statement: string) => withClient(database.url, (client) => client.query(statement));

  beforeAll(async () => {
    [database, empty] = await Promise.all([testDatabase({ template: ARCHIVE_TEMPLATE }), testDatabase()]);
    web = withUser(database.url, "web");
    folder = mkdtempSync(join(tmpdir(), "heliostream-partition-"));
  });
  afterAll(async () => {
    await Promise.all([database?.drop(), empty?.drop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  it("are good for a role that reads, with the version that the server itself tells", async () => {
    const { rows } = await withClient(database.url, (client) =>
      client.query<{ server_version: string }>("SHOW server_version"),
    );
    const finding = only(await look(archive, web));
    expect(finding).toMatchObject({ state: "good", figures: { up: 1 } });
    expect(finding.says).toContain(`PostgreSQL ${rows[0]?.server_version} at `);
    expect(finding.says).toContain("read as web");
    expect(only(await look(clock, web)).says).toBe("agrees with the clock of files and of the archive");
  });

  it("are worried by a superuser, and red for a database that is no archive, or that there is not", async () => {
    expect(only(await look(archive, database.url)).says).toContain("the server comes as the superuser");
    const none = only(await look(archive, empty.url));
    expect(none.state).toBe("bad");
    expect(none.says).toContain("has no admin.ns and no public.sum_main: it is no archive");
    const absent = only(await look(archive, withDatabase(database.url, "no_such_database")));
    expect(absent).toMatchObject({
      state: "bad",
      advice: "Correct the name of the database in the address, or make it with netdrms-setup.",
    });
    expect(absent.says).toContain("has no such database");
  });

  it("look at two databases where the storage units have one of their own", async () => {
    const found = await look(archive, web, { HELIOSTREAM_SUMS_URL: empty.url });
    expect(states(found)).toEqual({ "Archive, series": "good", "Archive, storage units": "bad" });
  });

  it("are red for a role that may not read", async () => {
    await run("REVOKE SELECT ON public.sum_main FROM web");
    try {
      const finding = only(await look(archive, web));
      expect(finding.state).toBe("bad");
      expect(finding.says).toContain("the user web may not read public.sum_main");
    } finally {
      await run("GRANT SELECT ON public.sum_main TO web");
    }
  });

  it("tell how partitions are: none, there, gone, a file in the place of one, closed", async () => {
    expect(only(await look(partitions, web)).says).toBe("there is none: no file can be stored");
    const add = (path: string, set = 0) =>
      withClient(database.url, (client) =>
        client.query(
          "INSERT INTO public.sum_partn_avail (partn_name, total_bytes, avail_bytes, pds_set_num, pds_set_prime) VALUES ($1, 1, 1, $2, 0)",
          [path, set],
        ),
      );
    const file = `${folder}-file`;
    writeFileSync(file, "");
    await add(folder);
    await add(`${folder}-gone`);
    await add(file);
    await add(tmpdir(), -1);
    try {
      const found = await look(partitions, web);
      expect(states(found)).toEqual({
        [`Partition ${folder}`]: "good",
        [`Partition ${folder}-gone`]: "bad",
        [`Partition ${file}`]: "bad",
        [`Partition ${tmpdir()}`]: "good",
      });
      const one = (name: string) => found.find((finding) => finding.name === `Partition ${name}`);
      expect(one(folder)?.says).toContain("open for new units");
      expect(one(tmpdir())?.says).toContain("closed for new units");
      expect(one(`${folder}-gone`)?.says).toBe("it is not there, or does not answer");
    } finally {
      await run("DELETE FROM public.sum_partn_avail");
      rmSync(file);
    }
  });

  it("count export requests, and are red where they wait for nobody or cannot be written", async () => {
    const ask = async () => only(await look(exports, web, { HELIOSTREAM_EXPORT_ROOT: folder }));
    expect(await ask()).toMatchObject({ state: "good", figures: { waiting: 0, running: 0, failed_day: 0 } });
    const add = (id: string, status: number, age: string, finished = "NULL") =>
      run(`INSERT INTO jsoc.heliostream_exports (requestid, kind, status, test, dataset, records, processing, protocol, filenamefmt,
        method, address, requester, client, md5, rcount, size_mb, accepted, finished) VALUES ('${id}', 'records', ${status}, false, 'x[]', 0, '',
        'as-is', '', 'url', 'rita@example.org', 'rita', '127.0.0.1', '${id}', 1, 1, now() - interval '${age}', ${finished})`);
    try {
      await add("A", 4, "1 hour", "now()");
      await add("B", 4, "3 days", "now() - interval '2 days'");
      expect(await ask()).toMatchObject({ state: "worried", figures: { failed_day: 1 } });
      await add("C", 2, "1 minute");
      expect((await ask()).state).toBe("worried");
      await add("D", 2, "10 minutes");
      expect(await ask()).toMatchObject({
        state: "bad",
        says: "2 requests wait and none runs",
        figures: { waiting: 2, running: 0 },
      });
      await add("E", 1, "10 minutes");
      expect(await ask()).toMatchObject({ state: "worried", figures: { waiting: 2, running: 1 } });
      await run("REVOKE INSERT ON jsoc.heliostream_exports FROM web");
      expect((await ask()).says).toBe("the tables of export requests may not be written");
    } finally {
      await run("GRANT INSERT ON jsoc.heliostream_exports TO web");
      await run("DELETE FROM jsoc.heliostream_exports");
    }
    const nothing = await place.look(exports, {
      HELIOSTREAM_DRMS_URL: empty.url,
      HELIOSTREAM_EXPORT_ROOT: folder,
    });
    expect(only(nothing)).toMatchObject({
      state: "bad",
      says: "the tables of export requests are not there",
    });
  });
});
