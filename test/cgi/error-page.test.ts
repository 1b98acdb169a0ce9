import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Request } from "../../cgi/http.js";
import { headerValue } from "../../cgi/http.js";
import { handleLog } from "../../cgi/log/viewer.js";
import { makeSite } from "../../cgi/make-site.js";
import { handle } from "../../cgi/routes.js";
import type { Site } from "../../cgi/site.js";
import { caseConfig } from "../support/case-site.js";

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
const ACCEPT = "text/html,application/xhtml+xml,*/*;q=0.8";

describe("an error", () => {
  const { config, dispose } = caseConfig();
  let site: Site;
  beforeAll(() => {
    site = makeSite(config, { resident: false, authorize: async () => ({ granted: false, realm: "" }) });
  });
  afterAll(async () => {
    await site.close();
    dispose();
  });

  const requestOf = (mount: string, query: string, headers: Request["headers"], id: string): Request => ({
    id,
    receivedAt: new Date(),
    method: "GET",
    protocol: "1.1",
    scheme: "http",
    host: "localhost:8080",
    mount,
    path: "",
    query,
    headers,
    peer: "127.0.0.1",
    signal: new AbortController().signal,
  });
  const ask = async (headers: Request["headers"], query = "server=%3Cb%3E", id = "err-1") => {
    const response = await handle(requestOf("/das/server", query, headers, id), site);
    return {
      status: response.status,
      type: headerValue(response, "Content-Type"),
      vary: headerValue(response, "Vary"),
      text: Buffer.from(response.body as Uint8Array).toString("utf8"),
    };
  };

  it("is a page for who goes there with a browser, and leads to the story of the request", async () => {
    const page = await ask({ "user-agent": FIREFOX, accept: ACCEPT });
    expect(page).toMatchObject({ status: 400, type: "text/html; charset=utf-8" });
    expect(page.vary).toMatch(/Accept/);
    expect(page.vary).toMatch(/User-Agent/);
    expect(page.text).toContain("server=&lt;b&gt; is not known");
    const [, href = ""] = /<a href="([^"]+)"><code>err-1</.exec(page.text) ?? [];
    expect(href).toBe("/das/log?id=err-1");
    const story = await handleLog(requestOf("/das/log", href.split("?")[1] ?? "", {}, "look"), site);
    const text = Buffer.from(story.body as Uint8Array).toString("utf8");
    expect(text).toContain("<details open>");
    expect(text).toContain("server=&lt;b&gt; is not known");
  });

  it.each([
    ["a script of a page", { "user-agent": FIREFOX, accept: "*/*" }, "text/plain; charset=utf-8"],
    ["a browser that does not say", { "user-agent": FIREFOX }, "text/plain; charset=utf-8"],
    ["the HTTP client of Java", { "user-agent": "Java/17", accept: ACCEPT }, "text/vnd.das2.das2stream"],
  ])("is told as before to %s", async (_who, headers, type) => {
    expect(await ask(headers)).toMatchObject({ status: 400, type });
  });
});
