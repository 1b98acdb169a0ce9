import { existsSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../config/package-root.js";
import { type ApacheServer, startApache } from "../support/apache.js";
import { CASE_SITE, caseEnvironment } from "../support/case-site.js";
import { rawRequest } from "../support/raw-http.js";
import { programForTest } from "../support/system-programs.js";

const apache = programForTest("apache");
const ENTRY = join(packageRoot(), "dist/cgi-bin/log");

describe.skipIf(apache.missing)(apache.title("the log page under Apache"), () => {
  let folder: string;
  let web: ApacheServer;
  const get = (target: string, headers: Record<string, string> = {}) =>
    rawRequest(web.port, { target, headers });
  const page = async (query: string) => (await get(`/das/log?${query}`)).body.toString("utf8");

  beforeAll(async () => {
    expect(existsSync(ENTRY), `${ENTRY}, made by npm run build`).toBe(true);
    // Where www-data may read whatever the checkout's own rights are.
    folder = await mkdtemp(join(tmpdir(), "heliostream-log-e2e-"));
    await chmod(folder, 0o755);
    const log = join(folder, "log");
    await mkdir(log);
    await chmod(log, 0o777);
    for (const [from, to] of [
      [CASE_SITE, "site"],
      [join(packageRoot(), "dist/cgi-bin"), "package/dist/cgi-bin"],
      [join(packageRoot(), "static"), "package/static"],
      [join(packageRoot(), "package.json"), "package/package.json"],
    ] as const)
      await cp(from, join(folder, to), { recursive: true, preserveTimestamps: true });
    const settings = {
      ...caseEnvironment(log),
      HELIOSTREAM_CONFIG: join(folder, "site/das2server.conf"),
      HELIOSTREAM_BIN_PATH: `${join(folder, "site/programs")}:${dirname(process.execPath)}`,
      PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
    };
    const bin = join(folder, "package/dist/cgi-bin");
    web = await startApache(
      apache.path,
      [
        `ScriptAlias "/das/server" "${bin}/server"`,
        `ScriptAlias "/das/log" "${bin}/log"`,
        `<Directory "${bin}">`,
        "  Require all granted",
        "</Directory>",
        ...Object.entries(settings).map(([name, value]) => `SetEnv ${name} "${value}"`),
      ].join("\n"),
    );
  });

  afterAll(async () => {
    await web?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("shows what many processes wrote at the same time, each whole", async () => {
    await Promise.all(
      Array.from({ length: 24 }, (_, n) => get(`/das/server?server=${n % 2 === 0 ? "id" : "absent"}&n=${n}`)),
    );
    const text = await page("ip=*");
    expect(text.match(/class="story complete"/g)).toHaveLength(12);
    expect(text.match(/class="story refused"/g)).toHaveLength(12);
    expect(text).not.toContain("not a record");
    expect((await page("ip=*&outcome=refused&text=n%3D7")).match(/class="story /g)).toHaveLength(1);
  });

  it("has its style sheets below its own path", async () => {
    const text = await page("ip=*");
    for (const [, path] of text.matchAll(/<link rel="stylesheet" href="([^"]+)"/g)) {
      const answer = await get(path ?? "");
      expect(answer.status).toBe(200);
      expect(answer.headers).toContainEqual(["Content-Type", "text/css; charset=utf-8"]);
    }
  });

  it("is not seen by who only pretends to be here", async () => {
    // This Apache is no proxy, and the case site trusts 127.0.0.1: the address in the header counts.
    expect((await get("/das/log", { "X-Forwarded-For": "192.0.2.1" })).status).toBe(403);
    expect((await get("/das/log", { Host: "evil.example" })).status).toBe(403);
  });

  it("deletes by POST from its own page only", async () => {
    const post = (headers: Record<string, string>) =>
      rawRequest(web.port, {
        method: "POST",
        target: "/das/log?action=deleteAll",
        headers: { "Content-Length": "0", ...headers },
      });
    expect((await post({ Origin: "http://evil.example" })).status).toBe(403);
    expect((await page("ip=*")).match(/class="story complete"/g)).toHaveLength(12);
    const done = await post({ Origin: web.origin });
    expect(done.status).toBe(302);
    expect(done.headers.find(([name]) => name === "Location")?.[1]).toMatch(/\/das\/log\?ip=\*$/);
    expect((await page("ip=*")).match(/class="story /g)).toHaveLength(1);
    expect(await readdir(join(folder, "log"))).toHaveLength(1);
  });
});
