import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openFileSource } from "../../../fits/file-source.js";
import { openFitsFile } from "../../../fits/fits-file.js";
import { openImage } from "../../../fits/open-image.js";
import { SMALL_PLAN } from "../../../netdrms/sample/archive/observing-plan.js";
import { SAMPLE_SERIES } from "../../../netdrms/sample/archive/sample-series.js";
import { parseRecordsFile } from "../../../netdrms/sums/records-file.js";
import { postgresForTest, type TestDatabase } from "../../support/postgres.js";
import { sampleArchive } from "../../support/sample-archive.js";
import { withClient } from "../../support/test-databases.js";
import { drmsTime, sampleSun } from "./support.js";

const postgres = await postgresForTest();

type Row = Readonly<Record<string, unknown>>;

describe.skipIf(postgres.missing)(postgres.title("the sample archive"), () => {
  let archive: TestDatabase;
  beforeAll(async () => {
    archive = await sampleArchive();
  }, 120_000);
  afterAll(() => archive?.drop());

  const rows = (text: string, values: readonly unknown[] = []): Promise<readonly Row[]> =>
    withClient(archive.url, async (client) => (await client.query<Row>(text, [...values])).rows);
  const one = async (text: string, values: readonly unknown[] = []): Promise<Row> => {
    const [first] = await rows(text, values);
    if (first === undefined) throw new Error(`no row: ${text}`);
    return first;
  };
  /** Where the files of a record are. */
  const slot = async (table: string, where: string): Promise<string> => {
    const found = await one(
      `SELECT online_loc, slotnum FROM ${table} JOIN public.sum_main ON ds_index = sunum WHERE ${where} ORDER BY recnum DESC`,
    );
    return `${found.online_loc}/S${String(found.slotnum).padStart(5, "0")}`;
  };

  it("has the series that ship, each with its records", async () => {
    const found = await rows(
      "SELECT seriesname FROM sample_hmi.drms_series UNION ALL SELECT seriesname FROM sample_aia.drms_series",
    );
    expect(found.map(({ seriesname }) => seriesname).sort()).toEqual([...SAMPLE_SERIES].sort());
    for (const { series, slots, kinds } of SMALL_PLAN.slice(1)) {
      const { records } = await one(
        `SELECT count(DISTINCT (t_rec, ${kinds.length > 1 ? "wavelnth" : "camera"})) AS records FROM ${series}`,
      );
      // Some slots have no record, as in any archive.
      expect(Number(records), series).toBeGreaterThan(0.85 * slots.length * kinds.length);
      expect(Number(records), series).toBeLessThanOrEqual(slots.length * kinds.length);
    }
  });

  it("gives slots the numbers that their times have", async () => {
    // 2013.05.23_13:12:00_TAI is 1148389920; (1148389920 - 504921600) / 720 = 893706 exactly.
    expect(drmsTime("2013-05-23T13:12:00")).toBe(1148389920);
    const [day] = await rows("SELECT t_rec_index FROM sample_hmi.m_720s WHERE t_rec = 1148389920");
    expect(day).toEqual({ t_rec_index: "893706" });
    // Slots of 12 s that hold their times, from 1977 on: 1148393220 = 12 * 95699435.
    const [flare] = await rows(
      "SELECT DISTINCT t_rec_index FROM sample_aia.lev1_euv_12s WHERE t_rec = 1148393220",
    );
    expect(flare).toEqual({ t_rec_index: "95699435" });
    const regions = await rows("SELECT lon, lon_index, lat, lat_index FROM sample_hmi.regions");
    expect(regions.length).toBeGreaterThan(1500);
    for (const { lon, lon_index, lat, lat_index } of regions) {
      // Half a degree goes up; PostgreSQL keeps four bytes, which may round across it.
      expect(Math.abs(Number(lon_index) - Number(lon))).toBeLessThan(0.5001);
      expect(Math.abs(Number(lat_index) - 90 - Number(lat))).toBeLessThan(0.5001);
    }
  });

  it("keeps the pixels that the Sun shows, as Rice-compressed tiles", async () => {
    const time = drmsTime("2013-05-23T13:12:00");
    for (const [table, kind, size, file] of [
      ["sample_hmi.m_720s", "magnetogram", 128, "magnetogram"],
      ["sample_hmi.ic_720s", "continuum", 192, "continuum"],
      ["sample_hmi.v_45s", "dopplergram", 128, "Dopplergram"],
    ] as const) {
      const record = await one(`SELECT t_obs, quality FROM ${table} WHERE t_rec = $1 ORDER BY recnum DESC`, [
        kind === "dopplergram" ? drmsTime("2013-05-23T13:03:00") : time,
      ]);
      expect(record.quality).toBe(0);
      const observed = Number(record.t_obs);
      const source = await openFileSource(`${await slot(table, `t_obs = ${observed}`)}/${file}.fits`);
      const image = openImage(await openFitsFile(source));
      expect(image.compression).toBe("RICE_1");
      const seen = sampleSun().picture(kind, observed, size);
      expect(Buffer.compare(bytesOf(await image.read()), bytesOf(seen.pixels)), table).toBe(0);
      expect(image.scaling.bscale).toBe(seen.scaling.scale);
      expect(image.scaling.bzero).toBe(seen.scaling.zero);
      await source.close();
    }
  });

  it("has two versions of the first magnetograms, whose fields differ by 6 %", async () => {
    const versions = await rows(
      `SELECT t_rec, array_agg(datarms ORDER BY recnum) AS rms, array_agg(calver ORDER BY recnum) AS versions,
              array_agg(magnetogram_bscale ORDER BY recnum) AS scales
         FROM (SELECT m.*, c.calver FROM sample_hmi.m_720s m JOIN sample_hmi.calibration c ON c.recnum = m.ln_cal) AS each
        WHERE quality >= 0 GROUP BY t_rec HAVING count(*) > 1`,
    );
    expect(versions.length).toBeGreaterThanOrEqual(3);
    for (const { rms, versions: numbers, scales } of versions) {
      const [first, second] = rms as readonly number[];
      expect(numbers).toEqual([1, 2]);
      expect(first! / second!).toBeCloseTo(0.94, 5);
      expect((scales as readonly number[])[0]).toBeCloseTo(0.094, 12);
      expect((scales as readonly number[])[1]).toBe(0.1);
    }
    const { differ } = await one(
      `SELECT count(*) AS differ FROM sample_hmi.m_720s_shadow s
        WHERE s.recnum <> (SELECT max(recnum) FROM sample_hmi.m_720s m WHERE m.t_rec_index = s.t_rec_index AND m.camera = s.camera)`,
    );
    expect(differ).toBe("0");
  });

  it("leads from magnetograms to filtergrams and calibrations, and from continuum images to magnetograms", async () => {
    expect(
      await one(`SELECT count(*) AS broken FROM sample_hmi.m_720s m
        WHERE NOT EXISTS (SELECT 1 FROM sample_hmi.lev1 l WHERE l.fsn = m.ln_src_fsn AND m.ln_src_isset = 1)
           OR NOT EXISTS (SELECT 1 FROM sample_hmi.calibration c WHERE c.recnum = m.ln_cal)`),
    ).toEqual({ broken: "0" });
    const { reached, all } = await one(`SELECT count(*) AS all,
        count(*) FILTER (WHERE EXISTS (SELECT 1 FROM sample_hmi.m_720s m
           WHERE m.t_rec_index = ln_mag_t_rec_index AND m.camera = ln_mag_camera)) AS reached
      FROM sample_hmi.ic_720s`);
    // A magnetogram may be missing where there is a continuum image.
    expect(Number(reached)).toBeGreaterThan(0.8 * Number(all));
  });

  it("keeps 16 records of HMI and one of AIA in a storage unit, and says whose they are", async () => {
    const units = await rows(
      `SELECT owning_series, online_loc, online_status FROM public.sum_main ORDER BY ds_index`,
    );
    const most = new Map<unknown, number>();
    for (const { owning_series, online_loc, online_status } of units) {
      if (online_status !== "Y") continue;
      const { series, recnums } = parseRecordsFile(await readFile(`${online_loc}/Records.txt`, "utf8"));
      expect(series).toBe(owning_series);
      most.set(series, Math.max(most.get(series) ?? 0, recnums.size));
      const found = await rows(`SELECT recnum, slotnum FROM ${series} WHERE recnum = ANY($1)`, [
        [...recnums.values()].map(String),
      ]);
      expect(new Map(found.map((row) => [Number(row.slotnum), BigInt(String(row.recnum))]))).toEqual(
        new Map(recnums),
      );
    }
    expect(most.get("sample_hmi.m_720s")).toBe(16);
    expect(most.get("sample_aia.lev1_euv_12s")).toBe(1);
    // Of numbers of the site's own range (netdrms 3.2).
    const { others } = await one(
      "SELECT count(*) AS others FROM public.sum_main WHERE ds_index >> 48 <> 18432",
    );
    expect(others).toBe("0");
  });

  it("has a unit on tape and one that is gone, both without files, and whose records are there", async () => {
    const off = await rows(
      "SELECT ds_index, owning_series, archive_status FROM public.sum_main WHERE online_status = 'N' ORDER BY archive_status",
    );
    expect(off.map(({ owning_series, archive_status }) => [owning_series, archive_status])).toEqual([
      ["sample_hmi.m_720s", "N"],
      ["sample_aia.lev1_euv_12s", "Y"],
    ]);
    for (const { ds_index, owning_series } of off) {
      const { records } = await one(`SELECT count(*) AS records FROM ${owning_series} WHERE sunum = $1`, [
        ds_index,
      ]);
      expect(Number(records)).toBeGreaterThan(0);
      const { online_loc } = await one("SELECT online_loc FROM public.sum_main WHERE ds_index = $1", [
        ds_index,
      ]);
      await expect(readFile(`${online_loc}/Records.txt`)).rejects.toMatchObject({ code: "ENOENT" });
    }
  });

  it("tells of each EUV image which pixels were repaired, and how bright a second of exposure is", async () => {
    const images = await rows(
      `SELECT sg_000_file, sg_001_axis000 AS columns, sg_001_axis001 AS rows, nspikes, datamean, exptime, datarate, instrume, wavelnth
         FROM sample_aia.lev1_euv_12s WHERE sunum >= 0`,
    );
    for (const image of images) {
      if (image.nspikes !== 0) expect([image.columns, image.rows]).toEqual([image.nspikes, 3]);
      expect(Number(image.datarate) / (Number(image.datamean) / Number(image.exptime))).toBeCloseTo(1, 5);
      expect(image.instrume).toBe({ 171: "AIA_3", 193: "AIA_2", 304: "AIA_4" }[Number(image.wavelnth)]);
    }
    const { online_loc, slotnum } = await one(
      `SELECT online_loc, slotnum FROM sample_aia.lev1_euv_12s JOIN public.sum_main ON ds_index = sunum
        WHERE nspikes > 0 AND online_status = 'Y'`,
    );
    const folder = `${online_loc}/S${String(slotnum).padStart(5, "0")}`;
    const read = async (file: string) => {
      const source = await openFileSource(`${folder}/${file}.fits`);
      const image = openImage(await openFitsFile(source));
      const pixels = Array.from(await image.read(), Number);
      await source.close();
      return { pixels, shape: image.shape };
    };
    const [image, spikes] = [await read("image"), await read("spikes")];
    const [count, three] = spikes.shape as [number, number];
    expect(three).toBe(3);
    for (let n = 0; n < count; n++) {
      const [place, value, before] = [0, 1, 2].map((row) => spikes.pixels[row * count + n]!) as [
        number,
        number,
        number,
      ];
      expect(image.pixels[place]).toBe(value);
      expect(before).toBeGreaterThan(value);
    }
  });

  it("maps the spots: darker than their surroundings, the umbra by a quarter and more", async () => {
    const folder = await slot("sample_hmi.ic_720s", "quality = 0 AND sunum >= 0");
    const read = async (file: string) => {
      const source = await openFileSource(`${folder}/${file}.fits`);
      const pixels = await openImage(await openFitsFile(source)).read();
      await source.close();
      return Array.from(pixels, Number);
    };
    const [stored, map] = [await read("continuum"), await read("spots")];
    // Compared with the quiet place on the other side of the middle, as far as the limb darkens slowly.
    const value = (i: number): number => 97_304 + 3 * stored[i]!;
    const relative = new Map<number, number[]>();
    for (let i = 0; i < map.length; i++) {
      const opposite = map.length - 1 - i;
      if (Math.hypot((i % 192) - 95.5, Math.floor(i / 192) - 95.5) > 70 || map[opposite] !== 128) continue;
      const code = map[i]! - 128;
      const parts = relative.get(code) ?? [];
      relative.set(code, parts);
      parts.push(value(i) / value(opposite));
    }
    for (const part of relative.get(1)!) expect(part).toBeLessThan(0.97);
    for (const part of relative.get(2)!) expect(part).toBeLessThan(0.75);
    for (const part of relative.get(3) ?? []) expect(part).toBeGreaterThan(1);
    // Missing where the image is.
    expect(stored.filter((v, i) => (map[i] === 0) !== (v === -32_768))).toEqual([]);
  });

  it("has the notes of a calibration as a file of their own kind", async () => {
    const folder = await slot("sample_hmi.calibration", "calver = 2");
    expect(readFileSync(`${folder}/calibration_2.txt`, "utf8")).toMatch(/^Calibration 2/);
  });

  it("has ended all of its sessions", async () => {
    const found = await rows(
      "SELECT status, count(*) AS sessions FROM (SELECT * FROM sample_hmi.drms_session UNION ALL SELECT * FROM sample_aia.drms_session) AS s GROUP BY status",
    );
    expect(found.map(({ status }) => status)).toEqual(["finished"]);
    expect(await rows("SELECT * FROM public.sum_open")).toEqual([]);
    expect(await rows("SELECT * FROM public.sum_partn_alloc WHERE status = 1")).toEqual([]);
  });

  it("can be read by the user who only reads, and not changed", async () => {
    await withClient(archive.url, async (client) => {
      await client.query("SET ROLE sample_reader");
      const { rows: found } = await client.query("SELECT count(*) FROM sample_hmi.m_720s, public.sum_main");
      expect(found.length).toBe(1);
      await expect(client.query("DELETE FROM sample_hmi.m_720s")).rejects.toThrow(/permission denied/);
      await expect(client.query("DELETE FROM public.sum_main")).rejects.toThrow(/permission denied/);
    });
  });
});

function bytesOf(array: ArrayBufferView): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}
