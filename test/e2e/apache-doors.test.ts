import { existsSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startExportWork } from "../../cgi/jsoc/export-work.js";
import { packageRoot } from "../../config/package-root.js";
import type { ExportWork } from "../../netdrms/requests/start-exports.js";
import { type ApacheServer, startApache } from "../support/apache.js";
import { caseEnvironment } from "../support/case-site.js";
import { drmsClient } from "../support/drms-client.js";
import { type JsocServer, jsocServer } from "../support/jsoc-server.js";
import { postgresForTest, type TestDatabase } from "../support/postgres.js";
import { type RawAnswer, type RawRequest, rawRequest } from "../support/raw-http.js";
import { sampleArchive } from "../support/sample-archive.js";
import { programForTest } from "../support/system-programs.js";

const apache = programForTest("apache");
const postgres = await postgresForTest();
const missing = apache.missing || postgres.missing;
const title = apache.title("Apache") + (postgres.missing ? postgres.title("") : "");

/** Every door as CGI programs answer it, in a virtual host, by the template of the configuration as it ships. */
describe.skipIf(missing)(`doors of the CGI program: ${title}`, () => {
  let folder: string;
  let web: ApacheServer;
  let database: TestDatabase;
  /** A server over the same site, whose worker makes the exports. */
  let server: JsocServer;
  let work: ExportWork | undefined;

  beforeAll(async () => {
    database = await sampleArchive();
    folder = await mkdtemp(join(tmpdir(), "heliostream-doors-"));
    await chmod(folder, 0o755);
    for (const name of ["log", "exports"]) {
      await mkdir(join(folder, name));
      await chmod(join(folder, name), 0o777);
    }
    const copied = { recursive: true, preserveTimestamps: true };
    await cp(join(packageRoot(), "dist/cgi-bin"), join(folder, "package/dist/cgi-bin"), copied);
    await cp(join(packageRoot(), "test/cases/site"), join(folder, "site"), copied);
    for (const name of ["static", "package.json", "dsdf"])
      await cp(join(packageRoot(), name), join(folder, "package", name), copied);
    const archive = {
      HELIOSTREAM_DRMS_URL: database.url,
      HELIOSTREAM_EXPORT_ROOT: join(folder, "exports"),
      HELIOSTREAM_EXPORT_OPEN: "true",
    };
    server = await jsocServer(database.url, archive);
    const settings = {
      ...caseEnvironment(join(folder, "log"), archive),
      HELIOSTREAM_CONFIG: join(folder, "site/das2server.conf"),
      HELIOSTREAM_DSDF_ROOT: join(folder, "package/dsdf/sources"),
      HELIOSTREAM_BIN_PATH: `${join(folder, "site/programs")}:${dirname(process.execPath)}`,
      PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
    };
    const conf = (await readFile(join(packageRoot(), "etc/apache-cgi.conf"), "utf8"))
      .replaceAll("/opt/heliostream", join(folder, "package"))
      .replaceAll("/etc/heliostream/das2server.conf", join(folder, "site/das2server.conf"));
    const variables = Object.entries(settings).map(([name, value]) => `SetEnv ${name} "${value}"`);
    const nonParsed = join(folder, "package/dist/cgi-bin/nph-server");
    web = await startApache(
      apache.path,
      `${conf}\n${variables.join("\n")}
ScriptAlias "/nph/das/server" "${nonParsed}"
RewriteRule "^/nph/hapi(/.*)?$" "/nph/das/server/hapi$1" [PT]
<VirtualHost *:*>
    ServerName 127.0.0.1
    RewriteEngine On
</VirtualHost>`,
    );
  }, 240_000);
  afterAll(async () => {
    await web?.stop();
    await work?.close();
    await server?.close();
    await database?.drop();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  const get = (target: string, more: Partial<RawRequest> = {}): Promise<RawAnswer> =>
    rawRequest(web.port, { ...more, target });
  const header = ({ headers }: RawAnswer, name: string): string | undefined =>
    headers.find(([one]) => one.toLowerCase() === name.toLowerCase())?.[1];
  const json = ({ body }: RawAnswer): Record<string, unknown> => JSON.parse(body.toString());
  const form = async (words: Readonly<Record<string, string>>): Promise<Record<string, unknown>> => {
    const response = await fetch(`${web.origin}/cgi-bin/ajax/jsoc_fetch`, {
      method: "POST",
      body: new URLSearchParams(words),
    });
    expect(response.status).toBe(200);
    return (await response.json()) as Record<string, unknown>; // as every reply
  };

  it("has programs that were built", () => {
    expect(existsSync(join(packageRoot(), "dist/cgi-bin/server")), "made by npm run build").toBe(true);
  });

  it("answers HAPI at both of its paths, with the reason of an error in the status line", async () => {
    for (const base of ["/hapi", "/das/server/hapi"]) {
      expect(json(await get(`${base}/capabilities`))).toMatchObject({ HAPI: "3.3", status: { code: 1200 } });
      const info = json(await get(`${base}/info?id=Examples/Random`));
      expect(info).toMatchObject({ status: { code: 1200 }, parameters: [{ name: "Time" }, {}] });
      const range = "time.min=2021-06-30T12:00:00Z&time.max=2021-06-30T12:00:05Z";
      const data = await get(`${base}/data?id=Examples/Random&${range}`);
      expect(data.status).toBe(200);
      expect(data.body.toString().trim().split("\n")).toHaveLength(5);
      const wrong = await get(`${base}/info?id=Nothing`);
      expect([wrong.status, json(wrong).status]).toMatchObject([404, { code: 1406 }]);
    }
    expect((await get("/hapi")).body.toString()).toContain("HAPI");
  });

  it("writes the status line itself through the nph entry, where a data set is unknown and where it has records", async () => {
    for (const [target, status] of [
      ["/nph/hapi/info?id=Nothing", /^404 .*1406/],
      ["/nph/hapi/data?id=Examples/Random&start=2021-06-30T12:00Z&stop=2021-06-30T12:01Z", /^200 /],
    ] as const) {
      const response = await fetch(`${web.origin}${target}`);
      expect(`${response.status} ${response.statusText}`).toMatch(status);
      await response.arrayBuffer();
    }
  });

  it("answers path-style requests and catalogs", async () => {
    expect(json(await get("/das/server/catalog.json"))).toHaveProperty("catalog");
    expect((await get("/das/server/nodes.csv")).status).toBe(200);
    expect(json(await get("/das/server/openapi.json"))).toMatchObject({ openapi: "3.1.0" });
    expect(json(await get("/das/server/source/Examples/Random/flex.json"))).toHaveProperty("interface");
    const words = "read.time.min=2021-06-30T12:00&read.time.max=2021-06-30T12:00:05&format.type=csv";
    const data = await get(`/das/server/source/Examples/Random/flex?${words}`);
    expect([data.status, data.body.toString().match(/;2021-06-30T12:00:0\d/g)?.length]).toEqual([200, 5]);
    expect((await get("/das/server/source/Nothing/flex.json")).status).toBe(404);
  });

  it("answers the Python client at the address of the JSOC, POST as well as GET", async () => {
    const [names, keys] = await drmsClient(`${web.origin}/cgi-bin/ajax`, [
      ["series", ["ic_720s"]],
      ["query", ["sample_hmi.ic_720s[2013.05.23_12:00_TAI/24m]"], { key: "T_REC,CAMERA" }],
    ]);
    expect(names).toEqual(["sample_hmi.ic_720s"]);
    expect(keys).toMatchObject({ columns: { CAMERA: [3, 3] } });
    const same = { op: "rs_summary", ds: "sample_hmi.ic_720s[2013.05.23_12:00_TAI/24m]" };
    const posted = await fetch(`${web.origin}/cgi-bin/ajax/jsoc_info`, {
      method: "POST",
      body: new URLSearchParams(same),
    });
    expect(await posted.json()).toMatchObject({ status: 0, count: 2 });
    expect(json(await get("/cgi-bin/ajax/jsoc_info?op=rs_summary&ds=none.such"))).toMatchObject({
      status: 1,
    });
    expect((await get("/cgi-bin/ajax/nothing")).status).toBe(404);
    expect((await get("/cgi-bin/ajax/drms_export.cgi?series=a;record=b")).body.toString()).toContain(
      "no streaming export",
    );
  });

  it("takes requests for exports, says that they wait for a worker, and gives parts of what that has made", async () => {
    const ds = "sample_hmi.ic_720s[2013.05.23_12:00_TAI]{continuum}";
    const begun = await form({ op: "exp_request", ds, notify: "user@example.org", protocol: "fits" });
    expect(begun).toMatchObject({ status: 2, requestid: expect.stringMatching(/^JSOC_\d{8}_\d{3}$/) });
    const id = String(begun.requestid);
    expect(await form({ op: "exp_status", requestid: id })).toMatchObject({
      ...{ status: 2, stage: "waiting", position: 0 },
      note: "this program makes no exports itself: the request waits until a worker (heliostream worker) takes it",
    });
    expect((await get(`/cgi-bin/ajax/export/${id}/`)).body.toString()).toContain("heliostream worker");
    work = startExportWork(server.live.server.site, () => {});
    let reply: Record<string, unknown> = {};
    do reply = await form({ op: "exp_status", requestid: id });
    while (["1", "2"].includes(String(reply.status)));
    expect(reply).toMatchObject({ status: "0", count: "1", dir: `/export/${id}` });
    expect(reply.note).toBeUndefined();
    const [{ filename }] = reply.data as readonly [{ readonly filename: string }];
    const target = `/cgi-bin/ajax${reply.dir}/${filename}`;
    const whole = await get(target);
    expect(whole.body.toString("latin1", 0, 6)).toBe("SIMPLE");
    expect(header(whole, "Content-Length")).toBe(String(whole.body.length));
    const part = await get(target, { headers: { Range: "bytes=2880-5759" } });
    expect([part.status, header(part, "Content-Range")]).toEqual([
      206,
      `bytes 2880-5759/${whole.body.length}`,
    ]);
    expect(part.body.equals(whole.body.subarray(2880, 5760))).toBe(true);
    const rest = await get(target, {
      headers: { Range: "bytes=2880-", "If-Range": header(whole, "ETag") ?? "" },
    });
    expect(rest.body.equals(whole.body.subarray(2880))).toBe(true);
    expect((await get(target, { headers: { Range: "bytes=999999999-" } })).status).toBe(416);
    expect((await get(`/cgi-bin/ajax/export/${id}/../${id}/index.json`)).status).toBe(200);
    expect((await get("/cgi-bin/ajax/export/JSOC_20200101_001/x.fits")).status).toBe(404);
  });

  it("says that WebSockets need a server that stays, and sends events", async () => {
    const words = "read.time.min=2021-06-30T12:00&read.time.max=2021-06-30T12:00:02";
    const upgrade = {
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    };
    for (const headers of [{}, upgrade]) {
      const refused = await get(`/das/server/source/Examples/Random/flexRT?${words}`, { headers });
      expect(refused.status).toBe(501);
      expect(refused.body.toString()).toMatch(/resident server \(heliostream serve\).*live gives the same/);
    }
    const events = await get(`/das/server/source/Examples/Random/live?${words}`);
    expect(header(events, "Content-Type")).toMatch(/^text\/event-stream/);
    const names = events.body.toString().match(/^event: .*$/gm);
    expect(names).toEqual(["event: stream", "event: header", "event: records", "event: end"]);
  });
});
