import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { get } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { finished } from "node:stream/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type RunningServer, startServer } from "../../cgi/serve.js";
import { packageRoot } from "../../config/package-root.js";
import { type ApacheServer, startApache } from "../support/apache.js";
import { caseFiles, checkAnswer, comparable } from "../support/case-files.js";
import { CASE_SITE, caseConfig, caseEnvironment } from "../support/case-site.js";
import { type RawRequest, rawRequest } from "../support/raw-http.js";
import { programForTest } from "../support/system-programs.js";

const apache = programForTest("apache");
const ENTRY = join(packageRoot(), "dist/cgi-bin/server");

/** The template of a set-up as an operator would change it: two paths, or a port. */
async function template(name: string, replace: Readonly<Record<string, string>>): Promise<string> {
  let text = await readFile(join(packageRoot(), "etc", name), "utf8");
  for (const [from, to] of Object.entries(replace)) {
    expect(text, `${name} has ${from}`).toContain(from);
    text = text.replaceAll(from, to);
  }
  return text;
}

/** How many of the endless readers that are started here there are. */
async function readersRunning(): Promise<number> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
  );
  return lines.filter((line) => line.includes("7.125e+00")).length;
}

describe.skipIf(apache.missing)(apache.title("Apache"), () => {
  let server: RunningServer;
  let folder: string;
  let web: ApacheServer;
  let proxy: ApacheServer;
  const { config, dispose } = caseConfig();

  beforeAll(async () => {
    expect(existsSync(ENTRY), `${ENTRY}, made by npm run build`).toBe(true);
    // Where www-data may read whatever the checkout's own rights are.
    folder = await mkdtemp(join(tmpdir(), "heliostream-e2e-"));
    await chmod(folder, 0o755);
    const log = join(folder, "log");
    await mkdir(log);
    await chmod(log, 0o777);
    await cp(CASE_SITE, join(folder, "site"), { recursive: true, preserveTimestamps: true });
    await cp(join(packageRoot(), "dist/cgi-bin"), join(folder, "package/dist/cgi-bin"), {
      recursive: true,
      preserveTimestamps: true,
    });
    await cp(join(packageRoot(), "static"), join(folder, "package/static"), {
      recursive: true,
      preserveTimestamps: true,
    });
    await cp(join(packageRoot(), "package.json"), join(folder, "package/package.json"));
    const environment = caseEnvironment(log);
    const settings = Object.entries({
      ...environment,
      HELIOSTREAM_BIN_PATH: `${join(folder, "site/programs")}:${dirname(process.execPath)}`,
      PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
    }).filter(([name]) => name !== "HELIOSTREAM_CONFIG");
    const cgi = await template("apache-cgi.conf", {
      "/opt/heliostream": join(folder, "package"),
      "/etc/heliostream/das2server.conf": join(folder, "site/das2server.conf"),
    });
    server = await startServer(config, { log: { write: () => {}, close: () => Promise.resolve() } });
    const port = new URL(server.url).port;
    const nonParsed = `ScriptAlias "/nph/das/server" "${join(folder, "package/dist/cgi-bin/nph-server")}"`;
    web = await startApache(
      apache.path,
      `${cgi}\n${nonParsed}\n${settings.map(([name, value]) => `SetEnv ${name} "${value}"`).join("\n")}`,
    );
    proxy = await startApache(apache.path, await template("apache-proxy.conf", { "8080": port }));
  });

  afterAll(async () => {
    await web?.stop();
    await proxy?.stop();
    await server?.close(0);
    dispose();
    await rm(folder, { recursive: true, force: true });
  });

  describe.each(caseFiles())("$title", ({ cases }) => {
    it.each(cases.filter((one) => one.notApache === undefined))(
      "$name",
      async ({ request, expect: expected }) => {
        const direct = await rawRequest(Number(new URL(server.url).port), request);
        const asCgi = await rawRequest(web.port, request);
        checkAnswer(asCgi, expected);
        expect(comparable(asCgi), "CGI gives the bytes of the resident server").toEqual(comparable(direct));
        const behind = await rawRequest(proxy.port, request);
        checkAnswer(behind, expected);
        expect(comparable(behind), "the proxy passes everything on").toEqual(comparable(direct));
      },
    );
  });

  describe("the program that writes HTTP itself", () => {
    const RANGE = "start_time=2021-06-30&end_time=2021-07-01";
    const dying = `/das/server?server=dataset&dataset=Demo/FailsAfterMany&${RANGE}&format=csv`;
    const nonParsed = (target: string, more: Partial<RawRequest> = {}) =>
      rawRequest(web.port, { ...more, target: `/nph${target}` });

    it("lets a client see that csv was cut off, which the usual program cannot", async () => {
      const broken = await nonParsed(dying);
      expect([broken.status, broken.whole]).toEqual([200, false]);
      expect(broken.headers).toContainEqual(["Content-Type", "text/csv; charset=utf-8"]);
      expect(broken.body.length).toBeGreaterThan(100_000);
      // A client that is no part of the tests: Node's own. (fetch takes such an end for a whole answer.)
      const [answer] = await once(get(`${web.origin}/nph${dying}`), "response");
      await expect(finished(answer.resume())).rejects.toThrow("aborted");
      const hidden = await rawRequest(web.port, { target: dying });
      expect([hidden.status, hidden.whole]).toEqual([200, true]);
      expect(hidden.body.equals(broken.body)).toBe(true);
    });

    it.each<[string, string, Partial<RawRequest>]>([
      ["a small answer", "server=id", {}],
      ["a description", "server=dsdf&dataset=Demo/Pump4", {}],
      ["data", `server=dataset&dataset=Demo/Pump4&${RANGE}&resolution=60`, {}],
      ["data for a client of HTTP/1.0", `server=dataset&dataset=Demo/Pump4&${RANGE}`, { protocol: "1.0" }],
      ["csv that is whole", `server=dataset&dataset=Demo/Pump4&${RANGE}&format=csv`, {}],
      ["a failure told in the stream", `server=dataset&dataset=Demo/FailsLate&${RANGE}`, {}],
      ["an unknown source", "server=dsdf&dataset=Demo/None", {}],
      ["a login", `server=dataset&dataset=Demo/Secret&${RANGE}`, {}],
      ["no body", "server=id", { method: "HEAD" }],
      ["no body of data", `server=dataset&dataset=Demo/Pump4&${RANGE}`, { method: "HEAD" }],
      ["nothing for OPTIONS", "server=id", { method: "OPTIONS" }],
    ])("gives the answers of the usual one: %s", async (_what, query, more) => {
      const usual = await rawRequest(web.port, { ...more, target: `/das/server?${query}` });
      const own = await nonParsed(`/das/server?${query}`, more);
      expect(comparable(own)).toEqual(comparable(usual));
      expect([usual.whole, own.whole]).toEqual([true, true]);
      expect(own.headers).toContainEqual(["Connection", "close"]);
      expect(own.headers.map(([name]) => name)).toContain("Date");
    });
  });

  it("passes a query of 100 kB on, which is answered 414 in a form that clients read", async () => {
    const request = { target: `/das/server?server=dsdf&dataset=${"x".repeat(100_000)}` };
    const direct = await rawRequest(Number(new URL(server.url).port), request);
    checkAnswer(direct, { status: 414, exception: "IllegalArgument" });
    for (const { port } of [web, proxy]) {
      expect(comparable(await rawRequest(port, request))).toEqual(comparable(direct));
      checkAnswer(await rawRequest(port, { target: "/das/server?server=id" }), {
        status: 200,
        body: "Pump Works\r\n",
      });
    }
  });

  it("lets nobody see by TRACE what a request held", async () => {
    for (const { port } of [web, proxy]) {
      const answer = await rawRequest(port, {
        method: "TRACE",
        target: "/das/server?server=id",
        headers: { Cookie: "word=1" },
      });
      expect(answer.status).toBe(405);
      expect(answer.body.toString()).not.toContain("word=1");
    }
  });

  it("sends the length of what is known as a whole", async () => {
    for (const { port } of [web, proxy]) {
      const { headers } = await rawRequest(port, { target: "/das/server?server=dsdf&dataset=Demo/Minimal" });
      expect(headers).toContainEqual(["Content-Length", "97"]);
    }
  });

  it("ends the reader of a client that left", async () => {
    for (const { port } of [web, proxy]) {
      const target =
        "/das/server?server=dataset&dataset=Demo/Endless&start_time=2021-06-30&end_time=2021-07-01&params=7.125e%2B00";
      const socket = connect(port, "127.0.0.1", () =>
        socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`),
      );
      await once(socket, "data");
      expect(await readersRunning()).toBe(1);
      socket.destroy();
      await vi.waitUntil(async () => (await readersRunning()) === 0, { timeout: 10_000 });
    }
  });

  it("writes one record a request, with the address of the client", async () => {
    const files = (await readdir(join(folder, "log"))).filter((name) => name.endsWith(".jsonl"));
    const text = await readFile(join(folder, "log", files[0] ?? ""), "utf8");
    const records = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(records.length).toBeGreaterThan(50);
    expect(records[0]).toMatchObject({ client: "127.0.0.1", mount: "/das/server" });
  });

  it("has no complaint in Apache's error log but those of broken definitions", async () => {
    const lines = (await web.errorLog()).split("\n").filter((line) => /error|heliostream/i.test(line));
    expect(lines.filter((line) => !/AH0\d+/.test(line))).toEqual([]);
  });
});
