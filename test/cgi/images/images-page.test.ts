import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { imageSeries } from "../../../cgi/images/image-source.js";
import { listImages } from "../../../cgi/images/list-images.js";
import { withImages } from "../../../cgi/images/open-images.js";
import { countLine } from "../../../cgi/images/range-links.js";
import { nextRequestId } from "../../../cgi/request-id.js";
import { parseTimeRange } from "../../../stream/time.js";
import { postgresForTest } from "../../support/postgres.js";
import { LOGIN, type MadeImages, madeImages, NOTES, TIMES } from "./made-images.js";

const postgres = await postgresForTest();
const RANGE = { begin: "2010-05-01T00:00", end: "2010-05-01T00:06" };

describe.skipIf(postgres.missing)(postgres.title("the page of images"), () => {
  let made: MadeImages;
  beforeAll(async () => {
    made = await madeImages();
  }, 60_000);
  afterAll(() => made?.end());

  async function page(words: Readonly<Record<string, string>>, login?: string) {
    const { status, bytes, header } = await made.ask("/images", words, login);
    return { status, text: bytes.toString(), header };
  }
  const series = (words: Readonly<Record<string, string>> = {}) =>
    page({ source: "Lab/Images", ...RANGE, ...words });
  /** Texts of all that a pattern finds. */
  const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found]) => found);

  it("shows the images of the range that are good, each as a link to itself with its picture", async () => {
    const { status, text, header } = await series();
    expect(status).toBe(200);
    expect(all(text, /<time datetime="([^"]+)Z"><span>/g)).toEqual([0, 1, 2, 4, 5].map((n) => TIMES[n]));
    expect(text).toContain("5 images.");
    const thumbnails = all(text, /<img src="([^"]+)" loading="lazy"/g);
    expect(thumbnails).toHaveLength(5);
    expect(thumbnails[0]).toMatch(
      /^\/das\/server\/quicklook\/Lab\/Images\?channel=171&amp;range=[-\d.,e]+&amp;time=2010-05-01T00:00:00&amp;recnum=1&amp;size=160$/,
    );
    // One range of values for all.
    expect(new Set(thumbnails.map((url) => /range=([^&]+)/.exec(url!)?.[1])).size).toBe(1);
    expect(header("Content-Security-Policy")).not.toMatch(/unsafe/);
    expect(text).not.toMatch(/<[a-z][^<>]* (style|on[a-z]+)=/);
  });

  it("shows the image large that is nearest to the time, with its record and the way to its file", async () => {
    const { text } = await series({ time: "2010-05-01T00:01:20", scale: "linear" });
    expect(text).toContain("su_ex.Euv[2010.05.01_00:01:00_UTC][171]");
    expect(text).toMatch(/<li><a href="[^"]*time=2010-05-01T00:01:00" aria-current="true">/);
    const file = all(text, /<a href="([^"]+)">FITS \(tar\)/g)[0]!.replaceAll("&amp;", "&");
    expect(file).toContain("start_time=2010-05-01T00:01:00&end_time=2010-05-01T00:01:00.000001");
    const tar = await made.site.ask(file.slice(file.indexOf("?") + 1));
    expect([tar.status, tar.header("Content-Type")]).toEqual([200, "application/x-tar"]);
    const png = all(text, /<a href="([^"]+)">PNG/g)[0]!.replaceAll("&amp;", "&");
    expect(png).toContain("size=2048");
    // The colours of the bar: 64 pieces, the words of the look kept.
    expect(all(text, /<rect x="(\d+)"/g)).toHaveLength(64);
    expect(png).toContain("scale=linear");
    expect(text).toContain("DN/s");
  });

  it("has the cards of the exported header, whatever is in them, as text", async () => {
    for (const n of [0, 1, 2, 4, 5]) {
      const answer = await made.ask("/images/header.json", { source: "Lab/Images", time: TIMES[n]! });
      expect([answer.status, answer.header("Content-Type")]).toEqual([
        200,
        "application/json; charset=utf-8",
      ]);
      const { cards, note, record } = JSON.parse(answer.bytes.toString()) as {
        cards: [string, string, string][];
        note?: string;
        record: string;
      };
      const value = (name: string) => cards.find(([one]) => one === name)?.[1];
      expect(record).toContain("[171]");
      expect(value("T_REC")).toMatch(/^2010\.05\.01_00:0\d:00/);
      if (n === 2) {
        // Its file is gone: what the database has is shown, and that it is all.
        expect(note).toMatch(/^Of the database alone: /);
        expect(value("BITPIX")).toBeUndefined();
        continue;
      }
      expect(note).toBeUndefined();
      expect([value("BITPIX"), value("NAXIS1"), value("BLANK")]).toEqual(["16", "4", "-32768"]);
      expect(value("NOTE")).toBe(NOTES[n]);
      expect(cards.find(([one]) => one === "NOTE")?.[2]).toContain("<b>here</b>");
      expect(answer.bytes.toString()).not.toContain("<");
      const { text } = await series({ time: TIMES[n]! });
      expect(text).not.toMatch(/<script(?! type="module" src="\/das\/server\/static\/images\.js")/);
      expect(text).not.toContain("<b>here");
      expect(text).not.toContain("<h1>gone");
      expect(text).toContain("&lt;b&gt;here");
    }
  });

  it("has letters beyond ASCII in a card as what they are", async () => {
    const answer = await made.ask("/images/header.json", { source: "Lab/Images", time: TIMES[2]! });
    const { cards } = JSON.parse(answer.bytes.toString()) as { cards: [string, string, string][] };
    expect(cards.find(([name]) => name === "NOTE")?.[1]?.trimEnd()).toBe("café µm ÿ");
  });

  it("lets one choose between the channels of a time", async () => {
    const { text } = await series();
    expect(all(text, /<select name="channel">(.*?)<\/select>/g)[0]).toBe(
      '<option value="171" selected>171</option><option value="193">193</option>',
    );
    expect(text).toContain("<label>WAVELNTH ");
    const other = await series({ channel: "193" });
    expect(other.text).toContain("2 images.");
    expect(other.text).toContain("recnum=7");
    expect((await series({ channel: "94" })).text).toContain("There are no images in this range.");
  });

  it("keeps the channel to choose where the range has no images of it, or none at all", async () => {
    const channels = (text: string) => all(text, /<select name="channel">(.*?)<\/select>/g)[0];
    const chosen = '<option value="171">171</option><option value="193" selected>193</option>';
    const none = await series({ begin: "2015-01-01", end: "2015-01-02", channel: "193" });
    expect(none.text).toContain("There are no images in this range.");
    expect(channels(none.text)).toBe(chosen);
    // A range outside of the valid one is as one without images; its links keep the channel as well.
    const invalid = await page({
      source: "Lab/Valid",
      begin: "2015-01-01",
      end: "2015-01-02",
      channel: "193",
    });
    expect(channels(invalid.text)).toContain('<option value="193" selected>193</option>');
    expect(all(invalid.text, /<a href="([^"]+)" rel="next">/g)[0]).toContain("channel=193");
    expect(channels((await series({ channel: "94" })).text)).toBe(
      '<option value="94" selected>94</option><option value="171">171</option><option value="193">193</option>',
    );
  });

  it("says in which zone its times are", async () => {
    expect(all((await series()).text, /<label class="instant">((?:Begin|End)[^<]*) </g)).toEqual([
      "Begin (UTC)",
      "End (UTC)",
    ]);
  });

  it("leads to plots of keywords of the same series", async () => {
    const { text } = await series();
    expect(all(text, /<a href="([^"]*\/plot\?[^"]*)"/g)).toEqual([
      "/das/server/plot?source=Lab/Notes&amp;begin=2010-05-01T00:00:00&amp;end=2010-05-01T00:06:00",
    ]);
  });

  it("shows one of so many where there are more, evenly, and says which", async () => {
    const source = await made.site.source("Lab/Images");
    const range = parseTimeRange("2010-05-01T00:00 to 2010-05-01T00:06");
    const query = { sourceId: source.id, ...range, requested: range, params: [], output: "stream" } as const;
    const images = imageSeries(source, query, {});
    const context = { request: made.site.request(""), site: made.site.site };
    const list = (most: number, us2000?: number, mostCounted?: number) =>
      withImages(context, images, "none", (archive) =>
        listImages(archive, images, range, { channel: "171", most, us2000 }, mostCounted),
      );
    const some = await list(2);
    expect([some.count, some.every, some.shown.map(({ recnum }) => recnum)]).toEqual([5, 3, [1n, 5n]]);
    expect(countLine(some)).toBe("Every 3rd of 5 images is shown.");
    // Around the last but one: as many as are shown, all of them.
    const near = await list(3, (await list(9)).shown[3]!.us2000);
    expect(near.chosen?.recnum).toBe(5n);
    expect(near.around?.map((us) => new Date(946_684_800_000 + us / 1000).toISOString())).toEqual([
      "2010-05-01T00:02:00.000Z",
      "2010-05-01T00:05:00.000Z",
    ]);
    // Six of seven records in the order of time, of which two are of the other channel.
    const cut = await list(2, undefined, 6);
    expect(countLine(cut)).toMatch(/^Every 2nd of the first 4 images is shown\. The range has more/);
    expect(countLine(await list(9, undefined, 6))).toMatch(/^The first 4 images\. The range has more/);
  });

  it.each([
    [1, 1, "1 image."],
    [1234, 13, "Every 13th of 1,234 images is shown."],
    [2099, 21, "Every 21st of 2,099 images is shown."],
    [11_100, 111, "Every 111th of 11,100 images is shown."],
  ])("says %i images, of which one of %i is shown, as people do", (count, every, text) => {
    expect(countLine({ count, every, isCut: false, shown: Array(count).fill({}), channels: [] })).toBe(text);
  });

  it("says that a range has none, with ranges that have", async () => {
    const { status, text } = await page({ source: "Lab/Images", begin: "2015-01-01", end: "2015-01-02" });
    expect(status).toBe(200);
    expect(text).toContain("There are no images in this range.");
    expect(text).toMatch(/<a href="[^"]*begin=2010-05-01&amp;end=2010-05-01T00:06:00[^"]*">All<\/a>/);
  });

  it("shows the first example where no range is asked for, and the list of sources where no source is", async () => {
    expect((await page({ source: "Lab/Images" })).text).toContain("5 images.");
    const { text } = await page({});
    const listed = all(text, /images\?source=([^"]+)"/g).map((id) => decodeURIComponent(id!));
    // As in the catalog, protected and hidden sources are not told of.
    expect(listed).toEqual(["Lab/Images", "Lab/Shown", "Lab/Valid", "Lab/Wrong"]);
  });

  it("says on the page what is wrong with a request", async () => {
    for (const [words, status, message] of [
      [{ source: "Lab/<script>" }, 404, "There is no source"],
      [{ source: "Lab/Random" }, 501, "no series of images"],
      [{ source: "Lab/Images", begin: "2010" }, 400, "end is missing"],
      [{ source: "Lab/Images", begin: "2011", end: "2010" }, 400, "is before the begin"],
      [{ source: "Lab/Images", begin: "<b>", end: "2010" }, 400, "is not a time"],
      [{ source: "Lab/Images", ...RANGE, scale: "<b>" }, 400, "expected one of"],
    ] as const) {
      const answer = await page(words);
      expect([words, answer.status]).toEqual([words, status]);
      expect(answer.text).toContain(message);
      expect(answer.text).toContain('role="alert"');
      expect(answer.text).not.toMatch(/<b>|<script>/);
      expect(answer.header("Content-Type")).toBe("text/html; charset=utf-8");
    }
  });

  it("is for those who may have the data, and so are headers", async () => {
    for (const path of ["/images", "/images/header.json"]) {
      const words = { source: "Lab/User", ...RANGE, time: TIMES[0]! };
      expect((await made.ask(path, words)).status).toBe(401);
      expect((await made.ask(path, words, LOGIN)).status).toBe(200);
      expect((await made.ask(path, { ...words, source: "Lab/Aged" })).status).toBe(401);
      expect((await made.ask(path, { ...words, source: "Lab/Off" })).status).toBe(501);
    }
    const header = await made.ask("/images/header.json", { source: "Lab/User", time: TIMES[0]! }, LOGIN);
    expect(header.header("Cache-Control")).toBe("private, no-cache");
  });

  it("goes where a source has gone", async () => {
    const { status, header } = await page({ source: "Lab/Old", ...RANGE });
    expect(status).toBe(301);
    expect(header("Location")).toMatch(/\/images\?source=Lab\/Images&begin=2010-05-01T00:00&end=/);
  });

  it("answers or refuses any words, without what is inside", async () => {
    const texts = fc.oneof(
      fc.constantFrom(
        "Lab/Images",
        "Lab/User",
        "2010-05-01",
        "2010-05-02",
        "0001-01-01",
        "9999-12-31",
        TIMES[1]!,
        "171",
        "171'; DROP TABLE su_ex.euv; --",
        '"><script>alert(1)</script>',
        "__proto__",
        "../../../etc/passwd",
        "0,1",
        "9".repeat(300),
      ),
      fc.string({ maxLength: 30 }),
    );
    const words = fc.dictionary(
      fc.constantFrom(
        "source",
        "begin",
        "end",
        "time",
        "channel",
        "scale",
        "map",
        "range",
        "north",
        "per",
        "format",
      ),
      texts,
    );
    await fc.assert(
      fc.asyncProperty(words, fc.boolean(), async (given, isHeader) => {
        const query = new URLSearchParams({ source: "Lab/Images", ...given }).toString();
        const path = isHeader ? "/images/header.json" : "/images";
        const answer = await made.site.ask(query, { id: nextRequestId(), path });
        expect([200, 400, 401, 404, 501]).toContain(answer.status);
        const text = answer.bytes.toString();
        expect(text).not.toMatch(/<script>|SELECT|\/SUM0|node_modules/);
        if (isHeader) JSON.parse(text.startsWith("{") ? text : "{}");
      }),
      { numRuns: 120 },
    );
    expect(await made.archive.rows("SELECT count(*)::int AS n FROM su_ex.euv")).toEqual([{ n: 8 }]);
  });
});
