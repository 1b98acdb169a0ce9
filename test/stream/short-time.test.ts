import { expect, it } from "vitest";
import { shortTime } from "../../stream/short-time.js";

it("a time is as short as what it says allows, and anything else stays", () => {
  const times = {
    "2021-06-30T00:00:00.000Z": "2021-06-30",
    "2021-06-30T00:00:00": "2021-06-30",
    "2021-06-30T00:00": "2021-06-30",
    "2021-06-30T10:00:00Z": "2021-06-30T10:00",
    "2021-06-30T10:15:00.000000000": "2021-06-30T10:15",
    "2021-06-30T10:15:30": "2021-06-30T10:15:30",
    "2021-06-30T10:15:30.250": "2021-06-30T10:15:30.250",
    "2016-12-31T23:59:60": "2016-12-31T23:59:60",
    "2021-06-30": "2021-06-30",
    now: "now",
    "": "",
    "1.0": "1.0",
    "a:00": "a:00",
  };
  for (const [text, short] of Object.entries(times)) expect(shortTime(text), text).toBe(short);
});
