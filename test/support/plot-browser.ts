import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page, type Request } from "playwright-core";
import { type RunningServer, startServer } from "../../cgi/serve.js";
import { loadConfig } from "../../config/config.js";
import { packageRoot } from "../../config/package-root.js";
import { CHROMIUM_ARGUMENTS } from "./chromium.js";

/** A server with the example sources and others, and a page of a browser on it. */
export interface PlotBrowser {
  readonly url: string;
  readonly page: Page;
  readonly context: BrowserContext;
  /** What was asked for since the last `open`. */
  readonly asked: readonly Request[];
  /** What the page complained of since the last `open`. */
  readonly errors: readonly string[];
  /** Opens a plot, and waits until all of it is drawn. */
  open(query: string): Promise<void>;
  /** Waits until all that is wanted is drawn. */
  still(): Promise<void>;
  /** Where the first plot is. */
  plotBox(): Promise<{
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  }>;
  /** What those are told who do not see the first plot. */
  label(): Promise<string>;
  stopServer(): Promise<void>;
  /** Starts it again where it was. */
  startServer(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts a server, whose clock stands at the begin of 2026, and a browser.
 * @param chromiumPath the program
 * @param definitions files of sources besides the examples, by their names; FOLDER in them is the folder that they are in
 */
export async function plotBrowser(
  chromiumPath: string,
  definitions: Readonly<Record<string, string>>,
): Promise<PlotBrowser> {
  const folder = await mkdtemp(join(tmpdir(), "heliostream-plot-"));
  const own = join(folder, "definitions");
  await mkdir(own);
  for (const [name, text] of Object.entries(definitions))
    await writeFile(join(own, name), text.replaceAll("FOLDER", own));
  const config = loadConfig({
    env: {
      HELIOSTREAM_CONFIG: "",
      HELIOSTREAM_LOG_PATH: join(folder, "log"),
      HELIOSTREAM_DSDF_ROOT: `${join(packageRoot(), "dsdf/sources")};${own}`,
      HELIOSTREAM_CACHE_ROOT: join(folder, "cache"),
      PORT: "0",
    },
  });
  const start = (port: number): Promise<RunningServer> =>
    startServer({ ...config, listenPort: port }, { now: () => new Date("2026-01-01T00:00:00Z") });
  let server = await start(0);
  const { url } = server;
  const context = await chromium.launchPersistentContext(join(folder, "profile"), {
    executablePath: chromiumPath,
    args: [...CHROMIUM_ARGUMENTS],
    viewport: { width: 1200, height: 900 },
    hasTouch: true,
  });
  const page = await context.newPage();
  const asked: Request[] = [];
  const errors: string[] = [];
  page.on("request", (request) => asked.push(request));
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (/Content Security Policy|Uncaught/i.test(message.text())) errors.push(message.text());
  });
  const made: PlotBrowser = {
    url,
    page,
    context,
    asked,
    errors,
    async open(query) {
      asked.length = 0;
      errors.length = 0;
      await page.goto(`${url}/plot?${query}`);
      await made.still();
    },
    async still() {
      await page.waitForSelector('#plot[data-state="still"] canvas');
    },
    async plotBox() {
      const box = await page.locator(".u-over").first().boundingBox();
      if (box === null) throw new Error("there is no plot");
      return box;
    },
    async label() {
      return (await page.locator(".chart canvas").first().getAttribute("aria-label")) ?? "";
    },
    stopServer: () => server.close(0),
    async startServer() {
      server = await start(Number(new URL(url).port));
    },
    async close() {
      await context.close();
      await server.close(0);
      await rm(folder, { recursive: true, force: true });
    },
  };
  return made;
}
