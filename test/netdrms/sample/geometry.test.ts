import { describe, expect, it } from "vitest";
import { disk, limbRadius, projection, surfacePoint, toPixel } from "../../../netdrms/sample/sun/disk.js";
import { imageFrame } from "../../../netdrms/sample/sun/image-frame.js";
import { CARRINGTON_RATE, carringtonDrift, plasmaRate } from "../../../netdrms/sample/sun/rotation.js";
import { viewpoint } from "../../../netdrms/sample/sun/viewpoint.js";
import { drmsTime } from "./support.js";

const DEGREE = Math.PI / 180;
const DEGREES_A_DAY = (86_400 * 180) / Math.PI;

describe("viewpoint", () => {
  // What images of SDO carry: T_OBS (UTC and TAI - UTC), OBS_VR, OBS_VW, OBS_VN, DSUN_OBS, CRLT_OBS, CRLN_OBS, CAR_ROT.
  it.each([
    ["2011-02-15T00:00:01.34", 34, 2812, 30_057.5, -3110.6, 147_724_815_128, -6.820544, 22.814522, 2106],
    ["2011-06-07T06:33:02.88", 34, 87, 31_968.3, 4842.8, 151_846_026_489, 0.048591, 340.698273, 2111],
    ["2014-03-01T00:00:50", 35, 3300.7, 29_699.8, -1365.2, 148_205_511_547, -7.226688, 132.560135, 2147],
    ["2017-02-08T18:00:46.35", 37, -861.2, 27_925.7, -3477.2, 147_546_548_961, -6.516988, 333.384033, 2187],
    ["2024-06-27T23:59:31.2", 37, 2669.5, 28_415, 4945.7, 152_059_830_419, 2.565959, 25.168547, 2285],
  ])(
    "is that of the Solar Dynamics Observatory at %s",
    (utc, leap, vr, vw, vn, distance, b0, l0, rotation) => {
      const view = viewpoint(drmsTime(utc) + leap);
      expect(Math.abs(view.velocityR - vr)).toBeLessThan(60);
      expect(Math.abs(view.velocityW - vw)).toBeLessThan(60);
      expect(Math.abs(view.velocityN - vn)).toBeLessThan(60);
      expect(Math.abs(view.distance - distance)).toBeLessThan(7e6);
      expect(Math.abs(view.latitude - b0)).toBeLessThan(0.01);
      // The prime meridian of the archive moved by the light time, 0.08 degree, between these images.
      expect(Math.abs(view.longitude - l0)).toBeLessThan(0.07);
      expect(view.rotation).toBe(rotation);
    },
  );

  it("has the eclipses that the mission announced for the autumn of 2010", () => {
    // "enters another eclipse season at 0700 UTC on September 15 ... The last day is October 7 ... The longest is 67.4 minutes
    // on September 26."
    const minutes = new Map<string, number>();
    for (let day = 10; day < 42; day++) {
      const morning = drmsTime("2010-09-01T05:30:00") + 34 + (day - 1) * 86_400;
      let dark = 0;
      for (let minute = 0; minute < 150; minute++) if (viewpoint(morning + minute * 60).eclipsed) dark++;
      const date = new Date(Date.UTC(2010, 8, day)).toISOString().slice(0, 10);
      if (dark > 0) minutes.set(date, dark);
    }
    const days = [...minutes.keys()];
    expect(Math.abs(Date.parse(days[0]!) - Date.UTC(2010, 8, 15))).toBeLessThanOrEqual(86_400e3);
    expect(Math.abs(Date.parse(days.at(-1)!) - Date.UTC(2010, 9, 7))).toBeLessThanOrEqual(86_400e3);
    expect(Math.abs(minutes.get("2010-09-26")! - 67.4)).toBeLessThan(2);
    expect(Math.max(...minutes.values())).toBeLessThan(69);
  });
});

describe("rotation", () => {
  it("turns magnetic features in 24.96 days at the equator and in 28.7 days at 50 degrees, sidereal", () => {
    const days = (sinLatitude: number) =>
      360 / ((carringtonDrift(sinLatitude) + CARRINGTON_RATE) * DEGREES_A_DAY);
    expect(days(0)).toBeCloseTo(24.96, 1);
    expect(days(Math.sin(50 * DEGREE))).toBeCloseTo(28.74, 1);
  });

  it("leaves Carrington longitudes unchanged near 16 degrees, the latitude of the spots he used", () => {
    expect(carringtonDrift(0)).toBeGreaterThan(0);
    expect(Math.abs(carringtonDrift(Math.sin(18 * DEGREE)) * DEGREES_A_DAY)).toBeLessThan(0.05);
    expect(carringtonDrift(Math.sin(40 * DEGREE))).toBeLessThan(0);
  });

  it("moves the gas of the equator at about 1.98 km/s", () => {
    expect(plasmaRate(0) * 696_000).toBeCloseTo(1.984, 3);
  });
});

describe("disk", () => {
  const time = drmsTime("2014-03-01T00:01:25");
  const view = viewpoint(time);
  const frame = imageFrame("hmi", time, 256);
  const d = disk(frame, view);
  const p = projection(frame, view);

  it("covers the area of a circle of the radius that RSUN_OBS and CDELT1 give", () => {
    // 968.660583 arcsec in the header of that image; 16 pixels of 0.504042 arcsec in one.
    const radius = 968.660583 / (0.504042 * 16);
    expect(Math.abs(limbRadius(p) - radius)).toBeLessThan(0.02);
    expect(Math.abs(d.index.length / (Math.PI * radius ** 2) - 1)).toBeLessThan(0.002);
  });

  it("has points of the unit sphere that its own projection brings back to their pixels", () => {
    for (let i = 0; i < d.index.length; i += 997) {
      const point = [d.w[i]!, d.n[i]!, d.r[i]!] as const;
      expect(Math.hypot(...point)).toBeCloseTo(1, 6);
      const [x, y] = toPixel(p, point);
      expect(x).toBeCloseTo(d.index[i]! % 256, 3);
      expect(y).toBeCloseTo(Math.floor(d.index[i]! / 256), 3);
    }
  });

  it("knows the pixels of each row", () => {
    for (let row = 0; row < 256; row++) {
      for (let i = d.rowStart[row]!; i < d.rowStart[row + 1]!; i++)
        if (d.index[i] !== row * 256 + d.rowX[row]! + i - d.rowStart[row]!) throw new Error(`row ${row}`);
    }
    expect(d.rowStart[256]).toBe(d.index.length);
  });

  it("puts heliographic places where Thompson's equations and the keywords of the frame put them", () => {
    // W. Thompson, Astronomy and Astrophysics 449 (2006) 791, equations 4, 11 and 15, with CROTA2 as in FITS paper II.
    const [radius, distance, b0] = [696e6, view.distance, view.latitude * DEGREE];
    for (const [lat, lon] of [
      [0, 0],
      [30, -40],
      [-20, 65],
      [55, 10],
    ] as const) {
      const [theta, phi] = [lat * DEGREE, lon * DEGREE];
      const x = radius * Math.cos(theta) * Math.sin(phi);
      const y = radius * (Math.sin(theta) * Math.cos(b0) - Math.cos(theta) * Math.cos(phi) * Math.sin(b0));
      const z = radius * (Math.sin(theta) * Math.sin(b0) + Math.cos(theta) * Math.cos(phi) * Math.cos(b0));
      const depth = distance - z;
      const [ax, ay] = [x / depth / DEGREE / (1 / 3600), y / depth / DEGREE / (1 / 3600)];
      const roll = frame.roll * DEGREE;
      const px = (ax * Math.cos(roll) + ay * Math.sin(roll)) / frame.scale + frame.centreX;
      const py = (-ax * Math.sin(roll) + ay * Math.cos(roll)) / frame.scale + frame.centreY;
      const [ourX, ourY] = toPixel(p, surfacePoint(p, theta, phi));
      expect(ourX + 1).toBeCloseTo(px, 6);
      expect(ourY + 1).toBeCloseTo(py, 6);
    }
  });

  it("looks straight down in its middle and along the surface at the limb", () => {
    const middle = d.mu.indexOf(Math.max(...d.mu));
    expect(d.mu[middle]).toBeGreaterThan(0.9999);
    expect(d.sinLatitude[middle]).toBeCloseTo(Math.sin(view.latitude * DEGREE), 2);
    expect(Math.min(...d.mu)).toBeLessThan(0.1);
    // On a sphere seen from afar, mu = sqrt(1 - (distance from the middle / radius)^2).
    for (let i = 0; i < d.index.length; i += 1511) {
      const [x, y] = [
        (d.index[i]! % 256) + 1 - frame.centreX,
        Math.floor(d.index[i]! / 256) + 1 - frame.centreY,
      ];
      const far = (x * x + y * y) / limbRadius(p) ** 2;
      expect(d.mu[i]).toBeCloseTo(Math.sqrt(1 - far), 2);
    }
  });
});
