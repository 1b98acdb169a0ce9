import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { browseSite, clientLinesOf, HOSTILE, readText, textOf } from "../../support/browse-site.js";
import { header } from "../../support/flex-site.js";

let site: Awaited<ReturnType<typeof browseSite>>;
beforeAll(async () => {
  site = await browseSite({
    HELIOSTREAM_CONTACT_EMAIL: "pumps&#64;example.org",
    HELIOSTREAM_ENABLE_VERIFIER: "true",
    HELIOSTREAM_MAX_RANGE: "366 days",
    HELIOSTREAM_MAX_BINS: "10000",
  });
});
afterAll(() => site.close());

/** A page without what engines that search are told, which nobody sees. */
const page = async (path: string) =>
  textOf(await site.page(path)).replace(/<script type="application\/ld\+json">.*?<\/script>/s, "");
const pathOf = (id: string) => `/source/${id.split("/").map(encodeURIComponent).join("/")}/`;
/** Links of a page below the server, as they stand in it. */
const links = (text: string) =>
  Array.from(text.matchAll(/<a [^>]*href="([^"]*)"/g), ([, href = ""]) => readText(href)).filter((href) =>
    href.startsWith("/das/server"),
  );

describe("the first page", () => {
  it("shows browsers all sources that everybody may have, in folders", async () => {
    const text = await page("");
    for (const name of ["Pump4", "Electric", "Orbit", "Aged", "level", "named"].filter(
      (name) => name !== "Aged",
    ))
      expect(text).toContain(`/${name}/">${name}</a>`);
    expect(text).toContain(
      '<summary><span class="name">Demo</span> <span class="about">Pumps &amp; more</span>',
    );
    expect(text).not.toMatch(/Secret|Hidden|Broken|Moved|Aged|basin\/(?:closed|shell)/);
    expect(text).toContain("2020–2029");
    expect(text).toContain("pumps&#64;example.org");
  });

  it("leads to every other way to the same sources, all of which answer", async () => {
    const found = links(await page(""));
    for (const way of ["?server=list", "?server=peers", "/hapi", "/openapi.json", "/catalog.json", "/verify"])
      expect(found).toContain(`/das/server${way}`);
    const ours = found.filter((href) => !/\/(?:plot|status|docs|cache)\b/.test(href));
    for (const href of new Set(ours))
      expect((await site.page(href.slice("/das/server".length))).status, href).toBeLessThan(500);
  });

  it("tells programs what they were told before", async () => {
    for (const agent of ["curl/8.0", "Autoplot Java/1.8.0_292", ""]) {
      const answer = await site.get("?find=pump", { headers: agent === "" ? {} : { "User-Agent": agent } });
      expect(header(answer, "Content-Type")).toBe("text/plain; charset=utf-8");
      expect(textOf(answer)).toMatch(
        /a das2 server\n\nhttp:\/\/data\.example\.org\/das\/server\?server=list\n/,
      );
    }
  });

  it("is not sent again to who has it, nor to who asks for its head, and is short for who takes gzip", async () => {
    const answer = await site.page("");
    const tag = header(answer, "ETag") ?? "";
    expect(tag).toMatch(/^W\/"\w+"$/);
    expect(header(answer, "Vary")).toContain("User-Agent");
    const again = await site.page("", { "If-None-Match": tag });
    expect([again.status, again.body.length]).toEqual([304, 0]);
    const coded = await site.page("", { "Accept-Encoding": "gzip" });
    expect(header(coded, "Content-Encoding")).toBe("gzip");
    expect(gunzipSync(coded.body).equals(answer.body)).toBe(true);
    const head = await site.get("", {
      method: "HEAD",
      headers: { "User-Agent": "Mozilla/5.0 Firefox/128.0" },
    });
    expect([head.status, head.body.length]).toEqual([200, 0]);
    expect(header(head, "Content-Length")).toBe(String(answer.body.length));
  });
});

describe("finding sources by the form", () => {
  it("lists what has every word, marked, with the number of all", async () => {
    const text = await page("?find=electric+antenna");
    expect(text).toMatch(/<p id="count"[^>]*>1 source of \d+<\/p>/);
    expect(text).toContain("Waves/<mark>Electric</mark></a>");
    expect(text).toContain('<input type="search" name="find" value="electric antenna"');
    expect(text).toContain('<meta name="robots" content="noindex">');
  });

  it("says so where nothing is found, and shows all sources where nothing is asked", async () => {
    expect(await page("?find=zebra")).toMatch(/None of \d+ sources has “zebra”/);
    expect(await page("?find=")).toContain('id="browse"');
    expect(await page("?find=%20%20")).toContain('id="browse"');
  });

  it("finds no source that is protected, hidden, moved or broken", async () => {
    for (const word of ["secret", "hidden", "moved", "broken", "closed", "aged"])
      expect(await page(`?find=${word}`), word).toMatch(/None of/);
  });

  it("answers any words with a page in which they are text", async () => {
    const piece = fc.constantFrom(
      "<script>alert(1)</script>",
      "\"'><img src=x onerror=x>",
      "%",
      "\u202e",
      "{{7*7}}",
      "' OR 1=1 --",
      "__proto__",
      "constructor",
      "pump",
      "électrique",
      "../../etc/passwd",
      "\\",
      "-->",
      "]]>",
      " ",
    );
    const text = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(""));
    const from = fc.constantFrom("", "&from=-1", "&from=9999999", "&from=1e3", "&from=50", "&find=second");
    await fc.assert(
      fc.asyncProperty(text, from, async (words, more) => {
        const answer = await site.page(`?find=${encodeURIComponent(words).replaceAll("'", "%27")}${more}`);
        // A path is not looked for in a query, but nowhere do two dots in a row lead anywhere.
        expect(answer.status).toBe(200);
        const markup = textOf(answer);
        expect(markup).not.toMatch(/<script>|<img src=x|\u202e| onerror=x>/);
        expect(markup.match(/<h1>/g)).toHaveLength(1);
      }),
      { numRuns: 150, examples: [["<script>alert(1)</script>", ""]] },
    );
  });
});

describe("the page of a source", () => {
  it("tells what the definition says, and what the server demands", async () => {
    const text = readText(await page("/source/Waves/Electric/"));
    for (const part of [
      "Electric field of waves",
      "Waves/Electric",
      "From the long antenna.",
      "2020-01-01 to 2030-01-01, UTC",
      "Ada <ada@example.org>",
      "open to all",
      "E_field (V/m)",
      "one request at most 366 days at full resolution, or 10,000 bins",
    ])
      expect(text).toContain(part);
  });

  it("has a form that gives data by itself, and a button for each example", async () => {
    const text = await page("/source/Waves/Electric/?example=1");
    expect(text).toContain(
      '<a class="button" href="/das/server/source/Waves/Electric/?example=0#ask">A day</a>',
    );
    expect(text).toContain(
      'href="/das/server/source/Waves/Electric/?example=1#ask" aria-current="true">A quarter</a>',
    );
    const value = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(text)?.[1] ?? "";
    expect(["start_time", "end_time", "params", "dataset"].map(value)).toEqual([
      "2021-07-01",
      "2021-07-01T06:00:00",
      "gaps fills",
      "Waves/Electric",
    ]);
    const words = ["dataset", "start_time", "end_time", "resolution", "params"].map(
      (name) => `${name}=${encodeURIComponent(value(name))}`,
    );
    const forms = Array.from(text.matchAll(/<option value="([^"]*)">/g), ([, form = ""]) => form).filter(
      (form) => form !== "gaps" && form !== "fills",
    );
    expect(forms).toEqual(
      expect.arrayContaining(["das2", "csv", "das3", "hapi-json", "arrow", "parquet", "fits", "png"]),
    );
    const types: string[] = [];
    for (const form of forms) {
      const answer = await site.page(`?${words.join("&")}&format=${form}&server=dataset`);
      expect(answer.status, form).toBe(200);
      types.push(header(answer, "Content-Type") ?? "");
    }
    expect(new Set(types).size).toBeGreaterThan(7);
    const plot = await site.page(`?${words.join("&")}&format=das2-text&server=image`);
    expect([plot.status, header(plot, "Content-Type")]).toEqual([200, "image/png"]);
  });

  it("shows a picture of the example, which is there", async () => {
    const text = await page("/source/Waves/Electric/");
    const [, address = ""] = /<img src="([^"]*format=png[^"]*)"[^>]* loading="lazy"/.exec(text) ?? [];
    const answer = await site.page(readText(address).slice("/das/server".length));
    expect([answer.status, header(answer, "Content-Type")]).toEqual([200, "image/png"]);
    expect(answer.body.subarray(16, 24).toString("hex")).toBe("0000028000000168"); // 640 x 360
    const [, dark = ""] =
      /<source media="\(prefers-color-scheme: dark\)" srcset="([^"]*format=png[^"]*)"/.exec(text) ?? [];
    const darkAnswer = await site.page(readText(dark).slice("/das/server".length));
    expect([darkAnswer.status, header(darkAnswer, "Content-Type")]).toEqual([200, "image/png"]);
    expect(darkAnswer.body.equals(answer.body)).toBe(false);
    expect(text).toContain(
      'href="/das/server/plot?source=Waves/Electric&amp;begin=2021-06-30&amp;end=2021-07-01"',
    );
  });

  it.each([
    [
      "of a source of files offers no form of a stream",
      "Waves/Table",
      /<select name="format">|server=image|vap\+/,
      /a file \(text\/plain\)/,
    ],
    [
      "of an interval source asks for the distance",
      "Waves/Orbit",
      /name="resolution"/,
      /name="interval" value="3600"/,
    ],
    [
      "of a dasFlex source asks by path",
      "basin/level",
      /server=dataset|das2\.d2t|vap\+/,
      /action="\/das\/server\/source\/basin\/level\/flex"/,
    ],
    ["of a das3 source has no address for Autoplot", "Demo/Third", /vap\+das2server/, /das2\.d2t/],
    [
      "of a protected source is marked, and shows no picture",
      "Demo/Secret",
      /<img [^>]*dataset|ada|hapiclient/,
      /<span class="badge">protected<\/span>/,
    ],
    [
      "of a source that opens with age says when",
      "Waves/Aged",
      /<img [^>]*dataset/,
      /data older than 1 year/,
    ],
    [
      "of a hidden source is not for engines that search",
      "Waves/Hidden",
      /zebra/,
      /<meta name="robots" content="noindex">/,
    ],
    [
      "of a live source has a line that goes on",
      "Demo/Live",
      /zebra/,
      /curl -N .*\/source\/Demo\/Live\/live\?read\.time\.min=now/,
    ],
  ])("%s", async (_what, id, not, is) => {
    const text = await page(pathOf(id));
    expect(text).not.toMatch(not);
    expect(text).toMatch(is);
  });

  it("is elsewhere where the source is", async () => {
    const moved = await site.page("/source/Demo/Moved/");
    expect([moved.status, header(moved, "Location")]).toEqual([
      301,
      "http://data.example.org/das/server/source/Demo/Pump4/",
    ]);
    expect((await site.page("/source/Demo/Nothing/")).status).toBe(404);
  });

  it("is not sent again to who has it", async () => {
    const tag = header(await site.page("/source/Waves/Electric/"), "ETag") ?? "";
    expect((await site.page("/source/Waves/Electric/", { "If-None-Match": tag })).status).toBe(304);
    expect((await site.page("/source/Waves/Electric/?example=1", { "If-None-Match": tag })).status).toBe(200);
  });

  it.each(Object.entries(HOSTILE))("shows hostile text as text (%s)", async (_what, id) => {
    for (const path of [
      pathOf(id),
      "/source/Hostile/",
      `?find=${encodeURIComponent(id).replaceAll("'", "%27")}`,
      "",
    ]) {
      expect((await site.page(path)).status, path).toBe(200);
      const text = await page(path);
      // Markup of definitions, order of letters, handlers, links that run.
      expect(text).not.toMatch(/<script>|<img src=x|<b>|\u202e|\u200b|<[^>]* on\w+=[^"]|href="javascript/);
      expect(text.length).toBeLessThan(120_000);
    }
    const lines = clientLinesOf(await page(pathOf(id)));
    expect(lines.size).toBeGreaterThan(3);
  });

  it("shows of a text of 100 kB in each place no more than belongs there", async () => {
    const shown = async (path: string) => {
      const lengths = [...readText(await page(path)).matchAll(/w{100,}/g)].map(([word]) => word.length);
      return Math.max(0, ...lengths);
    };
    for (const path of ["", "/source/Hostile/", "?find=hostile/huge", `${pathOf(HOSTILE.huge)}flex.html`])
      expect(await shown(path), path).toBeLessThanOrEqual(160);
    expect(await shown("/plot?source=Hostile/Huge")).toBeLessThanOrEqual(300);
    const own = await page(pathOf(HOSTILE.huge));
    expect(
      readText(own)
        .match(/w{301,}/g)
        ?.map((word) => word.length),
    ).toEqual([20_000, 20_000]);
    expect(own).toContain("<dt>License</dt>");
  });

  it("names a license, as a link only where it is an address", async () => {
    expect(await page(pathOf(HOSTILE.markup))).toContain("<dt>License</dt><dd>javascript:alert(4)</dd>");
  });
});

describe("many sources", () => {
  let large: Awaited<ReturnType<typeof browseSite>>;
  beforeAll(async () => {
    large = await browseSite({}, 500);
  });
  afterAll(() => large.close());

  it("are folded, counted, and a page each for those who go on", async () => {
    const text = textOf(await large.page(""));
    expect(text).toMatch(/Flat<\/span> .*<span class="years">500 sources/);
    expect(text.match(/<li class="one">/g)?.length).toBeLessThan(500);
    const coded = await large.page("", { "Accept-Encoding": "gzip" });
    expect(coded.body.length).toBeLessThan(20_000);
    const folder = textOf(await large.page("/source/Flat/"));
    expect(folder.match(/<li class="one">/g)).toHaveLength(200);
    expect(folder).toContain('rel="next" href="/das/server/source/Flat/?from=200"');
    const last = textOf(await large.page("/source/Flat/?from=400"));
    expect(last.match(/<li class="one">/g)).toHaveLength(100);
    expect(last).toContain("Channel00499");
    expect(last).not.toContain('rel="next"');
  });

  it("are found page by page", async () => {
    const first = textOf(await large.page("?find=channel"));
    expect(first).toContain("1,000 sources of 1,0");
    expect(first.match(/<li class="one">/g)).toHaveLength(50);
    expect(first).toContain('rel="next" href="/das/server?find=channel&amp;from=50"');
    const last = textOf(await large.page("?find=channel&from=950"));
    expect(last.match(/<li class="one">/g)).toHaveLength(50);
    expect(last).not.toContain('rel="next"');
  });
});
