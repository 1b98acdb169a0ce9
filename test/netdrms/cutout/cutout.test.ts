import { describe, expect, it } from "vitest";
import { Header } from "../../../fits/header.js";
import { pixelsInMemory } from "../../../fits/image.js";
import { cutImage } from "../../../netdrms/cutout/cut-image.js";
import { readCutout } from "../../../netdrms/cutout/cutout-order.js";
import { boxSize, cutoutTarget, placeBox } from "../../../netdrms/cutout/cutout-place.js";
import { readProcessing } from "../../../netdrms/requests/processing.js";
import { parseDrmsTime } from "../../../netdrms/times/scan-time.js";
import type { SunFrame } from "../../../sun/sun-frame.js";
import { codeOf, messageOf, rejectionOf } from "../../support/thrown.js";

const FRAME: SunFrame = {
  ...{
    pixel: [10.5, 8.5],
    scale: [100, 100],
    value: [0, 0],
    roll: 0,
    radius: 960,
    latitude: 0,
    longitude: 40,
  },
};
const words = (text: string) => new Map(text.split(",").map((word) => word.split("=") as [string, string]));
const order = (text: string) =>
  readCutout(words(`t_ref=2013.05.23_TAI,locunits=pixels,boxunits=pixels,x=1,y=1,width=4,${text}`));
const MODE = { registers: false, crops: false };
/** Pixel (x, y) from 0 has the value 100 y + x. */
const image = () =>
  pixelsInMemory(
    Int16Array.from({ length: 20 * 16 }, (_, n) => 100 * Math.floor(n / 20) + (n % 20)),
    [20, 16],
  );
const SCALING = { bzero: 0, bscale: 1 };
const box = (start: readonly [number, number], size: readonly [number, number]) => ({
  ...{ start, size },
  middle: [start[0] + (size[0] - 1) / 2, start[1] + (size[1] - 1) / 2] as const,
});
const headerOf = (...cards: readonly (readonly [string, number])[]) => {
  const header = new Header().set("CRPIX1", 10.5).set("CRPIX2", 8.5);
  for (const [name, value] of cards) header.set(name, value);
  return header;
};

describe("the parameters of im_patch", () => {
  it("are those of the client", () => {
    expect(
      readProcessing(
        "n=0|im_patch,t_ref=2015-10-17T04:33:30.000,t=0,r=1,c=1,locunits=arcsec,boxunits=arcsec,x=-517.2,y=-246,width=345.6,height=300.5",
      ),
    ).toMatchObject({
      records: 0,
      cutout: {
        place: { kind: "arcsec", x: -517.2, y: -246, at: parseDrmsTime("2015.10.17_04:33:30_UTC") },
        box: { units: "arcsec", width: 345.6, height: 300.5 },
        ...{ tracks: true, registers: true, crops: true },
      },
    });
    // The height is the width where it is not said; units may be written in several ways.
    expect(order("boxunits=Degree,locunits=stony,t=1")).toMatchObject({
      ...{ box: { units: "degrees", width: 4, height: 4 }, place: { kind: "stony" }, tracks: false },
    });
    expect(readProcessing("n=-3").records).toBe(-3);
    expect(readProcessing("no_op|n=2").steps).toEqual([]);
  });

  it.each([
    ["width=0", /width = 0, expected a number above 0/],
    ["width=x", /width = "x", expected a number/],
    ["x=1e9", /expected a place in the image/],
    ["locunits=miles", /locunits = "miles", expected arcsec, pixels, stony, carrlong/],
    ["t_ref=yesterday", /t_ref = "yesterday", expected a time/],
    ["t=2", /t = "2", expected 0 or 1/],
    ["locunits=stony,y=91", /y = 91, expected a latitude/],
    ["colour=red", /parameter "colour"/],
  ])("are refused with what was expected: %s", (text, message) => {
    expect(codeOf(() => order(text))).toBe("BAD_PARAMETER");
    expect(messageOf(() => order(text))).toMatch(message);
  });
});

describe("the box of a cutout", () => {
  it("stays around a pixel, or goes with the Sun", () => {
    const still = order("x=11,y=9,height=2,t=1");
    const target = cutoutTarget(still, FRAME);
    const size = boxSize(still, target, FRAME);
    // Pixel 11 is the eleventh: 10 from 0, two before and one behind it.
    expect(placeBox(target, size, FRAME)).toMatchObject({ start: [8, 7], size: [4, 2] });

    const moving = order("locunits=stony,x=10,y=20");
    const place = cutoutTarget(moving, FRAME);
    expect(place).toEqual({ kind: "sphere", latitude: 20, longitude: 50 });
    // A day later the meridian of the observer is 13.2 degrees less, and the place as much further west.
    const later = placeBox(place, boxSize(moving, place, FRAME), { ...FRAME, longitude: 40 - 13.2 });
    const distance = 1 / Math.sin((960 / 3600) * (Math.PI / 180));
    const [lat, lon] = [20 * (Math.PI / 180), 23.2 * (Math.PI / 180)];
    const tangent = (Math.cos(lat) * Math.sin(lon)) / (distance - Math.cos(lat) * Math.cos(lon));
    expect(later!.middle[0]).toBeCloseTo(9.5 + tangent / ((100 / 3600) * (Math.PI / 180)), 9);
    // Half a turn later it is on the far side.
    expect(placeBox(place, boxSize(moving, place, FRAME), { ...FRAME, longitude: 230 })).toBe(undefined);
  });

  it("has as many pixels as go into its arcseconds, and one, or as its degrees have in the middle", () => {
    const arcsec = order("boxunits=arcsec,width=345.6,height=99,t=1");
    expect(boxSize(arcsec, cutoutTarget(arcsec, FRAME), FRAME)).toMatchObject({ width: 4, height: 1 });
    const degrees = order("locunits=stony,boxunits=degrees,x=0,y=0,width=60,height=20");
    // Sixty degrees around the middle are a solar radius wide: 2 sin(30) of 960 arcsec, a little more from near.
    expect(boxSize(degrees, cutoutTarget(degrees, FRAME), FRAME)).toMatchObject({ width: 10, height: 4 });
    expect(
      codeOf(() => boxSize(order("width=99999"), { kind: "sky", direction: { west: 0, north: 0 } }, FRAME)),
    ).toBe("BAD_PARAMETER");
  });

  it("is refused beyond the limb where it is to go with the Sun", () => {
    const beyond = (more: string) => cutoutTarget(order(`locunits=arcsec,x=1000,y=0,${more}`), FRAME);
    expect(messageOf(() => beyond("t=0"))).toMatch(/beyond the limb/);
    expect(beyond("t=1").kind).toBe("sky");
  });
});

describe("the pixels of a cutout", () => {
  it("are those of the image, and the reference pixel moves with them", async () => {
    const header = headerOf(["BZERO", 5]);
    const cut = await cutImage(image(), SCALING, header, box([3, 2], [4, 3]), FRAME, MODE);
    expect(cut.shape).toEqual([4, 3]);
    expect([...((await cut.read()) as Int16Array)]).toEqual([
      203, 204, 205, 206, 303, 304, 305, 306, 403, 404, 405, 406,
    ]);
    expect([header.real("CRPIX1"), header.real("CRPIX2")]).toEqual([7.5, 6.5]);
    expect(header.real("BZERO")).toBe(5);
    expect(header.has("BLANK")).toBe(false);
  });

  it("are missing outside of the image, marked as the header says, or as it says from now on", async () => {
    const header = headerOf();
    const cut = await cutImage(image(), SCALING, header, box([-1, 14], [3, 3]), FRAME, MODE);
    const none = -32768;
    expect([...((await cut.read()) as Int16Array)]).toEqual([
      none,
      1400,
      1401,
      none,
      1500,
      1501,
      none,
      none,
      none,
    ]);
    expect(header.get("BLANK")).toMatchObject({ value: none });
    expect([header.real("CRPIX1"), header.real("CRPIX2")]).toEqual([11.5, -5.5]);
    const known = await cutImage(
      image(),
      { ...SCALING, blank: 7 },
      headerOf(),
      box([-1, 0], [2, 1]),
      FRAME,
      MODE,
    );
    expect([...((await known.read()) as Int16Array)]).toEqual([7, 0]);
    const real = pixelsInMemory(Float32Array.of(1, 2), [2, 1]);
    const reals = await cutImage(real, SCALING, headerOf(), box([1, 0], [2, 1]), FRAME, MODE);
    expect([...((await reals.read()) as Float32Array)]).toEqual([2, Number.NaN]);
  });

  it("are marked by a value that no pixel has", async () => {
    const full = pixelsInMemory(Int16Array.of(-32768, 0), [2, 1]);
    const header = headerOf();
    const cut = await cutImage(full, SCALING, header, box([0, 0], [3, 1]), FRAME, MODE);
    expect([...((await cut.read()) as Int16Array)]).toEqual([-32768, 0, 32767]);
    const bytes = pixelsInMemory(Uint8Array.of(0, 255), [2, 1]);
    const error = await rejectionOf(() =>
      cutImage(bytes, SCALING, headerOf(), box([0, 0], [3, 1]), FRAME, MODE),
    );
    expect(error.message).toMatch(/all values of its type/);
  });

  it("are missing beyond the limb where that was asked for", async () => {
    const cut = await cutImage(image(), SCALING, headerOf(), box([0, 0], [20, 16]), FRAME, {
      ...MODE,
      crops: true,
    });
    const pixels = (await cut.read()) as Int16Array;
    for (let y = 0; y < 16; y++)
      for (let x = 0; x < 20; x++) {
        // The centre is at 9.5, 7.5, the limb 9.6 pixels from it.
        const isOutside = (x - 9.5) ** 2 + (y - 7.5) ** 2 >= 0.9995 * 9.6 ** 2;
        expect(pixels[20 * y + x] === -32768).toBe(isOutside);
      }
  });

  it("are interpolated to the place where that was asked for, as physical values", async () => {
    // A cubic convolution keeps what grows evenly.
    const header = headerOf(["BZERO", 1000], ["BSCALE", 0.5], ["BLANK", -1]);
    const cut = await cutImage(
      image(),
      { bzero: 1000, bscale: 0.5 },
      header,
      { start: [4, 4], size: [3, 3], middle: [5.25, 5.5] },
      FRAME,
      { ...MODE, registers: true },
    );
    expect(cut.bitpix).toBe(-32);
    const value = (x: number, y: number) => 1000 + 0.5 * (100 * y + x);
    expect([...((await cut.read()) as Float32Array)]).toEqual(
      [4.5, 5.5, 6.5].flatMap((y) => [4.25, 5.25, 6.25].map((x) => expect.closeTo(value(x, y), 3))),
    );
    expect([header.real("CRPIX1"), header.real("CRPIX2")]).toEqual([10.5 - 4.25, 8.5 - 4.5]);
    expect(["BZERO", "BSCALE", "BLANK"].filter((name) => header.has(name))).toEqual([]);
  });

  it("are the same where nothing is moved, and missing where a neighbour is", async () => {
    const blank = 505;
    const cut = await cutImage(
      image(),
      { ...SCALING, blank },
      headerOf(),
      { start: [0, 0], size: [20, 16], middle: [9.5, 7.5] },
      FRAME,
      { ...MODE, registers: true },
    );
    const pixels = (await cut.read()) as Float32Array;
    const expected = Array.from({ length: 320 }, (_, n) => 100 * Math.floor(n / 20) + (n % 20));
    expect([...pixels]).toEqual(expected.map((value) => (value === blank ? Number.NaN : value)));
  });

  it("are refused where nothing of the box is in the image, or it is no image of two axes", async () => {
    const outside = await rejectionOf(() =>
      cutImage(image(), SCALING, headerOf(), box([20, 0], [3, 3]), FRAME, MODE),
    );
    expect(outside.message).toMatch(/nothing of the box is in this image/);
    const cube = pixelsInMemory(new Int16Array(8), [2, 2, 2]);
    const error = await rejectionOf(() =>
      cutImage(cube, SCALING, headerOf(), box([0, 0], [1, 1]), FRAME, MODE),
    );
    expect(error.message).toMatch(/3 axes/);
  });
});
