import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { addresses } from "../../../bin/commands/addresses.js";
import { ARCHIVE_TEMPLATE } from "../../support/archive-database.js";
import { type JsocServer, jsocServer } from "../../support/jsoc-server.js";
import { postgresForTest, type TestDatabase, testDatabase } from "../../support/postgres.js";
import { withClient } from "../../support/test-databases.js";

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("checkAddress.sh (export B6)"), () => {
  let database: TestDatabase;
  let server: JsocServer;
  /** Sends mails into a file beside it, but none to `nowhere@…`. */
  let folder = "";
  let program = "";
  const servers: JsocServer[] = [];
  const start = async (settings: Readonly<Record<string, string>>, url = database.url) => {
    const started = await jsocServer(url, settings);
    servers.push(started);
    return started;
  };
  /** As the client does it: encoded twice. */
  const check = (address: string, more: Readonly<Record<string, string>> = { checkonly: "1" }, to = server) =>
    to.ask("checkAddress.sh", { address: encodeURIComponent(address), ...more });
  const rows = (sql: string) => withClient(database.url, async (client) => (await client.query(sql)).rows);

  beforeAll(async () => {
    database = await testDatabase({ template: ARCHIVE_TEMPLATE });
    folder = await mkdtemp(join(tmpdir(), "heliostream-mail-"));
    program = join(folder, "sendmail");
    await writeFile(
      program,
      `#!/bin/sh\n[ "$*" = "-t -i" ] || exit 64\ncat > "${folder}/mail"\ngrep -q "^To: nowhere@" "${folder}/mail" && { echo "no such host in ${folder}" >&2; exit 1; }\nexit 0\n`,
    );
    await chmod(program, 0o755);
    server = await start({
      HELIOSTREAM_JSOC_MAIL_PROGRAM: program,
      HELIOSTREAM_SERVER_URL: "https://data.example.org/das/server",
    });
  });
  afterAll(async () => {
    for (const started of servers) await started.close();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  it("knows addresses that the command registered, in any case, until it takes them out", async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
    vi.stubEnv("HELIOSTREAM_DRMS_URL", database.url);
    try {
      expect(await addresses.run(["check", "ann+x@Example.org"])).toBe(1);
      expect(await addresses.run(["add", "Ann+x@example.org", "bob@example.org"])).toBe(0);
      expect(await addresses.run(["add", "ann+X@example.org"])).toBe(0);
      const [{ id }] = await rows("SELECT id FROM jsoc.export_user_info WHERE address = 'ann+x@example.org'");
      expect(await check("ANN+x@EXAMPLE.org")).toEqual({
        status: 2,
        msg: "The address is registered",
        user_id: id,
      });
      // Encoded once, as people do.
      expect(
        await server.ask("checkAddress.sh", { address: "ann+x@example.org", checkonly: "1" }),
      ).toMatchObject({
        status: 2,
      });
      expect(await addresses.run(["remove", "ann+x@example.org", "nobody@example.org"])).toBe(1);
      expect(await check("ann+x@example.org")).toEqual({
        status: 4,
        msg: "The address is not registered",
        user_id: -1,
      });
      expect(await check("bob@example.org")).toMatchObject({ status: 2 });
      await expect(addresses.run(["add", "no address"])).rejects.toThrow('address "no address"');
      await expect(addresses.run(["list"])).rejects.toThrow("expected add, remove or check");
    } finally {
      vi.unstubAllEnvs();
      log.mockRestore();
    }
  });

  it.each(["", "no address", "a@b", "@example.org", "a@example.org\n", "a'b@example.org", "a@ex ample.org"])(
    "refuses what is no address: %j",
    async (address) => {
      if (address.endsWith("\n")) {
        // White space around it does not matter.
        expect(await check(address)).toMatchObject({ status: 4 });
        return;
      }
      expect(await check(address)).toMatchObject({ status: -2, user_id: -1 });
    },
  );

  it("registers by the link of a mail, once", async () => {
    expect(await check("cleo@example.org", {})).toMatchObject({ status: 1, user_id: -1 });
    const mail = await readFile(join(folder, "mail"), "utf8");
    expect(mail).toMatch(/^To: cleo@example\.org\n/);
    const link = /https:\S+/.exec(mail)?.[0] ?? "";
    expect(link).toMatch(/^https:\/\/data\.example\.org\/das\/server\/jsoc\/checkAddress\.sh\?/);
    await rm(join(folder, "mail"));
    // No second mail within a day.
    expect(await check("cleo@example.org", {})).toMatchObject({ status: 3 });
    expect(await check("cleo@example.org")).toMatchObject({ status: 3 });
    await expect(readFile(join(folder, "mail"))).rejects.toThrow();
    expect(await check("cleo@example.org", { code: "0123456789abcdef" })).toMatchObject({ status: -2 });
    const words = Object.fromEntries(new URL(link).searchParams);
    expect(await server.ask("checkAddress.sh", words)).toMatchObject({ status: 2 });
    expect(await check("Cleo@example.org")).toMatchObject({ status: 2 });
    // The code is used up.
    expect(await server.ask("checkAddress.sh", words)).toMatchObject({ status: -2 });
  });

  it("sends another mail after a day, whose link alone counts", async () => {
    await check("dora@example.org", {});
    const code = async () => /code=(\w+)/.exec(await readFile(join(folder, "mail"), "utf8"))?.[1] ?? "";
    const first = await code();
    await rows(
      "UPDATE jsoc.export_addresses SET starttime = now() - interval '25 hours' WHERE localname = 'dora'",
    );
    expect(await check("dora@example.org", { code: first })).toMatchObject({ status: -2 });
    expect(await check("dora@example.org", {})).toMatchObject({ status: 1 });
    expect(await code()).not.toBe(first);
    expect(await check("dora@example.org", { code: first })).toMatchObject({ status: -2 });
    expect(await check("dora@example.org", { code: await code() })).toMatchObject({ status: 2 });
  });

  it("sends no more than fifty mails an hour", async () => {
    await rows(
      `INSERT INTO jsoc.export_addresses SELECT 'many' || n, domainid, 'code', now() FROM jsoc.export_addressdomains, generate_series(1, 50) n
        WHERE domainname = 'example.org'`,
    );
    expect(await check("eve@example.org", {})).toMatchObject({
      status: -3,
      msg: "Too many registrations at once, try again later",
    });
    await rows("DELETE FROM jsoc.export_addresses WHERE localname LIKE 'many%'");
  });

  it("says why no mail is sent, and nothing of the inside", async () => {
    expect(await check("nowhere@example.org", {})).toEqual({
      status: -3,
      msg: "The mail could not be sent",
      user_id: -1,
    });
    const silent = await start({});
    expect(await check("fay@example.org", {}, silent)).toMatchObject({
      status: -3,
      msg: expect.stringMatching(/^This server sends no mail/),
    });
    const nameless = await start({ HELIOSTREAM_JSOC_MAIL_PROGRAM: program, HELIOSTREAM_SERVER_URL: "" });
    expect(await check("fay@example.org", {}, nameless)).toMatchObject({ status: -4 });
  });

  it("takes every address where the site says so, and tells where it keeps none or cannot ask", async () => {
    const open = await start({ HELIOSTREAM_EXPORT_OPEN: "yes" });
    expect(await check("anybody@example.org", undefined, open)).toMatchObject({ status: 2 });
    const empty = await testDatabase();
    const without = await start({}, empty.url);
    expect(await check("gil@example.org", undefined, without)).toEqual({
      status: -4,
      msg: "This server keeps no addresses",
      user_id: -1,
    });
    await empty.drop();
    const away = await start({}, "postgres://nobody@127.0.0.1:1/none");
    expect(await check("gil@example.org", undefined, away)).toMatchObject({ status: -5 });
  });
});
