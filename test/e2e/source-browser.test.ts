import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seriousFindings } from "../support/axe.js";
import { browseSite, HOSTILE } from "../support/browse-site.js";
import { CHROMIUM_ARGUMENTS, sticksOut } from "../support/chromium.js";
import { programForTest } from "../support/system-programs.js";

const chromiumProgram = programForTest("chromium");
/** Of everything that a page loads, compressed, besides pictures of data. */
const MOST_BYTES = 150_000;

describe.skipIf(chromiumProgram.missing)(chromiumProgram.title("the source browser"), () => {
  let site: Awaited<ReturnType<typeof browseSite>>;
  let browser: Browser;
  beforeAll(async () => {
    // Five hundred in folders of folders, five hundred in one.
    site = await browseSite({ HELIOSTREAM_SERVER_URL: "", HELIOSTREAM_CLIENTS_EXEMPT: "*" }, 500);
    browser = await chromium.launch({ executablePath: chromiumProgram.path, args: [...CHROMIUM_ARGUMENTS] });
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  const pathOf = (id: string) => `/source/${id.split("/").map(encodeURIComponent).join("/")}/`;

  /** Opens a page, calls with it, and gives what was asked for and what went wrong. */
  async function look(
    path: string,
    then: (page: Page) => Promise<void>,
    options: BrowserContextOptions = {},
  ): Promise<{
    readonly asked: readonly string[];
    readonly faults: readonly string[];
    readonly bytes: number;
  }> {
    const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
    const asked: string[] = [];
    const faults: string[] = [];
    const sizes: Promise<number>[] = [];
    try {
      const page = await context.newPage();
      page.on("request", (request) => asked.push(request.url()));
      page.on("console", (message) => {
        if (message.type() === "error") faults.push(message.text());
      });
      page.on("pageerror", (error) => faults.push(String(error)));
      page.on("dialog", (dialog) => {
        faults.push(`dialog ${dialog.message()}`);
        void dialog.dismiss();
      });
      page.on("requestfinished", (request) => {
        if (!request.url().includes("format=png"))
          sizes.push(
            request.sizes().then(
              ({ responseBodySize }) => responseBodySize,
              () => 0, // the page is gone
            ),
          );
      });
      await page.goto(`${site.url}${path}`, { waitUntil: "networkidle" });
      await then(page);
      return { asked, faults, bytes: (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0) };
    } finally {
      await context.close();
    }
  }

  const field = (page: Page) => page.getByRole("searchbox", { name: "Find sources" });
  const found = (page: Page) => page.locator("#found .one a");

  it("finds sources as somebody types, and shows all again when nothing is left", async () => {
    const { faults } = await look("", async (page) => {
      await field(page).pressSequentially("waves elec");
      await expect.poll(() => found(page).allTextContents()).toEqual(["Waves/Electric"]);
      expect(await page.getByRole("status").textContent()).toMatch(/^1 source of 1,0\d\d$/);
      expect(await page.locator("#browse").isHidden()).toBe(true);
      expect(new URL(page.url()).searchParams.get("find")).toBe("waves elec");
      await page.keyboard.press("Escape");
      await expect.poll(() => page.locator("#browse").isVisible()).toBe(true);
      expect(await found(page).count()).toBe(0);
      expect(new URL(page.url()).search).toBe("");
    });
    expect(faults).toEqual([]);
  });

  it("shows the answer to what was typed last, whatever comes last", async () => {
    await look("", async (page) => {
      let letGo: () => void = () => {};
      const held = new Promise<void>((resolve) => {
        letGo = resolve;
      });
      let isAsked: () => void = () => {};
      const asked = new Promise<void>((resolve) => {
        isAsked = resolve;
      });
      await page.route(/find=channel$/, async (route) => {
        isAsked();
        await held;
        await route.continue().catch(() => {});
      });
      await field(page).fill("channel");
      await asked;
      await field(page).fill("pump4");
      await expect.poll(() => found(page).allTextContents()).toEqual(["Demo/Pump4"]);
      letGo();
      await page.waitForLoadState("networkidle");
      expect(await found(page).allTextContents()).toEqual(["Demo/Pump4"]);
    });
  });

  it("says why the plot of an example is not there, and in which request", async () => {
    site.write(
      "dsdf/Waves/Failing.dsdf",
      "description = 'Fails'\ndas2Stream = 1\nreader = 'say-no'\nexampleRange_00 = '2021-06-30 to 2021-07-01'\n",
    );
    site.write("programs/say-no", "#!/bin/sh\nexit 7\n", 0o755);
    for (const colorScheme of ["light", "dark"] as const)
      await look(
        pathOf("Waves/Failing"),
        async (page) => {
          const note = page.locator(".overview .nothing");
          await expect.poll(() => note.textContent()).toMatch(/^No plot of the example: .*Request [\w-]+$/);
          const id = await note.getByRole("link").textContent();
          expect(await note.getByRole("link").getAttribute("href")).toMatch(new RegExp(`/log\\?id=${id}$`));
        },
        { colorScheme },
      );
  });

  it("shows the plot of an example as dark as the page is", async () => {
    const grounds: Record<string, string | undefined> = {};
    for (const colorScheme of ["light", "dark"] as const) {
      const { asked } = await look(pathOf("Waves/Electric"), async () => {}, { colorScheme });
      grounds[colorScheme] = asked.find((url) => url.includes("format=png"));
    }
    expect(grounds.light).not.toContain("format.theme");
    expect(grounds.dark).toContain("format.theme=dark");
  });

  it("says so where the server is gone, and goes on when it is back", async () => {
    await look("", async (page) => {
      await page.route(/find=/, (route) => route.abort());
      await field(page).fill("pump4");
      await expect.poll(() => page.getByRole("status").textContent()).toMatch(/does not answer/);
      await page.unroute(/find=/);
      await field(page).fill("pump");
      await expect.poll(() => found(page).count()).toBeGreaterThan(0);
    });
  });

  it("is used by the keyboard alone", async () => {
    await look("", async (page) => {
      await page.keyboard.press("/");
      await page.keyboard.type("orbit");
      await expect.poll(() => found(page).allTextContents()).toEqual(["Waves/Orbit"]);
      await page.keyboard.press("ArrowDown");
      expect(await page.evaluate("document.activeElement.textContent")).toBe("Waves/Orbit");
      await page.keyboard.press("ArrowUp");
      expect(await page.evaluate("document.activeElement.name")).toBe("find");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await page.waitForURL(/source\/Waves\/Orbit\/$/);
      expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("At a distance");
      await page.goBack();
      await expect.poll(() => found(page).allTextContents()).toEqual(["Waves/Orbit"]);
    });
  });

  it("opens folders in place, also those that were too much for the page", async () => {
    await look("", async (page) => {
      const many = page.locator("details", { has: page.locator("summary", { hasText: "Many" }) }).first();
      await many.locator("> summary").press("Enter");
      expect(await many.evaluate((e) => (e as unknown as { open: boolean }).open)).toBe(true);
      // It is opened to the first folder that was left to its own page.
      await page.evaluate(
        "const left = document.querySelector('details[data-folder]'); left.id = 'left'; for (let e = left.parentElement; e; e = e.parentElement) if (e.tagName === 'DETAILS') e.open = true",
      );
      const folder = page.locator("#left");
      const shown = folder.locator(":scope > ul > li");
      expect(await shown.count()).toBe(0);
      await folder.locator("> summary").click();
      await expect.poll(() => shown.count()).toBeGreaterThan(0);
    });
  });

  it("works without scripts: search, folders, examples, data", async () => {
    await look(
      "",
      async (page) => {
        await field(page).fill("electric");
        await page.getByRole("button", { name: "Find" }).click();
        expect(await found(page).allTextContents()).toEqual(["Waves/Electric"]);
        await found(page).first().click();
        await page.getByRole("link", { name: "A quarter" }).click();
        expect(await page.getByLabel("Parameters", { exact: true }).inputValue()).toBe("gaps fills");
        await page.getByLabel("Form").selectOption("das2-text");
        await page.getByRole("button", { name: "Get data" }).click();
        expect(await page.locator("body").innerText()).toMatch(/^\[00\]\d{6}<stream/);
        await page.goBack();
        await page.getByRole("button", { name: "Plot" }).click();
        await page.waitForURL(/server=image/);
        await page.goto(`${site.url}/source/Flat/`);
        await page.getByRole("link", { name: "After" }).click();
        expect(await page.locator(".own .one").count()).toBe(200);
      },
      { javaScriptEnabled: false },
    );
  });

  it("puts the words of a reader into the form and out of it, and lets the plot follow the range", async () => {
    await look(pathOf("Waves/Electric"), async (page) => {
      const params = page.locator('input[name="params"]');
      const word = page.getByRole("button", { name: "gaps" });
      await word.click();
      await page.getByRole("button", { name: "fills" }).click();
      expect(await params.inputValue()).toBe("gaps fills");
      expect(await word.getAttribute("aria-pressed")).toBe("true");
      await word.click();
      expect(await params.inputValue()).toBe("fills");
      await page.getByLabel("Begin (UTC)").fill("2021-05-01");
      const plot = new URL(
        (await page.getByRole("link", { name: "Plot", exact: true }).getAttribute("href")) ?? "",
        page.url(),
      );
      expect(plot.searchParams.get("begin")).toBe("2021-05-01");
      expect(plot.searchParams.get("source")).toBe("Waves/Electric");
    });
  });

  it("copies lines for clients as they stand", async () => {
    await look(
      pathOf("Waves/Electric"),
      async (page) => {
        await page.getByRole("button", { name: "Copy the line for curl", exact: true }).click();
        await expect
          .poll(() => page.evaluate<string>("navigator.clipboard.readText()"))
          .toMatch(
            /^curl 'http:\/\/127\.0\.0\.1:\d+\/das\/server\?server=dataset&dataset=Waves\/Electric&.*&ascii=1'$/,
          );
      },
      { permissions: ["clipboard-read", "clipboard-write"] },
    );
  });

  it.each(Object.values(HOSTILE))("runs nothing of a definition (%s)", async (id) => {
    const { faults } = await look(pathOf(id), async (page) => {
      expect(await page.locator("main script:not([type='application/ld+json'])").count()).toBe(0);
      await page.goto(`${site.url}?find=hostile`, { waitUntil: "networkidle" });
      expect(await found(page).count()).toBe(Object.keys(HOSTILE).length);
    });
    expect(faults).toEqual([]);
  });

  const SIZES = [
    ["dark", 1400],
    ["light", 800],
    ["light", 400],
  ] as const;
  it.each(SIZES)(
    "has no serious finding of axe-core in %s at a width of %i, and nothing beside the window",
    async (colorScheme, width) => {
      // What is the same on each of them is looked at once.
      const more =
        width === 400
          ? ["?find=zebra", "/source/Many/", pathOf(HOSTILE.long), pathOf(HOSTILE.huge), pathOf(HOSTILE.name)]
          : [];
      for (const path of [
        "",
        "?find=orbit",
        pathOf("Waves/Electric"),
        ...(colorScheme === "light" ? more : []),
      ])
        await look(
          path,
          async (page) => {
            expect(await seriousFindings(page), path).toEqual([]);
            expect(await sticksOut(page), path).toBe(0);
          },
          { colorScheme, viewport: { width, height: 900 }, bypassCSP: true },
        );
    },
  );

  it("asks this server alone, breaks no policy, and weighs little", async () => {
    for (const path of ["", "?find=channel", "/source/Flat/", pathOf("Waves/Electric")]) {
      const { asked, faults, bytes } = await look(path, async () => {});
      expect(
        asked.filter((url) => !url.startsWith(site.url)),
        path,
      ).toEqual([]);
      expect(faults, path).toEqual([]);
      expect(bytes, path).toBeLessThan(MOST_BYTES);
    }
  });
});
