import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningServer, startServer } from "../../cgi/serve.js";
import { packageRoot } from "../../config/package-root.js";
import { seriousFindings } from "../support/axe.js";
import { caseConfig } from "../support/case-site.js";
import { CHROMIUM_ARGUMENTS, sticksOut } from "../support/chromium.js";
import { contrastOf } from "../support/contrast.js";
import { postgresForTest, type TestDatabase } from "../support/postgres.js";
import { sampleArchive } from "../support/sample-archive.js";
import { programForTest } from "../support/system-programs.js";

const postgres = await postgresForTest();
const browser = programForTest("chromium");

/** From 2012-07-01 to 2015-07-01. */
const TAI_MINUS_UTC_MS = 35_000;
const DAY = "source=Sample/HMI/Magnetograms&begin=2013-05-23T12:00&end=2013-05-23T15:00";

describe.skipIf(postgres.missing || browser.missing)(browser.title("the page of images in a browser"), () => {
  let archive: TestDatabase;
  let server: RunningServer;
  let running: Browser;
  let page: Page;
  let dispose = (): void => {};
  const asked: string[] = [];
  const faults: string[] = [];

  const start = async (port: number): Promise<RunningServer> => {
    const made = caseConfig({
      HELIOSTREAM_DSDF_ROOT: join(packageRoot(), "dsdf/sources"),
      HELIOSTREAM_DRMS_URL: archive.url,
      HELIOSTREAM_SUMS_URL: "",
      PORT: String(port),
    });
    dispose = made.dispose;
    return startServer(made.config);
  };
  const open = (query = DAY, on = page) => on.goto(`${server.url}/images?${query}`);
  const time = (on = page) => on.locator("#time").innerText();
  const items = () => page.locator("#strip li");
  const current = () => page.locator("#strip a[aria-current] time").getAttribute("datetime");

  beforeAll(async () => {
    archive = await sampleArchive();
    server = await start(0);
    running = await chromium.launch({ executablePath: browser.path!, args: [...CHROMIUM_ARGUMENTS] });
    page = await running.newPage({ viewport: { width: 1400, height: 1000 } });
    page.on("request", (request) => asked.push(request.url()));
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      if (/Content Security Policy/i.test(message.text())) faults.push(message.text());
    });
  }, 240_000);

  afterAll(async () => {
    await running?.close();
    await server?.close(0);
    dispose();
    await archive?.drop();
  });

  /** Colours of the shown picture, counted: its pixels as the browser decodes them. */
  const colours = (on = page) =>
    on.evaluate(`(async () => {
      const picture = document.querySelector("#picture img");
      await picture.decode();
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [picture.naturalWidth, picture.naturalHeight];
      const brush = canvas.getContext("2d");
      brush.drawImage(picture, 0, 0);
      const { data, width, height } = brush.getImageData(0, 0, canvas.width, canvas.height);
      const at = (x, y) => [...data.slice(4 * (y * width + x), 4 * (y * width + x) + 4)];
      const counts = { missing: 0, dark: 0, bright: 0 };
      for (let i = 0; i < data.length; i += 4)
        if (data[i + 3] === 0) counts.missing++;
        else if (data[i] < 40) counts.dark++;
        else if (data[i + 2] > 215) counts.bright++;
      return { width, height, ...counts, corner: at(0, 0), middle: at(width >> 1, height >> 1) };
    })()`) as Promise<{
      readonly width: number;
      readonly height: number;
      readonly missing: number;
      readonly dark: number;
      readonly bright: number;
      readonly corner: readonly number[];
      readonly middle: readonly number[];
    }>;

  it("shows a magnetogram: both polarities on a grey disk, and nothing beside it", async () => {
    await open(`${DAY}&time=2013-05-23T13:23:25`);
    expect(await time()).toMatch(/^2013-05-23 13:23:25(\.\d+)? UTC$/);
    const { width, height, missing, dark, bright, corner, middle } = await colours();
    expect([width, height]).toEqual([128, 128]);
    // A disk of nine tenths of the side: pi/4 0.81 of the pixels have a value.
    expect(missing / (width * height)).toBeGreaterThan(0.2);
    expect(missing / (width * height)).toBeLessThan(0.45);
    expect(corner[3]).toBe(0);
    expect(middle[3]).toBe(255);
    expect(dark).toBeGreaterThan(20);
    expect(bright).toBeGreaterThan(20);
    expect(await page.locator(".colours").innerText()).toMatch(/−[\d.]+ Gauss.*[\d.]+ Gauss/s);
  });

  it("shows a flare: brighter at its peak than before, in the same colours", async () => {
    const range = "source=Sample/AIA/Images&channel=193&begin=2013-05-23T13:53&end=2013-05-23T14:48";
    await open(`${range}&time=2013-05-23T13:53:25`);
    const before = await colours();
    const scale = await page.locator(".colours").innerText();
    await open(`${range}&time=2013-05-23T14:07:25`);
    const peak = await colours();
    expect(await page.locator(".colours").innerText()).toBe(scale);
    expect(scale).toContain("DN/s");
    expect(peak.bright).toBeGreaterThan(before.bright + 5);
    // The corona reaches the corners: nothing is missing.
    expect([before.missing, peak.missing]).toEqual([0, 0]);
  });

  it("steps by buttons, keys, slider and strip, and the rest follows", async () => {
    await open();
    const first = await time();
    await page.getByRole("button", { name: "Image after" }).click();
    await expect.poll(() => time()).not.toBe(first);
    await expect.poll(() => page.url()).toContain("&time=2013-05-23T");
    const second = await time();
    await page.getByRole("button", { name: "Image before" }).click();
    await expect.poll(() => time()).toBe(first);
    await page.locator("#main").press("ArrowRight");
    await expect.poll(() => time()).toBe(second);
    expect(await current()).toBe(`${second.replace(" UTC", "").replace(" ", "T")}Z`);
    await page.keyboard.press("End");
    const last = await items().last().locator("time").getAttribute("datetime");
    await expect.poll(() => page.locator("#time").getAttribute("datetime")).toBe(last);
    await items().nth(2).locator("a").click();
    await expect.poll(current).toBe(await items().nth(2).locator("time").getAttribute("datetime"));
    // Record and header are those of the image: they come when the server has told the header.
    const shownAt = await page.locator("#time").getAttribute("datetime");
    const utcOf = (tai: string) =>
      new Date(Date.parse(`${tai.replaceAll(".", "-").replace("_", "T")}Z`) - TAI_MINUS_UTC_MS).toISOString();
    await expect
      .poll(async () => {
        const record = await page.locator("#record").innerText();
        const slot = /\[(2013[^\]]+?)_TAI\]/.exec(record)?.[1] ?? "";
        const card = await page.locator("#cards tr", { hasText: "T_REC" }).first().innerText();
        return slot !== "" && card.includes(slot) ? utcOf(slot) : "";
      })
      .toBe(new Date(Date.parse(shownAt!)).toISOString());
    const file = page.getByRole("link", { name: "FITS (tar)" });
    const start = new URL((await file.getAttribute("href"))!, page.url()).searchParams.get("start_time");
    expect(`${start}Z`).toBe(await page.locator("#time").getAttribute("datetime"));
    await page.reload();
    expect(`${start}Z`).toBe(await page.locator("#time").getAttribute("datetime"));
    await page.locator("#slider").focus();
    await page.keyboard.press("Home");
    await expect.poll(() => time()).toBe(first);
  });

  it("plays to the end, pauses, and loops", async () => {
    await open();
    await page.getByLabel("Speed").selectOption("30");
    await page.evaluate(`
      window.seen = [];
      new MutationObserver(() => seen.push(document.querySelector("#time").textContent))
        .observe(document.querySelector("#time"), { childList: true });
    `);
    await page.getByRole("button", { name: "Play" }).click();
    const last = await items().last().locator("time").getAttribute("datetime");
    await expect.poll(() => page.locator("#time").getAttribute("datetime")).toBe(last);
    await expect.poll(() => page.getByRole("button", { name: "Play" }).count()).toBe(1);
    const seen = (await page.evaluate("seen")) as string[];
    // In their order, none twice in one pass.
    expect([...seen].sort()).toEqual(seen);
    expect(new Set(seen).size).toBeGreaterThan(1);
    await page.getByLabel("Loop").check();
    await page.locator("h1").click();
    await page.keyboard.press(" ");
    await expect.poll(() => page.getByRole("button", { name: "Pause" }).count()).toBe(1);
    await expect.poll(() => page.locator("#time").getAttribute("datetime")).not.toBe(last);
    await page.keyboard.press("k");
    await expect.poll(() => page.getByRole("button", { name: "Play" }).count()).toBe(1);
  });

  it("begins slowly where little motion is wanted", async () => {
    await page.emulateMedia({ reducedMotion: "reduce" });
    await open();
    expect(await page.getByLabel("Speed").inputValue()).toBe("1");
    await page.emulateMedia({ reducedMotion: null });
  });

  it("finds cards of the header", async () => {
    await open();
    await page.getByLabel("Find").fill("crota");
    await expect.poll(() => page.locator("#cards tr:visible").count()).toBe(1);
    expect(await page.locator("#cards-note").innerText()).toMatch(/^1 of \d+ cards$/);
    await page.getByLabel("Find").fill("");
    expect(await page.locator("#cards tr:visible").count()).toBeGreaterThan(60);
  });

  it("says that nobody answers, and goes on when somebody does", async () => {
    // Colours that no test has asked for: what the browser keeps it shows whether anybody answers or not.
    await open(`${DAY}&map=even`);
    const { port } = new URL(server.url);
    await server.close(0);
    dispose();
    await page.getByRole("button", { name: "Last image" }).click();
    await expect.poll(() => page.locator("#trouble").innerText()).toContain("does not answer");
    server = await start(Number(port));
    const last = await items().last().locator("time").getAttribute("datetime");
    await expect.poll(() => page.locator("#time").getAttribute("datetime")).toBe(last);
    await expect.poll(() => page.locator("#trouble").isHidden()).toBe(true);
    await expect.poll(() => page.locator("#picture img").count()).toBe(1);
    await expect.poll(() => page.locator("#cards tr").count()).toBeGreaterThan(60);
  });

  it("says why an image cannot be shown", async () => {
    await page.route("**/quicklook/**", (route) =>
      route.fulfill({
        status: 503,
        contentType: "text/plain",
        body: "segment image: is off line, <b>on tape</b>",
      }),
    );
    await open();
    await expect
      .poll(() => page.locator("#trouble").innerText())
      .toBe("segment image: is off line, <b>on tape</b>");
    await page.unroute("**/quicklook/**");
    await page.getByRole("button", { name: "Image after" }).click();
    await expect.poll(() => page.locator("#trouble").isHidden()).toBe(true);
  });

  it("works without scripts: the image, its neighbours, the header, the form", async () => {
    const plain = await running.newContext({
      javaScriptEnabled: false,
    });
    try {
      const still = await plain.newPage();
      await open("source=Sample/AIA/Images&channel=193", still);
      const before = await time(still);
      await still.getByRole("link", { name: "Image after" }).click();
      expect(await time(still)).not.toBe(before);
      expect(await still.locator("#player").isVisible()).toBe(false);
      expect(await still.locator("#cards tr").count()).toBeGreaterThan(60);
      await still.getByLabel("WAVELNTH").selectOption("304");
      await still.getByLabel("Colours").selectOption("grey");
      await still.getByRole("button", { name: "Show" }).click();
      expect(new URL(still.url()).searchParams.get("channel")).toBe("304");
      expect(await still.locator("#record").innerText()).toContain("[304]");
    } finally {
      await plain.close();
    }
  });

  it.each([
    ["light", 1400],
    ["dark", 1400],
    ["light", 800],
    ["dark", 400],
    ["light", 400],
  ] as const)("can be read in %s at a width of %i", async (colorScheme, width) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    await open();
    expect(await sticksOut(page)).toBe(0);
    for (const selector of [
      "h1",
      ".lead",
      "#time",
      "#record",
      ".colours span",
      "#keys",
      "#cards th",
      "#cards td",
      ".strip time",
      ".strip time span",
      ".strip .note",
      "#files a",
      ".ranges a",
    ])
      expect(await contrastOf(page.locator(selector).first()), selector).toBeGreaterThanOrEqual(4.5);
    const picture = await page.locator("#picture").boundingBox();
    expect(picture?.width).toBeGreaterThan(Math.min(width, 500) * 0.75);
    await page.emulateMedia({ colorScheme: null });
    await page.setViewportSize({ width: 1400, height: 1000 });
  });

  it.each(["light", "dark"] as const)("has nothing that keeps somebody out, in %s", async (colorScheme) => {
    const checked = await running.newContext({ colorScheme });
    try {
      const own = await checked.newPage();
      for (const query of [
        DAY,
        "source=Sample/HMI/Magnetograms&begin=2001-01-01&end=2001-01-02",
        "source=nothing",
        "",
      ]) {
        await open(query, own);
        expect(await seriousFindings(own), query).toEqual([]);
      }
    } finally {
      await checked.close();
    }
  });

  it("asks no other host, breaks no rule of its own, and is light", async () => {
    const origin = new URL(server.url).origin;
    expect(asked.filter((url) => !url.startsWith(`${origin}/das/`))).toEqual([]);
    expect(faults).toEqual([]);
    const files = await Promise.all(
      [`images?${DAY}`, "static/images.js", "static/images.css", "static/heliostream.css"].map(async (path) =>
        Buffer.from(await (await fetch(`${server.url}/${path}`)).arrayBuffer()),
      ),
    );
    const weight = files.reduce((sum, file) => sum + gzipSync(file).length, 0);
    expect(weight).toBeLessThan(150_000);
  });
});
