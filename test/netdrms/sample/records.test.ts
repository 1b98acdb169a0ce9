import { describe, expect, it } from "vitest";
import type { ImageKind } from "../../../netdrms/sample/sun/index.js";
import { planObservation } from "../../../netdrms/sample/sun/observation.js";
import { pixelStatistics } from "../../../netdrms/sample/sun/pixel-statistics.js";
import { RandomStream } from "../../../netdrms/sample/sun/random.js";
import { deviation, drmsTime, mean, sampleSun, values } from "./support.js";

const sun = sampleSun();
/** A slot that has a good record. */
const SLOT = drmsTime("2014-05-05T12:00:00");

function goodRecord(kind: ImageKind, size = 64) {
  for (let k = 0; ; k++) {
    const record = sun.record(kind, SLOT + 720 * k, size);
    if (record?.image !== undefined && record.keywords.QUALITY === 0)
      return { ...record, image: record.image };
  }
}

describe("records", () => {
  it.each(["magnetogram", "continuum", "dopplergram"] as const)(
    "describe the pixels of a %s as HMI does",
    (kind) => {
      const { image, keywords } = goodRecord(kind);
      const all = values(image);
      expect(keywords.TOTVALS).toBe(all.length);
      expect(keywords.DATAVALS).toBe(all.length);
      expect(keywords.MISSVALS).toBe(0);
      expect(keywords.DATAMIN2).toBeCloseTo(Math.min(...all), 6);
      expect(keywords.DATAMAX2).toBeCloseTo(Math.max(...all), 6);
      expect(keywords.DATAMEA2).toBeCloseTo(mean(all), 6);
      expect(keywords.DATARMS2).toBeCloseTo(deviation(all), 5);
      const sorted = [...all].sort((a, b) => a - b);
      expect(keywords.DATAMED2).toBeCloseTo(sorted[Math.ceil(all.length / 2) - 1]!, 6);
      const standard = all.map((v) => (v - mean(all)) / deviation(all));
      expect(keywords.DATASKE2).toBeCloseTo(mean(standard.map((z) => z ** 3)), 4);
      expect(keywords.DATAKUR2).toBeCloseTo(mean(standard.map((z) => z ** 4)) - 3, 3);
      // Within 99 percent of the radius there is less of the limb.
      const { size, centreX, centreY, scale } = image.frame;
      const inner = Array.from(image.pixels).filter((_, at) => {
        const far = Math.hypot((at % size) + 1 - centreX, Math.floor(at / size) + 1 - centreY);
        return far * scale < 0.99 * (keywords.RSUN_OBS as number) * (1 + 1e-5);
      });
      const physical = inner.map((stored) => image.scaling.zero + image.scaling.scale * stored);
      expect(Math.abs((keywords.DATAMEAN as number) - mean(physical))).toBeLessThan(1e-6);
    },
  );

  it("describe the pixels of a picture of the corona as AIA does", () => {
    const { image, keywords } = goodRecord("euv171");
    const all = values(image).sort((a, b) => a - b);
    expect(keywords).toMatchObject({
      TOTVALS: 4096,
      DATAVALS: 4096,
      MISSVALS: 0,
      PERCENTD: 100,
      EXPTIME: 2,
      WAVELNTH: 171,
    });
    expect(keywords.DATAMEAN).toBeCloseTo(mean(all), 9);
    for (const percent of [1, 10, 25, 75, 90, 95, 98, 99])
      expect(keywords[`DATAP${String(percent).padStart(2, "0")}`]).toBe(
        all[Math.ceil((percent / 100) * 4096) - 1],
      );
    expect(keywords.DATAMAX).toBe(all.at(-1));
  });

  it("say where the picture lies: the disk they count is the one of CRPIX, CDELT and RSUN_OBS", () => {
    const { keywords } = goodRecord("magnetogram", 128);
    expect(keywords.CDELT1).toBeCloseTo(0.504042 * 32, 6);
    expect(Math.abs((keywords.CROTA2 as number) - 180)).toBeLessThan(0.1);
    expect(keywords.RSUN_OBS).toBeCloseTo(
      (Math.asin(696e6 / (keywords.DSUN_OBS as number)) * 648_000) / Math.PI,
      6,
    );
    const radius = (keywords.RSUN_OBS as number) / (keywords.CDELT1 as number);
    expect(keywords.R_SUN).toBeCloseTo(radius, 9);
    expect(Math.abs((keywords.TOTVALS as number) / (Math.PI * radius ** 2) - 1)).toBeLessThan(0.01);
  });

  it("of HMI are observed when the light of one astronomical unit would be there", () => {
    // In the headers of 2024-06-28 and 2014-03-01, T_OBS is 8.212 s after and 5 s (rounded) before T_REC.
    const plan = (slot: string) => planObservation(1, "magnetogram", drmsTime(slot))!;
    expect(plan("2024-06-28T00:00:00").observed - plan("2024-06-28T00:00:00").slot).toBeCloseTo(8.212, 1);
    const { observed, slot } = plan("2014-03-01T00:01:30");
    expect(observed - slot).toBeGreaterThan(-5.5);
    expect(observed - slot).toBeLessThan(-4.5);
  });

  it("of AIA begin half an exposure before T_OBS, which lies at the place of the channel in its cycle", () => {
    const { keywords } = goodRecord("euv193");
    expect((keywords.T_OBS as number) - (keywords.DATE__OBS as number)).toBeCloseTo(
      (keywords.EXPTIME as number) / 2,
      6,
    );
    expect(Math.abs((keywords.T_OBS as number) - (keywords.T_REC as number) - 6.84)).toBeLessThan(0.2);
  });

  it("are now and then absent, without an image or flagged, and always the same ones", () => {
    const plans = Array.from({ length: 20_000 }, (_, k) => planObservation(1, "magnetogram", SLOT + k * 720));
    const absent = plans.filter((plan) => plan === undefined).length / plans.length;
    const empty = plans.filter((plan) => plan !== undefined && plan.quality < 0).length / plans.length;
    const torn = plans.filter((plan) => plan !== undefined && plan.lost.to > 0).length / plans.length;
    expect(absent).toBeCloseTo(0.004, 2);
    expect(absent).toBeGreaterThan(0);
    expect(empty).toBeGreaterThan(0.002);
    expect(empty).toBeLessThan(0.03);
    expect(torn).toBeGreaterThan(0.002);
    expect(torn).toBeLessThan(0.01);
    expect(planObservation(1, "magnetogram", SLOT + 720 * 77)).toEqual(plans[77]);
  });

  it("have no image of HMI and a dark one of AIA while the Earth hides the Sun", () => {
    // Eclipses are about 07 UTC = 02 local time at 102 west, in March.
    const night = drmsTime("2014-03-11T06:30:00");
    const slots = Array.from({ length: 12 }, (_, k) => night + 600 * k);
    const hmi = slots.map((slot) => sun.record("magnetogram", slot, 32));
    const dark = hmi.filter((record) => record !== undefined && (record.keywords.QUALITY as number) < 0);
    // 60 to 70 minutes.
    expect(dark.length).toBeGreaterThanOrEqual(6);
    expect(dark.length).toBeLessThanOrEqual(8);
    for (const record of dark) {
      expect(record!.image).toBeUndefined();
      // Bits 31 and 9: no data, eclipse.
      expect((record!.keywords.QUALITY as number) >>> 0).toBe(0x8000_0200);
      expect(record!.keywords.DSUN_OBS).toBeGreaterThan(1.4e11);
      expect(record!.keywords.DATAMEAN).toBeUndefined();
    }
    const aia = sun.record("euv171", night + 1800, 32)!;
    expect(aia.keywords.ACS_ECLP).toBe("YES");
    expect((aia.keywords.QUALITY as number) & 0x6000).toBe(0x6000);
    expect(Math.abs(aia.keywords.DATAMEAN as number)).toBeLessThan(1);
  });

  it("count the pixels of lost rows as missing", () => {
    for (let k = 0; k < 5000; k++) {
      const plan = planObservation(1, "euv304", SLOT + 12 * k);
      if (plan === undefined || plan.lost.to - plan.lost.from < 0.05) continue;
      const { keywords, image } = sun.record("euv304", SLOT + 12 * k, 64)!;
      const rows = Math.floor(plan.lost.to * 64) - Math.floor(plan.lost.from * 64);
      expect(keywords.MISSVALS).toBe(rows * 64);
      expect(keywords.DATAVALS).toBe(4096 - rows * 64);
      expect(values(image!).length).toBe(4096 - rows * 64);
      // Q_1_MISS0, 1 and 2: more than 0, 1 and 5 percent.
      expect((keywords.QUALITY as number) & 0x700).toBe(0x700);
      return;
    }
    throw new Error("no torn record");
  });
});

describe("pixelStatistics", () => {
  const scaling = { scale: 0.5, zero: 10, blank: -32_768, unit: "" };

  it("leaves blanks out and grows from group to group", () => {
    const [first, both] = pixelStatistics(
      [Int16Array.of(2, -32_768, 4), Int16Array.of(12, -32_768)],
      scaling,
      [0, 1],
    );
    expect(first).toMatchObject({
      count: 2,
      min: 11,
      max: 12,
      median: 11,
      mean: 11.5,
      rms: 0.5,
      quantiles: [11, 12],
    });
    expect(both).toMatchObject({ count: 3, min: 11, max: 16, median: 12, mean: 13, quantiles: [11, 16] });
    expect(both!.rms).toBeCloseTo(Math.sqrt(14 / 3), 12);
  });

  it("has no numbers where there is no value", () => {
    const [nothing] = pixelStatistics([Int16Array.of(-32_768)], scaling);
    expect(nothing!.count).toBe(0);
    for (const value of [nothing!.min, nothing!.max, nothing!.median, nothing!.mean, nothing!.rms])
      expect(value).toBeNaN();
  });
});

describe("RandomStream", () => {
  it("draws uniform, normal and exponential numbers with the moments of their distributions", () => {
    const random = new RandomStream(7, 8, 9);
    const draw = (one: () => number): number[] => Array.from({ length: 40_000 }, one);
    const uniform = draw(() => random.uniform());
    expect(mean(uniform)).toBeCloseTo(0.5, 1);
    expect(deviation(uniform)).toBeCloseTo(Math.sqrt(1 / 12), 2);
    expect(Math.min(...uniform)).toBeGreaterThan(0);
    const exponential = draw(() => random.exponential());
    expect(Math.abs(mean(exponential) - 1)).toBeLessThan(0.03);
    for (const normal of [draw(() => random.normal()), [...random.fillNormal(new Float32Array(40_001))]]) {
      expect(Math.abs(mean(normal))).toBeLessThan(0.03);
      expect(Math.abs(deviation(normal) - 1)).toBeLessThan(0.02);
      expect(Math.abs(mean(normal.map((z) => z ** 4)) - 3)).toBeLessThan(0.2);
      // 4.55 percent lie beyond two deviations.
      expect(Math.abs(normal.filter((z) => Math.abs(z) > 2).length / normal.length - 0.0455)).toBeLessThan(
        0.006,
      );
    }
  });

  it("gives the same sequence for the same keys and unrelated ones for neighbours", () => {
    const draw = (seed: number, index: number, purpose: number): number[] => {
      const random = new RandomStream(seed, index, purpose);
      return Array.from({ length: 2000 }, () => random.uniform(-1, 1));
    };
    const first = draw(1, 2, 3);
    expect(draw(1, 2, 3)).toEqual(first);
    for (const other of [draw(2, 2, 3), draw(1, 3, 3), draw(1, 2, 4)])
      expect(Math.abs(mean(first.map((v, i) => v * other[i]!)) * 3)).toBeLessThan(0.1);
  });
});
