import { DasError } from "../../errors/das-error.js";
import { type SunPosition, sunPosition } from "../../sun/position.js";
import type { SunFrame } from "../../sun/sun-frame.js";
import { findNamed, type Keyword, type Series } from "../series/model.js";
import { isMissing } from "../values/drms-type.js";
import { type KeywordColumn, keywordValue } from "./record-batch.js";

/** Keywords that say how the Sun lies in an image, by the names of the FITS world coordinates and of SDO. */
const NAMES = [
  "CRPIX1",
  "CRPIX2",
  "CDELT1",
  "CDELT2",
  "CRVAL1",
  "CRVAL2",
  "CROTA2",
  "CUNIT1",
  "CUNIT2",
  "CTYPE1",
  "CTYPE2",
  "RSUN_OBS",
  "RSUN_REF",
  "DSUN_OBS",
  "CRLT_OBS",
  "CRLN_OBS",
] as const;

type Name = (typeof NAMES)[number];

/** Without them nothing is known of the place of the Sun. */
export const REQUIRED_SUN_KEYWORDS: readonly Name[] = ["CRPIX1", "CRPIX2", "CDELT1", "CDELT2"];

/** Of NAMES the one for each keyword of a series that is there. */
export type SunKeywords = ReadonlyMap<Name, Keyword>;

/** Radius of the photosphere, m, and the astronomical unit, m, as the headers of SDO have them. */
const SOLAR_RADIUS = 6.96e8;
const ASTRONOMICAL_UNIT = 149_597_870_691;
const ARCSEC = Math.PI / 648_000;

/**
 * The keywords of a series that say how the Sun lies in its images; `undefined` where the first four, without which nothing is known,
 * are not all there.
 */
export function sunKeywords(series: Series): SunKeywords | undefined {
  const found = NAMES.flatMap((name) => {
    const keyword = findNamed(series.keywords, name);
    return keyword === undefined ? [] : [[name, keyword] as const];
  });
  const keywords = new Map(found);
  return REQUIRED_SUN_KEYWORDS.every((name) => keywords.has(name)) ? keywords : undefined;
}

/** Which values of a frame are used besides those of the plane; what is not is 0 and need not be there. */
export interface FrameNeeds {
  readonly latitude: boolean;
  readonly longitude: boolean;
}

/** Reads the frames of the records of one batch. */
export class FrameReader {
  readonly #columns: ReadonlyMap<Name, KeywordColumn>;
  readonly #time: KeywordColumn;
  readonly #needs: FrameNeeds;

  /**
   * @param columns of the keywords, in the order of the map
   * @param time of the records, DRMS times
   */
  constructor(
    keywords: SunKeywords,
    columns: readonly KeywordColumn[],
    time: KeywordColumn,
    needs: FrameNeeds,
  ) {
    this.#time = time;
    this.#columns = new Map([...keywords.keys()].map((name, n) => [name, columns[n]!]));
    this.#needs = needs;
  }

  /**
   * How the Sun lies in the image of a record. What a series has no keyword for is 0 (CRVAL, CROTA2) or as seen from the Earth
   * (radius, latitude, longitude).
   * Errors: BAD_FILE where a value that is needed is missing or of no use.
   */
  frame(row: number): SunFrame {
    this.#expectType("CTYPE1", row, /^(HPLN-TAN|SOLAR[-_]?X)?$/i);
    this.#expectType("CTYPE2", row, /^(HPLT-TAN|SOLAR[-_]?Y)?$/i);
    const [unit1, unit2] = [this.#arcsec("CUNIT1", row), this.#arcsec("CUNIT2", row)];
    const time = Number(keywordValue(this.#time, row));
    // TT = TAI + 32.184 s; JD 2443144.5 is 1977-01-01.
    const sun = sunPosition(2_443_144.5 + (time + 32.184) / 86_400);
    return {
      pixel: [this.#number("CRPIX1", row), this.#number("CRPIX2", row)],
      scale: [this.#scale("CDELT1", row) * unit1, this.#scale("CDELT2", row) * unit2],
      value: [this.#number("CRVAL1", row, 0) * unit1, this.#number("CRVAL2", row, 0) * unit2],
      roll: this.#number("CROTA2", row, 0),
      radius: this.#radius(row, sun),
      latitude: this.#needs.latitude ? this.#number("CRLT_OBS", row, sun.b0) : 0,
      longitude: this.#needs.longitude ? this.#number("CRLN_OBS", row, sun.l0) : 0,
    };
  }

  /** arcsec. */
  #radius(row: number, { distance }: SunPosition): number {
    if (this.#columns.has("RSUN_OBS")) {
      const radius = this.#number("RSUN_OBS", row);
      // From the orbit of Mercury to far beyond the one of Jupiter.
      if (radius > 10 && radius < 5000) return radius;
      throw bad(`RSUN_OBS = ${radius}, expected arcseconds`);
    }
    const metres = this.#number("DSUN_OBS", row, distance * ASTRONOMICAL_UNIT);
    const ratio = this.#number("RSUN_REF", row, SOLAR_RADIUS) / metres;
    if (ratio > 0 && ratio < 0.025) return Math.asin(ratio) / ARCSEC;
    throw bad(`DSUN_OBS = ${metres}, expected metres`);
  }

  #scale(name: Name, row: number): number {
    const scale = this.#number(name, row);
    if (scale === 0) throw bad(`${name} = 0, expected another number`);
    return scale;
  }

  /** @param otherwise where the series has no such keyword; absent: it has */
  #number(name: Name, row: number, otherwise?: number): number {
    const column = this.#columns.get(name);
    if (column === undefined && otherwise !== undefined) return otherwise;
    const value = column === undefined ? undefined : keywordValue(column, row);
    const type = column?.source.type;
    if (value !== undefined && type !== undefined && typeof value !== "string" && !isMissing(type, value)) {
      const number = Number(value);
      if (Number.isFinite(number)) return number;
    }
    throw bad(`${name} has no value`);
  }

  #text(name: Name, row: number): string {
    const column = this.#columns.get(name);
    return column === undefined ? "" : String(keywordValue(column, row) ?? "").trim();
  }

  #expectType(name: Name, row: number, pattern: RegExp): void {
    const type = this.#text(name, row);
    if (!pattern.test(type))
      throw bad(`${name} = ${type.slice(0, 20)}, expected helioprojective coordinates (HPLN-TAN, HPLT-TAN)`);
  }

  /** What the unit is worth, arcsec. */
  #arcsec(name: Name, row: number): number {
    const unit = this.#text(name, row);
    if (/^(arcsec(ond)?s?)?$/i.test(unit)) return 1;
    if (/^deg(ree)?s?$/i.test(unit)) return 3600;
    throw bad(`${name} = ${unit.slice(0, 20)}, expected arcsec or deg`);
  }
}

function bad(message: string): DasError {
  return new DasError("BAD_FILE", message);
}
