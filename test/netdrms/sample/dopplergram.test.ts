import { describe, expect, it } from "vitest";
import { disk } from "../../../netdrms/sample/sun/disk.js";
import type { SunImage } from "../../../netdrms/sample/sun/index.js";
import { deviation, drmsTime, mean, pixelValue, sampleSun, values } from "./support.js";

const sun = sampleSun();
const CADENCE = 45;
/** Two hours, and the mean velocity of the disk and one pixel near its middle in them. */
const COUNT = 160;
const SIZE = 64;
const BEGIN = drmsTime("2014-06-20T12:00:00");
const images = Array.from({ length: COUNT }, (_, k) => sun.picture("dopplergram", BEGIN + k * CADENCE, SIZE));
const wholeDisk = images.map((image) => mean(values(image)));
const onePixel = images.map((image) => pixelValue(image, 32 * SIZE + 34));

/** What is left of a series after the best parabola. */
function detrended(series: readonly number[]): number[] {
  const at = series.map((_, i) => (2 * i) / (series.length - 1) - 1);
  // Legendre polynomials are nearly orthogonal on an even grid; two rounds take out what is left.
  let rest = [...series];
  for (let round = 0; round < 2; round++) {
    for (const polynomial of [() => 1, (x: number) => x, (x: number) => 1.5 * x * x - 0.5]) {
      const basis = at.map(polynomial);
      const part = mean(rest.map((v, i) => v * basis[i]!)) / mean(basis.map((b) => b * b));
      rest = rest.map((v, i) => v - part * basis[i]!);
    }
  }
  return rest;
}

/** Power by frequency (mHz), straight from the definition of the Fourier transform, with a Hann window. */
function spectrum(series: readonly number[]): { frequency: number; power: number }[] {
  const n = series.length;
  return Array.from({ length: n / 2 - 1 }, (_, j) => {
    const k = j + 1;
    let [re, im] = [0, 0];
    series.forEach((v, i) => {
      const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / n);
      re += window * v * Math.cos((2 * Math.PI * k * i) / n);
      im += window * v * Math.sin((2 * Math.PI * k * i) / n);
    });
    return { frequency: (1e3 * k) / (n * CADENCE), power: re * re + im * im };
  });
}

describe("dopplergram", () => {
  it.each([
    ["the mean of the disk", wholeDisk],
    ["a single pixel", onePixel],
  ])("swings with a period of five minutes in %s", (_, series) => {
    const all = spectrum(detrended(series));
    const total = all.reduce((sum, { power }) => sum + power, 0);
    const band = all.filter(({ frequency }) => frequency > 2.3 && frequency < 4.5);
    expect(band.reduce((sum, { power }) => sum + power, 0) / total).toBeGreaterThan(0.8);
    const centroid = band.reduce((sum, { frequency, power }) => sum + frequency * power, 0) / (total || 1);
    // 1 / 300 s = 3.33 mHz.
    expect(Math.abs(centroid - 3.33)).toBeLessThan(0.45);
  });

  it("has oscillations of metres a second in the whole disk and of hundreds in a pixel", () => {
    expect(deviation(detrended(wholeDisk))).toBeGreaterThan(0.5);
    expect(deviation(detrended(wholeDisk))).toBeLessThan(10);
    expect(deviation(detrended(onePixel))).toBeGreaterThan(80);
    expect(deviation(detrended(onePixel))).toBeLessThan(500);
  });

  it("follows the velocity of the spacecraft, which leaves the mean of the disk near the convective blueshift", () => {
    const offsets = images.map((image, k) => wholeDisk[k]! - image.view.velocityR);
    expect(deviation(offsets)).toBeLessThan(10);
    expect(mean(offsets)).toBeGreaterThan(-400);
    expect(mean(offsets)).toBeLessThan(0);
  });

  it("is seen by a spacecraft that swings by 6.15 km/s in a day while the Sun lies in the plane of its orbit", () => {
    // Twice the speed of the geosynchronous orbit, 3.075 km/s; less where the Sun stands above the plane, as in June.
    const swing = (date: string): number => {
      const day = Array.from(
        { length: 48 },
        (_, k) => sun.picture("dopplergram", drmsTime(date) + k * 1800, 16).view.velocityR,
      );
      return Math.max(...day) - Math.min(...day);
    };
    expect(Math.abs(swing("2014-03-11T00:00:00") - 6150)).toBeLessThan(100);
    expect(swing("2014-06-20T00:00:00")).toBeLessThan(5000);
  });

  it("shows the rotation, west receding, at the synodic rate that the spectrum of the equator gives", () => {
    const slope = (image: SunImage): number => {
      const d = disk(image.frame, image.view);
      let [sw, sv, sww, swv, n] = [0, 0, 0, 0, 0];
      d.index.forEach((at, i) => {
        if (Math.abs(d.sinLatitude[i]!) > 0.1) return;
        const v = pixelValue(image, at);
        sw += d.w[i]!;
        sv += v;
        sww += d.w[i]! ** 2;
        swv += d.w[i]! * v;
        n++;
      });
      return (n * swv - sw * sv) / (n * sww - sw * sw);
    };
    const image = images[0]!;
    const measured = mean(images.slice(0, 20).map(slope));
    // Snodgrass and Ulrich 1990: 2.851 microradian/s at the equator; the observer moves west too, as its OBS_VW says.
    const sidereal = 2.851e-6 * 696e6 * Math.cos((image.view.latitude * Math.PI) / 180);
    const moving = (image.view.velocityW * 696e6) / image.view.distance;
    expect(Math.abs(measured - (sidereal - moving))).toBeLessThan(25);
  });

  it("has waves that neighbours share and that far places do not", () => {
    const change = images
      .slice(1, 40)
      .map((image, k) => (at: number) => pixelValue(image, at) - pixelValue(images[k]!, at));
    const correlation = (a: number, b: number): number => {
      const [x, y] = [change.map((of) => of(a)), change.map((of) => of(b))];
      const [mx, my] = [mean(x), mean(y)];
      return mean(x.map((v, i) => (v - mx) * (y[i]! - my))) / deviation(x) / deviation(y);
    };
    const big = sun.picture("dopplergram", BEGIN, 128);
    expect(big.pixels.length).toBe(128 * 128);
    expect(Math.abs(correlation(32 * SIZE + 20, 44 * SIZE + 40))).toBeLessThan(0.6);
    const fine = Array.from({ length: 24 }, (_, k) => sun.picture("dopplergram", BEGIN + k * CADENCE, 256));
    const at = (k: number, x: number): number =>
      pixelValue(fine[k]!, 128 * 256 + x) - pixelValue(fine[k - 1]!, 128 * 256 + x);
    const [here, beside] = [130, 131].map((x) => fine.slice(1).map((_, k) => at(k + 1, x)));
    const product =
      mean(here!.map((v, i) => v * beside![i]!)) /
      Math.sqrt(mean(here!.map((v) => v * v)) * mean(beside!.map((v) => v * v)));
    expect(product).toBeGreaterThan(0.7);
  });
});
