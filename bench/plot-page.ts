import { chromium, type Page } from "playwright-core";
import { parseTime, type TimeRange } from "../stream/time.js";
import { findProgram } from "../test/support/system-programs.js";
import { benchCache } from "./bench-cache.js";
import type { Print } from "./print.js";
import { median, startServe } from "./requests.js";

const TERABYTE = "Bench/Terabyte";
const MILLION = "Bench/Million";
/** 31 years of a spectrum a second, 1036 bytes each: 1.01 TB. */
const RANGE: TimeRange = { begin: parseTime("1990-01-01"), end: parseTime("2021-01-01") };
/** A million records, one a second. */
const MILLION_RANGE: TimeRange = { begin: parseTime("2020-01-01"), end: parseTime("2020-01-12T13:46:40") };
const ROUNDS = 9;
const WARM_UP = 3;
const DRAG_MS = 3000;
const VIEW = { width: 1400, height: 900 };
const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
];
/** What the page notes when everything that it wants is on the screen. */
const SHARP = "plot: sharp";
const FIRST = "plot: first data";

/**
 * The page of plots, in Chromium, against a page of the same server with nothing on it: until first data of a terabyte are on the screen,
 * until new pixels are after a movement and a zoom, and how many pictures a second while a million records are dragged.
 */
export async function run(print: Print): Promise<void> {
  const path = findProgram("chromium");
  if (path === undefined) {
    print("no chromium here");
    return;
  }
  const site = await benchCache({
    definitions: {
      [TERABYTE]: [
        "reader = 'synthetic --cadence 1s --channels 256'",
        "validRange = '1990-01-01 to 2021-01-01 UTC'",
        "cacheLevel_00 = '86400 s | yearly'",
        "cacheLevel_01 = '5 day | yearly'",
      ],
      [MILLION]: [
        "reader = 'synthetic --cadence 1s --planes 2'",
        "validRange = '2020-01-01 to 2021-01-01 UTC'",
        "cacheLevel_00 = '300 s | monthly'",
      ],
    },
  });
  try {
    for (const [id, range] of [
      [TERABYTE, RANGE],
      [MILLION, MILLION_RANGE],
    ] as const) {
      for (const level of await site.levels(id))
        if (level.seconds > 0) await site.fill(level, range, level.period);
    }
    const server = await startServe(site.configFile);
    const browser = await chromium.launch({ executablePath: path, args: ARGUMENTS });
    try {
      const page = await (await browser.newContext({ viewport: VIEW })).newPage();
      await measure(print, page, server.url);
    } finally {
      await browser.close();
      await server.stop();
    }
  } finally {
    await site.close();
  }
}

async function measure(print: Print, page: Page, url: string): Promise<void> {
  const blank: number[] = [];
  const first: number[] = [];
  for (let n = 0; n < ROUNDS + WARM_UP; n++) {
    await page.goto(`${url}?server=id`);
    const load = await evaluate<number>(page, "performance.getEntriesByType('navigation')[0].loadEventEnd");
    await page.goto(`${url}/plot?source=${TERABYTE}&begin=1990-01-01&end=2021-01-01`);
    const data = await noted(page, FIRST);
    if (n < WARM_UP) continue;
    blank.push(load);
    first.push(data);
  }
  const one = median(blank);
  print(`a page with nothing on it                    ${one.toFixed(1)} ms`);
  print(`first data of a terabyte on the screen       ${median(first).toFixed(1)} ms`);
  print(
    `  ratio                                      ${(median(first) / one).toFixed(2)} x   (bar: at most 5)`,
  );
  for (const [what, key, back] of [
    ["movement by a half", "Shift+ArrowRight", "Shift+ArrowLeft"],
    ["zoom", "+", "-"],
  ] as const) {
    const times: Pressed[] = [];
    for (let n = 0; n < ROUNDS; n++) {
      await page.goto(`${url}/plot?source=${TERABYTE}&begin=2000-01-01&end=2010-01-01`);
      await noted(page, SHARP);
      times.push(await pressed(page, key));
      await pressed(page, back);
    }
    const total = median(times.map((time) => time.total));
    const server = median(times.map((time) => time.server));
    print(
      `new pixels after a ${what.padEnd(24)}  ${total.toFixed(1)} ms, of which the answer ${server.toFixed(1)} ms`,
    );
    print(`  ratio                                      ${(total / one).toFixed(2)} x   (bar: at most 2)`);
  }
  await page.goto(`${url}/plot?source=${MILLION}&begin=2020-01-01&end=2020-01-12T13:46:40`);
  await noted(page, SHARP);
  print(`pictures a second while a million records are dragged: ${(await dragged(page)).toFixed(0)}`);
}

/** The time of a note since the navigation, ms; waits for it. */
async function noted(page: Page, name: string): Promise<number> {
  return evaluate<number>(
    page,
    `new Promise((resolve) => {
      const look = () => {
        const [entry] = performance.getEntriesByName(${JSON.stringify(name)});
        if (entry === undefined) requestAnimationFrame(look);
        else resolve(entry.startTime);
      };
      look();
    })`,
  );
}

/** Milliseconds until everything is on the screen, and how much of it the answer took. */
interface Pressed {
  readonly total: number;
  readonly server: number;
}

/** Milliseconds from a key to the note that everything is on the screen. */
async function pressed(page: Page, key: string): Promise<Pressed> {
  const [name = "", shift = false] = key.startsWith("Shift+") ? [key.slice(6), true] : [key];
  return evaluate<Pressed>(
    page,
    `new Promise((resolve) => {
      performance.clearResourceTimings();
      performance.clearMarks(${JSON.stringify(SHARP)});
      const began = performance.now();
      new PerformanceObserver((list, observer) => {
        const entry = list.getEntries().find(({ name }) => name === ${JSON.stringify(SHARP)});
        if (entry === undefined || entry.startTime < began) return;
        observer.disconnect();
        const data = performance.getEntriesByType("resource").find(({ name }) => name.includes("server=dataset"));
        resolve({ total: entry.startTime - began, server: data === undefined ? 0 : data.responseEnd - data.startTime });
      }).observe({ entryTypes: ["mark"] });
      document.querySelector(".chart").dispatchEvent(
        new KeyboardEvent("keydown", { key: ${JSON.stringify(name)}, shiftKey: ${shift}, bubbles: true }));
    })`,
  );
}

/** Pictures a second while the pointer drags to and fro. */
async function dragged(page: Page): Promise<number> {
  return evaluate<number>(
    page,
    `new Promise((resolve) => {
      const over = document.querySelector(".u-over");
      const box = over.getBoundingClientRect();
      const y = box.top + 50;
      const send = (type, x) => over.dispatchEvent(
        new PointerEvent(type, { pointerId: 1, button: 0, clientX: x, clientY: y, bubbles: true }));
      const list = over.closest(".sources");
      list.setPointerCapture = () => {};
      const began = performance.now();
      let frames = 0;
      send("pointerdown", box.left + box.width / 2);
      const step = () => {
        const passed = performance.now() - began;
        if (passed > ${DRAG_MS}) {
          send("pointerup", box.left + box.width / 2);
          resolve((frames * 1000) / passed);
          return;
        }
        frames++;
        send("pointermove", box.left + box.width / 2 + 200 * Math.sin(passed / 300));
        requestAnimationFrame(step);
      };
      requestAnimationFrame(step);
    })`,
  );
}

/** Runs a text in the page: its names are those of a browser. */
async function evaluate<T>(page: Page, text: string): Promise<T> {
  return (await page.evaluate(text)) as T;
}
