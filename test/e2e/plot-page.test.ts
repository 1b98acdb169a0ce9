import type { Page, Request } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type PlotBrowser, plotBrowser } from "../support/plot-browser.js";
import { programForTest } from "../support/system-programs.js";

const browser = programForTest("chromium");
const DAY = "begin=2021-06-30&end=2021-07-01";

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
  let plots: PlotBrowser;
  let page: Page;

  const dataRequests = () =>
    plots.asked.filter((request) => /[?&]server=dataset|\/flex\?/.test(request.url()));
  const words = (request: Request | undefined) => new URL(request?.url() ?? "http://none/").searchParams;
  /** Rows of the table of the first panel, times first. */
  async function table(): Promise<string[][]> {
    await page.locator("details.values > summary").first().click();
    const rows = page.locator("details.values").first().locator("tbody tr");
    await rows.first().waitFor();
    return rows.evaluateAll((all) =>
      all.map((row) =>
        [...(row as unknown as { cells: Iterable<{ textContent: string }> }).cells].map(
          (cell) => cell.textContent,
        ),
      ),
    );
  }

  beforeAll(async () => {
    plots = await plotBrowser(browser.path ?? "", {});
    page = plots.page;
  });
  afterAll(() => plots?.close());
  beforeEach(() => page.unrouteAll({ behavior: "ignoreErrors" }));

  it("draws exactly the records that the server gives for the same range and bins", async () => {
    await plots.open("source=Examples/Synthetic&begin=2021-06-30T12:00&end=2021-06-30T18:00");
    const [request] = dataRequests();
    const resolution = Number(words(request).get("resolution"));
    const { width } = await plots.plotBox();
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
    expect(plots.errors).toEqual([]);
  });

  it("draws the spectra that the server gives, channel by channel", async () => {
    await plots.open(`source=Examples/Spectrogram&${DAY}`);
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
    await plots.open("source=Examples/Spectrogram&begin=2021-06-30T00:00&end=2021-06-30T06:00&params=gaps");
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
    await plots.open(`source=Examples/Synthetic&${DAY}`);
    const before = Number(words(dataRequests()[0]).get("resolution"));
    await page.locator(".chart").first().focus();
    await page.keyboard.press("+");
    await expect.poll(() => dataRequests().length).toBe(2);
    await plots.still();
    const zoom = words(dataRequests()[1]);
    expect(zoom.get("start_time")).toBe("2021-06-30T06:00");
    expect(zoom.get("end_time")).toBe("2021-06-30T18:00");
    expect(Number(zoom.get("resolution"))).toBeLessThan(before);
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => dataRequests().length).toBe(3);
    await plots.still();
    const move = words(dataRequests()[2]);
    expect(move.get("start_time")).toBe("2021-06-30T18:00");
    expect(move.get("resolution")).toBe(zoom.get("resolution"));
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("-");
    await expect.poll(() => page.url()).toContain("begin=2021-06-30&end=2021-07-01");
    await plots.still();
    expect(dataRequests().length).toBe(3);
    expect(await page.getByLabel("Begin (UTC)").inputValue()).toBe("2021-06-30");
  });

  it("moves by dragging, zooms by a box and by the wheel, and goes back by the browser", async () => {
    await plots.open(`source=Examples/Synthetic&${DAY}`);
    const { x, y, width } = await plots.plotBox();
    await page.mouse.move(x + width / 2, y + 80);
    await page.mouse.down();
    await page.mouse.move(x + width / 4, y + 80, { steps: 5 });
    await page.mouse.up();
    await expect.poll(() => page.url()).toMatch(/begin=2021-06-30T0[56]:/);
    await plots.still();
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
    await plots.open(`source=Examples/Synthetic&${DAY}`);
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
    await plots.still();
    page.off("requestfailed", note);
    const label = () => page.getByRole("img", { name: /^Lines/ }).getAttribute("aria-label");
    await expect.poll(label).toContain("2021-06-30T09:00 to 2021-06-30T15:00");
    expect(await page.getByRole("alert").filter({ hasText: "server" }).count()).toBe(0);
  });

  it("shows averages in a band of least and greatest, as the server tells them", async () => {
    await plots.open(`source=Examples/Random&begin=2021-06-30&end=2021-06-30T06:00&band=1`);
    const [request] = dataRequests();
    expect(words(request).get("bin.stats")).toBe("min,max");
    const expected = await records(`${request?.url()}&format.serial=text`);
    const [first] = await table();
    expect(first?.length).toBe(4);
    for (const n of [1, 2, 3]) expect(numberOf(first?.[n]) / Number(expected[0]?.[n])).toBeCloseTo(1, 6);
    expect(numberOf(first?.[2])).toBeLessThanOrEqual(numberOf(first?.[1]));
  });

  it("stacks sources over one time axis, with one cursor and its values", async () => {
    await plots.open(`source=Examples/Synthetic&${DAY}`);
    // The search has it by a word of its description.
    await page.getByLabel("Another source").pressSequentially("exam spectra");
    await page.getByRole("option", { name: "Examples/Spectrogram" }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator("section.plot-source canvas").count()).toBe(2);
    await plots.still();
    expect(page.url()).toContain("source=Examples/Synthetic&source=Examples/Spectrogram");
    const { x, y, width } = await plots.plotBox();
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
    await plots.open(`source=Examples/Spectrogram&${DAY}`);
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
    await plots.open(`source=Examples/Synthetic&${DAY}`);
    await page.getByRole("button", { name: "Signal 2" }).click();
    await expect.poll(() => page.url()).toContain("hide=v2");
    await expect
      .poll(() => page.getByRole("img", { name: /^Lines/ }).getAttribute("aria-label"))
      .not.toContain("Signal 2");
  });

  it("says that the server is gone, keeps what is drawn, and goes on when it is back", async () => {
    await plots.open(`source=Examples/Synthetic&${DAY}`);
    await plots.stopServer();
    await page.locator(".chart").first().focus();
    await page.keyboard.press("+");
    const alert = page.getByRole("alert").filter({ hasText: "The server is not there" });
    await alert.waitFor();
    const label = () => page.getByRole("img", { name: /^Lines/ }).getAttribute("aria-label");
    expect(await label()).toMatch(/06:00 to .*18:00 UTC: Signal 1 .* to/);
    await plots.startServer();
    await alert.waitFor({ state: "detached" });
    await plots.still();
    expect(Number(words(dataRequests().at(-1)).get("resolution"))).toBeLessThan(60);
  });

  it("says what is wrong beside the panel: a login, a source that there is not, a range without data", async () => {
    await page.goto(`${plots.url}/plot?source=Examples/Protected&begin=2025-12-30&end=2025-12-31`);
    const login = page.getByRole("alert").filter({ hasText: "user name and password" });
    await login.waitFor();
    expect(await login.getByRole("link", { name: "Log in" }).getAttribute("href")).toContain(
      "dataset=Examples/Protected",
    );
    const missing = await page.goto(`${plots.url}/plot?source=No/Such&${DAY}`);
    expect(missing?.status()).toBe(404);
    expect(await page.getByRole("alert").first().innerText()).toContain('There is no source "No/Such"');
    await page.goto(`${plots.url}/plot?source=Examples/Synthetic&begin=1950-01-01&end=1950-01-02`);
    await page
      .getByText("No data in this range. The source has data from 1970-01-01 to 2050-01-01.")
      .waitFor();
    // Between two samples of a second each.
    await page.goto(
      `${plots.url}/plot?source=Examples/Synthetic&begin=2021-06-30T00:00:00.2&end=2021-06-30T00:00:00.7`,
    );
    await page.getByText("No record in this range, though it is within that of the source").waitFor();
    await page.getByLabel("Another source").fill("No/Such");
    await page.getByRole("button", { name: "Plot" }).click();
    await page.getByRole("alert").filter({ hasText: 'There is no source "No/Such"' }).waitFor();
  });
});
