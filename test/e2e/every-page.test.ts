import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningServer, startServer } from "../../cgi/serve.js";
import { loadConfig } from "../../config/config.js";
import { packageRoot } from "../../config/package-root.js";
import { seriousFindings } from "../support/axe.js";
import { CHROMIUM_ARGUMENTS, sticksOut } from "../support/chromium.js";
import { programForTest } from "../support/system-programs.js";

const browser = programForTest("chromium");
/** Of everything that a page loads, compressed, besides pictures of data. */
const MOST_BYTES = 150_000;

/** A page of each kind, below the server. */
const PAGES = [
  "",
  "/source/Examples/",
  "/source/Examples/Random/",
  "/plot?source=Examples/Random&begin=2021-06-30&end=2021-07-01",
  "/status",
  "/../log?ip=*",
  "/source/Examples/Random/flex.html",
  "/cache",
  "/docs/",
  "/docs/configuration",
  "/hapi",
  "/verify",
] as const;

/** Those of which no other test looks at every detail. */
const PLAIN_PAGES = PAGES.slice(PAGES.indexOf("/source/Examples/Random/flex.html"));

describe.skipIf(browser.missing)(browser.title("every page"), () => {
  let folder: string;
  let server: RunningServer;
  let running: Browser;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "heliostream-pages-"));
    const config = loadConfig({
      file: join(packageRoot(), "etc/demo.conf"),
      env: {
        PORT: "0",
        HELIOSTREAM_LOG_PATH: join(folder, "log"),
        HELIOSTREAM_CACHE_ROOT: join(folder, "cache"),
        HELIOSTREAM_EXPORT_ROOT: "",
        HELIOSTREAM_ENABLE_VERIFIER: "yes",
      },
    });
    server = await startServer(config);
    running = await chromium.launch({
      executablePath: browser.path,
      args: [...CHROMIUM_ARGUMENTS],
    });
  });
  afterAll(async () => {
    await running?.close();
    await server?.close(0);
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  /** Opens a page, and calls with it; gives what it asked for and what its console said. */
  async function look(
    path: string,
    options: Parameters<Browser["newContext"]>[0],
    then: (page: Page) => Promise<void>,
  ) {
    const context: BrowserContext = await running.newContext(options);
    const asked: { readonly url: string; readonly type: string; bytes: number }[] = [];
    const said: string[] = [];
    try {
      const page = await context.newPage();
      const sizes: Promise<void>[] = [];
      page.on("requestfinished", (request) => {
        const one = { url: request.url(), type: request.resourceType(), bytes: 0 };
        asked.push(one);
        sizes.push(
          request.sizes().then(({ responseBodySize }) => {
            one.bytes = responseBodySize;
          }),
        );
      });
      page.on("console", (message) => {
        if (message.type() === "error") said.push(message.text());
      });
      page.on("pageerror", (error) => said.push(String(error)));
      const response = await page.goto(new URL(`${server.url}${path}`).href, { waitUntil: "load" });
      expect(response?.status(), path).toBe(200);
      await then(page);
      await Promise.all(sizes);
      return { asked, said, headers: response?.headers() ?? {} };
    } finally {
      await context.close();
    }
  }

  it.each(PAGES)("%s runs scripts of this server alone, asks nobody else, and is light", async (path) => {
    const { asked, said, headers } = await look(path, {}, async (page) => {
      await page.waitForLoadState("networkidle");
    });
    const policy = headers["content-security-policy"] ?? "";
    expect(policy).toMatch(/^default-src 'none'/);
    expect(policy).not.toContain("unsafe");
    expect(said).toEqual([]);
    const { origin } = new URL(server.url);
    expect(asked.filter(({ url }) => !url.startsWith(`${origin}/`) && !/^(?:blob|data):/.test(url))).toEqual(
      [],
    );
    const weight = asked
      .filter(({ type }) => ["document", "stylesheet", "script", "font"].includes(type))
      .reduce((sum, { bytes }) => sum + bytes, 0);
    expect(weight).toBeGreaterThan(1000);
    expect(weight).toBeLessThanOrEqual(MOST_BYTES);
  });

  it.each(PLAIN_PAGES)("%s can be read by everybody, in light and dark, wide and narrow", async (path) => {
    for (const [colorScheme, width] of [
      ["light", 1400],
      ["dark", 400],
    ] as const)
      await look(path, { colorScheme, viewport: { width, height: 900 } }, async (page) => {
        expect(await seriousFindings(page), `${width} wide`).toEqual([]);
        expect(await sticksOut(page), `${width} wide: nothing sticks out`).toBe(0);
      });
  });

  it.each(PLAIN_PAGES)("%s says what it has to say without scripts", async (path) => {
    await look(path, { javaScriptEnabled: false }, async (page) => {
      expect(await page.locator("h1").count()).toBe(1);
      expect(await page.getByRole("navigation", { name: "Site" }).getByRole("link").count()).toBeGreaterThan(
        3,
      );
      const text = await page.locator("main").innerText();
      expect(text.length).toBeGreaterThan(60);
    });
  });
});
