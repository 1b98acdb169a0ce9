import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type RunningServer, startServer } from "../../cgi/serve.js";
import { caseFiles, checkAnswer, comparable } from "../support/case-files.js";
import { caseConfig } from "../support/case-site.js";
import type { ForegroundServer } from "../support/foreground-server.js";
import { GrowingArchive } from "../support/growing-archive.js";
import { LiveClient } from "../support/live-client.js";
import { type LiveSite, liveSite } from "../support/live-site.js";
import { startNginx } from "../support/nginx.js";
import { rawRequest } from "../support/raw-http.js";
import { programForTest } from "../support/system-programs.js";

const nginx = programForTest("nginx");
const FROM_START = { "read.time.min": "2000-01-01", "read.time.max": "forever" };

describe.skipIf(nginx.missing)(nginx.title("nginx in front, as etc/nginx.conf has it"), () => {
  describe("passes on what the server answers", () => {
    let server: RunningServer;
    let front: ForegroundServer;
    const { config, dispose } = caseConfig();

    beforeAll(async () => {
      server = await startServer(config, { log: { write: () => {}, close: () => Promise.resolve() } });
      front = await startNginx(nginx.path, Number(new URL(server.url).port));
    });
    afterAll(async () => {
      await front?.stop();
      await server?.close(0);
      dispose();
    });

    describe.each(caseFiles())("$title", ({ cases }) => {
      // What no server of HTTP/1.1 takes is not for nginx to pass on either.
      it.each(cases.filter((one) => one.notApache === undefined))(
        "$name",
        async ({ request, expect: expected }) => {
          const direct = await rawRequest(Number(new URL(server.url).port), request);
          const behind = await rawRequest(front.port, request);
          checkAnswer(behind, expected);
          expect(comparable(behind)).toEqual(comparable(direct));
        },
      );
    });
  });

  describe("passes on what has no end", () => {
    let site: LiveSite;
    let front: ForegroundServer;
    let archive: GrowingArchive;

    beforeEach(async () => {
      archive = new GrowingArchive();
      site = await liveSite({
        programs: { grown: archive.reader("grown") },
        settings: { HELIOSTREAM_TRUSTED_PROXIES: "127.0.0.1" },
      });
      site.define("Pump", "reader = 'grown'", "realTime = 1");
      front = await startNginx(nginx.path, site.port);
    });
    afterEach(async () => {
      await front?.stop();
      await site?.close();
    });

    it("a WebSocket, record by record, with the address of the client", async () => {
      archive.add({ x: 1, value: 1 });
      const url = site.url("Pump", FROM_START).replace(`:${site.port}/`, `:${front.port}/`);
      const client = new LiveClient(url, { headers: { "X-Forwarded-For": "192.0.2.7" } });
      await client.opened();
      await client.until(() => client.values.length === 1);
      archive.add({ x: 2, value: 2 });
      site.clock += 10;
      site.ring();
      await client.until(() => client.values.length === 2);
      expect(client.values).toEqual([1, 2]);
      client.socket.terminate();
      // nginx adds who called it behind what it was told; the last one that is no trusted proxy counts.
      const record = await site.record(({ outcome }) => outcome === "complete" || outcome === "cancelled");
      expect(record.client).toBe("192.0.2.7");
    });
  });
});
