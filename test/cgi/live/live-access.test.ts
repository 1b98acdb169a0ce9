import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LiveServer, liveServer, readAll, send } from "../../support/live-server.js";

/** `ada:lovelace`, `ada:babbage`. */
const RIGHT = "Basic YWRhOmxvdmVsYWNl";
const WRONG = "Basic YWRhOmJhYmJhZ2U=";
const RANGE = "read.time.min=2021-06-30&read.time.max=2021-07-01";

describe("a protected source over a WebSocket", () => {
  let live: LiveServer;
  beforeAll(async () => {
    live = await liveServer({ HELIOSTREAM_TRUSTED_PROXIES: "" });
  });
  afterAll(() => live.close());

  /** What comes for a request to open one, as text. */
  async function open(path: string, ...headers: readonly string[]): Promise<string> {
    const lines = [
      `GET /das/server${path}?${RANGE} HTTP/1.1`,
      `Host: 127.0.0.1:${live.port}`,
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      ...headers,
      "",
      "",
    ];
    return (await readAll(await send(live.port, lines.join("\r\n")))).toString("latin1");
  }

  it("is refused before anything is opened, by each spelling of its name", async () => {
    for (const path of [
      "/source/Demo/Secret/flexRT",
      "/source/demo/secret/flexRT",
      "/source/Demo%2FSecret/flexRT",
    ])
      for (const headers of [[], [`Authorization: ${WRONG}`], ["Authorization: Bearer YWRhOmxvdmVsYWNl"]]) {
        const text = await open(path, ...headers);
        expect(text, path).toMatch(/^HTTP\/1\.1 401 /);
        expect(text).toContain('WWW-Authenticate: Basic realm="Pump room"');
        expect(text).not.toContain("Sec-WebSocket-Accept");
        expect(text).not.toMatch(/say-arguments|USER/);
      }
  });

  it("is given to whom the rule names", async () => {
    const text = await open("/source/Demo/Secret/flexRT", `Authorization: ${RIGHT}`);
    expect(text).toMatch(/^HTTP\/1\.1 101 /);
    // The accept value of RFC 6455, 1.3, for the key of its example.
    expect(text).toContain("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    expect(text).toContain("[00]");
  });

  it("is refused to a page of another site, though the browser logs in", async () => {
    const text = await open(
      "/source/Demo/Secret/flexRT",
      `Authorization: ${RIGHT}`,
      "Origin: https://evil.example",
    );
    expect(text).toMatch(/^HTTP\/1\.1 403 /);
  });
});
