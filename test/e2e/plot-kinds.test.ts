import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sticksOut } from "../support/chromium.js";
import { type PlotBrowser, plotBrowser } from "../support/plot-browser.js";
import { programForTest } from "../support/system-programs.js";

const browser = programForTest("chromium");
const DAY = "begin=2021-06-30&end=2021-07-01";

/** A reader of text streams: `made.mjs KIND BEGIN END`, a record each ten minutes. */
const READER = `
const [kind, begin, end] = process.argv.slice(2);
const packet = (id, body) => "[" + id + "]" + String(body.length).padStart(6, "0") + body;
const number = (value) => value.toExponential(6).padStart(14);
const STEP = 600e3;
const kinds = {
  points: ['<y name="energy" type="ascii14" units="keV"/><z name="rate" type="ascii14" units="cm**-2 s**-1"><properties zLabel="Rate!dion!n (cm!u-2!n s!u-1!n)"/></z>',
    (n) => [[50 + 40 * Math.sin(n), 1e-5 * (1 + n % 10)]]],
  signed: ['<yscan name="v" nitems="2" type="ascii14" yUnits="km" zUnits="m/s" yTags="100,200"/>', (n) => [[-40, 40 + (n % 7)]]],
  longitude: ['<y name="lon" type="ascii14" units="deg"><properties yLabel="Longitude L!d0!n (deg)" DatumRange:yRange="0 to 360 deg"/></y>', (n) => [[(n * 10) % 360]]],
};
const [planes, rows] = kinds[kind];
let text = packet("00", '<stream version="2.2"/>') + packet("01", '<packet><x type="time24" units="UTC"/>' + planes + "</packet>");
const at = (time) => Date.parse(/Z$/.test(time) ? time : time + "Z");
for (let t = Math.ceil(at(begin) / STEP) * STEP; t < at(end); t += STEP)
  for (const row of rows(t / STEP)) text += ":01:" + new Date(t).toISOString().replace("Z", " ") + row.map(number).join("");
process.stdout.write(text);
`;

/** The definition of a source of a kind that the reader makes. */
const definition = (kind: string) => `description = '${kind}'
das2Stream = 1
reader = '${process.execPath} FOLDER/made.mjs ${kind}'
reducer = 'not_reducible'
validRange = '2021-01-01 to 2022-01-01'
`;

describe.skipIf(browser.missing)(browser.title("kinds of data and ways of use of the plot page"), () => {
  let plots: PlotBrowser;
  let page: Page;

  /** Length of the range in the address, seconds. */
  const seconds = () => {
    const of = new URL(page.url()).searchParams;
    return (Date.parse(`${of.get("end")}Z`) - Date.parse(`${of.get("begin")}Z`)) / 1000;
  };

  beforeAll(async () => {
    plots = await plotBrowser(browser.path ?? "", {
      "made.mjs": READER,
      "points.dsdf": definition("points"),
      "signed.dsdf": definition("signed"),
      "longitude.dsdf": definition("longitude"),
      "old.dsdf": "rename = 'longitude'\n",
    });
    page = plots.page;
  });
  afterAll(() => plots?.close());
  beforeEach(async () => {
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await page.emulateMedia({ media: null, colorScheme: null });
    await page.setViewportSize({ width: 1000, height: 800 });
  });

  it("draws x, y and z as coloured points, reads the one under the pointer, and lists them", async () => {
    await plots.open(`source=points&${DAY}`);
    expect(await plots.label()).toContain("Points of Rateion (cm⁻² s⁻¹) over energy (keV)");
    expect(await plots.label()).toContain("144 points");
    await page.locator("details.values > summary").click();
    const heads = page.locator("details.values th[scope=col]");
    expect(await heads.allInnerTexts()).toEqual(["Time (UTC)", "energy (keV)", "Rateion (cm⁻² s⁻¹)"]);
    const cells = await page.locator("details.values tbody tr").first().locator("td").allInnerTexts();
    // As the reader has them: by the number of the ten minutes since 1970.
    const first = Date.parse("2021-06-30T00:00Z") / 600e3;
    const energyOf = (n: number) => 50 + 40 * Math.sin(n);
    const rateOf = (n: number) => `${(1 + (n % 10)).toString()}×10⁻⁵`;
    expect(Number(cells[0])).toBeCloseTo(energyOf(first), 3);
    expect(cells[1]).toBe(rateOf(first));
    const { x, y, width, height } = await plots.plotBox();
    const shown = /energy \(keV\) (\S+) to (\S+),/.exec((await plots.label()) ?? "") ?? [];
    const [low, high] = [Number(shown[1]), Number(shown[2])];
    // The point of 12:00, whose place is known from its numbers.
    const noon = energyOf(first + 72);
    await page.mouse.move(x + width / 2, y + (1 - (noon - low) / (high - low)) * height);
    await expect
      .poll(() => page.locator(".legend .value").innerText())
      .toBe(`${rateOf(first + 72)} cm⁻² s⁻¹ at ${Number(noon.toPrecision(6))} keV, 2021-06-30 12:00`);
  });

  it("begins with zero in the middle of the colours where values have both signs", async () => {
    await plots.open(`source=signed&${DAY}`);
    expect(await plots.label()).toMatch(/colours \u221246 to 46$/);
    expect(await page.getByLabel("Colours", { exact: true }).first().inputValue()).toBe("");
    const colour = (part: number) =>
      page.evaluate<number[]>(`(() => {
        const canvas = document.querySelector(".chart canvas");
        const { top, height } = document.querySelector(".u-over").getBoundingClientRect();
        const y = Math.round(top - canvas.getBoundingClientRect().top + ${part} * height);
        return [...canvas.getContext("2d").getImageData(300, y, 1, 1).data.slice(0, 3)];
      })()`);
    const [upper, lower] = [await colour(0.25), await colour(0.75)];
    expect(upper[0]! - upper[2]!).toBeGreaterThan(50);
    expect(lower[2]! - lower[0]!).toBeGreaterThan(50);
  });

  it("breaks a longitude where it begins again, and follows the source by the id that it had", async () => {
    await plots.open(`source=old&${DAY}&band=0`);
    expect(new URL(page.url()).searchParams.get("source")).toBe("longitude");
    expect(await page.locator(".legend .name").innerText()).toBe("Longitude L0");
    // Half-way up each column of pixels has the line at most once in 36 records.
    const crossings = await page.evaluate<number>(`(() => {
      const canvas = document.querySelector(".chart canvas");
      const over = document.querySelector(".u-over").getBoundingClientRect();
      const own = canvas.getBoundingClientRect();
      const row = canvas.getContext("2d").getImageData(Math.round(over.left - own.left) + 3, Math.round(over.top - own.top + 0.45 * over.height), Math.round(over.width) - 6, 1).data;
      let runs = 0, inside = false;
      for (let i = 0; i < row.length; i += 4) {
        const is = row[i + 2] - row[i] > 60;
        if (is && !inside) runs++;
        inside = is;
      }
      return runs;
    })()`);
    // 144 records of ten degrees: four turns, each crossed once on its way up and not on its way back.
    expect(crossings).toBe(4);
  });

  it("comes no closer than a few records by the wheel, and says inside of the panel where there is none", async () => {
    await plots.open(`source=longitude&${DAY}`);
    const { x, y, width } = await plots.plotBox();
    await page.mouse.move(x + width / 2, y + 80);
    for (let n = 0; n < 12; n++) await page.mouse.wheel(0, -1000);
    await expect.poll(seconds).toBeLessThan(7200);
    await plots.still();
    expect(seconds()).toBeGreaterThanOrEqual(4 * 600 * 0.99);
    // Of a source that is reduced only bins are known at first, and finer ones each time.
    await plots.open(`source=Examples/Synthetic&${DAY}`);
    await page.mouse.move(x + width / 2, y + 80);
    const turn = async () => {
      for (let n = 0; n < 12; n++) await page.mouse.wheel(0, -1000);
    };
    await turn();
    await expect.poll(seconds).toBeLessThan(3600);
    await expect
      .poll(async () => {
        await plots.still();
        await turn();
        // The address is told only when the wheel is over.
        const [, from, to] = /, (\S+) to (\S+) UTC/.exec(await plots.label()) ?? [];
        return (Date.parse(`${to}Z`) - Date.parse(`${from}Z`)) / 1000;
      })
      .toBeLessThanOrEqual(8);
    await plots.still();
    await turn();
    const begin = () => new URL(page.url()).searchParams.get("begin");
    const before = begin();
    await page.getByRole("button", { name: "Later" }).click();
    await expect.poll(begin).not.toBe(before);
    // The middles of bins are about as far apart as the records in them.
    expect(seconds()).toBeGreaterThanOrEqual(3);
    await plots.still();
    expect(await plots.label()).toMatch(/Signal 1 (?!no data)/);
    await plots.open("source=longitude&begin=2021-06-30T00:01&end=2021-06-30T00:02");
    const note = await page.locator(".chart-note").boundingBox();
    const plot = await plots.plotBox();
    expect(await page.locator(".chart-note").innerText()).toContain("No record in this range");
    expect(note!.x).toBeGreaterThanOrEqual(plot.x);
    expect(note!.x + note!.width).toBeLessThanOrEqual(plot.x + plot.width);
    expect(note!.y).toBeGreaterThanOrEqual(plot.y);
    expect(note!.y + note!.height).toBeLessThanOrEqual(plot.y + plot.height);
  });

  it("zooms by two fingers about what lies between them, and moves by one", async () => {
    await plots.open(`source=longitude&${DAY}`);
    const { x, y, width } = await plots.plotBox();
    const touch = await plots.context.newCDPSession(page);
    const send = (type: "touchStart" | "touchMove" | "touchEnd", ...parts: number[]) =>
      touch.send("Input.dispatchTouchEvent", {
        type,
        touchPoints: parts.map((part, id) => ({ x: x + part * width, y: y + 90, id })),
      });
    await send("touchStart", 0.4);
    await send("touchStart", 0.4, 0.6);
    for (const step of [0.05, 0.1, 0.15, 0.2]) await send("touchMove", 0.4 - step, 0.6 + step);
    await send("touchEnd");
    // Fingers three times as far apart: a third of the range, about its middle.
    await expect.poll(() => seconds() / 3600).toBeCloseTo(8, 0);
    const middle = Date.parse(`${new URL(page.url()).searchParams.get("begin")}Z`) / 1000 + seconds() / 2;
    expect(Math.abs(middle - Date.parse("2021-06-30T12:00Z") / 1000)).toBeLessThan(600);
    await plots.still();
    const before = new URL(page.url()).searchParams.get("begin");
    await send("touchStart", 0.7);
    for (const part of [0.6, 0.5, 0.45]) await send("touchMove", part);
    await send("touchEnd");
    await expect.poll(() => new URL(page.url()).searchParams.get("begin")).not.toBe(before);
    const moved = Date.parse(`${new URL(page.url()).searchParams.get("begin")}Z`) - Date.parse(`${before}Z`);
    expect(moved / 3600e3).toBeCloseTo(2, 0);
    expect(seconds() / 3600).toBeCloseTo(8, 0);
  });

  it("goes back and forward through ranges and sources", async () => {
    const steps = () => page.evaluate<number>("history.length");
    await plots.open(`source=longitude&source=signed&${DAY}`);
    const begun = await steps();
    await page.getByRole("button", { name: "Remove signed from the page" }).click();
    await expect.poll(() => new URL(page.url()).searchParams.getAll("source")).toEqual(["longitude"]);
    await plots.still();
    await page.locator(".chart").first().focus();
    await page.keyboard.press("+");
    await expect.poll(plots.label).toContain("06:00 to 2021-06-30T18:00");
    await expect.poll(() => new URL(page.url()).searchParams.get("begin")).toBe("2021-06-30T06:00");
    // One or two, by how soon the key was pressed.
    const made = (await steps()) - begun;
    expect(made).toBeGreaterThanOrEqual(1);
    await page.evaluate(`history.go(${-made})`);
    await expect.poll(() => page.locator("section.plot-source").count()).toBe(2);
    await plots.still();
    await expect.poll(plots.label).toContain("2021-06-30 to 2021-07-01 UTC");
    expect(await page.locator(".chart canvas").nth(1).getAttribute("aria-label")).toContain(
      "Spectrogram of v",
    );
    await page.evaluate(`history.go(${made})`);
    await expect.poll(() => page.locator("section.plot-source").count()).toBe(1);
    await expect.poll(plots.label).toContain("06:00 to 2021-06-30T18:00");
    expect(await page.getByLabel("Begin (UTC)").inputValue()).toBe("2021-06-30T06:00");
  });

  it("says that a server does not answer, and goes on when it does", async () => {
    await plots.open(`source=longitude&${DAY}`);
    const silent = /server=dataset|\/healthz/;
    await page.route(silent, () => {});
    await page.getByRole("button", { name: "Later" }).click();
    await page.getByRole("alert").filter({ hasText: "it does not answer" }).waitFor();
    await page.unroute(silent);
    await page.getByRole("alert").filter({ hasText: "it does not answer" }).waitFor({ state: "detached" });
    await plots.still();
    await expect.poll(plots.label).toMatch(/12:00 UTC: Longitude L₀ 0 to 350 deg/);
  });

  it("names the request that failed, and leads to its story", async () => {
    await page.goto(`${plots.url}/plot?source=longitude&${DAY}&params=x`);
    await page.route(/server=dataset/, async (route) => {
      const url = new URL(route.request().url());
      url.searchParams.set("resolution", "none");
      await route.continue({ url: url.href });
    });
    await page.reload();
    const request = page.getByRole("alert").locator(".request a");
    const id = await request.innerText();
    expect(await request.getAttribute("href")).toMatch(new RegExp(`/log\\?id=${id}$`));
    await request.click();
    await page.waitForURL(/\/log\?id=/);
    // The log is written a moment after the answer.
    await expect
      .poll(async () => {
        await page.reload();
        return page.locator("main").innerText();
      })
      .toContain(id);
  });

  it.each([400, 360])("shows whole times and hints in its form at a width of %i", async (width) => {
    await page.setViewportSize({ width, height: 800 });
    await plots.open("source=longitude&begin=2021-06-30T12:34:56.123456&end=2021-07-01T12:34:56.123456");
    const cut = await page
      .locator(".plot-form input")
      .evaluateAll((inputs) =>
        (inputs as unknown as { scrollWidth: number; clientWidth: number; value: string }[]).flatMap(
          ({ scrollWidth, clientWidth, value }) => (scrollWidth > clientWidth ? [value] : []),
        ),
      );
    expect(cut).toEqual([]);
    expect(await page.getByLabel("Begin (UTC)").inputValue()).toBe("2021-06-30T12:34:56.123456");
    expect(await sticksOut(page)).toBe(0);
  });

  it("prints plots in the colours and the width of paper, without what cannot be pressed there", async () => {
    await page.emulateMedia({ colorScheme: "dark" });
    await plots.open(`source=longitude&source=signed&${DAY}`);
    const ground = () =>
      page.evaluate<number[]>(
        '[...document.querySelector(".chart canvas").getContext("2d").getImageData(2, 2, 1, 1).data.slice(0, 3)]',
      );
    expect(Math.max(...(await ground()))).toBeLessThan(80);
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    await expect.poll(async () => Math.min(...(await ground()))).toBeGreaterThan(240);
    expect(
      await page.locator(".toolbar, .plot-form, .exports").evaluateAll((all) => all.length),
    ).toBeGreaterThan(2);
    expect(
      await page.locator(".toolbar:visible, .plot-form:visible, .exports:visible, .axes:visible").count(),
    ).toBe(0);
    for (const canvas of await page.locator(".chart canvas").all())
      expect((await canvas.boundingBox())!.width).toBeLessThanOrEqual(718);
    await page.emulateMedia({ media: "screen", colorScheme: "dark" });
    await expect.poll(async () => Math.max(...(await ground()))).toBeLessThan(80);
    expect((await plots.plotBox()).width).toBeGreaterThan(750);
  });
});
