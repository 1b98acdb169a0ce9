import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { XMLValidator } from "fast-xml-parser";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Request, Response } from "../../cgi/http.js";
import { headerValue } from "../../cgi/http.js";
import { recordLine } from "../../cgi/log/log-line.js";
import type { RequestRecord } from "../../cgi/log/record.js";
import { handleLog } from "../../cgi/log/viewer.js";
import { makeSite } from "../../cgi/make-site.js";
import { percentText } from "../../cgi/pages/format.js";
import type { Site } from "../../cgi/site.js";
import { caseConfig } from "../support/case-site.js";
import { cgiRequest } from "../support/cgi-transport.js";
import { logRecord } from "../support/log-records.js";

let site: Site;
let written: RequestRecord[] = [];
let dispose = () => {};

function openWith(settings: Readonly<Record<string, string>> = {}): void {
  dispose();
  const made = caseConfig(settings);
  dispose = made.dispose;
  written = [];
  site = makeSite(made.config, {
    resident: true,
    authorize: async () => ({ granted: false, realm: "" }),
    log: { write: (record) => void written.push(record), close: async () => {} },
    now: () => new Date("2021-07-01T12:00:00Z"),
  });
}

beforeEach(() => openWith());
afterEach(() => {
  dispose();
  dispose = () => {};
});

function logged(day: string, ...records: readonly (RequestRecord | string)[]): void {
  const text = records.map((record) => (typeof record === "string" ? record : recordLine(record))).join("");
  writeFileSync(join(site.config.logPath, `requests-${day}.jsonl`), text);
}

function requestOf(query: string, more: Partial<Request> = {}): Request {
  return {
    id: "test-1",
    receivedAt: new Date("2021-07-01T12:00:00Z"),
    method: "GET",
    protocol: "1.1",
    scheme: "http",
    host: "localhost:8080",
    mount: "/das/log",
    path: "",
    query,
    headers: {},
    peer: "127.0.0.1",
    signal: new AbortController().signal,
    ...more,
  };
}

const ask = (query: string, more: Partial<Request> = {}) => handleLog(requestOf(query, more), site);
const textOf = (response: Response) => Buffer.from(response.body as Uint8Array).toString("utf8");

async function bodyText({ body }: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  if (body instanceof Uint8Array) pieces.push(body);
  else for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces).toString("utf8");
}

/** Ids of the requests on a page, in their order. */
const idsOf = (text: string) => [...text.matchAll(/id=([\w-]+)"><code>/g)].map(([, id]) => id);

describe("the page of the log", () => {
  it("shows a request with its whole story", async () => {
    logged(
      "2021-06-30",
      logRecord({
        outcome: "failed",
        code: "READER_FAILED",
        reason: "The reader ended with status 3",
        begin: "2021-06-30T00:00:00.000Z",
        end: "2021-07-01T12:00:00Z",
        resolution: 60,
        user: "somebody",
        params: ["fast"],
        stages: [
          { role: "reader", argv: ["rd", "--x", "a b", "it's"], status: 3, builtIn: false },
          { role: "reducer", argv: ["avg"], builtIn: true },
          { role: "format", argv: ["ascii"], signal: "SIGKILL", builtIn: false },
        ],
        stderr: ["first line", "second line"],
        where: { path: "/data/T1" },
        cache: { result: "partial", levelSeconds: 60, blocks: 3, gaps: 1 },
        firstByteMs: 3.21,
        bytes: 1_234_567,
      }),
    );
    const response = await ask("ip=*");
    const text = textOf(response);
    expect(response.status).toBe(200);
    for (const part of [
      "failed</span>",
      "READER_FAILED",
      "The reader ended with status 3",
      "2021-06-30 to 2021-07-01T12:00",
      "somebody",
      "fast",
      "rd --x &#39;a b&#39; &#39;it&#39;\\&#39;&#39;s&#39;",
      "status 3",
      "not finished",
      "ended by SIGKILL",
      "in the server",
      "first line\nsecond line",
      "Standard error, 2 lines",
      "/data/T1",
      "partial, level 60 s, 3 blocks, 1 gap",
      "1.23 MB (1,234,567 bytes)",
      "first byte after 3.21 ms, 12.3 ms in all",
      "process 4711",
    ])
      expect(text, part).toContain(part);
  });

  it("says of a request what came from the cache and what readers made, and why", async () => {
    logged(
      "2021-06-30",
      logRecord({
        cache: {
          result: "partial",
          level: "bin-60s daily",
          levelSeconds: 60,
          blocks: 29,
          gaps: 1,
          bytesFromCache: 2_500_000,
          bytesFromReaders: 86_000,
          note: "disk full",
        },
      }),
      logRecord({ id: "second", cache: { result: "hit", levelSeconds: 0, blocks: 1 } }),
      logRecord({ id: "third", cache: { result: "off", note: "a condition of the reader" } }),
      logRecord({ id: "fourth" }),
    );
    const text = textOf(await ask("ip=*"));
    for (const part of [
      "partial, level bin-60s daily, 29 blocks, 1 gap, 2.50 MB from the cache, 86.0 kB from readers, disk full</dd>",
      "hit, full resolution, 1 block</dd>",
      "off, a condition of the reader</dd>",
      "Cache: 50 % of 2 requests came from blocks alone (1 hit, 1 partial, 0 miss)",
    ])
      expect(text, part).toContain(part);
    expect(idsOf(textOf(await ask("ip=*&text=disk+full")))).toEqual(["abc-1-1"]);
    expect(idsOf(textOf(await ask("ip=*&text=cache+hit")))).toEqual(["second"]);
    logged("2021-06-29", logRecord());
    expect(textOf(await ask("ip=*&day=2021-06-29"))).not.toContain("Cache:");
  });

  it("shows own requests unless told otherwise, and leads to all", async () => {
    logged("2021-06-30", logRecord({ id: "mine", client: "127.0.0.1" }), logRecord({ id: "theirs" }));
    const own = textOf(await ask(""));
    expect(idsOf(own)).toEqual(["mine"]);
    expect(own).toContain('href="/das/log?ip=*&amp;day=2021-06-30"');
    expect(idsOf(textOf(await ask("ip=*")))).toEqual(["theirs", "mine"]);
    expect(idsOf(textOf(await ask("ip=203.0.113.9")))).toEqual(["theirs"]);
  });

  it("shows the newest day, leads to the others, and orders requests by their arrival", async () => {
    logged("2021-06-29", logRecord({ id: "day-before" }));
    logged(
      "2021-06-30",
      logRecord({ id: "second", time: "2021-06-30T11:00:00.000Z" }),
      "junk\n",
      logRecord({ id: "first", time: "2021-06-30T10:00:00.000Z" }),
    );
    const text = textOf(await ask("ip=*"));
    expect(idsOf(text)).toEqual(["second", "first"]);
    expect(text).toContain("1 line here is not a record");
    expect(text).toContain('href="/das/log?ip=*&amp;day=2021-06-29"');
    expect(idsOf(textOf(await ask("ip=*&day=2021-06-29")))).toEqual(["day-before"]);
    expect(textOf(await ask("ip=*&day=1999-01-01"))).toContain("Nothing on this day");
  });

  it("has 200 requests, and a way to the older ones", async () => {
    logged("2021-06-30", ...Array.from({ length: 450 }, (_, n) => logRecord({ id: `r${n}` })));
    const found: (string | undefined)[] = [];
    let query = "ip=*&day=2021-06-30";
    for (const expected of [200, 200, 50]) {
      const text = textOf(await ask(query));
      const ids = idsOf(text);
      expect(ids).toHaveLength(expected);
      found.push(...ids);
      query = /rel="next" href="\/das\/log\?([^"]+)"/.exec(text)?.[1]?.replaceAll("&amp;", "&") ?? "";
    }
    expect(query).toBe("");
    expect(new Set(found).size).toBe(450);
  });

  it("says so where there is no log yet", async () => {
    expect(textOf(await ask("ip=*"))).toContain("No request has been written down yet");
  });

  it("shows no status where none was sent", async () => {
    logged("2021-06-30", logRecord({ outcome: "cancelled", status: 0, bytes: 0 }));
    const text = textOf(await ask("ip=*"));
    expect(text).toContain('<span class="status">–</span>');
    expect(text).not.toContain("HTTP 0");
  });

  it("is whole and well-formed, with all kinds of records on it", async () => {
    const outcomes = ["complete", "no data", "refused", "failed", "cancelled"] as const;
    logged("2021-06-30", ...outcomes.map((outcome) => logRecord({ outcome, stages: [], reason: outcome })));
    const text = textOf(await ask("ip=*&refresh=15"));
    const xml = text
      .replace("<!DOCTYPE html>", "")
      .replace(/<(meta|link|img|input|br)([^>]*)>/g, "<$1$2/>")
      .replace(/ (selected|autofocus)(?=[ >])/g, ' $1=""');
    expect(XMLValidator.validate(xml)).toBe(true);
    expect(text).toContain('<meta http-equiv="refresh" content="15">');
    for (const outcome of ["complete", "no data", "refused", "failed", "client left"])
      expect(text).toMatch(new RegExp(`aria-hidden="true">.</span> ${outcome}</span>`));
  });
});

describe("hostile text", () => {
  const HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</pre></details></li><iframe src=//evil.example>",
    "&lt;script&gt;",
    "javascript:alert(1)",
    "\u202egpj.exe\u2066",
    "<!--",
    "]]>",
  ];

  it("stays text in every field of a record and every parameter", async () => {
    logged(
      "2021-06-30",
      ...HOSTILE.map((text, n) =>
        logRecord({
          id: text,
          client: text,
          method: text,
          host: text,
          target: text,
          mount: text,
          query: n % 2 === 0 ? text : "",
          userAgent: text,
          user: text,
          ...(n % 2 === 0 ? {} : { source: text }),
          begin: text,
          end: text,
          params: [text],
          fileName: text,
          stages: [{ role: text, argv: [text, text], signal: text, builtIn: true }],
          outcome: "failed",
          code: text,
          reason: text,
          where: { [text]: text, list: [text] },
          cache: { result: "partial", level: text, note: text },
          stderr: [text],
        }),
      ),
    );
    const ownScript = '<script type="module" src="/das/log/static/log.js"></script>';
    const withoutScript = (response: Response) => textOf(response).replace(ownScript, "");
    const plain = withoutScript(await ask("ip=*&day=2021-06-29"));
    const text = withoutScript(await ask("ip=*"));
    const tags = (page: string) => new Set([...page.matchAll(/<([!a-z][a-z0-9-]*)/gi)].map(([, tag]) => tag));
    const ours = new Set([
      ...tags(plain),
      ..."ol li details summary span time div dl dt dd code h3 h4 pre b figure figcaption svg title rect section ul".split(
        " ",
      ),
    ]);
    expect([...tags(text)].filter((tag) => !ours.has(tag ?? ""))).toEqual([]);
    expect(text).not.toMatch(/<(?:script|img src=x|iframe|svg\/)/i);
    expect(text).not.toMatch(/ on\w+="/i);
    expect(text).not.toMatch(/href="(?!\/das\/|#main")/);
    expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    expect(text).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(text).toContain("&amp;lt;script&amp;gt;");
    expect(text).toContain("\\u202egpj.exe");
    for (const one of HOSTILE) {
      const query = encodeURIComponent(one);
      const echoed = withoutScript(await ask(`ip=*&source=${query}&text=${query}`));
      expect(echoed).not.toMatch(/<(?:script|img src=x|iframe|svg\/)/i);
      for (const name of ["ip", "day", "outcome", "type", "before", "refresh"]) {
        const refused = await ask(`${name}=${query}`);
        expect(refused.status).toBe(400);
        expect(textOf(refused)).not.toMatch(/<(?:script|img src=x|iframe|svg)/i);
      }
    }
  });

  it("finds a page that forbids scripts but its own, frames and everything from elsewhere, and is for nobody else", async () => {
    for (const response of [await ask("ip=*"), await ask("ip=%00"), await ask("", { peer: "192.0.2.1" })]) {
      const policy = headerValue(response, "Content-Security-Policy") ?? "";
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toMatch(/unsafe|\*/);
      expect(policy.replace("script-src 'self'", "")).not.toContain("script-src");
      expect(headerValue(response, "X-Content-Type-Options")).toBe("nosniff");
      expect(headerValue(response, "Cache-Control")).toBe("no-store");
      // Every other answer has this header: any page could read the log through the operator's browser.
      expect(headerValue(response, "Access-Control-Allow-Origin")).toBeUndefined();
      expect(textOf(response)).not.toMatch(
        /<script(?! type="module" src="\/das\/log\/static\/log\.js"><\/script>)|<style| style=/i,
      );
    }
  });

  it("does not make a page of any size out of files that are not ours", async () => {
    logged(
      "2021-06-30",
      `${"&".repeat(3_000_000)}\n`,
      "\u0000\n".repeat(10_000),
      logRecord({ id: "between" }),
    );
    const text = textOf(await ask("ip=*"));
    expect(idsOf(text)).toEqual(["between"]);
    expect(text.length).toBeLessThan(30_000);
    expect(text).toContain("10,001 lines here are not a record");
  });
});

describe("who may see the log", () => {
  it.each([
    ["this host", {}, 200],
    ["this host, IPv6", { peer: "::1" }, 200],
    ["this host, mapped", { peer: "::ffff:127.0.0.1" }, 200],
    ["another", { peer: "192.0.2.1" }, 403],
    ["none", { peer: "" }, 403],
    ["this host by its name", { host: `${hostname()}:8080` }, 200],
    ["this host by SERVER_URL", { host: "data.example.org" }, 200],
    ["a foreign name that was made to point here", { host: "evil.example:8080" }, 403],
    ["a name that begins like ours", { host: "localhost.evil.example" }, 403],
    ["another, through a trusted proxy", { headers: { "x-forwarded-for": "192.0.2.1" } }, 403],
    [
      "this host, pretended to a trusted proxy",
      { headers: { "x-forwarded-for": "127.0.0.1, 192.0.2.1" } },
      403,
    ],
  ])("%s: %s %i", async (_who, more, status) => {
    expect((await ask("ip=*", more)).status).toBe(status);
  });

  it("does not count a proxy that nobody vouches for as this host", async () => {
    openWith({ HELIOSTREAM_TRUSTED_PROXIES: "" });
    for (const name of ["x-forwarded-for", "forwarded", "x-real-ip", "via"]) {
      const response = await ask("ip=*", { headers: { [name]: "127.0.0.1" } });
      expect(response.status).toBe(403);
      expect(textOf(response)).toContain("TRUSTED_PROXIES");
    }
  });

  it.each([
    ["another header", { "x-real-ip": "203.0.113.77" }],
    ["the newer header", { forwarded: "for=203.0.113.77" }],
    ["none", { via: "1.1 proxy" }],
    ["no address", { "x-forwarded-for": "unknown" }],
    ["nothing", { "x-forwarded-for": "" }],
    ["a comma at the end", { "x-forwarded-for": "203.0.113.77," }],
    ["text behind the address", { "x-forwarded-for": "203.0.113.77, garbage" }],
  ])("does not count a trusted proxy that names its client by %s as this host", async (_how, headers) => {
    openWith({ HELIOSTREAM_TRUSTED_PROXIES: "127.0.0.1" });
    const response = await ask("ip=*", { headers });
    expect(response.status).toBe(403);
    expect(textOf(response)).toContain("X-Forwarded-For");
  });

  it("is the networks of VIEW_LOG_ALLOW, and everybody only where it says so", async () => {
    openWith({ HELIOSTREAM_VIEW_LOG_ALLOW: "192.0.2.0/24 2001:db8::/32" });
    const peers = ["192.0.2.77", "192.0.3.1", "2001:db8::5", "2001:db9::5", "127.0.0.1"];
    const statuses = await Promise.all(
      peers.map(async (peer) => (await ask("", { peer, host: "any.example" })).status),
    );
    expect(statuses).toEqual([200, 403, 200, 403, 403]);
    openWith({ HELIOSTREAM_VIEW_LOG_ALLOW: "*", HELIOSTREAM_TRUSTED_PROXIES: "" });
    const headers = { "x-forwarded-for": "203.0.113.5" };
    expect((await ask("", { peer: "203.0.113.5", host: "any.example", headers })).status).toBe(200);
  });

  it("leaves a record of who was refused, none of who looked", async () => {
    await ask("ip=*");
    expect(written).toEqual([]);
    const response = await ask("ip=*", { peer: "192.0.2.1" });
    expect(textOf(response)).toContain("192.0.2.1");
    expect(textOf(response)).not.toContain(site.config.logPath);
    expect(written).toMatchObject([
      { client: "192.0.2.1", status: 403, outcome: "refused", code: "FORBIDDEN", query: "log" },
    ]);
  });
});

describe("command lines and internals", () => {
  const record = logRecord({
    outcome: "failed",
    stages: [
      {
        role: "reader",
        argv: ["secret-rdr", "--key", "hush"],
        status: 3,
        beginMs: 1,
        endMs: 11,
        builtIn: false,
      },
    ],
    where: { path: "/data/hidden" },
    stderr: ["said aloud"],
  });

  it("are hidden from those who may see the log alone, also from their searches and exports", async () => {
    openWith({ HELIOSTREAM_VIEW_LOG_ALLOW: "192.0.2.0/24", HELIOSTREAM_VIEW_COMMANDS_ALLOW: "192.0.2.7" });
    logged("2021-06-30", record);
    for (const [peer, sees] of [
      ["192.0.2.7", true],
      ["192.0.2.8", false],
    ] as const) {
      const as = (query: string, path = "") => ask(query, { peer, path, host: "any.example" });
      const page = textOf(await as("ip=*"));
      const found = idsOf(textOf(await as("ip=*&text=hush")));
      const inWhere = idsOf(textOf(await as("ip=*&text=/data/hidden")));
      const exported = await Promise.all(
        ["/export.csv", "/export.ndjson"].map(async (path) => bodyText(await as("ip=*", path))),
      );
      for (const text of [page, ...exported]) {
        expect(text).toContain("said aloud");
        for (const secret of ["secret-rdr", "hush"])
          expect(text.includes(secret), `${peer} ${secret}`).toBe(sees);
      }
      expect(page.includes("/data/hidden")).toBe(sees);
      expect(page.includes("VIEW_COMMANDS_ALLOW")).toBe(!sees);
      expect(found).toEqual(sees ? ["abc-1-1"] : []);
      expect(inWhere).toEqual(sees ? ["abc-1-1"] : []);
    }
  });

  it("stand beside when each program ran", async () => {
    logged("2021-06-30", record);
    const text = textOf(await ask("id=abc-1-1"));
    expect(text).toContain("10.0 ms, from 1.00 ms on");
    // One of 12.34 ms of the whole request, in thousandths.
    expect(text).toContain('x="81.0" width="810.4"');
    expect(text).toContain("<details open>");
  });
});

describe("a range of the log", () => {
  it("goes over files, and its parts lead to their own", async () => {
    for (const [day, id] of [
      ["2021-06-28", "first"],
      ["2021-06-29", "second"],
      ["2021-06-30", "third"],
    ] as const)
      logged(
        day,
        logRecord({ id, time: `${day}T10:15:30.250Z`, outcome: id === "second" ? "failed" : "complete" }),
      );
    expect(idsOf(textOf(await ask("ip=*&begin=2021-06-28&end=2021-06-30")))).toEqual(["second", "first"]);
    expect(idsOf(textOf(await ask("ip=*&begin=2021-06-29T10:16")))).toEqual(["third"]);
    // The clock of the site says noon of the first of July.
    expect(idsOf(textOf(await ask("ip=*&begin=-26h")))).toEqual(["third"]);
    const text = textOf(await ask("ip=*&begin=2021-06-28&end=2021-07-01"));
    expect(idsOf(text)).toEqual(["third", "second", "first"]);
    expect(text).toContain("3 requests, 1 failed");
    const links = [...text.matchAll(/<a href="([^"]+)" aria-label="([^"]+)" transform/g)];
    expect(links.map(([, , name]) => name)).toEqual([
      "2021-06-28 10:00–11:00: 1 request",
      "2021-06-29 10:00–11:00: 1 request, 1 failed",
      "2021-06-30 10:00–11:00: 1 request",
    ]);
    const query = (links[1]?.[1] ?? "").split("?")[1]?.replaceAll("&amp;", "&") ?? "";
    expect(idsOf(textOf(await ask(query)))).toEqual(["second"]);
    expect(idsOf(textOf(await ask("id=first")))).toEqual(["first"]);
    expect(textOf(await ask("id=absent"))).toContain("There is no request of this id");
  });

  it("suggests sources of the server alone, not every name that a stranger made up", async () => {
    const asked = (source: string, more: Partial<RequestRecord>) => logRecord({ source, ...more });
    const made = Array.from({ length: 40 }, (_, n) =>
      asked(`Guess/${n}`, { status: 404, outcome: "refused", code: "NO_SUCH_SOURCE" }),
    );
    logged(
      "2021-06-30",
      asked("Demo/Pump4", {}),
      ...made,
      asked("Demo/Gauge", { status: 401, outcome: "refused", code: "AUTH_REQUIRED" }),
    );
    const [, list = ""] = /<h3>Sources<\/h3>([\s\S]*?)<\/section>/.exec(textOf(await ask("ip=*"))) ?? [];
    expect(
      [...list.matchAll(/">([^<]+)<\/a> <span class="count">([^<]*)/g)].map(([, ...found]) => found),
    ).toEqual([
      ["Demo/Gauge", "1 request, "],
      ["Demo/Pump4", "1 request"],
    ]);
    // They are there for who looks for them.
    expect(idsOf(textOf(await ask("ip=*&source=Guess/7")))).toHaveLength(1);
  });

  it("has files that a rotation numbered, coded or not", async () => {
    const rotated = (end: string) => join(site.config.logPath, `requests-2021-06-30.jsonl.${end}`);
    logged("2021-06-30", logRecord({ id: "newer" }));
    writeFileSync(rotated("1"), recordLine(logRecord({ id: "older" })));
    writeFileSync(rotated("2.gz"), gzipSync(recordLine(logRecord({ id: "oldest" }))));
    writeFileSync(rotated("3.gz"), "not in gzip");
    const text = textOf(await ask("ip=*"));
    expect(idsOf(text)).toEqual(["newer", "older", "oldest"]);
    expect(text).toContain("Not shown: requests-2021-06-30.jsonl.3.gz");
    expect(text).not.toContain("jsonl.2.gz");
  });
});

describe("deletion", () => {
  const post = (query: string, headers: Record<string, string> = { origin: "http://localhost:8080" }) =>
    ask(query, { method: "POST", headers });
  const files = () => readdirSync(site.config.logPath).sort();

  beforeEach(() => {
    for (const day of ["2021-06-29", "2021-06-30"]) logged(day, logRecord());
    writeFileSync(join(site.config.logPath, "das2.192.0.2.1_0.log"), "text\n");
    writeFileSync(join(site.config.logPath, "notes.txt"), "not of the log\n");
  });

  it("takes one day, by the button of the page, and leads back", async () => {
    expect(textOf(await ask("ip=*"))).toContain(
      'method="post" action="/das/log?action=delete&amp;day=2021-06-30"',
    );
    const response = await post("action=delete&day=2021-06-30");
    expect(response.status).toBe(302);
    expect(headerValue(response, "Location")).toBe("/das/log?ip=*");
    expect(files()).toEqual(["das2.192.0.2.1_0.log", "notes.txt", "requests-2021-06-29.jsonl"]);
    expect(written).toMatchObject([
      { method: "POST", status: 302, target: "/das/log?action=delete&day=2021-06-30" },
    ]);
  });

  it("takes all days and nothing that is not of the log", async () => {
    expect((await post("action=deleteAll")).status).toBe(302);
    expect(files()).toEqual(["notes.txt"]);
    expect((await post("action=deleteAll")).status).toBe(302);
  });

  it.each([
    ["GET, as older servers did", { method: "GET" }, "action=deleteAll", 405],
    ["HEAD", { method: "HEAD" }, "action=deleteAll", 405],
    ["DELETE", { method: "DELETE" }, "action=deleteAll", 405],
    ["a page from elsewhere", { headers: { origin: "http://evil.example" } }, "action=deleteAll", 403],
    ["a page without origin", { headers: { origin: "null" } }, "action=deleteAll", 403],
    ["no page", { headers: {} }, "action=deleteAll", 403],
    [
      "another site, said by the browser",
      { headers: { "sec-fetch-site": "cross-site", origin: "http://localhost:8080" } },
      "action=deleteAll",
      403,
    ],
    ["another port", { headers: { origin: "http://localhost:9090" } }, "action=deleteAll", 403],
    [
      "another address",
      { peer: "192.0.2.1", headers: { "sec-fetch-site": "same-origin" } },
      "action=deleteAll",
      403,
    ],
    ["no day", { headers: { "sec-fetch-site": "same-origin" } }, "action=delete", 400],
    [
      "what is no day",
      { headers: { "sec-fetch-site": "same-origin" } },
      "action=delete&day=../notes.txt",
      400,
    ],
    ["an unknown action", { headers: { "sec-fetch-site": "same-origin" } }, "action=x", 400],
  ])("is refused for %s", async (_what, more, query, status) => {
    const before = files();
    expect((await ask(query, { method: "POST", ...more })).status).toBe(status);
    expect(files()).toEqual(before);
    expect(existsSync(join(site.config.logPath, "notes.txt"))).toBe(true);
  });
});

describe("answers below the mount", () => {
  it("are the style sheets for everybody, and nothing else", async () => {
    for (const [path, status] of [
      ["/static/log.css", 200],
      ["/static/heliostream.css", 200],
      ["/static/logo.svg", 200],
      ["/static/hello.txt", 403],
      ["/static/../package.json", 403],
      ["/else", 403],
    ] as const)
      expect((await ask("", { path, peer: "192.0.2.1" })).status, path).toBe(status);
    expect((await ask("", { path: "/else" })).status).toBe(404);
    expect((await ask("", { path: "/static/log.css", method: "HEAD" })).body).toHaveLength(0);
  });

  it("are coded in gzip where the client takes it, and have no body for HEAD", async () => {
    logged("2021-06-30", logRecord());
    const plain = await ask("ip=*");
    const coded = await ask("ip=*", { headers: { "accept-encoding": "gzip" } });
    expect(headerValue(coded, "Content-Encoding")).toBe("gzip");
    expect(gunzipSync(coded.body as Uint8Array).toString()).toBe(textOf(plain));
    const head = await ask("ip=*", { method: "HEAD" });
    expect(head.body).toHaveLength(0);
    expect(headerValue(head, "Content-Length")).toBe(headerValue(plain, "Content-Length"));
  });

  it("are the same as a CGI program", async () => {
    logged("2021-06-30", logRecord({ id: "one" }));
    const answer = await cgiRequest(
      (request) => handleLog(request, site),
      { target: "/cgi-bin/log?ip=*" },
      "/cgi-bin/log",
    );
    expect(answer.status).toBe(200);
    expect(answer.whole).toBe(true);
    expect(idsOf(answer.body.toString("utf8"))).toEqual(["one"]);
  });
});

describe("a part in percent", () => {
  it.each([
    [0, 0, "0 %"],
    [0, 5, "0 %"],
    [1, 100_000, "< 0.1 %"],
    [1, 300, "0.3 %"],
    [1, 3, "33 %"],
    [2, 3, "66 %"],
    [9999, 10_000, "99.9 %"],
    [99_999, 100_000, "99.9 %"],
    [7, 7, "100 %"],
  ])("of %i of %i is %s: neither nothing nor all, unless it is", (part, whole, text) => {
    expect(percentText(part, whole)).toBe(text);
  });
});
