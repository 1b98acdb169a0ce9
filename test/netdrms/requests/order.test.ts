import { describe, expect, it } from "vitest";
import { DasError } from "../../../errors/das-error.js";
import { completeQuery } from "../../../netdrms/requests/complete-query.js";
import { processingOfJson, readProcessing } from "../../../netdrms/requests/processing.js";
import { readProtocol } from "../../../netdrms/requests/protocol.js";
import { sizeLimit } from "../../../netdrms/requests/request-facts.js";
import { checkRequestId, formatRequestId } from "../../../netdrms/requests/request-id.js";
import { requestTrouble } from "../../../netdrms/requests/request-trouble.js";
import type { Series } from "../../../netdrms/series/model.js";
import { codeOf, messageOf } from "../../support/thrown.js";

/** A series of which only the names of its keywords matter. */
const seriesWith = (...names: readonly string[]): Series =>
  ({ name: "su_ex.a", keywords: names.map((name) => ({ name })) }) as unknown as Series;
const EXISTS = "[? drms.image_exists(quality) ?]";

describe("the record set of a request", () => {
  it.each([
    ["su_ex.a", "su_ex.a[]"],
    [" su_ex.a ", "su_ex.a[]"],
    ["su_ex.a{image}", "su_ex.a[]{image}"],
    ["su_ex.a[1][2]{image, other}", "su_ex.a[1][2]{image, other}"],
  ])("has a filter: %s", (text, complete) => {
    expect(completeQuery(text, seriesWith("N"), false)).toBe(complete);
  });

  it.each([
    ["su_ex.a[1]{image}", false, `su_ex.a[1]${EXISTS}{image}`],
    ["su_ex.a", false, `su_ex.a[]${EXISTS}`],
    ["su_ex.a[1]", true, "su_ex.a[1]"],
    ["su_ex.a[][? Quality > 5 ?]", false, "su_ex.a[][? Quality > 5 ?]"],
  ])("leaves out what has no data, unless it is told otherwise: %s", (text, anyQuality, complete) => {
    expect(completeQuery(text, seriesWith("N", "QUALITY"), anyQuality)).toBe(complete);
  });
});

describe("the words of a request", () => {
  it("name what is delivered", () => {
    expect(readProtocol("as-is")).toEqual({ kind: "as-is" });
    expect(readProtocol("fits")).toEqual({ kind: "fits", compression: { kind: "none" } });
    expect(readProtocol("FITS,**NONE**")).toEqual({ kind: "fits", compression: { kind: "none" } });
    expect(readProtocol("fits,compress Rice")).toMatchObject({ compression: { algorithm: "RICE_1" } });
    for (const text of ["su", "SU-as-is"]) expect(readProtocol(text)).toEqual({ kind: "units" });
    for (const text of ["as-is,x", "su,x", "mp4,CT=grey.sao", "", "__proto__"])
      expect(codeOf(() => readProtocol(text))).toBe("BAD_PARAMETER");
  });

  it("may be JSON", () => {
    const steps = {
      im_patch: {
        x: 1,
        y: -2.5,
        locunits: "pixels",
        boxunits: "pixels",
        width: 3,
        t: true,
        t_ref: "2013.05.23_TAI",
      },
    };
    const text = processingOfJson(JSON.stringify(steps));
    expect(text).toBe("im_patch,x=1,y=-2.5,locunits=pixels,boxunits=pixels,width=3,t=1,t_ref=2013.05.23_TAI");
    expect(readProcessing(text).cutout).toMatchObject({ tracks: false, place: { x: 1, y: -2.5 } });
    for (const bad of ["", "[]", "1", '{"a":1}', '{"a":{"b":[]}}', '{"a":{"b":"x,y=1"}}', '{"a|b":{}}'])
      expect(codeOf(() => processingOfJson(bad))).toBe("BAD_PARAMETER");
  });

  it("name steps that are done, once each", () => {
    expect(messageOf(() => readProcessing("n=1|Maproj,x=1"))).toMatch(/"Maproj" is not done here/);
    expect(messageOf(() => readProcessing("n=x"))).toMatch(/n=x, expected a whole number/);
    const patch = "im_patch,locunits=carrlong,x=1,y=1,boxunits=pixels,width=1";
    expect(messageOf(() => readProcessing(`${patch}|${patch}`))).toMatch(/more than once/);
    expect(codeOf(() => readProcessing("|n=1".repeat(9)))).toBe("BAD_PARAMETER");
  });
});

describe("a request", () => {
  it("has an id that is told from any other text", () => {
    expect(formatRequestId("JSOC", "20260102", 7)).toBe("JSOC_20260102_007");
    expect(formatRequestId("X1", "20260102", 1234, "_SU")).toBe("X1_20260102_1234_SU");
    for (const id of [
      "JSOC_20260102_007",
      "JSOC_20260102_1234_SU",
      "JSOC_20260102_001_X",
      "JSOC_20260102_001_IN",
    ])
      expect(checkRequestId(id)).toBe(id);
    for (const text of [
      "",
      "JSOC_2026010_007",
      "JSOC_20260102_07",
      "jsoc_20260102_007",
      "JSOC_20260102_007/..",
      "JSOC_20260102_007\n",
    ])
      expect(codeOf(() => checkRequestId(text))).toBe("BAD_PARAMETER");
  });

  it("may be so large as what is stored and what is delivered allow", () => {
    expect(sizeLimit(true, "fits,compress Rice")).toBe(100_000);
    expect(sizeLimit(false, "fits,**NONE**")).toBe(100_000);
    expect(sizeLimit(true, "fits,**NONE**")).toBe(10_000);
    expect(sizeLimit(false, "fits,compress Rice")).toBe(1_000_000);
  });

  it("says in plain words that its tables are not there", () => {
    const missing = new DasError("ARCHIVE_FAILED", "A query of the archive failed", { sqlState: "42P01" });
    expect(requestTrouble(missing)).toMatchObject({
      code: "BAD_CONFIG",
      message: expect.stringMatching(/netdrms-setup/),
    });
    const other = new DasError("ARCHIVE_AWAY", "away", { sqlState: "08006" });
    expect(requestTrouble(other)).toBe(other);
  });
});
