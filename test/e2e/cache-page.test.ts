import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningServer, startServer } from "../../cgi/serve.js";
import { definitionsConfig } from "../support/cache-site.js";
import { CHROMIUM_ARGUMENTS, sticksOut } from "../support/chromium.js";
import { contrastOf } from "../support/contrast.js";
import { madeAccess } from "../support/made-cache.js";
import { SAMPLE_CACHE, sampleDefinitions } from "../support/sample-cache.js";
import { programForTest } from "../support/system-programs.js";

const browser = programForTest("chromium");

describe.skipIf(browser.missing)(browser.title("the status page of the cache in a browser"), () => {
  let server: RunningServer;
  let profile: string;
  let context: BrowserContext;
  let page: Page;
  const asked: string[] = [];
  const { config, dispose } = definitionsConfig(sampleDefinitions());

  const open = (query = "") => page.goto(`${server.url}/cache${query}`);
  const source = (id: string) => page.locator(".source", { hasText: id });
  /** The pieces of the bar of a level. */
  const pieces = (level: string) => page.locator(`.bar[aria-label^="${level}:"] > g`);

  beforeAll(async () => {
    server = await startServer(config, {
      openCacheAccess: async () => madeAccess(SAMPLE_CACHE),
      now: () => new Date("2021-07-01T00:00:00Z"),
    });
    profile = await mkdtemp(join(tmpdir(), "heliostream-browser-"));
    context = await chromium.launchPersistentContext(profile, {
      executablePath: browser.path,
      args: [...CHROMIUM_ARGUMENTS],
      javaScriptEnabled: false,
      viewport: { width: 1400, height: 1000 },
    });
    page = await context.newPage();
    page.on("request", (request) => asked.push(request.url()));
  });

  afterAll(async () => {
    await context?.close();
    await server?.close(0);
    dispose();
    if (profile !== undefined) await rm(profile, { recursive: true, force: true });
  });

  it("shows each source with a bar for each level, the queue and the room", async () => {
    await open();
    expect(await page.title()).toMatch(/^Block cache/);
    expect(await page.locator("article.source").count()).toBe(5);
    expect(await source("Cassini/Survey").locator(".bar").count()).toBe(4);
    expect(
      await page.getByRole("img", { name: /^bin-600s monthly: 100 % of 165 blocks; no gap/ }).count(),
    ).toBe(1);
    expect(await page.locator(".queue").innerText()).toMatch(/37 builds in the last minute, 2 workers/);
    const meter = page.getByRole("meter", { name: "Room used" });
    expect(Number(await meter.getAttribute("value"))).toBeCloseTo(412_345_678_901);
    expect(await page.locator(".builds .bad").innerText()).toMatch(/failed.*Cassini\/Survey.*status 3/s);
  });

  it("leads from a source to its gaps, and from a gap to the time around it", async () => {
    await open();
    await page.getByRole("link", { name: "Juno/Waves/Survey" }).first().click();
    expect(await page.locator("article.source").count()).toBe(1);
    expect(await page.locator(".gap-list").first().locator("li").count()).toBe(69);
    await page.locator(".gap-list a").first().click();
    expect(new URL(page.url()).searchParams.get("begin")).toBe("2012-12-27");
    const drawn = await pieces("bin-30s daily").locator("title").allTextContents();
    expect(drawn.map((text) => text.split(",")[0])).toEqual([
      "2012-12-27 to 2012-12-31: 5 blocks",
      "2013-01-01: 1 block",
      "2013-01-02 to 2013-01-06: 5 blocks",
    ]);
    await page.getByRole("link", { name: "Show its whole range" }).click();
    // A label of the axis shows the time up to the next.
    await page.locator(".axis a").first().focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/begin=2012-01-01&end=2014-01-01/);
    await page.getByRole("link", { name: "All sources" }).click();
    expect(await page.locator("article.source").count()).toBe(5);
  });

  it("finds sources and ranges by its form", async () => {
    await open();
    await page.getByLabel("Source").fill("juno");
    await page.getByLabel("Begin").fill("2019-06");
    await page.getByLabel("Reload").selectOption("60");
    await page.getByRole("button", { name: "Show" }).click();
    expect(await page.locator("article.source h3").allTextContents()).toEqual(["Juno/Waves/Survey"]);
    expect(await page.locator("article.source").innerText()).toContain("2019-06-01 to 2021-07-01 (as asked)");
    expect(await page.locator('meta[http-equiv="refresh"]').getAttribute("content")).toBe("60");
  });

  it.each([1400, 400])(
    "has every gap as a shape that is wide enough to be seen, at a width of %i",
    async (width) => {
      await page.setViewportSize({ width, height: 900 });
      await open();
      // One day of five thousand, one month of forty years, one minute of a month.
      for (const [level, title] of [
        ["bin-60s daily", "1 missing"],
        ["bin-300s monthly", "1 out of date"],
        ["bin-100ms perminute", "1 missing"],
      ] as const) {
        const piece = pieces(level).filter({ hasText: title }).first();
        const mark = await piece.locator(".mark").boundingBox();
        const good = await piece.locator(".present").boundingBox();
        expect(mark?.width, level).toBeGreaterThanOrEqual(1);
        expect(mark?.height, level).toBeGreaterThanOrEqual(2);
        expect(good?.y, level).toBeGreaterThan((mark?.y ?? 0) + (mark?.height ?? 0));
      }
      const bar = await page.locator(".bar").first().boundingBox();
      expect(bar?.width).toBeGreaterThan(width / 2.5);
    },
  );

  it.each([
    ["light", 1400],
    ["dark", 1400],
    ["light", 800],
    ["light", 400],
    ["dark", 400],
  ] as const)("can be read in %s at a width of %i", async (colorScheme, width) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    for (const query of ["", "?source=Juno/Waves/Survey"]) {
      await open(query);
      expect(await sticksOut(page), query).toBe(0);
    }
    await open();
    for (const selector of [
      "h1",
      ".figure.good",
      ".figure small",
      ".panels .note",
      ".figures dt",
      ".figures .worried",
      ".figures .bad",
      ".legend li",
      ".source h3 a",
      ".level .name",
      ".facts-of",
      ".facts-of b",
      ".gaps",
      ".builds .bad .state",
      ".builds .note",
    ])
      expect(await contrastOf(page.locator(selector).first()), selector).toBeGreaterThanOrEqual(4.5);
  });

  it("asks no other host for anything", () => {
    const origin = new URL(server.url).origin;
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.filter((url) => !url.startsWith(`${origin}/das/server/`))).toEqual([]);
  });
});
