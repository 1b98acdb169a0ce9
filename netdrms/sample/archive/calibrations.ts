import { parseDrmsTimeOrMissing } from "../../times/scan-time.js";

/** A version of the calibration of magnetograms. */
export interface Calibration {
  readonly version: 1 | 2;
  readonly name: string;
  /** By which the field of the model is multiplied. */
  readonly scale: number;
  /** DRMS time of the version, and of records that were made anew with it. */
  readonly date: number;
  /** What the file of the record says. */
  readonly notes: string;
}

/** All versions, by number. */
export const CALIBRATIONS: Readonly<Record<1 | 2, Calibration>> = {
  1: {
    version: 1,
    name: "first look",
    scale: 0.94,
    date: parseDrmsTimeOrMissing("2010.05.01_TAI"),
    notes: [
      "Calibration 1 of the simulated magnetograms",
      "",
      "Fields come out 6 % too small: BSCALE of the files is 0.094 Gauss.",
      "Records from 2010-05-01 on were made with it and made anew with calibration 2;",
      "the old versions can be had by their record numbers.",
      "",
    ].join("\n"),
  },
  2: {
    version: 2,
    name: "definitive",
    scale: 1,
    date: parseDrmsTimeOrMissing("2011.03.01_TAI"),
    notes: [
      "Calibration 2 of the simulated magnetograms",
      "",
      "The field of the model as it is: BSCALE of the files is 0.1 Gauss.",
      "All current versions of sample_hmi.m_720s were made with it.",
      "",
    ].join("\n"),
  },
};
