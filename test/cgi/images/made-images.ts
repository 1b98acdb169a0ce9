import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pixelsInMemory } from "../../../fits/image.js";
import { RecordStore } from "../../../netdrms/store/record-store.js";
import { type Answer, type CachedSite, cachedSite } from "../../support/cached-site.js";
import { type WrittenArchive, writtenArchive } from "../../support/written-archive.js";

/** 2010.05.01_00:00:34_UTC in seconds of DRMS: netdrms 5.4, 8; so that records have whole minutes of UTC. */
const START = 1_051_747_200 + 34;

const JSD = `Seriesname: su_ex.Euv
Author: "A. Author"
Owner: ex
Unitsize: 1
Archive: 0
Retention: 10
Tapegroup: 0
PrimeKeys: T_REC, WAVELNTH
Description: "Images"
Keyword: T_REC, time, variable, record, DRMS_MISSING_VALUE, 0, UTC, "Time"
Keyword: WAVELNTH, int, variable, record, 171, %d, angstrom, "Wavelength"
Keyword: QUALITY, int, variable, record, 0, 0x%08X, none, "Quality bits"
Keyword: EXPTIME, double, variable, record, DRMS_MISSING_VALUE, %f, s, "Exposure"
Keyword: CROTA2, float, variable, record, DRMS_MISSING_VALUE, %f, deg, "Angle"
Keyword: NOTE, string, variable, record, "", %s, none, "Whatever people write <b>here</b>"
Data: image, variable, short, 2, 4, 3, "DN", fits, "compress Rice", 0, 1, "Image"
`;

/** What the notes of records say, by the minute: texts that break out of what is careless. */
export const NOTES = [
  `<script>alert("1")</script>&amp;<img src=x onerror=alert(2)>`,
  "'".repeat(68),
  "caf\u00e9 \u00b5m \u00ff \u00a0",
  "",
  "plain",
  "</script></td></tr></table><h1>gone</h1>",
];

/** Times of the records, one a minute. */
export const TIMES = NOTES.map((_, n) => `2010-05-01T00:0${n}:00`);

/** The pixels of the first record: 4 wide, the lowest row first; the seventh is missing. */
export const PIXELS = [0, 10, 20, 30, 40, 50, -32_768, 70, 80, 90, 100, 110];

const SOURCE = "drms-export ds=su_ex.euv";

/** Definitions: id, and lines besides `description`. */
const DEFINITIONS: Readonly<Record<string, readonly string[]>> = {
  "Lab/Images": [
    "outputType = 'application/x-tar | tar'",
    `reader = '${SOURCE}'`,
    "exampleRange_00 = '2010-05-01T00:00 to 2010-05-01T00:06 | All'",
  ],
  "Lab/User": ["outputType = 'application/x-tar | tar'", `reader = '${SOURCE}'`, "readAccess = 'USER:ann'"],
  "Lab/Aged": ["outputType = 'application/x-tar | tar'", `reader = '${SOURCE}'`, "readAccess = 'AGE:20y'"],
  "Lab/Off": ["outputType = 'application/x-tar | tar'", `reader = '${SOURCE}'`, "quickLook = 'off'"],
  "Lab/Valid": [
    "outputType = 'application/x-tar | tar'",
    `reader = '${SOURCE}'`,
    "validRange = '2010-05-01T00:02 to 2010-05-02'",
  ],
  "Lab/Means": ["das2Stream = 1", "reader = 'drms-image ds=su_ex.euv product=mean'"],
  "Lab/Shown": [
    "das2Stream = 1",
    "reader = 'drms-image ds=su_ex.euv product=mean'",
    "quickLook = 'scale=linear map=heat range=0,110 per=image'",
  ],
  "Lab/Wrong": [
    "das2Stream = 1",
    "reader = 'drms-image ds=su_ex.euv product=mean'",
    "quickLook = 'scale=sideways'",
  ],
  "Lab/Notes": ["das2Stream = 1", `reader = 'drms-keywords "ds=su_ex.euv[][171]" key=EXPTIME'`],
  "Lab/Random": ["das2Stream = 1", "reader = 'random'"],
  "Lab/Old": ["rename = 'Lab/Images'"],
  "Lab/Hidden": ["outputType = 'application/x-tar | tar'", `reader = '${SOURCE}'`, "hidden = 1"],
};

/** A server over an archive of a few small images. */
export interface MadeImages {
  readonly archive: WrittenArchive;
  readonly site: CachedSite;
  /** Another server of the same definitions, archive and cache, as if in another process; to be closed. */
  another(): CachedSite;
  /** An answer; `path` is below the mount, words are encoded. */
  ask(
    path: string,
    words?: Readonly<Record<string, string>>,
    login?: string,
    method?: string,
  ): Promise<Answer>;
  end(): Promise<void>;
}

/** The user that may see what is not for everybody. */
export const LOGIN = "ann:secretly";

/**
 * Six images of 171 a minute from {@link TIMES}, of which the fourth is of bad quality and the third has no file any more, and two of 193.
 */
export async function madeImages(): Promise<MadeImages> {
  const archive = await writtenArchive();
  const series = await archive.makeSeries(JSD);
  const record = (n: number, WAVELNTH: number) => ({
    keywords: {
      T_REC: START + 60 * n,
      WAVELNTH,
      QUALITY: n === 3 ? -2_147_483_648 : 0,
      EXPTIME: n === 1 ? 2 : 1,
      ...(n === 1 ? { CROTA2: 180 } : {}),
      NOTE: NOTES[n]!,
    },
    segments: {
      image: {
        kind: "image" as const,
        image: pixelsInMemory(
          Int16Array.from(PIXELS, (value) => (value < 0 ? value : value + 5 * (WAVELNTH - 171))),
          [4, 3],
        ),
      },
    },
  });
  await archive.writing((write) =>
    new RecordStore(write).insert(series, [
      ...NOTES.map((_, n) => record(n, 171)),
      record(0, 193),
      record(1, 193),
    ]),
  );
  const [row] = await archive.rows(
    "SELECT m.online_loc, s.slotnum FROM su_ex.euv s JOIN sum_main m ON m.ds_index = s.sunum WHERE wavelnth = 171 ORDER BY t_rec OFFSET 2 LIMIT 1",
  );
  rmSync(join(String(row!.online_loc), `S0000${row!.slotnum}`, "image.fits"));
  const folder = mkdtempSync(join(tmpdir(), "heliostream-images-"));
  for (const [id, lines] of Object.entries(DEFINITIONS)) {
    const file = join(folder, "definitions", `${id}.dsdf`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `description = 'Made up'\n${lines.join("\n")}\n`);
  }
  // perl -e 'print crypt("secretly", "ab")'
  writeFileSync(join(folder, "passwd"), "ann:abdD7luh/pkys\n");
  const open = () =>
    cachedSite({
      definitions: join(folder, "definitions"),
      cacheRoot: join(folder, "cache"),
      settings: {
        HELIOSTREAM_DRMS_URL: archive.database.url,
        HELIOSTREAM_SUMS_URL: "",
        HELIOSTREAM_USER_PASSWD: join(folder, "passwd"),
        HELIOSTREAM_ALLOW_DES_PASSWORDS: "true",
        HELIOSTREAM_LOGIN_DELAY: "0",
      },
    });
  const site = open();
  return {
    archive,
    site,
    another: open,
    ask(path, words = {}, login, method = "GET") {
      const headers =
        login === undefined ? {} : { authorization: `Basic ${Buffer.from(login).toString("base64")}` };
      return site.ask(new URLSearchParams(words).toString(), { path, headers, method });
    },
    async end() {
      await site.close();
      await archive.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
