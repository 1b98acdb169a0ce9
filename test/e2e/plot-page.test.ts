import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type BrowserContext, chromium, type Page, type Request } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type RunningServer, startServer } from "../../cgi/serve.js";
import { type Config, loadConfig } from "../../config/config.js";
import { packageRoot } from "../../config/package-root.js";
import { seriousFindings } from "../support/axe.js";
import { CHROMIUM_ARGUMENTS, sticksOut } from "../support/chromium.js";
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

/** The number that a text for people says: `\u22121.5×10⁻¹¹`. */
function numberOf(text: string | undefined): number {
  const [mantissa = "", power = "⁰"] = (text ?? "").replaceAll("\u2212", "-").split("×10");
  const exponent = [...power].map((mark) => (mark === "⁻" ? "-" : "⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(mark))).join("");
  return Number(`${mantissa}e${exponent}`);
}

/** Answer of the server as text: times and values of each record. */
async function records(url: string): Promise<readonly (readonly string[])[]> {
  const text = await (await fetch(url)).text();
  return [...text.matchAll(/^:\d\d:(.*)$/gm)].map(([, line = ""]) => line.trim().split(/\s+/));
}

describe.skipIf(browser.missing)(browser.title("the plot page in a browser"), () => {
  let server: RunningServer;
  let config: Config;
  let folder: string;
  let context: BrowserContext;
  let page: Page;
  let asked: Request[] = [];
  const errors: string[] = [];

  const dataRequests = () => asked.filter((request) => /[?&]server=dataset|\/flex\?/.test(request.url()));
  const words = (request: Request | undefined) => new URL(request?.url() ?? "http://none/").searchParams;
  const still = () => page.waitForSelector('#plot[data-state="still"] canvas');
  async function open(query: string): Promise<void> {
    asked = [];
    await page.goto(`${server.url}/plot?${query}`);
    await still();
  }
  const plotBox = async () => {
    const box = await page.locator(".u-over").first().boundingBox();
    if (box === null) throw new Error("there is no plot");
    return box;
  };
  /** Rows of the table of the first panel, times first. */
  async function table(): Promise<string[][]> {
    await page.locator("details.values > summary").first().click();
    const rows = page.locator("details.values").first().locator("tbody tr");
    return rows.evaluateAll((all) =>
      all.map((row) =>
        [...(row as unknown as { cells: Iterable<{ textContent: string }> }).cells].map(
          (cell) => cell.textContent,
        ),
      ),
    );
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "heliostream-plot-"));
    const { mkdir, writeFile } = await import("node:fs/promises");
    await mkdir(join(folder, "definitions"));
    await writeFile(join(folder, "definitions/Hostile.dsdf"), HOSTILE);
    config = loadConfig({
      env: {
        HELIOSTREAM_CONFIG: "",
        HELIOSTREAM_LOG_PATH: join(folder, "log"),
        HELIOSTREAM_DSDF_ROOT: `${join(packageRoot(), "dsdf/sources")};${join(folder, "definitions")}`,
        HELIOSTREAM_CACHE_ROOT: join(folder, "cache"),
        PORT: "0",
      },
    });
    server = await startServer(config, { now: () => new Date("2026-01-01T00:00:00Z") });
    context = await chromium.launchPersistentContext(join(folder, "profile"), {
      executablePath: browser.path,
      args: [...CHROMIUM_ARGUMENTS],
      viewport: { width: 1200, height: 900 },
    });
    page = await context.newPage();
    page.on("request", (request) => asked.push(request));
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => {
      if (/Content Security Policy|Uncaught/i.test(message.text())) errors.push(message.text());
    });
  });

  afterAll(async () => {
    await context?.close();
    await server?.close(0);
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    errors.length = 0;
    await page.unrouteAll({ behavior: "ignoreErrors" });
  });

  it("draws exactly the records that the server gives for the same range and bins", async () => {
    await open("source=Examples/Synthetic&begin=2021-06-30T12:00&end=2021-06-30T18:00");
    const [request] = dataRequests();
    const resolution = Number(words(request).get("resolution"));
    const { width } = await plotBox();
    // Not finer than a column of pixels, and not much coarser.
    expect(resolution).toBeGreaterThanOrEqual(21_600 / width - 1e-6);
    expect(resolution).toBeLessThanOrEqual((21_600 / width) * 1.34);
    const expected = await records(`${request?.url()}&ascii=1`);
    const shown = await table();
    expect(shown.length).toBe(200);
    for (const [n, [time = "", ...values]] of shown.entries()) {
      const [at = "", ...of] = expected[n] ?? [];
      expect(Date.parse(`${time}Z`), time).toBe(Date.parse(`${at}Z`));
      for (const [i, value] of values.entries()) expect(numberOf(value)).toBeCloseTo(Number(of[i]), 5);
    }
    const label = await page.getByRole("img", { name: /^Lines/ }).getAttribute("aria-label");
    const least = Math.min(...expected.map(([, value]) => Number(value)));
    expect(numberOf(/Signal 1 (\S+) to/.exec(label ?? "")?.[1])).toBeCloseTo(least, 4);
    expect(label).toContain("2021-06-30T12:00 to 2021-06-30T18:00 UTC");
    expect(errors).toEqual([]);
  });

  it("draws the spectra that the server gives, channel by channel", async () => {
    await open(`source=Examples/Spectrogram&${DAY}`);
    const [request] = dataRequests();
    const expected = await records(`${request?.url()}&ascii=1`);
    const shown = await table();
    for (const [n, [, ...values]] of shown.slice(0, 50).entries())
      for (const [i, value] of values.entries()) {
        const of = Number(expected[n]?.[1 + 8 * i]);
        expect(Math.abs(numberOf(value) - of)).toBeLessThanOrEqual(Math.abs(of) * 1e-5);
      }
    expect(await page.getByRole("img", { name: /^Spectrogram of Spectral density/ }).count()).toBe(1);
  });

  it("paints gaps and fill with nothing, and values with colours", async () => {
    await open("source=Examples/Spectrogram&begin=2021-06-30T00:00&end=2021-06-30T06:00&params=gaps");
    const colours = (await page.evaluate(`(() => {
      const canvas = document.querySelector(".chart canvas");
      const context = canvas.getContext("2d");
      const { width, height } = canvas;
      const row = context.getImageData(0, Math.round(height / 2), width, 1).data;
      const same = (x) => row[4 * x] === row[4 * (width - 3)] && row[4 * x + 1] === row[4 * (width - 3) + 1];
      const inside = Array.from({ length: width - 200 }, (_, i) => 90 + i).filter((x) => x < width - 100);
      return { empty: inside.filter(same).length, all: inside.length };
    })()`)) as { empty: number; all: number };
    // 100 of each 1000 spectra of ten seconds are left out: of six hours about a tenth, here in two places.
    expect(colours.empty / colours.all).toBeGreaterThan(0.03);
    expect(colours.empty / colours.all).toBeLessThan(0.17);
  });

  it("asks for finer bins after a zoom, for what is missing alone after a movement, and for nothing on the way back", async () => {
    await open(`source=Examples/Synthetic&${DAY}`);
    const before = Number(words(dataRequests()[0]).get("resolution"));
    await page.locator(".chart").first().focus();
    await page.keyboard.press("+");
    await expect.poll(() => dataRequests().length).toBe(2);
    await still();
    const zoom = words(dataRequests()[1]);
    expect(zoom.get("start_time")).toBe("2021-06-30T06:00");
    expect(zoom.get("end_time")).toBe("2021-06-30T18:00");
    expect(Number(zoom.get("resolution"))).toBeLessThan(before);
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => dataRequests().length).toBe(3);
    await still();
    const move = words(dataRequests()[2]);
    expect(move.get("start_time")).toBe("2021-06-30T18:00");
    expect(move.get("resolution")).toBe(zoom.get("resolution"));
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("-");
    await expect.poll(() => page.url()).toContain("begin=2021-06-30&end=2021-07-01");
    await still();
    expect(dataRequests().length).toBe(3);
    expect(await page.getByLabel("Begin (UTC)").inputValue()).toBe("2021-06-30");
  });

  it("moves by dragging, zooms by a box and by the wheel, and goes back by the browser", async () => {
    await open(`source=Examples/Synthetic&${DAY}`);
    const { x, y, width } = await plotBox();
    await page.mouse.move(x + width / 2, y + 80);
    await page.mouse.down();
    await page.mouse.move(x + width / 4, y + 80, { steps: 5 });
    await page.mouse.up();
    await expect.poll(() => page.url()).toMatch(/begin=2021-06-30T0[56]:/);
    await still();
    await page.keyboard.down("Shift");
    await page.mouse.move(x + width * 0.25, y + 50);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.75, y + 90, { steps: 4 });
    await page.mouse.up();
    await page.keyboard.up("Shift");
    await expect.poll(() => page.url()).toMatch(/begin=2021-06-30T1[12]:/);
    const length = () => {
      const of = new URL(page.url()).searchParams;
      return (Date.parse(`${of.get("end")}Z`) - Date.parse(`${of.get("begin")}Z`)) / 3600e3;
    };
    expect(length()).toBeCloseTo(12, 1);
    await page.mouse.move(x + width / 2, y + 80);
    await page.mouse.wheel(0, 300);
    await expect.poll(length).toBeGreaterThan(15);
    // What follows quickly is one step of the history, so there are one to three of them.
    for (let n = 0; n < 3 && !page.url().includes(DAY); n++) await page.goBack();
    expect(page.url()).toContain(DAY);
    await expect.poll(() => page.getByLabel("End (UTC)").inputValue()).toBe("2021-07-01");
  });

  it("stops requests that nobody waits for any more, and shows the newest", async () => {
    await open(`source=Examples/Synthetic&${DAY}`);
    const held: (() => void)[] = [];
    await page.route(/server=dataset/, async (route) => {
      await new Promise<void>((resolve) => held.push(resolve));
      await route.continue().catch(() => {});
    });
    const stopped: string[] = [];
    const note = (request: Request) => stopped.push(request.failure()?.errorText ?? "");
    page.on("requestfailed", note);
    await page.locator(".chart").first().focus();
    await page.keyboard.press("+");
    await expect.poll(() => held.length).toBe(1);
    await page.keyboard.press("+");
    await expect.poll(() => held.length).toBe(2);
    await expect.poll(() => stopped).toEqual(["net::ERR_ABORTED"]);
    await page.unroute(/server=dataset/);
    for (const release of held) release();
    await still();
    page.off("requestfailed", note);
    const label = () => page.getByRole("img", { name: /^Lines/ }).getAttribute("aria-label");
    await expect.poll(label).toContain("2021-06-30T09:00 to 2021-06-30T15:00");
    expect(await page.getByRole("alert").filter({ hasText: "server" }).count()).toBe(0);
  });

  it("shows averages in a band of least and greatest, as the server tells them", async () => {
    await open(`source=Examples/Random&begin=2021-06-30&end=2021-06-30T06:00&band=1`);
    const [request] = dataRequests();
    expect(words(request).get("bin.stats")).toBe("min,max");
    const expected = await records(`${request?.url()}&format.serial=text`);
    const [first] = await table();
    expect(first?.length).toBe(4);
    for (const n of [1, 2, 3]) expect(numberOf(first?.[n]) / Number(expected[0]?.[n])).toBeCloseTo(1, 6);
    expect(numberOf(first?.[2])).toBeLessThanOrEqual(numberOf(first?.[1]));
  });

  it("stacks sources over one time axis, with one cursor and its values", async () => {
    await open(`source=Examples/Synthetic&${DAY}`);
    // The search has it by a word of its description.
    await page.getByLabel("Another source").pressSequentially("exam spectra");
    await page.getByRole("option", { name: "Examples/Spectrogram" }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator("section.plot-source canvas").count()).toBe(2);
    await still();
    expect(page.url()).toContain("source=Examples/Synthetic&source=Examples/Spectrogram");
    const { x, y, width } = await plotBox();
    await page.mouse.move(x + width / 2, y + 60);
    await expect
      .poll(() => page.locator(".cursor-time").innerText())
      .toMatch(/^2021-06-30 1[12]:\d\d:\d\d UTC$|^2021-06-30 12:00 UTC$/);
    const values = await page.locator(".legend .value").allInnerTexts();
    expect(values.length).toBe(3);
    for (const value of values) expect(value).toMatch(/^[\u2212\d]/);
    expect(values[2]).toMatch(/ at .* Hz$/);
    await page.getByRole("button", { name: "Remove Examples/Synthetic from the page" }).click();
    await expect.poll(() => page.locator("section.plot-source").count()).toBe(1);
    expect(page.url()).not.toContain("Synthetic");
  });

  it("sets axes and colours by its forms, and hides lines, all of it in the address", async () => {
    await open(`source=Examples/Spectrogram&${DAY}`);
    await page.locator(".axes summary").click();
    await page.getByLabel("Colours: from").fill("1e-12");
    await page.getByLabel("Colours: to").fill("1e-10");
    await page
      .getByRole("form", { name: "Colours" })
      .getByRole("button", { name: "Set", exact: true })
      .click();
    await page.getByLabel("Colours", { exact: true }).first().selectOption("grey");
    await expect.poll(() => page.url()).toContain("map=grey&z.1.1=,1e-12,1e-10");
    await expect
      .poll(() => page.getByRole("img", { name: /^Spectrogram/ }).getAttribute("aria-label"))
      .toContain("colours 1×10⁻¹² to 1×10⁻¹⁰");
    await open(`source=Examples/Synthetic&${DAY}`);
    await page.getByRole("button", { name: "Signal 2" }).click();
    await expect.poll(() => page.url()).toContain("hide=v2");
    await expect
      .poll(() => page.getByRole("img", { name: /^Lines/ }).getAttribute("aria-label"))
      .not.toContain("Signal 2");
  });

  it("says that the server is gone, keeps what is drawn, and goes on when it is back", async () => {
    await open(`source=Examples/Synthetic&${DAY}`);
    const { port } = new URL(server.url);
    await server.close(0);
    await page.locator(".chart").first().focus();
    await page.keyboard.press("+");
    const alert = page.getByRole("alert").filter({ hasText: "The server is not there" });
    await alert.waitFor();
    const label = () => page.getByRole("img", { name: /^Lines/ }).getAttribute("aria-label");
    expect(await label()).toMatch(/06:00 to .*18:00 UTC: Signal 1 .* to/);
    server = await startServer(
      { ...config, listenPort: Number(port) },
      { now: () => new Date("2026-01-01T00:00:00Z") },
    );
    await alert.waitFor({ state: "detached" });
    await still();
    expect(Number(words(dataRequests().at(-1)).get("resolution"))).toBeLessThan(60);
  });

  it("says what is wrong beside the panel: a login, a source that there is not, a range without data", async () => {
    await page.goto(`${server.url}/plot?source=Examples/Protected&begin=2025-12-30&end=2025-12-31`);
    const login = page.getByRole("alert").filter({ hasText: "user name and password" });
    await login.waitFor();
    expect(await login.getByRole("link", { name: "Log in" }).getAttribute("href")).toContain(
      "dataset=Examples/Protected",
    );
    const missing = await page.goto(`${server.url}/plot?source=No/Such&${DAY}`);
    expect(missing?.status()).toBe(404);
    expect(await page.getByRole("alert").first().innerText()).toContain('There is no source "No/Such"');
    await page.goto(`${server.url}/plot?source=Examples/Synthetic&begin=1950-01-01&end=1950-01-02`);
    await page.getByText("No data in this range. The source has data from 1970-01-01 to 2050-01-01.").waitFor();
    // Between two samples of a second each.
    await page.goto(
      `${server.url}/plot?source=Examples/Synthetic&begin=2021-06-30T00:00:00.2&end=2021-06-30T00:00:00.7`,
    );
    await page.getByText("No record in this range, though it is within that of the source").waitFor();
    await page.getByLabel("Another source").fill("No/Such");
    await page.getByRole("button", { name: "Plot" }).click();
    await page.getByRole("alert").filter({ hasText: 'There is no source "No/Such"' }).waitFor();
  });

  it("shows hostile text as text", async () => {
    await page.goto(`${server.url}/plot?source=Hostile`);
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
    await still();
    await page.unroute(/server=dataset/);
    expect(await page.locator(".stream-title").innerText()).toContain("<script>document.title=1</script> !");
    expect(await page.locator(".legend").innerText()).toContain("<i>a</i>");
    expect(await page.title()).toMatch(/^Plot of Hostile/);
    expect(errors).toEqual([]);
  });

  it("weighs no more than it may, asks no other host, and allows nothing inline", async () => {
    await context.clearCookies();
    const response = await page.goto(`${server.url}/plot?source=Examples/Spectrogram&${DAY}`);
    await still();
    const policy = response?.headers()["content-security-policy"] ?? "";
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain("unsafe");
    const origin = new URL(server.url).origin;
    const urls = [...new Set(asked.map((request) => request.url()))].filter(
      (url) => !url.startsWith("blob:"),
    );
    expect(urls.filter((url) => !url.startsWith(origin))).toEqual([]);
    const parts = urls.filter((url) => /\/plot\?source=Examples\/Spectrogram|\/static\/|\/logo$/.test(url));
    expect(parts.some((url) => url.endsWith("/plot.js"))).toBe(true);
    let bytes = 0;
    for (const url of parts) bytes += gzipSync(Buffer.from(await (await fetch(url)).arrayBuffer())).length;
    expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
    expect(errors).toEqual([]);
  });

  it("saves what is seen as a PNG", async () => {
    await open(`source=Examples/Synthetic&${DAY}`);
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
      await open(`source=Examples/Spectrogram&source=Examples/Synthetic&${DAY}`);
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
      await view.goto(`${server.url}/plot?source=Examples/Synthetic&source=Examples/Spectrogram&${DAY}`);
      const pictures = view.locator("img.picture");
      expect(await pictures.count()).toBe(2);
      for (const picture of await pictures.all()) {
        const src = (await picture.getAttribute("src")) ?? "";
        const answer = await fetch(new URL(src, server.url));
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
