import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type Browser, chromium, type Page, type Response } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningServer, startServer } from "../../cgi/serve.js";
import { seriousFindings } from "../support/axe.js";
import { definitionsConfig } from "../support/cache-site.js";
import { CHROMIUM_ARGUMENTS, sticksOut } from "../support/chromium.js";
import { contrastOf } from "../support/contrast.js";
import { madeAccess } from "../support/made-cache.js";
import { SAMPLE_CACHE, sampleDefinitions } from "../support/sample-cache.js";
import { programForTest } from "../support/system-programs.js";

const browser = programForTest("chromium");
/** Words without a blank, and marks that turn text around. */
const LONG = `${"x".repeat(300)}\u202e`;

describe.skipIf(browser.missing)(browser.title("the status page in a browser"), () => {
  let server: RunningServer;
  let chrome: Browser;
  let folder: string;
  const { config, dispose } = definitionsConfig(
    new Map([
      ...sampleDefinitions(),
      ["Lab/Broken", "description = 'A pump'\ndas2Stream = 1\nreader = 'random |'\n"],
      ["Lab/Missing", `description = 'A pump'\ndas2Stream = 1\nreader = '/opt/${LONG}'\n`],
    ]),
    { HELIOSTREAM_DRMS_URL: "postgres://web:s3cret@127.0.0.1:1/drms" },
  );

  /** Without scripts. */
  let page: Page;
  const open = (query = "") => page.goto(`${server.url}/status${query}`);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "heliostream-status-page-"));
    server = await startServer(
      { ...config, cacheRoot: join(folder, "cache") },
      { openCacheAccess: async () => madeAccess(SAMPLE_CACHE) },
    );
    for (const words of ["server=id", "server=list", "server=nothing"])
      await (await fetch(`${server.url}?${words}`)).text();
    chrome = await chromium.launch({ executablePath: browser.path, args: [...CHROMIUM_ARGUMENTS] });
    page = await chrome.newPage({ javaScriptEnabled: false, viewport: { width: 1400, height: 1000 } });
  });
  afterAll(async () => {
    await chrome?.close();
    await server?.close(0);
    dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it("says at once what is broken and what to do, without scripts, and shows no password", async () => {
    await open();
    expect(await page.getByRole("status").innerText()).toContain("Something is broken");
    const todo = page.getByRole("region", { name: "To be done" });
    const archive = todo.getByRole("listitem").filter({ hasText: /Archive: the/ });
    expect(await archive.innerText()).toMatch(
      /broken\s+Archive: the database at 127\.0\.0\.1:1\/drms does not answer\s+→ Start PostgreSQL/,
    );
    expect(await todo.getByRole("listitem").filter({ hasText: "Definitions:" }).innerText()).toContain(
      "Broken.dsdf:3",
    );
    expect(await page.content()).not.toContain("s3cret");
    // What needs attention first comes first.
    expect(await todo.getByRole("listitem").first().getAttribute("class")).toBe("bad");
  });

  it("shows the requests of the last minutes, the levels of the cache, and leads to both", async () => {
    await open();
    const drawing = page.getByRole("img", {
      name: /^Requests of the last 30 minutes: \d+ requests, 1 refused/,
    });
    expect(await drawing.count()).toBe(1);
    expect(await drawing.locator("rect.refused").count()).toBe(1);
    // The same levels as on the page of the cache, of all sources together.
    expect(await page.locator(".levels tbody tr").count()).toBeGreaterThan(3);
    await page.getByRole("link", { name: "The page of the cache" }).click();
    expect(await page.locator("h1").innerText()).toBe("Block cache");
    await page.getByRole("link", { name: "Status" }).click();
    await page.getByRole("link", { name: "The log" }).click();
    expect(await page.locator("h1").innerText()).toMatch(/log/i);
  });

  it("reloads itself by its form, and by keyboard", async () => {
    await open();
    await page.getByLabel("Reload").selectOption("60");
    await page.getByLabel("Reload").press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForURL(/refresh=60/);
    expect(await page.locator('meta[http-equiv="refresh"]').getAttribute("content")).toBe("60");
    expect(await page.getByLabel("Reload").inputValue()).toBe("60");
  });

  it.each([
    ["light", 1400],
    ["dark", 1400],
    ["light", 800],
    ["light", 400],
    ["dark", 400],
  ] as const)("can be read in %s at a width of %i", async (colorScheme, width) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    await open();
    expect(await sticksOut(page)).toBe(0);
    // Nor is the table of levels cut off where it could be moved to and fro.
    const hidden = page.locator(".scroll").evaluate((box) => box.scrollWidth - box.clientWidth);
    expect(await hidden).toBeLessThanOrEqual(0);
    for (const selector of [
      ".verdict .note",
      ".verdict .sign",
      ".todo .state.bad",
      ".todo .state.worried, .checks .state.worried",
      ".todo .advice",
      ".figures dt",
      "figcaption",
      ".levels td",
      ".checks .state.good",
      ".checks .state.off",
      ".checks tr.off th",
    ])
      expect(await contrastOf(page.locator(selector).first()), selector).toBeGreaterThanOrEqual(4.5);
  });

  it("has no serious finding of axe-core, light or dark", async () => {
    const scripted = await chrome.newPage({ viewport: { width: 1400, height: 1000 } });
    for (const colorScheme of ["light", "dark"] as const) {
      await scripted.emulateMedia({ colorScheme });
      await scripted.goto(`${server.url}/status`);
      expect(await seriousFindings(scripted), colorScheme).toEqual([]);
    }
    await scripted.close();
  });

  it("asks no other host, breaks no rule of its policy, and is light", async () => {
    const scripted = await chrome.newPage();
    const complaints: string[] = [];
    const responses: Response[] = [];
    scripted.on("console", (message) => complaints.push(message.text()));
    scripted.on("response", (response) => responses.push(response));
    await scripted.goto(`${server.url}/status`, { waitUntil: "networkidle" });
    const bodies = await Promise.all(responses.map((response) => response.body()));
    const origin = new URL(server.url).origin;
    expect(responses.length).toBeGreaterThan(3);
    expect(responses.map((response) => response.url()).filter((url) => !url.startsWith(origin))).toEqual([]);
    expect(complaints).toEqual([]);
    expect(bodies.reduce((sum, body) => sum + gzipSync(body).length, 0)).toBeLessThan(50_000);
    await scripted.close();
  });
});
