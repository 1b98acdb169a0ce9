import { describe, expect, it } from "vitest";
import { regionState } from "../../../netdrms/sample/sun/active-region.js";
import { disk } from "../../../netdrms/sample/sun/disk.js";
import { type ActiveRegion, Sun, type SunImage } from "../../../netdrms/sample/sun/index.js";
import { limbDarkening, limbDarkeningCoefficients } from "../../../netdrms/sample/sun/limb-darkening.js";
import { viewpoint } from "../../../netdrms/sample/sun/viewpoint.js";
import { deviation, drmsTime, mean, pixelValue, sampleSun, values } from "./support.js";

const DEGREE = Math.PI / 180;
const DAY = 86_400;

const sun = sampleSun();

/** Instants at which a big region crosses the central meridian with spots, and the region. */
function crossings(count: number, cycle?: number): readonly { region: ActiveRegion; time: number }[] {
  const found: { region: ActiveRegion; time: number }[] = [];
  for (const region of sun.regions) {
    if (found.length === count) break;
    if (region.flux < 1.2e22 || (cycle !== undefined && region.cycle !== cycle)) continue;
    for (let age = region.growth; age < 0.6 * region.spotLife; age += 6 * 3600) {
      const time = region.emergence + age;
      if (time < drmsTime("2010-06-01T00:00:00") || time > drmsTime("2024-10-01T00:00:00")) break;
      if (Math.abs(west(region, time)) > 3) continue;
      found.push({ region, time });
      break;
    }
  }
  return found;
}

/** Degrees from the central meridian to the middle of a region. */
function west(region: ActiveRegion, time: number): number {
  const state = regionState(region, time)!;
  const degrees = state.longitude / DEGREE - viewpoint(time).longitude;
  return degrees - 360 * Math.round(degrees / 360);
}

/** Calls with place, value and directions of each pixel of the disk. */
function eachPixel(
  image: SunImage,
  use: (value: number, w: number, sinLatitude: number, mu: number) => void,
): void {
  const d = disk(image.frame, image.view);
  d.index.forEach((at, i) => {
    use(pixelValue(image, at), d.w[i]!, d.sinLatitude[i]!, d.mu[i]!);
  });
}

describe("magnetogram", () => {
  it("is missing off the disk and has a value on all of it", () => {
    const image = sun.picture("magnetogram", drmsTime("2014-05-05T00:00:00"), 128);
    const radius = Math.tan(Math.asin(696e6 / image.view.distance)) / DEGREE / (image.frame.scale / 3600);
    for (let y = 0; y < 128; y++) {
      for (let x = 0; x < 128; x++) {
        const far = Math.hypot(x + 1 - image.frame.centreX, y + 1 - image.frame.centreY);
        if (Math.abs(far - radius) < 1e-3) continue;
        expect(Number.isNaN(pixelValue(image, y * 128 + x))).toBe(far > radius);
      }
    }
  });

  it("shows the network of a quiet Sun: about ten gauss, both signs alike", () => {
    const quiet = sun.picture("magnetogram", quietTime(), 256);
    const inner: number[] = [];
    eachPixel(quiet, (value, _w, _s, mu) => {
      if (mu > 0.7) inner.push(value);
    });
    expect(deviation(inner)).toBeGreaterThan(6);
    expect(deviation(inner)).toBeLessThan(15);
    expect(Math.abs(mean(inner))).toBeLessThan(1);
  });

  it("shows regions with leading poles as Hale's law has them, in both hemispheres and both cycles", () => {
    for (const cycle of [24, 25]) {
      const signs = crossings(6, cycle).map(({ region, time }) => {
        const image = sun.picture("magnetogram", time, 128);
        let moment = 0;
        eachPixel(image, (value, w, s) => {
          if (Math.abs(w) < 0.18 && Math.abs(s - Math.sin(region.latitude)) < 0.15) moment += value * w;
        });
        // Hale: in even cycles the west (leading) side is negative in the north.
        return Math.sign(moment) * (cycle === 24 ? 1 : -1) * Math.sign(region.latitude);
      });
      expect(signs.filter((sign) => sign === -1).length).toBeGreaterThanOrEqual(5);
    }
  });

  it("reaches kilogauss in spots and balances its flux", () => {
    const { time } = crossings(1)[0]!;
    const all = values(sun.picture("magnetogram", time, 256));
    expect(Math.max(...all.map(Math.abs))).toBeGreaterThan(1200);
    expect(Math.max(...all.map(Math.abs))).toBeLessThan(4000);
    expect(Math.abs(mean(all))).toBeLessThan(0.15 * mean(all.map(Math.abs)));
  });

  it("draws a butterfly: the belts of the unsigned field move to the equator through the cycle", () => {
    const centroid = (from: string): number => {
      let [sum, weight] = [0, 0];
      for (let k = 0; k < 40; k++) {
        const image = sun.picture("magnetogram", drmsTime(`${from}T00:00:00`) + k * 9 * DAY, 64);
        eachPixel(image, (value, w, s) => {
          // What stands out of the network, near the central meridian.
          if (Math.abs(w) > 0.5 || Math.abs(value) < 40) return;
          sum += Math.abs(value) * Math.abs(Math.asin(s));
          weight += Math.abs(value);
        });
      }
      return sum / weight / DEGREE;
    };
    const [early, middle, late] = [centroid("2011-01-01"), centroid("2014-01-01"), centroid("2017-07-01")];
    // Hathaway's law: 21.3, 14.3 and 8.9 degrees in the middle of these spans.
    expect(Math.abs(early - 21.3)).toBeLessThan(4);
    expect(Math.abs(middle - 14.3)).toBeLessThan(4);
    expect(Math.abs(late - 8.9)).toBeLessThan(4);
    expect(early - middle).toBeGreaterThan(3);
    expect(middle - late).toBeGreaterThan(3);
  });

  it("changes little in 12 minutes and a lot in a week", () => {
    const time = crossings(1)[0]!.time;
    const [now, soon, week] = [0, 720, 7 * DAY].map((later) => sun.picture("magnetogram", time + later, 64));
    const alike = (a: SunImage, b: SunImage): number => {
      const pairs = Array.from(a.pixels, (_, i) => [pixelValue(a, i), pixelValue(b, i)] as const).filter(
        ([x, y]) => !Number.isNaN(x) && !Number.isNaN(y),
      );
      const [mx, my] = [mean(pairs.map(([x]) => x)), mean(pairs.map(([, y]) => y))];
      const covariance = mean(pairs.map(([x, y]) => (x - mx) * (y - my)));
      return covariance / deviation(pairs.map(([x]) => x)) / deviation(pairs.map(([, y]) => y));
    };
    expect(alike(now!, soon!)).toBeGreaterThan(0.85);
    expect(Math.abs(alike(now!, week!))).toBeLessThan(0.4);
  });
});

describe("continuum", () => {
  it("has coefficients of limb darkening that make 1 in the middle, and the values of other tables", () => {
    const coefficients = limbDarkeningCoefficients(0.6);
    expect(coefficients.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 4);
    // Allen's Astrophysical Quantities (3rd ed.), 0.6 micrometre: I = 1 - u - v + u mu + v mu^2, u = 0.88, v = -0.23.
    const at = (mu: number): number => coefficients.reduce((sum, a, k) => sum + a * mu ** k, 0);
    for (const mu of [0.3, 0.5, 0.8])
      expect(Math.abs(at(mu) - (0.35 + 0.88 * mu - 0.23 * mu * mu))).toBeLessThan(0.02);
  });

  it("of a quiet Sun has the mean brightness that the integral of the law over the disk gives", () => {
    // 2 times the integral of I(mu) mu dmu = sum of 2 A_k / (k + 2).
    const law = limbDarkeningCoefficients(0.61733).reduce((sum, a, k) => sum + (2 * a) / (k + 2), 0);
    const image = sun.picture("continuum", quietTime(), 256);
    const centre: number[] = [];
    eachPixel(image, (value, _w, _s, mu) => {
      if (mu > 0.995) centre.push(value);
    });
    const middle = mean(centre) / (1 - 0.0025 * limbSlope());
    expect(Math.abs(mean(values(image)) / middle - law)).toBeLessThan(0.004);
  });

  it("has dark spots where the field is strong, with umbrae below half the brightness", () => {
    const { region, time } = crossings(1)[0]!;
    const image = sun.picture("continuum", time, 256);
    const field = sun.picture("magnetogram", time, 256);
    const d = disk(image.frame, image.view);
    let darkest = 1;
    let [spotX, spotS] = [0, 0];
    const strong: number[] = [];
    const weak: number[] = [];
    d.index.forEach((at, i) => {
      const relative = pixelValue(image, at) / (62_500 * limbDarkening(d.mu[i]!));
      if (d.mu[i]! > 0.6) (Math.abs(pixelValue(field, at)) > 1300 ? strong : weak).push(relative);
      const near = Math.abs(d.w[i]!) < 0.2 && Math.abs(d.sinLatitude[i]! - Math.sin(region.latitude)) < 0.15;
      if (near && relative < darkest) {
        darkest = relative;
        [spotX, spotS] = [d.w[i]!, d.sinLatitude[i]!];
      }
    });
    expect(darkest).toBeLessThan(0.5);
    expect(darkest).toBeGreaterThan(0.1);
    expect(mean(strong)).toBeLessThan(0.7);
    expect(mean(weak)).toBeCloseTo(1, 2);
    // The spot stands where the region is, within its size.
    expect(Math.abs(Math.asin(spotS) - region.latitude)).toBeLessThan(region.separation);
    expect(Math.abs(spotX)).toBeLessThan(1.5 * region.separation);
  });

  it("loses little light to spots", () => {
    const { time } = crossings(1)[0]!;
    const [spotted, quiet] = [time, quietTime()].map((t) => mean(values(sun.picture("continuum", t, 128))));
    expect(spotted! / quiet!).toBeLessThan(1);
    expect(spotted! / quiet!).toBeGreaterThan(0.99);
  });
});

/** Slope of the law near the middle of the disk. */
function limbSlope(): number {
  return limbDarkeningCoefficients(0.61733).reduce((sum, a, k) => sum + k * a, 0);
}

/** An instant without a region of more than 1e20 Mx left on the visible side. */
function quietTime(): number {
  for (let time = drmsTime("2019-01-01T00:00:00"); ; time += DAY) {
    const seen = sun.regions.some((region) => {
      const state = regionState(region, time);
      return state !== undefined && state.flux > 1e20 && Math.abs(west(region, time)) < 100;
    });
    if (!seen) return time;
  }
}

describe("pictures", () => {
  it("depend on seed, time and size alone, not on what was asked before", () => {
    const time = drmsTime("2013-03-03T03:03:03");
    const other = new Sun();
    for (const kind of ["euv304", "dopplergram", "continuum", "magnetogram", "euv171"] as const)
      expect(other.picture(kind, time, 64).pixels).toEqual(sun.picture(kind, time, 64).pixels);
    expect(other.picture("magnetogram", time + 1, 64).pixels).not.toEqual(
      sun.picture("magnetogram", time, 64).pixels,
    );
    expect(new Sun(2).picture("magnetogram", time, 64).pixels).not.toEqual(
      sun.picture("magnetogram", time, 64).pixels,
    );
  });

  it("are refused outside of the years of the model and for senseless sizes", () => {
    for (const [time, size] of [
      [drmsTime("2007-06-01T00:00:00"), 64],
      [drmsTime("2025-06-01T00:00:00"), 64],
      [Number.NaN, 64],
      [drmsTime("2014-01-01T00:00:00"), 0],
      [drmsTime("2014-01-01T00:00:00"), 64.5],
      [drmsTime("2014-01-01T00:00:00"), 1e6],
    ] as const)
      expect(() => sun.picture("magnetogram", time, size)).toThrow(
        expect.objectContaining({ code: "BAD_PARAMETER" }),
      );
  });
});
