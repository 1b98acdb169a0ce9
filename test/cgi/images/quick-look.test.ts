import { renameSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nextRequestId } from "../../../cgi/request-id.js";
import { decodePalette } from "../../support/palette-png.js";
import { postgresForTest } from "../../support/postgres.js";
import { LOGIN, type MadeImages, madeImages, TIMES } from "./made-images.js";

const postgres = await postgresForTest();

describe.skipIf(postgres.missing)(postgres.title("pictures of records"), () => {
  let made: MadeImages;
  beforeAll(async () => {
    made = await madeImages();
  }, 60_000);
  afterAll(() => made?.end());

  const look = (words: Readonly<Record<string, string>>, id = "Lab/Images", login?: string) =>
    made.ask(`/quicklook/${id}`, words, login);
  const numbers = (png: Buffer) => [...decodePalette(png).numbers];
  /** 1 + 254 value / 110 for the pixels of a record, the upper row first. */
  const LINEAR = [80, 90, 100, 110, 40, 50, -1, 70, 0, 10, 20, 30].map((value) =>
    value < 0 ? 0 : 1 + Math.round((254 * value) / 110),
  );

  it("are PNG files of its pixels, without those that are missing", async () => {
    const answer = await look({ time: TIMES[0]!, scale: "linear", range: "0,110" });
    expect([answer.status, answer.header("Content-Type")]).toEqual([200, "image/png"]);
    expect(numbers(answer.bytes)).toEqual(LINEAR);
    const { colours, transparent } = decodePalette(answer.bytes);
    expect(transparent).toEqual([0]);
    // The usual colours of AIA at 171 angstrom: green grows evenly.
    expect(colours[128]?.[1]).toBe(128);
    expect(answer.record.source).toBe("Lab/Images");
  });

  it("say which record and file they are of, and how they were made", async () => {
    const answer = await look({ time: TIMES[0]!, scale: "linear", range: "0,110" });
    const field = answer.header("Heliostream-Provenance");
    for (const part of [
      'source="Lab/Images"',
      'record="su_ex.Euv[2010.05.01_00:00:00_UTC][171]"',
      'recnum="1"',
      'segment="image"',
      'scale="linear"',
      'map="aia171"',
      'range="0,110"',
      'unit="DN/s"',
    ])
      expect(field).toContain(part);
    expect(field).toMatch(/file="D\d+\/S00000\/image\.fits"/);
    expect(field).not.toContain(made.archive.partition);
    expect(answer.header("Content-Disposition")).toBe(
      'inline; filename="su_ex.Euv.2010-05-01T000000.171.image.png"',
    );
  });

  it("count a second of exposure, or the image as it is", async () => {
    // An exposure of 2 s: half of the counts.
    const perSecond = await look({ time: TIMES[1]!, scale: "linear", range: "0,55", north: "stored" });
    expect(numbers(perSecond.bytes)).toEqual(LINEAR);
    const perImage = await look({ time: TIMES[1]!, scale: "linear", range: "0,110", per: "image" });
    expect(numbers(perImage.bytes)).toEqual(LINEAR);
    expect(perImage.header("Heliostream-Provenance")).toContain('unit="DN"');
  });

  it("are turned by CROTA2 where north is to be up, which a record has to say", async () => {
    const turned = await look({ time: TIMES[1]!, scale: "linear", range: "0,55", north: "up" });
    expect(numbers(turned.bytes)).toEqual(LINEAR.toReversed());
    const unknown = await look({ time: TIMES[0]!, north: "up" });
    expect(unknown.status).toBe(400);
    expect(unknown.bytes.toString()).toContain("CROTA2");
  });

  it("are of the channel that is asked for", async () => {
    // The same pixels with 110 added, of a range with 110 added.
    const answer = await look({ time: TIMES[0]!, channel: "193", scale: "linear", range: "110,220" });
    expect(numbers(answer.bytes)).toEqual(LINEAR);
    expect(answer.header("Heliostream-Provenance")).toContain("[193]");
    expect((await look({ time: TIMES[0]!, channel: "304" })).status).toBe(404);
    expect((await look({ time: TIMES[5]!, channel: "193" })).status).toBe(404);
  });

  it("have a tag by which a client knows that nothing changed, and may be kept where the version is named", async () => {
    const words = { time: TIMES[0]!, recnum: "1", size: "64" };
    const first = await look(words);
    const tag = first.header("ETag")!;
    expect(tag).toMatch(/^"[0-9a-f]{32}"$/);
    expect(first.header("Cache-Control")).toBe("max-age=3600");
    const again = await made.site.ask(new URLSearchParams(words).toString(), {
      path: "/quicklook/Lab/Images",
      headers: { "if-none-match": tag },
    });
    expect([again.status, again.bytes.length]).toEqual([304, 0]);
    for (const other of [
      { scale: "log" },
      { map: "grey" },
      { range: "1,2" },
      { per: "image" },
      { channel: "193" },
    ]) {
      const different = await look({ ...words, ...other });
      if (!("per" in other)) expect(different.header("ETag"), JSON.stringify(other)).not.toBe(tag);
    }
    expect((await look({ ...words, recnum: "2" })).header("Cache-Control")).toBe("no-cache");
    expect((await look({ ...words, recnum: "x" })).status).toBe(400);
    const head = await made.ask("/quicklook/Lab/Images", words, undefined, "HEAD");
    expect([head.status, head.header("ETag"), head.bytes.length]).toEqual([200, tag, 0]);
  });

  it("are made once for all processes, which give them under the same tag", async () => {
    const [row] = await made.archive.rows(
      "SELECT m.online_loc, s.slotnum FROM su_ex.euv s JOIN sum_main m ON m.ds_index = s.sunum WHERE wavelnth = 171 ORDER BY t_rec OFFSET 4 LIMIT 1",
    );
    const file = join(String(row!.online_loc), `S0000${row!.slotnum}`, "image.fits");
    const words = { time: TIMES[4]!, size: "48", scale: "linear" };
    const first = await look(words);
    expect(first.status).toBe(200);
    renameSync(file, `${file}.away`);
    const other = made.another();
    try {
      const ask = (more: Readonly<Record<string, string>> = {}) =>
        other.ask(new URLSearchParams({ ...words, ...more }).toString(), { path: "/quicklook/Lab/Images" });
      const again = await ask();
      expect([again.status, again.header("ETag")]).toEqual([200, first.header("ETag")]);
      expect(again.header("Heliostream-Provenance")).toBe(first.header("Heliostream-Provenance"));
      expect(again.bytes.equals(first.bytes)).toBe(true);
      // Whatever else a picture depends on, it is another one.
      for (const more of [{ size: "47" }, { scale: "log" }, { map: "heat" }, { range: "1,2" }])
        expect((await ask(more as Readonly<Record<string, string>>)).status, JSON.stringify(more)).toBe(500);
    } finally {
      renameSync(`${file}.away`, file);
      await other.close();
    }
  });

  it("are not there for records of other times, of bad quality or outside of the valid range", async () => {
    for (const time of ["2010-05-01T00:00:30", "2009-01-01", TIMES[3]!, "2010-05-01T00:00:00.000001"]) {
      const answer = await look({ time });
      expect([time, answer.status, answer.record.outcome]).toEqual([time, 404, "refused"]);
    }
    expect((await look({ time: TIMES[0]! }, "Lab/Valid")).status).toBe(404);
    expect((await look({ time: TIMES[4]! }, "Lab/Valid")).status).toBe(200);
  });

  it("are not made of a file that is gone, and nothing of its place is told", async () => {
    const answer = await look({ time: TIMES[2]! });
    expect(answer.status).toBe(500);
    expect(answer.bytes.toString()).toMatch(/missing/);
    expect(answer.bytes.toString()).not.toContain(made.archive.partition);
  });

  it("are of sources that export images, and of others that say so in their definition", async () => {
    for (const id of ["Lab/Off", "Lab/Means", "Lab/Notes", "Lab/Random"])
      expect([id, (await look({ time: TIMES[0]! }, id)).status]).toEqual([id, 501]);
    const shown = await look({ time: TIMES[0]! }, "Lab/Shown");
    expect(numbers(shown.bytes)).toEqual(LINEAR);
    expect(shown.header("Heliostream-Provenance")).toContain('map="heat"');
    const other = await look({ time: TIMES[0]!, range: "-110,0" }, "Lab/Shown");
    expect(new Set(numbers(other.bytes))).toEqual(new Set([0, 255]));
    const wrong = await look({ time: TIMES[0]! }, "Lab/Wrong");
    expect(wrong.status).toBe(500);
    expect((await look({ time: TIMES[0]! }, "Lab/None")).status).toBe(404);
  });

  it("are for those who may have the data", async () => {
    const words = { time: TIMES[0]!, recnum: "1" };
    for (const id of ["Lab/User", "Lab/Aged"]) {
      const refused = await look(words, id);
      expect([id, refused.status]).toEqual([id, 401]);
      expect(refused.header("WWW-Authenticate")).toMatch(/^Basic realm=/);
      expect(refused.header("ETag")).toBeUndefined();
    }
    const granted = await look(words, "Lab/User", LOGIN);
    expect([granted.status, granted.header("Cache-Control"), granted.record.user]).toEqual([
      200,
      "private, max-age=3600",
      "ann",
    ]);
    expect((await look(words, "Lab/User", "ann:wrong")).status).toBe(401);
    // A picture that is kept is no way around.
    expect((await look(words, "Lab/User")).status).toBe(401);
  });

  it("are where the source has gone", async () => {
    const answer = await look({ time: TIMES[0]!, size: "64" }, "Lab/Old");
    expect(answer.status).toBe(301);
    expect(answer.header("Location")).toMatch(/\/quicklook\/Lab\/Images\?time=2010-05-01T00:00:00&size=64$/);
  });

  it("are refused in words that name what was expected, whatever is asked", async () => {
    for (const [name, value, message] of [
      ["size", "4096", "pixels from 16 to 2048"],
      ["size", "1e3", "pixels from 16 to 2048"],
      ["scale", "LINEAR", "linear log asinh"],
      ["map", "__proto__", "grey"],
      ["range", "5,1", "the smaller one first"],
      ["range", "1,2,3", "two numbers"],
      ["range", "NaN,1", "two numbers"],
      ["north", "down", "up stored"],
      ["time", "yesterday", "is not a time"],
    ] as const) {
      const answer = await look({ time: TIMES[0]!, [name]: value });
      expect([name, value, answer.status]).toEqual([name, value, 400]);
      expect(answer.bytes.toString()).toContain(message);
    }
    expect((await look({})).status).toBe(400);
  });

  it("are answered or refused for any words, by a known status and without what is inside", async () => {
    const texts = fc.oneof(
      fc.constantFrom(
        "",
        TIMES[0]!,
        "171",
        "0,1",
        "up",
        "log",
        "grey",
        "64",
        "' OR 1=1 --",
        "171][? 1=1 ?]",
        "../../etc/passwd",
        "<script>alert(1)</script>",
        "constructor",
        "__proto__",
        "1e999,2",
        "9".repeat(400),
        "\u202e\u0000",
        "%00",
        "$(id)",
      ),
      fc.string({ maxLength: 40 }),
    );
    const words = fc.dictionary(
      fc.constantFrom(
        "time",
        "channel",
        "size",
        "scale",
        "map",
        "range",
        "north",
        "per",
        "recnum",
        "toString",
        "format",
      ),
      texts,
    );
    const ids = fc.constantFrom(
      "Lab/Images",
      "Lab/User",
      "Lab/Means",
      "Lab/Old",
      "Lab/Hidden",
      "Lab",
      "",
      "constructor",
      "Lab/Images/..",
      "Lab//Images",
    );
    await fc.assert(
      fc.asyncProperty(words, ids, fc.boolean(), async (given, id, hasTime) => {
        const query = new URLSearchParams(hasTime ? { ...given, time: TIMES[0]! } : given).toString();
        const answer = await made.site.ask(query, { id: nextRequestId(), path: `/quicklook/${id}` });
        expect([200, 301, 400, 401, 404, 501]).toContain(answer.status);
        if (answer.status === 200) return;
        const text = answer.bytes.toString();
        expect(text).not.toContain("<script");
        expect(text).not.toMatch(/SELECT|\/SUM0|drms-export|node_modules/);
      }),
      { numRuns: 150 },
    );
  });
});
