import { pixelsInMemory } from "../../../fits/image.js";
import type { SegmentContent } from "../../../netdrms/store/new-record.js";
import { RecordStore } from "../../../netdrms/store/record-store.js";
import { type JsocServer, jsocServer } from "../../support/jsoc-server.js";
import { type WrittenArchive, writtenArchive } from "../../support/written-archive.js";

const HEAD = 'Author: "A. Author"\nOwner: ex\nArchive: 0\nTapegroup: 0\n';

const IMAGE_JSD = `Seriesname: su_ex.Lev1
${HEAD}Unitsize: 1
Retention: 10
PrimeKeys: FSN
Description: "Images"
Keyword: FSN, int, variable, record, DRMS_MISSING_VALUE, %d, none, "Filtergram number"
Keyword: EXPTIME, float, variable, record, DRMS_MISSING_VALUE, %.3f, s, "Exposure"
Data: image, variable, short, 2, 6, 4, "DN", fits, "compress Rice", 0, 1, "Filtergram"
`;

const LOG_JSD = `Seriesname: su_ex.log
${HEAD}Unitsize: 0
Retention: 1
Description: "Log: \\"quoted\\" <b>marked</b>"
Keyword: NOTE, string, variable, record, "", %s, none, "Note"
`;

const FIELD_JSD = `Seriesname: su_ex.Field
${HEAD}Unitsize: 2
Retention: 60
PrimeKeys: T_REC, CAMERA
Description: "Fields"
Link: SRC, su_ex.lev1, dynamic, "Source image"
Link: NOTES, su_ex.log, static, "Notes"
Keyword: T_REC, time, ts_eq, record, DRMS_MISSING_VALUE, 0, TAI, "Slot time"
Keyword: T_REC_step, double, constant, record, 45.0, %f, sec, "Slot width"
Keyword: T_REC_epoch, time, constant, record, 1993.01.01_00:00:00_TAI, 0, TAI, "Slot epoch"
Keyword: DATE, time, variable, record, DRMS_MISSING_VALUE, 0, ISO, "Made"
Keyword: CAMERA, int, variable, record, DRMS_MISSING_VALUE, %d, none, "Camera"
Keyword: QUALITY, int, variable, record, DRMS_MISSING_VALUE, 0x%08X, none, "Quality bits"
Keyword: COUNT, longlong, variable, record, DRMS_MISSING_VALUE, %lld, none, "Pixels"
Keyword: DATAMEAN, float, variable, record, DRMS_MISSING_VALUE, %f, Gauss, "[DATA-MN] Mean"
Keyword: RSUN, double, variable, record, 0.1, %.2f, none, "Radius"
Keyword: NOTE, string, variable, record, "", %s, none, "Note"
Keyword: SEGMEAN, float, variable, segment, 0, %g, none, "Mean of a segment"
Keyword: EXPTIME, link, SRC, EXPTIME, "Exposure"
Data: field, variable, int, 2, 6, 4, "Gauss", fits, "compress Rice", 0, 0.1, "Line-of-sight field"
Data: extra, vardim, float, 1, *, "DN", fits, "", "Extra"
Data: image, link, SRC, image, 2, 6, 4, "Source image"
`;

/** 2010.05.01_00:00:00_TAI; netdrms 8. */
export const T0 = 1_051_747_200;

/** An archive of three small series behind a server. */
export interface FieldArchive {
  readonly archive: WrittenArchive;
  readonly server: JsocServer;
  readonly ask: JsocServer["ask"];
  /** Units of the image, and of the first two records of the fields. */
  readonly imageUnit: string;
  readonly fieldUnit: string;
  end(): Promise<void>;
}

/**
 * Fields of two cameras: recnum 2 is a newer version of 1; 3 has a link that leads nowhere; 4 has no links, no files, and nothing but
 * missing values.
 */
export async function fieldArchive(settings: Readonly<Record<string, string>> = {}): Promise<FieldArchive> {
  const archive = await writtenArchive();
  const [image, log, field] = [
    await archive.makeSeries(IMAGE_JSD),
    await archive.makeSeries(LOG_JSD),
    await archive.makeSeries(FIELD_JSD),
  ];
  const pixels: SegmentContent = { kind: "image", image: pixelsInMemory(new Int32Array(24), [6, 4]) };
  const extra: SegmentContent = { kind: "image", image: pixelsInMemory(new Float32Array(5), [5]) };
  const small: SegmentContent = { kind: "image", image: pixelsInMemory(new Int16Array(24), [6, 4]) };
  await archive.writing(async (write) => {
    const store = new RecordStore(write);
    await store.insert(image, [{ keywords: { FSN: 1, EXPTIME: 0.5 }, segments: { image: small } }]);
    await store.insert(log, [{ keywords: { NOTE: "first" } }]);
    const links = { SRC: { keys: { FSN: 1 } }, NOTES: { recnum: 1n } };
    await store.insert(field, [
      { keywords: { T_REC: T0, CAMERA: 1, DATAMEAN: 0.1 }, links, segments: { field: pixels } },
    ]);
    await store.insert(field, [
      {
        keywords: {
          T_REC: T0,
          CAMERA: 1,
          QUALITY: 5,
          COUNT: 9_007_199_254_740_993n,
          DATAMEAN: 2.5,
          RSUN: 1 / 3,
          NOTE: 'quoted "é", <&> \\ ☉',
          DATE: T0 + 34,
          SEGMEAN_000: 7.25,
        },
        links,
        segments: { field: pixels, extra },
      },
      { keywords: { T_REC: T0 + 45, CAMERA: 1, QUALITY: -1 }, links: { SRC: { keys: { FSN: 9 } } } },
      { keywords: { T_REC: T0 + 45, CAMERA: 2 } },
    ]);
  });
  const server = await jsocServer(archive.database.url, settings);
  const unitOf = async (query: string) => String((await archive.rows(query))[0]?.sunum);
  return {
    archive,
    server,
    ask: server.ask,
    imageUnit: await unitOf("SELECT sunum FROM su_ex.lev1"),
    fieldUnit: await unitOf("SELECT sunum FROM su_ex.field WHERE recnum = 1"),
    async end() {
      await server.close();
      await archive.end();
    },
  };
}
