import { describe, expect, it } from "vitest";
import { regionState } from "../../../netdrms/sample/sun/active-region.js";
import type { ActiveRegion } from "../../../netdrms/sample/sun/index.js";
import { regionParts, regionPatches } from "../../../netdrms/sample/sun/region-parts.js";
import { drmsTime, mean, sampleSun } from "./support.js";

const DEGREE = Math.PI / 180;
const DAY = 86_400;
const YEAR = 365.25 * DAY;

const regions = sampleSun().regions;
const year = (region: ActiveRegion): number =>
  2000 + (region.emergence - drmsTime("2000-01-01T12:00:00")) / YEAR;
const ofCycle = (number: number): readonly ActiveRegion[] =>
  regions.filter((region) => region.cycle === number);
const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1]!;

describe("active regions", () => {
  it("are about as many as NOAA numbered in cycle 24", () => {
    // From 10981 (January 2008) to 12753 (December 2019), less some thirty of the cycle before.
    expect(Math.abs(ofCycle(24).length / 1740 - 1)).toBeLessThan(0.12);
  });

  it("come up faster than they die out: the cycle rises in four to five years and declines in six or more", () => {
    const perYear = new Map<number, number>();
    for (const region of ofCycle(24)) {
      const key = Math.floor(year(region));
      perYear.set(key, (perYear.get(key) ?? 0) + 1);
    }
    const top = [...perYear].sort((a, b) => b[1] - a[1])[0]![0];
    expect(top).toBeGreaterThanOrEqual(2013);
    expect(top).toBeLessThanOrEqual(2014);
    expect(perYear.get(2010)!).toBeLessThan(0.4 * perYear.get(top)!);
    expect(perYear.get(2018)!).toBeLessThan(0.4 * perYear.get(top)!);
  });

  it("come up in belts that move to the equator: Spoerer's law", () => {
    // D. Hathaway 2011: 28 degrees exp(-t / 90 months); begin of cycle 24 about 2008.8.
    for (const [from, to] of [
      [2011, 2012],
      [2014, 2015],
      [2017, 2018],
    ] as const) {
      const found = ofCycle(24).filter((region) => year(region) >= from && year(region) < to);
      const law = 28 * Math.exp(-((from + 0.5 - 2008.8) * 12) / 90);
      expect(Math.abs(mean(found.map((region) => Math.abs(region.latitude) / DEGREE)) - law)).toBeLessThan(2);
    }
  });

  it("of two cycles stand apart in latitude at the minimum between them", () => {
    const near = regions.filter((region) => year(region) > 2019.7 && year(region) < 2020.7);
    const latitudes = (cycle: number) =>
      near.filter((region) => region.cycle === cycle).map((region) => Math.abs(region.latitude) / DEGREE);
    expect(mean(latitudes(24))).toBeLessThan(12);
    expect(mean(latitudes(25))).toBeGreaterThan(20);
  });

  it("have leading poles of one sign in a hemisphere, of the other sign in the other and in the next cycle: Hale's law", () => {
    const signs = (cycle: number, north: boolean) =>
      new Set(
        ofCycle(cycle)
          .filter((region) => region.latitude > 0 === north)
          .map((region) => region.leading),
      );
    expect([...signs(24, true)]).toEqual([-1]);
    expect([...signs(24, false)]).toEqual([1]);
    expect([...signs(25, true)]).toEqual([1]);
    expect([...signs(25, false)]).toEqual([-1]);
  });

  it("have their leading pole nearer to the equator, the more so the higher they are: Joy's law", () => {
    // Y.-M. Wang and N. Sheeley 1989: sin(tilt) = 0.5 sin(latitude): 5.0 degrees at 10, 11.5 at 23.6.
    for (const [from, to, tilt] of [
      [6, 14, 5],
      [19, 29, 11.7],
    ] as const) {
      const found = regions.filter(
        (r) => Math.abs(r.latitude) > from * DEGREE && Math.abs(r.latitude) < to * DEGREE,
      );
      expect(Math.abs(mean(found.map((r) => r.tilt / DEGREE)) - tilt)).toBeLessThan(2);
    }
    const against = regions.filter((region) => region.tilt < 0).length / regions.length;
    expect(against).toBeGreaterThan(0.1);
    expect(against).toBeLessThan(0.4);
  });

  it("have fluxes of a log-normal distribution and longitudes all round", () => {
    const logs = regions.map((region) => Math.log(region.flux));
    const middle = mean(logs);
    const width = Math.sqrt(mean(logs.map((v) => (v - middle) ** 2)));
    expect(Math.abs(middle - median(logs))).toBeLessThan(0.05);
    // 68.3 percent lie within one deviation of a normal distribution.
    expect(logs.filter((v) => Math.abs(v - middle) < width).length / logs.length).toBeCloseTo(0.683, 1);
    const x = mean(regions.map((region) => Math.cos(region.longitude)));
    const y = mean(regions.map((region) => Math.sin(region.longitude)));
    expect(Math.hypot(x, y)).toBeLessThan(0.06);
  });

  it("drift in longitude with the rotation of their latitude", () => {
    // R. Komm et al. 1993, less Carrington's 360 / 25.38 degrees a day.
    for (const region of regions.slice(500, 520)) {
      const s2 = Math.sin(region.latitude) ** 2;
      const law = 14.42 - 2 * s2 - 2.09 * s2 * s2 - 360 / 25.38;
      const [early, late] = [
        regionState(region, region.emergence + 2 * DAY)!,
        regionState(region, region.emergence + 22 * DAY)!,
      ];
      expect((late.longitude - early.longitude) / DEGREE / 20).toBeCloseTo(law, 6);
    }
  });

  it("grow, lose their spots, and give all their flux away, both polarities alike", () => {
    for (const region of regions.slice(900, 940)) {
      expect(regionState(region, region.emergence)).toBeUndefined();
      expect(regionState(region, region.emergence + region.life + 1)).toBeUndefined();
      const grown = regionState(region, region.emergence + region.growth)!;
      expect(grown.flux / region.flux).toBeGreaterThan(0.9);
      const old = regionState(region, region.emergence + 0.95 * region.life)!;
      expect(old.flux).toBeLessThan(0.05 * region.flux);
      expect(old.scatter).toBeGreaterThan(grown.scatter);
      for (const state of [grown, old]) {
        const patches = regionPatches(region, state, regionParts(region, 1));
        const total = patches.reduce((sum, patch) => sum + patch.flux, 0);
        const unsigned = patches.reduce((sum, patch) => sum + Math.abs(patch.flux), 0);
        expect(Math.abs(total / unsigned)).toBeLessThan(1e-9);
        expect(unsigned / 2 / state.flux).toBeCloseTo(1, 9);
      }
      expect(regionState(region, region.emergence + region.spotLife + 1)?.spotShare ?? 0).toBe(0);
    }
  });
});

describe("zonal field", () => {
  const zonal = sampleSun().zonalField;
  const at = (date: string): Float32Array => zonal.profile(drmsTime(`${date}T00:00:00`));
  const cap = (profile: Float32Array, north: boolean): number => {
    // Poleward of 60 degrees: sin > 0.866, the outermost 12 of 180 zones of equal area.
    const zones = north ? profile.subarray(168) : profile.subarray(0, 12);
    return mean([...zones]);
  };

  it("has no net flux at any time", () => {
    for (let y = 2008; y < 2025; y++) {
      const profile = at(`${y}-07-01`);
      expect(Math.abs(mean([...profile]))).toBeLessThan(1e-6);
      expect(Math.max(...profile)).toBeGreaterThan(1);
    }
  });

  it("has poles of some gauss at minimum, negative in the north in 2009 and positive in 2019", () => {
    for (const [date, sign] of [
      ["2009-06-01", -1],
      ["2019-06-01", 1],
    ] as const) {
      const [north, south] = [cap(at(date), true), cap(at(date), false)];
      expect(north * sign).toBeGreaterThan(2);
      expect(north * sign).toBeLessThan(8);
      expect(south * sign).toBeLessThan(-2);
    }
  });

  it("reverses its poles about maximum", () => {
    const reversal = (north: boolean): number => {
      const before = Math.sign(cap(at("2010-01-01"), north));
      for (let day = 0; day < 3650; day += 10) {
        const time = drmsTime("2010-01-01T00:00:00") + day * DAY;
        if (Math.sign(cap(zonal.profile(time), north)) !== before) return 2010 + day / 365.25;
      }
      return Number.NaN;
    };
    for (const north of [true, false]) {
      expect(reversal(north)).toBeGreaterThan(2012.5);
      expect(reversal(north)).toBeLessThan(2015.6);
    }
  });

  it("gives the value of a latitude as the profile does", () => {
    const time = drmsTime("2014-01-01T00:00:00");
    expect(zonal.at(Math.sin(75 * DEGREE), time)).toBe(
      zonal.profile(time)[Math.floor((Math.sin(75 * DEGREE) + 1) * 90)],
    );
  });
});
