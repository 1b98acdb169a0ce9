import { describe, expect, it } from "vitest";
import { type ResultList, resultListJson, resultListText } from "../../../netdrms/export/result-list.js";

const LIST: ResultList = {
  requestId: "SITE_20260102_001",
  method: "url-tar",
  protocol: "fits",
  directory: "/exports/SITE_20260102_001",
  bytes: 3_500_000,
  // 2026-01-02T03:04:05Z
  madeMs: 1_767_323_045_000,
  processing: [],
  files: [{ record: "su_ex.mag45[2010.05.01_00:00:00_TAI][2]", filename: "a.fits" }],
};

describe("the list of what was exported", () => {
  it("is a text with header pairs and a line for each file", () => {
    expect(resultListText(LIST)).toBe(
      [
        "# JSOC ",
        "version=0.5",
        "requestid=SITE_20260102_001",
        "method=url-tar",
        "protocol=fits",
        "count=1",
        "size=3",
        "exptime=2026.01.02_03:04:05_UT",
        "dir=/exports/SITE_20260102_001",
        "status=0",
        "# DATA",
        "su_ex.mag45[2010.05.01_00:00:00_TAI][2]\ta.fits",
        "",
      ].join("\n"),
    );
  });

  it("has another header for stored files", () => {
    expect(
      resultListText({ ...LIST, protocol: "as-is", bytes: 10 })
        .split("\n")
        .slice(0, 11),
    ).toEqual([
      "# JSOC Export File List",
      "version=1",
      "requestid=SITE_20260102_001",
      "method=url-tar",
      "protocol=as-is",
      "wait=0",
      "count=1",
      "size=1",
      "status=0",
      "dir=/exports/SITE_20260102_001",
      "# DATA",
    ]);
  });

  it("says why there is nothing", () => {
    expect(resultListText({ ...LIST, bytes: 0, files: [] })).toContain("\nwarning=");
    const failed = resultListText({ ...LIST, bytes: 0, files: [], error: "no\nfile" });
    expect(failed).toContain("status=1\nerror=no file\n");
    expect(failed).not.toContain("# DATA");
  });

  it("is JSON of ASCII alone, with header values as strings", () => {
    const text = resultListJson({ ...LIST, files: [{ record: "s[é€😀]", filename: "a" }] });
    expect(text).toMatch(/^[\n\x20-\x7e]*$/);
    expect(JSON.parse(text)).toMatchObject({
      count: "1",
      size: "3",
      status: "0",
      wait: "0",
      keywords: "**IN FITS FILES**",
      tarfile: "/exports/SITE_20260102_001/SITE_20260102_001.tar",
      data: [{ record: "s[é€😀]", filename: "a" }],
    });
  });
});
