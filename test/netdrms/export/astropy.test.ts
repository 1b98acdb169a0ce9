import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { memorySource } from "../../../fits/byte-source.js";
import { openFitsFile } from "../../../fits/fits-file.js";
import { completeHeader } from "../../../netdrms/export/export-header.js";
import { prepareImage } from "../../../netdrms/export/image-file.js";
import { keywordCards } from "../../../netdrms/export/keyword-cards.js";
import { spool } from "../../../netdrms/export/spool.js";
import { readCompression } from "../../../netdrms/segments/image-compression.js";
import { fitsImageFile } from "../../support/fits-image.js";
import { keyword, valued } from "./keyword.js";

/** Another reading of FITS, where there is one: it comes with Python, which nothing else here needs. */
const python = ["/usr/bin/python3", "python3"].find(
  (program) => spawnSync(program, ["-c", "import astropy.io.fits"]).status === 0,
);
const title = "exported files, read by astropy";

/** Prints keywords and the sum of the pixels; any warning, that of a wrong sum too, is an error. */
const READ = `
import sys, warnings, json
warnings.simplefilter("error")
from astropy.io import fits
with fits.open(sys.argv[1], checksum=True) as file:
    file.verify("exception")
    image = next(unit for unit in file if unit.data is not None)
    names = ["T_REC", "DATAMEAN", "NOTE", "RECNUM", "LICENSE"]
    print(json.dumps({"cards": [image.header[name] for name in names], "sum": float(image.data.sum())}))
`;

describe.skipIf(python === undefined)(
  python === undefined ? `${title} [skipped: astropy is not installed]` : title,
  () => {
    let folder = "";
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "heliostream-astropy-"));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it.each(["none", "rice", "gzip1", "gzip2"])(
      "with compression %s have right sums, cards and pixels",
      async (compression) => {
        const pixels = Array.from({ length: 600 }, (_, n) => n - 100);
        const stored = await openFitsFile(
          memorySource(fitsImageFile(32, [30, 20], pixels, [["BSCALE", 0.5]])),
        );
        const note = "a text that needs several cards, ".repeat(6).trim();
        const { cards } = keywordCards(
          [
            valued(keyword("T_REC", "time", { unit: "TAI", description: "Slot time" }), 1051747200),
            valued(
              keyword("DATAMEAN", "float", { unit: "Gauss", description: "Mean" }),
              Math.fround(12.3456),
            ),
            valued(keyword("NOTE", "string", { description: "Note" }), note),
          ],
          0,
        );
        const exporter = {
          recnum: 1041n,
          drmsId: "su_ex.mag45:1041:m",
          primeKeys: ["T_REC"],
          license: "CC0 1.0",
        };
        const prepared = await prepareImage(stored, {
          compression: readCompression(compression),
          complete: (header) => completeHeader(header, cards, exporter),
        });
        const spooled = await spool(prepared);
        const parts: Uint8Array[] = [];
        for await (const piece of spooled.pieces()) parts.push(Buffer.from(piece));
        await spooled.close();
        const path = join(folder, `${compression}.fits`);
        writeFileSync(path, Buffer.concat(parts));
        expect(JSON.parse(execFileSync(python!, ["-c", READ, path], { encoding: "utf8" }))).toEqual({
          cards: ["2010.05.01_00:00:00.000_TAI", 12.3456001, note, 1041, "CC0 1.0"],
          // Half of the sum of n - 100 for n from 0 to 599.
          sum: 0.5 * (600 * 299.5 - 600 * 100),
        });
      },
    );
  },
);
