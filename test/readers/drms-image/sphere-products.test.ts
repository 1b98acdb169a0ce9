import { describe, expect, it } from "vitest";
import { meridionalTags } from "../../../readers/drms-image/meridional.js";
import { radialTags } from "../../../readers/drms-image/radial.js";
import { zonalTags } from "../../../readers/drms-image/zonal.js";
import { madeDisk, NORTH_POLE_SEEN, productOf } from "./made-disk.js";

const DEGREE = Math.PI / 180;
const zonal = { kind: "zonal", bins: 36, equalArea: false, rmax: 0.95, within: 180 } as const;
const meridional = { kind: "meridional", bins: 36, carrington: false, rmax: 0.95, within: 90 } as const;

/** Everything but NaN within `tolerance` of the values expected; the number of those. */
function compare(found: ArrayLike<number>, expected: (bin: number) => number, tolerance: number): number {
  let count = 0;
  for (let bin = 0; bin < found.length; bin++) {
    if (Number.isNaN(found[bin])) continue;
    count++;
    expect(Math.abs(found[bin]! - expected(bin)), `bin ${bin}: ${found[bin]}`).toBeLessThan(tolerance);
  }
  return count;
}

describe("zonal means", () => {
  it.each([0, 180.0135, -37])(
    "find the latitude of each pixel, the image turned by %s degrees",
    async (roll) => {
      const { pixels, frame, size } = madeDisk(300, roll, ({ latitude }) => Math.floor((latitude + 90) / 5));
      const { values } = await productOf(pixels, [size, size], zonal, { frame });
      // Where rounding puts a pixel on the other side of an edge the mean changes by 1/number of pixels.
      expect(compare(values, (bin) => bin, 0.02)).toBeGreaterThan(28);
      // 95 % of the radius is some 72 degrees from the middle of the disk, which lies 7.25 degrees north.
      expect([4, 6, 33, 34].map((bin) => Number.isNaN(values[bin]))).toEqual([true, false, false, true]);
    },
  );

  it("are the same where CRVAL is another point than the centre of the disk", async () => {
    const { pixels, frame, size } = madeDisk(200, 20, ({ latitude, west }) => latitude + west / 100);
    const expected = await productOf(pixels, [size, size], zonal, { frame });
    const [scale] = frame.scale;
    const [cos, sin] = [Math.cos(20 * DEGREE), Math.sin(20 * DEGREE)];
    // The reference point 10 pixels right of and 4 above the centre.
    const moved = {
      ...frame,
      pixel: [frame.pixel[0] + 10, frame.pixel[1] + 4] as const,
      value: [scale * (10 * cos - 4 * sin), scale * (10 * sin + 4 * cos)] as const,
    };
    const found = await productOf(pixels, [size, size], zonal, { frame: moved });
    expect(compare(found.values, (bin) => expected.values[bin]!, 1e-9)).toBeGreaterThan(28);
  });

  it("of equal area lie at equal steps of the sine", async () => {
    const product = { ...zonal, bins: 20, equalArea: true };
    const tags = zonalTags(product);
    expect(tags[10]).toBeCloseTo(Math.asin(0.05) / DEGREE, 12);
    expect(tags[0]).toBeCloseTo(-Math.asin(0.95) / DEGREE, 12);
    const { pixels, frame, size } = madeDisk(300, 0, ({ latitude }) => Math.sin(latitude * DEGREE));
    const { values } = await productOf(pixels, [size, size], product, { frame });
    compare(values, (bin) => Math.sin(tags[bin]! * DEGREE), 0.03);
  });

  it("of a dipole's radial field come back from its component along the line of sight", async () => {
    const { pixels, frame, size } = madeDisk(
      300,
      0,
      ({ latitude, mu }) => 10 * Math.sin(latitude * DEGREE) * mu,
    );
    const treatment = { unsigned: false, radial: true };
    const { values } = await productOf(pixels, [size, size], zonal, { frame, treatment });
    compare(values, (bin) => 10 * Math.sin(zonalTags(zonal)[bin]! * DEGREE), 0.2);
    const { values: seen } = await productOf(pixels, [size, size], zonal, { frame });
    expect(seen[33]).toBeLessThan(0.6 * values[33]!);
  });

  it("leave out what is missing, and all but a sector around the central meridian where one is asked for", async () => {
    const { pixels, frame, size } = madeDisk(300, 0, ({ west, latitude }) => {
      if (Math.abs(west) < 20) return 1;
      return latitude < 0 ? Number.NaN : 5;
    });
    const { values } = await productOf(pixels, [size, size], { ...zonal, within: 20 }, { frame });
    compare(values, () => 1, 0.06);
    const { values: all } = await productOf(pixels, [size, size], zonal, { frame });
    compare(all.subarray(0, 18), () => 1, 1e-12);
    expect(all[20]).toBeGreaterThan(3);
  });
});

describe("meridional means", () => {
  it.each([0, 180, 95])("find the longitude of each pixel, the image turned by %s degrees", async (roll) => {
    const { pixels, frame, size } = madeDisk(300, roll, ({ west }) => Math.floor((west + 90) / 5));
    const { values } = await productOf(pixels, [size, size], meridional, { frame });
    expect(compare(values, (bin) => bin, 0.02)).toBeGreaterThan(28);
    expect(meridionalTags(meridional)[0]).toBe(-87.5);
  });

  it("by Carrington longitude are the same, turned by the observer's longitude", async () => {
    const made = madeDisk(300, 0, () => 0);
    // An observer at 350 degrees sees the longitudes from 260 over 0 to 80.
    const frame = { ...made.frame, longitude: 350 };
    const { pixels, size } = madeDisk(300, 0, ({ west }) => Math.floor(((west + 350) % 360) / 10));
    const product = { ...meridional, carrington: true };
    const { values } = await productOf(pixels, [size, size], product, { frame });
    expect(compare(values, (bin) => bin, 0.02)).toBeGreaterThan(15);
    expect([0, 4, 30, 35].map((bin) => Number.isNaN(values[bin]))).toEqual([false, false, false, false]);
    expect([12, 17, 20].map((bin) => Number.isNaN(values[bin]))).toEqual([true, true, true]);
  });

  it("see longitudes behind the pole that is turned to the observer only as Carrington ones", async () => {
    const { pixels, frame, size } = madeDisk(
      600,
      0,
      ({ west }) => (Math.abs(west) > 90 ? 1 : 0),
      NORTH_POLE_SEEN,
    );
    const near = { ...meridional, rmax: 0.999 };
    const { values } = await productOf(pixels, [size, size], near, { frame });
    compare(values, () => 0, 1e-12);
    const { values: carrington } = await productOf(
      pixels,
      [size, size],
      { ...near, carrington: true },
      { frame: { ...frame, longitude: 180 } },
    );
    // The far meridian is 0 then.
    expect(carrington[0]).toBe(1);
    expect(carrington[18]).toBe(0);
  });

  it("take a zone around the equator where one is asked for", async () => {
    const { pixels, frame, size } = madeDisk(300, 0, ({ latitude }) => (Math.abs(latitude) > 30 ? 100 : 2));
    const { values } = await productOf(pixels, [size, size], { ...meridional, within: 29.5 }, { frame });
    compare(values, () => 2, 1e-9);
  });
});

describe("means over circles", () => {
  it("count distances in radii of the limb", async () => {
    const { pixels, frame, size } = madeDisk(400, 33, () => 1);
    const product = { kind: "radial", bins: 40, rmax: 1.2 } as const;
    const { values } = await productOf(pixels, [size, size], product, { frame });
    const tags = radialTags(product);
    expect(tags[0]).toBeCloseTo(0.015, 12);
    // The disk ends at 1: bins beyond have no pixel that is there.
    for (let bin = 0; bin < 40; bin++) {
      if (tags[bin]! < 0.98) expect(values[bin]).toBe(1);
      if (tags[bin]! > 1.02) expect(values[bin]).toBeNaN();
    }
  });

  it("count pixels from the centre of the disk", async () => {
    const { frame } = madeDisk(64, 0, () => 1);
    const [cx, cy] = [frame.pixel[0] - 1, frame.pixel[1] - 1];
    const pixels = Float64Array.from({ length: 64 * 64 }, (_, i) =>
      Math.hypot((i % 64) - cx, Math.floor(i / 64) - cy),
    );
    const { values } = await productOf(pixels, [64, 64], { kind: "radial pixels" }, { frame });
    expect(values).toHaveLength(32);
    compare(values.subarray(1), (ring) => ring + 1, 0.2);
  });
});

describe("the unsigned flux", () => {
  it.each([0.5, 0.95])("of a field of 1 is the area of the cap within %s of the radius", async (rmax) => {
    const { pixels, frame, size } = madeDisk(500, 12, () => -1);
    const product = { kind: "scalars", names: ["flux", "count"], rmax } as const;
    const { values } = await productOf(pixels, [size, size], product, { frame });
    // tan t = sin a / (D - cos a), solved for the angle a at the Sun's centre by bisection.
    const d = 1 / Math.sin(frame.radius * (Math.PI / 648_000));
    const t = rmax * Math.tan(frame.radius * (Math.PI / 648_000));
    let [low, high] = [0, Math.acos(1 / d)];
    for (let n = 0; n < 60; n++) {
      const a = (low + high) / 2;
      if (Math.sin(a) / (d - Math.cos(a)) < t) low = a;
      else high = a;
    }
    const area = 2 * Math.PI * (1 - Math.cos(low)) * 6.96e10 ** 2;
    expect(values[0]! / area).toBeCloseTo(1, 2);
    const radius = (rmax * frame.radius) / frame.scale[0];
    expect(values[1]! / (Math.PI * radius * radius)).toBeCloseTo(1, 2);
  });

  it("of a radial field is that of the field at the Sun", async () => {
    const { pixels, frame, size } = madeDisk(300, 0, ({ mu }) => 3 * mu);
    const product = { kind: "scalars", names: ["mean", "flux"], rmax: 0.9 } as const;
    const radial = await productOf(pixels, [size, size], product, {
      frame,
      treatment: { unsigned: false, radial: true },
    });
    const one = await productOf(new Float64Array(size * size).fill(3), [size, size], product, { frame });
    expect(radial.values[0]).toBeCloseTo(3, 4);
    expect(radial.values[1]! / one.values[1]!).toBeCloseTo(1, 4);
  });
});
