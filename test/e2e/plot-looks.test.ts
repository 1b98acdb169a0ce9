import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { seriousFindings } from "../support/axe.js";
import { CHROMIUM_ARGUMENTS, sticksOut } from "../support/chromium.js";
import { type PlotBrowser, plotBrowser } from "../support/plot-browser.js";
import { programForTest } from "../support/system-programs.js";

const browser = programForTest("chromium");
const DAY = "begin=2021-06-30&end=2021-07-01";
/** Bytes of everything that the page is made of, compressed. */
const MOST_BYTES = 150_000;

const HOSTILE = `description = 'Hostile <script>document.title = "taken"</script> \u202ereversed'
das2Stream = 1
reader = 'synthetic --cadence 60s'
reducer = 'not reducible'
exampleRange_00 = '2021-06-30 to 2021-07-01 | <img src=x onerror=alert(1)>'
validRange = '2021-01-01 to 2022-01-01'
`;

/** A header packet of a stream of ASCII text. */
function packet(id: string, body: string): string {
  return `[${id}]${String(body.length).padStart(6, "0")}${body}`;
}

describe.skipIf(browser.missing)(browser.title("what the plot page is made of, in a browser"), () => {
  let plots: PlotBrowser;
  let page: Page;

  beforeAll(async () => {
    plots = await plotBrowser(browser.path ?? "", { "Hostile.dsdf": HOSTILE });
    page = plots.page;
  });
  afterAll(() => plots?.close());
  beforeEach(() => page.unrouteAll({ behavior: "ignoreErrors" }));

  it("shows hostile text as text", async () => {
    await page.goto(`${plots.url}/plot?source=Hostile`);
    await page.waitForSelector('#plot[data-state="still"]');
    expect(await page.title()).toMatch(/^Plot of Hostile/);
    expect(await page.locator(".lead").innerText()).toContain(
      '<script>document.title = "taken"</script> \\u202ereversed',
    );
    expect(await page.locator(".examples").innerText()).toContain("<img src=x onerror=alert(1)>");
    await page.route(/server=dataset/, (route) =>
      route.fulfill({
        body: [
          packet(
            "00",
            '<stream version="2.2"><properties title="&lt;script&gt;document.title=1&lt;/script&gt; !!" xCacheResInfo="(&lt;b&gt;)"/></stream>',
          ),
          packet(
            "01",
            '<packet><x type="time24" units="UTC"/><y name="&lt;i&gt;a&lt;/i&gt;" type="ascii8" units="&lt;u&gt;"/></packet>',
          ),
          ":01:2021-06-30T12:00:00.000       1\n:01:2021-06-30T13:00:00.000       2\n",
        ].join(""),
      }),
    );
    await page.reload();
    await plots.still();
    await page.unroute(/server=dataset/);
    expect(await page.locator(".stream-title").innerText()).toContain("<script>document.title=1</script> !");
    expect(await page.locator(".legend").innerText()).toContain("<i>a</i>");
    expect(await page.title()).toMatch(/^Plot of Hostile/);
    expect(plots.errors).toEqual([]);
  });

  it("weighs no more than it may, asks no other host, and allows nothing inline", async () => {
    await plots.context.clearCookies();
    const response = await page.goto(`${plots.url}/plot?source=Examples/Spectrogram&${DAY}`);
    await plots.still();
    const policy = response?.headers()["content-security-policy"] ?? "";
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain("unsafe");
    const origin = new URL(plots.url).origin;
    const urls = [...new Set(plots.asked.map((request) => request.url()))].filter(
      (url) => !url.startsWith("blob:"),
    );
    expect(urls.filter((url) => !url.startsWith(origin))).toEqual([]);
    const parts = urls.filter((url) => /\/plot\?source=Examples\/Spectrogram|\/static\/|\/logo$/.test(url));
    expect(parts.some((url) => url.endsWith("/plot.js"))).toBe(true);
    let bytes = 0;
    for (const url of parts) bytes += gzipSync(Buffer.from(await (await fetch(url)).arrayBuffer())).length;
    expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
    expect(plots.errors).toEqual([]);
  });

  it("saves what is seen as a PNG", async () => {
    await plots.open(`source=Examples/Synthetic&${DAY}`);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save PNG" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("Examples-Synthetic_2021-06-30.png");
    const bytes = await readFile(await download.path());
    expect(bytes.subarray(1, 4).toString("latin1")).toBe("PNG");
    expect(bytes.readUInt32BE(16)).toBeGreaterThan(800);
  });

  it.each([
    ["light", 1200],
    ["dark", 1200],
    ["light", 400],
    ["dark", 400],
  ] as const)(
    "has no serious finding of axe-core in %s at a width of %i, and nothing beside the window",
    async (colorScheme, width) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await plots.open(`source=Examples/Spectrogram&source=Examples/Synthetic&${DAY}`);
      await page.locator(".axes summary").first().click();
      await page.locator("details.values > summary").last().click();
      expect(await seriousFindings(page)).toEqual([]);
      expect(await sticksOut(page)).toBe(0);
      await page.setViewportSize({ width: 1200, height: 900 });
      await page.emulateMedia({ colorScheme: null });
    },
  );

  it("shows pictures that the server makes, links and a form without scripts", async () => {
    const plain = await chromium.launch({
      executablePath: browser.path ?? "",
      args: [...CHROMIUM_ARGUMENTS],
    });
    try {
      const view = await (await plain.newContext({ javaScriptEnabled: false })).newPage();
      await view.goto(`${plots.url}/plot?source=Examples/Synthetic&source=Examples/Spectrogram&${DAY}`);
      const pictures = view.locator("img.picture");
      expect(await pictures.count()).toBe(2);
      for (const picture of await pictures.all()) {
        const src = (await picture.getAttribute("src")) ?? "";
        const answer = await fetch(new URL(src, plots.url));
        expect(answer.headers.get("content-type")).toBe("image/png");
        await answer.body?.cancel();
      }
      await view.getByLabel("Begin (UTC)").fill("2021-06-29");
      await view.getByRole("button", { name: "Plot" }).click();
      expect(new URL(view.url()).searchParams.get("begin")).toBe("2021-06-29");
      expect(await view.locator("img.picture").count()).toBe(2);
      await view.getByRole("link", { name: "A week" }).click();
      expect(view.url()).toContain("begin=2021-06-24&end=2021-07-01");
    } finally {
      await plain.close();
    }
  });
});
