import { describe, expect, it } from "vitest";
import { CHANNELS, columnAt, coronaColumn } from "../../../netdrms/sample/sun/corona-model.js";
import { lightCurve } from "../../../netdrms/sample/sun/flares.js";
import type { SunImage } from "../../../netdrms/sample/sun/index.js";
import { drmsTime, mean, sampleSun } from "./support.js";

const sun = sampleSun();
const DEGREE = Math.PI / 180;

/** Mean DN/s in a ring of the picture between two distances (radii of the disk) and position angles (degrees from north). */
function ring(image: SunImage, from: number, to: number, angle: number, half: number): number {
  const { size, centreX, centreY, scale } = image.frame;
  const radius = Math.asin(696e6 / image.view.distance) / DEGREE / (scale / 3600);
  const found: number[] = [];
  image.pixels.forEach((dn, at) => {
    const [x, y] = [(at % size) + 1 - centreX, Math.floor(at / size) + 1 - centreY];
    const far = Math.hypot(x, y) / radius;
    const off = Math.abs(Math.atan2(x, y) / DEGREE - angle);
    if (far > from && far < to && Math.min(off, 360 - off) < half) found.push(dn / image.exposure!);
  });
  return mean(found);
}

describe("coronaColumn", () => {
  it("is the integral of an exponential atmosphere along the line of sight", () => {
    const height = 0.04;
    const column = coronaColumn(height);
    expect(columnAt(column, 0)).toBeCloseTo(1, 1);
    // Just off the limb: twice sqrt(pi R / 2 H) exp(-h / H), S. Chapman's function at 90 degrees.
    const off = 2 * Math.sqrt(Math.PI / (2 * height));
    expect(columnAt(column, 1.02) / (off * Math.exp(-0.02 / height))).toBeCloseTo(1, 1);
    expect(columnAt(column, 1.1) / columnAt(column, 1.06)).toBeCloseTo(Math.exp(-1), 1);
    expect(columnAt(column, 3)).toBe(0);
  });
});

describe("pictures of the corona", () => {
  it("have the levels of the channels: bright at 171 and 193, weak and fading at 304", () => {
    const [early, late] = ["2011-02-15T00:00:00", "2019-06-01T00:00:00"].map(drmsTime) as [number, number];
    const level = (kind: "euv171" | "euv193" | "euv304", time: number): number =>
      mean([...sun.picture(kind, time, 128).pixels]);
    // 250 DN was the mean of the image of 171 angstrom of that day.
    expect(level("euv171", early)).toBeGreaterThan(120);
    expect(level("euv171", early)).toBeLessThan(500);
    // 149 DN was the mean at 193 of 2017-02-08, near minimum.
    expect(level("euv193", drmsTime("2017-02-08T18:00:00"))).toBeGreaterThan(70);
    expect(level("euv193", drmsTime("2017-02-08T18:00:00"))).toBeLessThan(350);
    expect(level("euv304", early)).toBeLessThan(80);
    expect(level("euv304", late) / level("euv304", early)).toBeLessThan(0.5);
  });

  it("fade above the limb with the height of the channel", () => {
    const image = sun.picture("euv193", drmsTime("2019-06-01T00:00:00"), 256);
    // Away from the poles and from regions: where it is faintest of six directions.
    const ratios = [60, 80, 100, 260, 280, 300].map(
      (angle) => ring(image, 1.19, 1.21, angle, 8) / ring(image, 1.09, 1.11, angle, 8),
    );
    const fall = Math.min(...ratios);
    expect(Math.abs(-0.1 / Math.log(fall) / CHANNELS[193].height - 1)).toBeLessThan(0.25);
  });

  it("have holes at the poles at minimum and none when the poles reverse", () => {
    const dark = (date: string): number => {
      const image = sun.picture("euv193", drmsTime(date), 256);
      // 67 degrees north and south on the central meridian, against 30 degrees.
      const pole = Math.min(ring(image, 0.88, 0.96, 0, 10), ring(image, 0.88, 0.96, 180, 10));
      return pole / ring(image, 0.88, 0.96, 45, 6);
    };
    expect(dark("2019-03-10T00:00:00")).toBeLessThan(0.65);
    expect(dark("2014-01-10T00:00:00")).toBeGreaterThan(0.7);
  });

  it("are bright over active regions, most in the hot channel", () => {
    const flux = sun.regions.filter((region) => region.flux > 2e22 && region.cycle === 24)[0]!;
    const time = flux.emergence + flux.growth;
    for (const kind of ["euv171", "euv193"] as const) {
      const sorted = [...sun.picture(kind, time, 128).pixels].sort((a, b) => a - b);
      expect(sorted.at(-20)!).toBeGreaterThan(4 * sorted[Math.floor(sorted.length * 0.6)]!);
    }
  });
});

describe("flares", () => {
  it("are as many as cycle 24 had, and follow a power law of index 2", () => {
    // NOAA counted about 8000 C, 750 M and 49 X flares from 2008 to 2019.
    const of = (from: number, to: number): number =>
      sun.flares.filter(({ strength, region }) => region.cycle === 24 && strength >= from && strength < to)
        .length;
    expect(of(1e-6, 1e-5)).toBeGreaterThan(5000);
    expect(of(1e-6, 1e-5)).toBeLessThan(11_000);
    expect(of(1e-4, 1)).toBeGreaterThan(10);
    expect(of(1e-4, 1)).toBeLessThan(90);
    // Ten times stronger, ten times rarer.
    const ratio = of(1e-6, 1e9) / of(1e-5, 1e9);
    expect(ratio).toBeGreaterThan(7);
    expect(ratio).toBeLessThan(15);
  });

  it("rise in a few minutes and decay exponentially", () => {
    const flare = sun.bestFlare(drmsTime("2013-01-01T00:00:00"), drmsTime("2016-01-01T00:00:00"))!;
    expect(lightCurve(flare, flare.peak)).toBe(1);
    expect(lightCurve(flare, flare.peak + flare.decay)).toBeCloseTo(Math.exp(-1), 8);
    expect(lightCurve(flare, flare.peak - flare.rise)).toBeCloseTo(Math.exp(-1), 8);
    expect(flare.rise).toBeLessThan(flare.decay);
  });

  it("show in the pictures when they should, saturate, and shorten every other exposure", () => {
    const flare = sun.bestFlare(drmsTime("2013-01-01T00:00:00"), drmsTime("2016-01-01T00:00:00"))!;
    expect(flare.strength).toBeGreaterThan(5e-5);
    // Slots of an even number of cycles of 12 s are exposed as usual, odd ones automatically.
    const even = Math.floor((flare.peak + CHANNELS[193].delay) / 24) * 24 + 5;
    const bright = (time: number) => sun.picture("euv193", time, 128);
    const peak = bright(even);
    expect(Math.max(...peak.pixels)).toBe(16_383);
    expect(peak.exposure).toBe(2);
    const short = bright(even + 12);
    expect(short.exposure).toBeLessThan(0.5);
    const brightest = (image: SunImage): number => Math.max(...image.pixels) / image.exposure!;
    expect(Math.max(...short.pixels)).toBeLessThan(16_383);
    const curve = [-40, -1, 25, 60].map((minutes) =>
      brightest(bright(even + 12 + Math.round(minutes * 5) * 12 - (Math.round(minutes * 5) % 2) * 12)),
    );
    expect(brightest(short)).toBeGreaterThan(3 * curve[0]!);
    expect(brightest(short)).toBeGreaterThan(curve[2]!);
    expect(curve[2]!).toBeGreaterThanOrEqual(curve[3]!);
  });
});
