import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as fits from "../../fits/index.js";

test("the public names of the FITS library", () => {
  expect(Object.keys(fits).toSorted()).toMatchInlineSnapshot(`
    [
      "DEFAULT_FITS_LIMITS",
      "DataSum",
      "HduWriter",
      "Header",
      "columnScaling",
      "commentaryCards",
      "copyHdu",
      "createFileSink",
      "decodeSum",
      "describingCards",
      "emptyPrimary",
      "encodeSum",
      "exactIntegers",
      "firstImageHdu",
      "fitsReal",
      "formatReal",
      "handleSource",
      "headerSum",
      "imageBands",
      "imageHeader",
      "isPatchable",
      "memorySink",
      "memorySource",
      "openAsciiTable",
      "openFileSource",
      "openFitsFile",
      "openImage",
      "openTable",
      "physicalValues",
      "pixelsInMemory",
      "setSums",
      "tilePool",
      "valueCard",
      "verifySums",
      "writeCompressedImage",
      "writeImage",
      "writeTable",
    ]
  `);
});

test("no file of the room is long, and none imports from a higher room", () => {
  const folder = join(import.meta.dirname, "../../fits");
  for (const name of readdirSync(folder)) {
    const text = readFileSync(join(folder, name), "utf8");
    expect(text.split("\n").length, name).toBeLessThan(350);
    for (const [, room] of text.matchAll(/from "\.\.\/([a-z]+)\//g))
      expect(["errors", "stream", "config"], `${name} imports ${room}`).toContain(room);
  }
});
