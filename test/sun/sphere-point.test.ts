import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { directionOf, directionTo, pixelOf, pointSeen } from "../../sun/sphere-point.js";
import { type SunFrame, tangentPlane } from "../../sun/sun-frame.js";

const DEGREE = Math.PI / 180;
const view = { radius: 960, latitude: 0 };
/** Distance of an observer who sees a radius of 960 arcsec, solar radii. */
const D = 1 / Math.sin((960 / 3600) * DEGREE);

describe("a place on the Sun", () => {
  it("is seen where a straight line from the observer meets it", () => {
    const { west, north, isVisible } = directionTo({ latitude: 0, longitude: 30 }, view);
    expect(west).toBeCloseTo(0.5 / (D - Math.cos(30 * DEGREE)), 15);
    expect([north, isVisible]).toEqual([0, true]);
    // The pole of a Sun that is tilted by seven degrees: 7 degrees before the limb.
    const pole = directionTo({ latitude: 90, longitude: 0 }, { radius: 960, latitude: 7 });
    expect(pole.north).toBeCloseTo(Math.cos(7 * DEGREE) / (D - Math.sin(7 * DEGREE)), 15);
    expect(pole.isVisible).toBe(true);
  });

  it("is hidden a little before ninety degrees, since the observer is near", () => {
    // The limb is where cos(angle) = 1 / D, 0.267 degrees before the quarter.
    const limb = Math.acos(1 / D) / DEGREE;
    expect(limb).toBeCloseTo(90 - 960 / 3600, 10);
    const isVisible = (longitude: number) => directionTo({ latitude: 0, longitude }, view).isVisible;
    expect([isVisible(limb - 0.001), isVisible(limb + 0.001), isVisible(-limb + 0.001)]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it("is found again from where it is seen, and nothing is beyond the limb", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -85, max: 85, noNaN: true }),
        fc.double({ min: -80, max: 80, noNaN: true }),
        fc.double({ min: -7.3, max: 7.3, noNaN: true }),
        fc.double({ min: 940, max: 980, noNaN: true }),
        (latitude, longitude, tilt, radius) => {
          const from = { radius, latitude: tilt };
          const seen = directionTo({ latitude, longitude }, from);
          if (!seen.isVisible) return;
          const found = pointSeen(seen, from);
          expect(found?.latitude).toBeCloseTo(latitude, 5);
          expect(found?.longitude).toBeCloseTo(longitude, 5);
        },
      ),
    );
    const limb = Math.tan((960 / 3600) * DEGREE);
    expect(pointSeen({ west: limb * 0.9999, north: 0 }, view)).toBeDefined();
    expect(pointSeen({ west: 0, north: limb * 1.0001 }, view)).toBe(undefined);
  });

  it("has a pixel, and a pixel a direction, in an image that is turned and moved", () => {
    const frame: SunFrame = {
      ...{
        pixel: [101, 52],
        scale: [2, 3],
        value: [-30, 12],
        roll: 90,
        radius: 960,
        latitude: 3,
        longitude: 0,
      },
    };
    const plane = tangentPlane(frame);
    // Turned by 90 degrees the first axis goes north and the second east.
    const north = directionOf(plane, [101, 51]);
    expect([north.west / (DEGREE / 3600), north.north / (DEGREE / 3600)]).toEqual([
      expect.closeTo(-30, 9),
      expect.closeTo(12 + 2, 9),
    ]);
    fc.assert(
      fc.property(
        fc.double({ min: -500, max: 500, noNaN: true }),
        fc.double({ min: -500, max: 500, noNaN: true }),
        (x, y) => {
          const [column, row] = pixelOf(plane, directionOf(plane, [x, y]));
          expect([column, row]).toEqual([expect.closeTo(x, 6), expect.closeTo(y, 6)]);
        },
      ),
    );
  });
});
