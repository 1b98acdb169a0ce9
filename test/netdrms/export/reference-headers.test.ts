import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { memorySource } from "../../../fits/byte-source.js";
import { openFitsFile } from "../../../fits/fits-file.js";
import { verifySums } from "../../../fits/hdu-sums.js";
import { Header } from "../../../fits/header.js";
import { pixelsInMemory } from "../../../fits/image.js";
import { openImage } from "../../../fits/open-image.js";
import { RecordStore } from "../../../netdrms/store/record-store.js";
import { postgresForTest } from "../../support/postgres.js";
import { referenceData } from "../../support/reference-data.js";
import { type WrittenArchive, writtenArchive } from "../../support/written-archive.js";
import { exportedFiles } from "./exported-files.js";
import { headerAsRecord } from "./header-as-record.js";

const postgres = await postgresForTest();
const sharp = referenceData("sdo/hmi_sharp_magnetogram.header");
const synoptic = referenceData("sdo/hmi_synoptic.header");
const absent = sharp === undefined || synoptic === undefined;

/** A series of one segment with the keywords of a header. */
function definition(name: string, keywords: readonly string[], data: string): string {
  return [
    `Seriesname: su_ex.${name}`,
    'Author: "A. Author"',
    "Owner: ex",
    "Unitsize: 1",
    "Archive: 0",
    "Retention: 10",
    "Tapegroup: 0",
    "PrimeKeys: RUN",
    'Description: "A header of an archive, stored"',
    'Keyword: RUN, int, variable, record, 1, %d, none, "[RUN_] Prime key"',
    ...keywords,
    data,
    "",
  ].join("\n");
}

describe.skipIf(postgres.missing || absent)(
  absent
    ? "headers of an archive [skipped: the reference data are not there]"
    : postgres.title("headers of an archive"),
  () => {
    let archive: WrittenArchive;
    beforeAll(async () => {
      archive = await writtenArchive();
    }, 60_000);
    afterAll(() => archive.end());

    it("come back card by card, in their order, when they are stored as records and exported", async () => {
      const record = headerAsRecord(sharp!);
      const series = await archive.makeSeries(
        definition(
          "sharp",
          record.definition,
          'Data: magnetogram, variable, int, 2, 432, 381, "Gauss", fits, "compress Rice", 0, 0.1, "Field"',
        ),
      );
      const pixels = Int32Array.from({ length: 432 * 381 }, (_, n) => (n % 1000) - 500);
      await archive.writing((write) =>
        new RecordStore(write).insert(series, [
          {
            keywords: { RUN: 1, ...record.values },
            segments: { magnetogram: { kind: "image", image: pixelsInMemory(pixels, [432, 381]) } },
          },
        ]),
      );
      const [made] = await exportedFiles(archive, "su_ex.sharp[1]", { compression: "none" });
      expect(made!.notes).toEqual([]);
      const file = await openFitsFile(memorySource(made!.bytes));
      const { header } = openImage(file).hdu;
      expect([...(await openImage(file).read())]).toEqual([...pixels]);
      expect(await verifySums(file, file.hdus[0]!)).toEqual({ datasum: "right", checksum: "right" });

      // Cards that must differ: those of this file and this archive, not of the record.
      const own =
        /^(SIMPLE|EXTEND|BITPIX|NAXIS\d?|BLANK|BZERO|BSCALE|CHECKSUM|DATASUM|RECNUM|DRMS_ID|PRIMARYK|LICENSE|HEADSUM|LONGSTRN|RUN_|COMMENT|HISTORY)$/;
      const text = (one: Header): string[] =>
        one.cards
          .filter(({ keyword }) => !own.test(keyword))
          .flatMap(({ lines }) => lines.map((line) => line.trimEnd()));
      expect(text(header)).toEqual(text(new Header(record.cards)));
      expect(record.names.length).toBeGreaterThan(200);

      // The exporter's own stand where the archive's stood, with its comments.
      const exporter = ["RECNUM", "DRMS_ID", "PRIMARYK", "LICENSE", "HEADSUM", "LONGSTRN"];
      const placed = (one: Header): string[] =>
        one.cards.map(({ keyword }) => keyword).filter((keyword) => exporter.includes(keyword));
      expect(placed(header)).toEqual(exporter);
      expect(placed(new Header(record.cards))).toEqual(exporter);
      for (const keyword of exporter.slice(0, 5))
        expect([keyword, header.card(keyword)!.comment]).toEqual([
          keyword,
          new Header(record.cards).card(keyword)!.comment,
        ]);
      expect(header.text("DRMS_ID")).toMatch(/^su_ex\.sharp:\d+:magnetogram$/);
      // Its structural cards come first, its scaling next, as there.
      expect(header.cards.slice(0, 4).map(({ keyword }) => keyword)).toEqual([
        "SIMPLE",
        "BITPIX",
        "NAXIS",
        "NAXIS1",
      ]);
      expect(header.commentary("COMMENT")).toEqual(
        new Header(record.cards).commentary("COMMENT").slice(0, header.commentary("COMMENT").length),
      );
    });

    it("of a file with complete cards keep every value, in their order, where its forms are not those of an export", async () => {
      const record = headerAsRecord(synoptic!);
      const series = await archive.makeSeries(
        definition(
          "synoptic",
          record.definition,
          'Data: synop, variable, float, 2, 720, 360, "Gauss", fits, "", "Chart"',
        ),
      );
      await archive.writing((write) =>
        new RecordStore(write).insert(series, [
          {
            keywords: { RUN: 1, ...record.values },
            segments: {
              synop: { kind: "image", image: pixelsInMemory(new Float32Array(720 * 360), [720, 360]) },
            },
          },
        ]),
      );
      const [made] = await exportedFiles(archive, "su_ex.synoptic[1]", { compression: "none" });
      const { header } = openImage(await openFitsFile(memorySource(made!.bytes))).hdu;
      const reference = new Header(record.cards);
      // Not exported as they stand: coordinates that are no numbers ("nan" as text), and DATE without a zone.
      const refused = ["DATE", "CRDER1", "CRDER2"];
      expect(made!.notes.map((note) => note.split(":")[0])).toEqual(refused);
      const names = record.names.filter((name) => !refused.includes(name));
      expect(header.cards.map(({ keyword }) => keyword).filter((keyword) => names.includes(keyword))).toEqual(
        names,
      );
      for (const name of names) {
        const [after, before] = [header.get(name)!, reference.get(name)!];
        if (before.kind === "real") expect([name, header.real(name)]).toEqual([name, before.value]);
        else expect([name, after]).toMatchObject([name, { kind: before.kind, value: plainValue(before) }]);
      }
      expect(header.commentary("HISTORY")).toEqual(reference.commentary("HISTORY"));
    });
  },
);

/** A whole number is the same as an int or as a longlong. */
function plainValue(value: { readonly kind: string }): unknown {
  return "value" in value ? value.value : undefined;
}
