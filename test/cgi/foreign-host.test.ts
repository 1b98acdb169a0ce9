import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWholeBody, type Request } from "../../cgi/http.js";
import { handle } from "../../cgi/routes.js";
import { type CachedSite, cachedSite } from "../support/cached-site.js";

const OWN = "https://data.example.org/das/server";
/** Everything by which a client, or who stands between, may say another name of the server. */
const FOREIGN: Partial<Request> = {
  host: "evil.example",
  headers: {
    host: "evil.example",
    "x-forwarded-host": "evil.example",
    "x-forwarded-proto": "https",
    "x-forwarded-for": "127.0.0.1",
    "x-forwarded-server": "evil.example",
    forwarded: "for=127.0.0.1;host=evil.example;proto=https",
    "x-original-url": "https://evil.example/",
    origin: "https://evil.example",
    referer: "https://evil.example/",
  },
};

const DATA = "start_time=2021-06-30&end_time=2021-06-30T00:10";

describe("where answers lead to", () => {
  const folder = mkdtempSync(join(tmpdir(), "heliostream-host-"));
  let named: CachedSite;
  let nameless: CachedSite;

  beforeAll(() => {
    writeFileSync(
      join(folder, "peers.ini"),
      "[Friend]\nurl = https://friend.example.org/das\ndescription = x\n",
    );
    const settings = { HELIOSTREAM_PEERS_FILE: join(folder, "peers.ini"), HELIOSTREAM_TRUSTED_PROXIES: "" };
    named = cachedSite({ cacheRoot: false, settings: { ...settings, HELIOSTREAM_SERVER_URL: OWN } });
    const lines = ["reader = 'random'", "exampleRange_00 = '2021-06-30T00:00 to 2021-06-30T00:10'"];
    named.define("Lab/Open", ...lines);
    named.define("Lab/Live", ...lines, "realTime = 1");
    named.define("Lab/Moved", "rename = 'Lab/Open'");
    named.define("Lab/Away", "server = 'https://friend.example.org/das/server'");
    nameless = cachedSite({
      cacheRoot: false,
      definitions: named.definitions,
      settings: { ...settings, HELIOSTREAM_SERVER_URL: "" },
    });
  });
  afterAll(async () => {
    await named.close();
    await nameless.close();
    rmSync(folder, { recursive: true });
  });

  async function ask(site: CachedSite, path: string, query: string, more: Partial<Request>) {
    const response = await handle(site.request(query, { path, ...more }), site.site);
    const pieces: Uint8Array[] = [];
    if (isWholeBody(response.body)) pieces.push(response.body);
    else for await (const piece of response.body) pieces.push(Buffer.from(piece));
    const headers = response.headers.map(([name, value]) => `${name}: ${value}`).join("\n");
    const location = response.headers.find(([name]) => name === "Location")?.[1];
    return {
      status: response.status,
      location,
      all: `${headers}\n\n${Buffer.concat(pieces).toString("latin1")}`,
    };
  }

  const ASKED: readonly (readonly [path: string, query: string, status: number])[] = [
    ["", "", 200],
    ["", "server=peers", 200],
    ["", "server=dsdf&dataset=Lab/Open", 200],
    ["", "server=dsdf&dataset=Lab/Moved", 301],
    ["", `server=dataset&dataset=Lab/Moved&${DATA}`, 301],
    ["", `server=dataset&dataset=Lab/Away&${DATA}`, 302],
    ["", `server=dataset&dataset=Lab/Open&${DATA}`, 200],
    ["/catalog", "", 301],
    ["/catalog.json", "", 200],
    ["/root.json", "", 200],
    ["/nodes.csv", "", 200],
    ["/catalog.jsonld", "", 200],
    ["/openapi.json", "", 200],
    ["/source/", "", 200],
    ["/source/Lab", "", 301],
    ["/source/Lab/", "", 200],
    ["/source/Lab/Open", "", 301],
    ["/source/Lab/Open/", "", 200],
    ["/source/Lab/Open.json", "", 200],
    ["/source/Lab/Open/flex.json", "", 200],
    ["/source/Lab/Open/flex.html", "", 200],
    ["/source/Lab/Open/dataset.jsonld", "", 200],
    ["/source/Lab/Live/flexRT.json", "", 200],
    ["/source/Lab/Moved/flex.json", "", 301],
    ["/source/Lab/Away/flex", DATA, 302],
    ["/hapi", "", 200],
    ["/hapi/", "", 301],
    ["/hapi/about", "", 200],
    ["/hapi/catalog", "", 200],
    ["/source/None/flex.json", "", 404],
  ];

  it.each(ASKED)(
    "%s?%s (%i): is the configured server, whatever the client calls it",
    async (path, query, status) => {
      const { location, all, ...answer } = await ask(named, path, query, FOREIGN);
      expect(answer.status).toBe(status);
      expect(all).not.toContain("evil.example");
      if (location !== undefined) {
        const allowed = [OWN, "https://friend.example.org/das/server"];
        expect(
          allowed.some((base) => location.startsWith(`${base}/`) || location.startsWith(`${base}?`)),
          location,
        ).toBe(true);
      }
    },
  );

  it("takes forwarded names from nobody that is not configured", async () => {
    const headers = { ...FOREIGN.headers, host: "here.example.org" };
    for (const [path, query] of ASKED) {
      const { all } = await ask(nameless, path, query, { host: "here.example.org", headers });
      expect(all, path).not.toContain("evil.example");
    }
  });

  it("repeats no Host that is none", async () => {
    for (const host of [
      "evil.example/x?",
      "a@evil.example",
      "x\r\nLocation: evil.example",
      '"><script>',
      "evil.example#",
    ]) {
      const { all, location } = await ask(nameless, "/catalog", "", { host });
      expect(all, host).not.toMatch(/evil|script/);
      expect(location, host).toBe("http://localhost/das/server/catalog.json");
    }
  });

  it("leads to no place of the client's making: targets in paths and parameters stay on the server", async () => {
    for (const [path, query] of [
      ["//evil.example/", ""],
      ["/source//evil.example", ""],
      ["/source/https://evil.example/", ""],
      ["/hapi//evil.example/", ""],
      ["/catalog", "url=https://evil.example"],
      ["", `server=dataset&dataset=https://evil.example/&${DATA}`],
      ["", `server=dataset&dataset=Lab/Moved&${DATA}&server=https://evil.example`],
      ["", `server=dataset&dataset=//evil.example/x&${DATA}`],
    ] as const) {
      const { location = `${OWN}/`, status } = await ask(named, path, query, {});
      expect(new URL(location).host, `${path}?${query}: ${status}`).toBe("data.example.org");
    }
  });
});
