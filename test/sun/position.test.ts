import { describe, expect, it } from "vitest";
import { carringtonRotation } from "../../sun/carrington.js";
import { sunPosition } from "../../sun/position.js";

describe("sunPosition", () => {
  it("gives the worked example of Meeus, chapter 25: 1992-10-13 0h TD", () => {
    const sun = sunPosition(2_448_908.5);
    expect(sun.rightAscension).toBeCloseTo(198.38083, 5);
    expect(sun.declination).toBeCloseTo(-7.78507, 5);
    expect(sun.distance).toBeCloseTo(0.99766, 5);
  });

  it("gives the worked example of Meeus, chapter 29: 1992-10-13 0h UT", () => {
    const sun = sunPosition(2_448_908.50068);
    expect(sun.p).toBeCloseTo(26.27, 2);
    expect(sun.b0).toBeCloseTo(5.99, 2);
    expect(sun.l0).toBeCloseTo(238.63, 2);
  });

  it("keeps the limits that geometry sets, through a hundred years", () => {
    for (let jde = 2_433_282.5; jde < 2_469_807.5; jde += 13.7) {
      const sun = sunPosition(jde);
      expect(Math.abs(sun.b0)).toBeLessThanOrEqual(7.25);
      expect(Math.abs(sun.p)).toBeLessThan(26.4);
      expect(Math.abs(sun.declination)).toBeLessThan(23.46);
      expect(sun.distance).toBeGreaterThan(0.983);
      expect(sun.distance).toBeLessThan(1.0171);
      expect(sun.l0).toBeGreaterThanOrEqual(0);
      expect(sun.l0).toBeLessThan(360);
    }
  });

  it("turns the Carrington longitude back by a turn each 27.2753 days, the mean synodic rotation", () => {
    let turns = 0;
    let before = sunPosition(2_451_545).l0;
    const days = 365.25 * 40;
    for (let day = 1; day <= days; day++) {
      const { l0 } = sunPosition(2_451_545 + day);
      if (l0 > before) turns++;
      before = l0;
    }
    expect(Math.abs(days / turns - 27.2753)).toBeLessThan(0.05);
  });
});

describe("carringtonRotation", () => {
  it("begins rotation 1699 at the instant of the worked example of Meeus, chapter 29", () => {
    const begin = 2_444_480.723;
    const rotation = (jde: number) => carringtonRotation(jde, sunPosition(jde).l0);
    expect(rotation(begin - 0.01)).toBe(1698);
    expect(rotation(begin + 0.01)).toBe(1699);
    const { l0 } = sunPosition(begin);
    expect(Math.min(l0, 360 - l0)).toBeLessThan(0.02);
  });

  it.each([
    // Day, longitude and number as published beside images of the Solar Dynamics Observatory.
    [2_455_607.5, 22.814522, 2106],
    [2_455_719.773, 340.698273, 2111],
    [2_456_717.501, 132.560135, 2147],
    [2_457_793.25, 333.384033, 2187],
    [2_460_489.5, 25.1685467, 2285],
  ])("numbers the rotation of day %d", (jde, longitude, rotation) => {
    expect(carringtonRotation(jde, longitude)).toBe(rotation);
  });

  it("changes only where the longitude of the centre passes zero", () => {
    const wrong: number[] = [];
    let before: { rotation: number; l0: number } | undefined;
    for (let jde = 2_441_000; jde < 2_463_000; jde += 0.5) {
      const { l0 } = sunPosition(jde);
      const rotation = carringtonRotation(jde, l0);
      if (before !== undefined && rotation - before.rotation !== (l0 > before.l0 ? 1 : 0)) wrong.push(jde);
      before = { rotation, l0 };
    }
    expect(wrong).toEqual([]);
  });
});
