import { existsSync } from "node:fs";
import { join } from "node:path";
import request from "supertest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningServer, startServer } from "../../cgi/serve.js";
import { packageRoot } from "../../config/package-root.js";
import { caseConfig } from "../support/case-site.js";

describe("the documentation", () => {
  const { config, dispose } = caseConfig();
  let server: RunningServer;
  const get = (path: string) => request(server.url).get(`/docs/${path}`);
  const hrefs = (text: string) => [...text.matchAll(/ href="([^"]*)"/g)].map(([, href]) => href!);

  beforeAll(async () => {
    expect(existsSync(join(packageRoot(), "dist/docs")), "dist/docs, made by npm run build").toBe(true);
    server = await startServer(config, { log: { write: () => {}, close: () => Promise.resolve() } });
  });
  afterAll(async () => {
    await server.close(0);
    dispose();
  });

  it("leads from its contents through every page in order, and every link and section of it is there", async () => {
    const contents = await get("")
      .expect(200)
      .expect("Content-Type", /^text\/html/);
    const mount = new URL(server.url).pathname;
    const pages = [
      ...new Set(
        hrefs(contents.text).flatMap((href) =>
          href.startsWith(`${mount}/docs/`) ? [href.slice(`${mount}/docs/`.length)] : [],
        ),
      ),
    ].filter((name) => name !== "");
    expect(pages.length).toBeGreaterThan(25);
    const texts = new Map<string, string>();
    for (const page of pages) texts.set(page, (await get(page).expect(200)).text);
    const idsOf = (text: string) => new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!));
    for (const [page, text] of texts) {
      for (const href of hrefs(text.slice(text.indexOf("<article>")))) {
        const [name, section] = href.startsWith("#") ? [page, href.slice(1)] : href.split("#");
        if (/^(?:https?:|\/)/.test(href)) continue;
        const target = texts.get(name!);
        expect(target, `${page}: ${href}`).toBeDefined();
        if (section !== undefined) expect(idsOf(target!), `${page}: ${href}`).toContain(section);
      }
      const next = /rel="next" href="[^"]*\/docs\/([^"]+)"/.exec(text)?.[1];
      expect(next).toBe(pages[pages.indexOf(page) + 1]);
    }
  });

  it("has what is code as text, one heading, and no script but its own", async () => {
    const { text, headers } = await get("write-a-dsdf");
    expect(text.match(/<h1>/g)).toHaveLength(1);
    expect(text).toContain("BEGIN to END [UTC]");
    expect(text.match(/<script/g)).toHaveLength(1);
    expect(headers["content-security-policy"]).toContain("script-src 'self';");
    expect(headers["content-security-policy"]).not.toContain("unsafe");
  });

  it("sends whoever asks for a file to its page, and says where the contents are to whoever asks for none", async () => {
    await get("cache.md")
      .expect(301)
      .expect("Location", /\/docs\/cache$/);
    await get("README.md")
      .expect(301)
      .expect("Location", /\/docs\/$/);
    await request(server.url)
      .get("/docs")
      .expect(301)
      .expect("Location", /\/docs\/$/);
    for (const none of ["nothing", "__proto__", "contents.json", "cache.html"]) await get(none).expect(404);
    await get("..%2f..%2fpackage.json").expect(400);
  });
});
