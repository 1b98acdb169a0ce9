import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningServer, startServer } from "../../cgi/serve.js";
import { seriousFindings } from "../support/axe.js";
import { caseConfig } from "../support/case-site.js";
import { CHROMIUM_ARGUMENTS, sticksOut } from "../support/chromium.js";
import { coloursOf, contrast } from "../support/contrast.js";
import { logRecord } from "../support/log-records.js";
import { rawRequest } from "../support/raw-http.js";
import { programForTest } from "../support/system-programs.js";

const browser = programForTest("chromium");
const DAY = "start_time=2021-06-30&end_time=2021-07-01";
const HOSTILE = "<img src=//evil.example/x.png onerror=alert(1)><script>document.title='gone'</script>";

describe.skipIf(browser.missing)(browser.title("the log page in a browser"), () => {
  let server: RunningServer;
  let profile: string;
  let context: BrowserContext;
  let page: Page;
  const asked: string[] = [];
  const { config, dispose } = caseConfig();

  /** Opens the page with a query; what was logged until now is written first. */
  async function open(query: string): Promise<void> {
    await server.site.log.close();
    await page.goto(`${server.url.replace(/server$/, "log")}?${query}`);
  }

  const lines = () => page.locator(".story .line");
  const stories = (style: string) => page.locator(`.story.${style}`);

  beforeAll(async () => {
    server = await startServer(config);
    const port = Number(new URL(server.url).port);
    const get = (target: string, headers: Record<string, string> = {}) =>
      rawRequest(port, { target, headers });
    await get(`/das/server?server=dataset&${DAY}&dataset=Demo/Arguments`);
    await get(`/das/server?server=dataset&${DAY}&dataset=Demo/Nothing`);
    await get(`/das/server?server=dataset&${DAY}&dataset=Demo/FailsLate`);
    await get(`/das/server?server=dataset&${DAY}&dataset=Demo/FailsEarly`);
    await get("/das/server?server=dataset&dataset=Demo/Arguments&start_time=never&end_time=2021");
    await get(`/das/server?server=list&x=${encodeURIComponent(HOSTILE)}`, { "User-Agent": HOSTILE });
    await get(`/das/server?server=dsdf&dataset=${encodeURIComponent(HOSTILE)}`, {
      "X-Forwarded-For": "198.51.100.7",
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

  it("shows what was asked, and makes what went wrong stand out", async () => {
    await open("ip=*");
    expect(await lines().count()).toBe(7);
    expect(await stories("failed").locator(".subject").allTextContents()).toEqual(
      expect.arrayContaining(["Demo/FailsLate", "Demo/FailsEarly"]),
    );
    const good = await coloursOf(page.locator(".story.complete .line").first());
    for (const style of ["failed", "refused"]) {
      expect((await stories(style).count()) > 0, style).toBe(true);
      expect(await stories(style).first().locator(".outcome").innerText()).toContain(style);
      expect((await coloursOf(page.locator(`.story.${style} .line`).first())).back).not.toEqual(good.back);
    }
    const failed = stories("failed").filter({ hasText: "Demo/FailsLate" });
    expect(await failed.locator(".reason").isVisible()).toBe(true);
  });

  it("opens a request to its whole story, without scripts", async () => {
    await open("ip=*&source=FailsLate");
    const story = stories("failed");
    expect(await story.locator(".whole").isVisible()).toBe(false);
    await story.locator(".line").click();
    expect(await story.locator(".whole").isVisible()).toBe(true);
    expect(await story.locator(".stages li").first().innerText()).toMatch(/reader/);
    expect(await story.locator(".stages .bad").count()).toBeGreaterThan(0);
    await story.locator(".stderr summary").click();
    expect((await story.locator("pre").innerText()).length).toBeGreaterThan(0);
  });

  it("filters by its form", async () => {
    await open("ip=*");
    await page.getByLabel("Outcome").selectOption("problems");
    await page.getByRole("button", { name: "Show" }).click();
    expect(await page.locator(".story.complete").count()).toBe(0);
    expect(await lines().count()).toBe(4);
    await page.getByLabel("Source").fill("failsearly");
    await page.getByRole("button", { name: "Show" }).click();
    expect(await page.locator(".subject").allTextContents()).toEqual(["Demo/FailsEarly"]);
    await page.getByLabel("Source").fill("");
    await page.getByLabel("Outcome").selectOption("any");
    await page.getByLabel("Text").fill("NEVER");
    await page.getByLabel("Text").press("Enter");
    expect(await lines().count()).toBe(1);
    await page.getByLabel("Text").fill("");
    await page.getByRole("textbox", { name: "Client" }).fill("198.51.100.7");
    await page.getByRole("button", { name: "Show" }).click();
    expect(await page.locator(".story .client").allTextContents()).toEqual(["198.51.100.7"]);
    await page.getByRole("link", { name: "show all clients" }).click();
    expect(await lines().count()).toBe(7);
  });

  it("leads from the hours of the day and from a request to their own pages", async () => {
    await open("ip=*");
    await page.locator(".overview a").first().focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/begin=[^&]+&end=/);
    expect(await lines().count()).toBeGreaterThan(0);
    await open("ip=*&source=FailsLate");
    await lines().first().click();
    await page.locator(".facts a:has(code)").first().click();
    expect(await lines().count()).toBe(1);
    expect(page.url()).toContain("id=");
    expect(await page.locator(".story .whole").isVisible()).toBe(true);
  });

  it("shows hostile text as text", async () => {
    await open("ip=*");
    for (const line of await lines().all()) await line.click();
    expect(await page.locator(".stories").first().innerText()).toContain(
      "<script>document.title='gone'</script>",
    );
    expect(await page.title()).toMatch(/^Request log/);
    expect(await page.locator(".stories img, .stories script").count()).toBe(0);
  });

  it("asks no other host for anything", () => {
    const origin = new URL(server.url).origin;
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.filter((url) => !url.startsWith(`${origin}/das/log`))).toEqual([]);
  });

  it.each([
    ["light", 1400],
    ["dark", 1400],
    ["light", 400],
    ["dark", 400],
  ] as const)("can be read in %s at a width of %i", async (colorScheme, width) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    await open("ip=*");
    for (const line of await lines().all()) await line.click();
    expect(await sticksOut(page)).toBe(0);
    for (const selector of [
      "h1",
      ".days a[aria-current] time",
      ".filter label",
      ".counts",
      ".tally.failed",
      ".story.failed .outcome",
      ".story.failed .reason",
      ".story.failed .client",
      ".story.refused .outcome",
      ".story.refused .took",
      ".story.complete .outcome",
      ".story.complete .range",
      ".story.empty .outcome",
      ".facts dt",
      ".facts a",
      ".stages .bad .end",
      ".stages .good .end",
      "button",
    ]) {
      const { text, back } = await coloursOf(page.locator(selector).first());
      expect(contrast(text, back), `${selector}: ${text} on ${back}`).toBeGreaterThanOrEqual(4.5);
    }
  });

  describe("with scripts", () => {
    let scripted: Browser;
    beforeAll(async () => {
      scripted = await chromium.launch({ executablePath: browser.path, args: [...CHROMIUM_ARGUMENTS] });
    });
    afterAll(() => scripted?.close());

    it.each(["light", "dark"] as const)(
      "has nothing serious that keeps anybody from using it, %s",
      async (colorScheme) => {
        const checked = await scripted.newContext({ colorScheme });
        const one = await checked.newPage();
        for (const query of ["ip=*&begin=-7d&outcome=problems", "ip=*&source=FailsLate", "ip=nobody"]) {
          await one.goto(`${server.url.replace(/server$/, "log")}?${query}`);
          for (const line of (await one.locator(".story .line").all()).slice(0, 3)) await line.click();
          expect(await seriousFindings(one), query).toEqual([]);
        }
        await checked.close();
      },
    );

    it("follows requests as they end, and a burst does not freeze it", async () => {
      const live = await scripted.newPage();
      const faults: string[] = [];
      live.on("pageerror", (error) => faults.push(String(error)));
      live.on("console", (message) => message.type() === "error" && faults.push(message.text()));
      await live.goto(`${server.url.replace(/server$/, "log")}?ip=*&source=Burst`);
      await live.getByRole("button", { name: "Follow" }).click();
      await live.getByText("waiting for requests").waitFor();
      for (let n = 0; n < 10_000; n++)
        server.site.log.write(
          logRecord({
            id: `burst-${n}`,
            source: "Demo/Burst",
            target: HOSTILE,
            time: new Date().toISOString(),
          }),
        );
      await live
        .getByText(/more not shown/)
        .first()
        .waitFor();
      await live
        .getByRole("status")
        .filter({ hasText: /^10,\d\d\d new/ })
        .waitFor();
      expect(await live.locator(".live .stories > li").count()).toBeLessThanOrEqual(200);
      await live.locator(".live .story .line").first().click();
      expect(await live.locator(".live .story .whole").first().innerText()).toContain("<script>");
      await live.getByRole("button", { name: "Stop" }).click();
      expect(await live.getByRole("button", { name: "Follow" }).getAttribute("aria-pressed")).toBe("false");
      expect(faults).toEqual([]);
      await live.close();
    });
  });

  it("deletes a day by its button, once that was looked for", async () => {
    await page.setViewportSize({ width: 1400, height: 900 });
    await open("ip=*");
    const day = (await page.locator(".days a").first().getAttribute("title"))?.slice(0, 10) ?? "";
    const button = page.getByRole("button", { name: `Delete ${day}` });
    expect(await button.isVisible()).toBe(false);
    await page.locator(".delete summary").click();
    await button.click();
    await page.waitForURL(/log\?ip=\*$/);
    await open(`ip=*&day=${day}`);
    // What remains is that it was deleted.
    expect(await page.locator(".facts").allTextContents()).toEqual([
      expect.stringContaining("POST /das/log?action=delete"),
    ]);
  });
});
