import { DasError } from "../../../errors/das-error.js";
import { parseDrmsTime } from "../../times/scan-time.js";
import type { ImageKind } from "../sun/index.js";
import type { ImageSeriesName } from "./sample-series.js";

/** Images of one series. */
export interface ObservedPart {
  /** For messages: `magnetograms of two cycles`. */
  readonly title: string;
  readonly series: ImageSeriesName;
  /** What is taken in every slot, a record each. */
  readonly kinds: readonly ImageKind[];
  /** Pixels of a side. */
  readonly size: number;
  /** Nominal times of slots, DRMS times, ascending. */
  readonly slots: readonly number[];
  /** Version of the calibration; those of the first one are replaced by later records. */
  readonly calibration: 1 | 2;
}

/** All that is observed, in the order in which it becomes records: new versions of records not right after the old ones. */
export type ObservingPlan = readonly ObservedPart[];

/** Slots of a range: begin included, end excluded, DRMS times; step in s. */
interface SlotRange {
  readonly begin: number;
  readonly end: number;
  readonly step: number;
}

/** What makes an archive large or small. */
interface PlanScale {
  /** Magnetograms over the cycles. */
  readonly survey: SlotRange;
  /** How many of the first of them there are in two versions. */
  readonly recalibrated: number;
  /** Magnetograms and continuum images of a day. */
  readonly day: SlotRange;
  readonly doppler: SlotRange;
  readonly flare: SlotRange;
}

const DAY = 86_400;

/** The strongest flare of the first half of 2013 that is seen near the middle of the disk peaks on this day, at 14:07:58 TAI. */
const FLARE_DAY = "2013.05.23";

function time(text: string): number {
  const seconds = parseDrmsTime(text);
  if (seconds === undefined) throw new DasError("INTERNAL", `"${text}" is no time`);
  return seconds;
}

function slotsOf({ begin, end, step }: SlotRange): readonly number[] {
  return Array.from({ length: Math.ceil((end - begin) / step) }, (_, n) => begin + n * step);
}

function planOf({ survey, recalibrated, day, doppler, flare }: PlanScale): ObservingPlan {
  const surveySlots = slotsOf(survey);
  const daySlots = slotsOf(day);
  const magnetograms = [...new Set([...surveySlots, ...daySlots])].sort((a, b) => a - b);
  return [
    {
      title: "magnetograms of the first calibration",
      series: "sample_hmi.m_720s",
      kinds: ["magnetogram"],
      size: 128,
      slots: surveySlots.slice(0, recalibrated),
      calibration: 1,
    },
    {
      title: "continuum images of a day",
      series: "sample_hmi.ic_720s",
      kinds: ["continuum"],
      size: 192,
      slots: daySlots,
      calibration: 2,
    },
    {
      title: "Dopplergrams",
      series: "sample_hmi.v_45s",
      kinds: ["dopplergram"],
      size: 128,
      slots: slotsOf(doppler),
      calibration: 2,
    },
    {
      title: "EUV images of a flare",
      series: "sample_aia.lev1_euv_12s",
      kinds: ["euv171", "euv193", "euv304"],
      size: 192,
      slots: slotsOf(flare),
      calibration: 2,
    },
    {
      title: "magnetograms of a cycle and a half",
      series: "sample_hmi.m_720s",
      kinds: ["magnetogram"],
      size: 128,
      slots: magnetograms,
      calibration: 2,
    },
  ];
}

/** Slots of AIA are 12 s; each fifth is used, which shows both its usual and its short exposures. */
const STEPS = { hmi: 720, doppler: 45, aia: 60 } as const;

/** What `npm start` shows: some 1400 images. */
export const FULL_PLAN: ObservingPlan = planOf({
  survey: { begin: time("2010.05.01_12:00:00_TAI"), end: time("2024.07.01_TAI"), step: 6 * DAY },
  recalibrated: 40,
  day: { begin: time(`${FLARE_DAY}_TAI`), end: time(`${FLARE_DAY}_TAI`) + DAY, step: STEPS.hmi },
  doppler: {
    begin: time(`${FLARE_DAY}_11:36_TAI`),
    end: time(`${FLARE_DAY}_14:06_TAI`),
    step: STEPS.doppler,
  },
  flare: { begin: time(`${FLARE_DAY}_13:54_TAI`), end: time(`${FLARE_DAY}_14:48_TAI`), step: STEPS.aia },
});

/** The same in little, for tests: some 80 images. */
export const SMALL_PLAN: ObservingPlan = planOf({
  survey: { begin: time("2010.05.01_12:00:00_TAI"), end: time("2024.07.01_TAI"), step: 200 * DAY },
  recalibrated: 4,
  day: { begin: time(`${FLARE_DAY}_12:00_TAI`), end: time(`${FLARE_DAY}_14:00_TAI`), step: STEPS.hmi },
  doppler: {
    begin: time(`${FLARE_DAY}_13:00_TAI`),
    end: time(`${FLARE_DAY}_13:15_TAI`),
    step: STEPS.doppler,
  },
  flare: { begin: time(`${FLARE_DAY}_14:06_TAI`), end: time(`${FLARE_DAY}_14:10_TAI`), step: STEPS.aia },
});

/** Records that a plan asks for; some of them will be missing, as in any archive. */
export function plannedRecords(plan: ObservingPlan): number {
  return plan.reduce((all, { slots, kinds }) => all + slots.length * kinds.length, 0);
}
