import { describe, expect, it } from "vitest";
import { intervalFactor, scanDuration } from "../../../netdrms/times/intervals.js";

describe("the unit of an interval", () => {
  it("is worth seconds, hertz or degrees", () => {
    const cases: Record<string, number> = {
      ...{ s: 1, sec: 1, secs: 1, second: 1, seconds: 1, min: 60, mins: 60, minute: 60, minutes: 60 },
      ...{ h: 3600, hour: 3600, hours: 3600, d: 86_400, day: 86_400, Days: 86_400, week: 604_800 },
      ...{ hz: 1, Hz: 1, rot: 360, rotation: 360, deg: 1 },
      ...{ "5min": 300, "5 min": 300, "1.5h": 5400, ".5 d": 43_200, "1e3 s": 1000 },
      ...{ millisec: 1e-3, kilosec: 1e3, microseconds: 1e-6, megahz: 1e6, "2 kilohz": 2000 },
    };
    for (const [text, factor] of Object.entries(cases))
      expect([text, intervalFactor(text)]).toEqual([text, factor]);
  });

  it("is nothing that names a zone, a style or something else", () => {
    const others = [
      "",
      "none",
      "time",
      "TAI",
      "UTC",
      "Z",
      "S",
      "D",
      "H",
      "m",
      "ISO",
      "furlong",
      "5",
      "-1s",
      "0s",
      "ss",
    ];
    for (const text of others) expect([text, intervalFactor(text)]).toEqual([text, undefined]);
  });
});

describe("a duration in a text", () => {
  it("is a number and one of five letters", () => {
    expect(scanDuration("45s")).toEqual({ value: 45, unit: "seconds", length: 3 });
    expect(scanDuration("12m]")).toEqual({ value: 720, unit: "seconds", length: 3 });
    expect(scanDuration("/1.5h@", 1)).toEqual({ value: 5400, unit: "seconds", length: 4 });
    expect(scanDuration("3000d/1d")).toEqual({ value: 3000 * 86_400, unit: "seconds", length: 5 });
    expect(scanDuration("7u,")).toEqual({ value: 7, unit: "slots", length: 2 });
    expect(scanDuration(".5d")).toEqual({ value: 43_200, unit: "seconds", length: 3 });
    expect(scanDuration("-2h")).toEqual({ value: -7200, unit: "seconds", length: 3 });
  });

  it("is nothing else", () => {
    for (const text of [
      "",
      "45",
      "s",
      "45 s",
      "45x",
      "45S",
      "2H",
      "45sec",
      "45s2",
      "2010.05.01d",
      "1e3s",
      `${"9".repeat(16)}s`,
    ])
      expect([text, scanDuration(text)]).toEqual([text, undefined]);
  });
});
