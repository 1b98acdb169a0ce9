import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isDasError } from "../../../errors/das-error.js";
import { parseDrmsTime } from "../../../netdrms/times/scan-time.js";
import { parseEpoch, readSlotting, type SlotSettings } from "../../../netdrms/values/slot-settings.js";
import {
  type SlotKind,
  type Slotting,
  slotOf,
  slotsOfExtent,
  slotsOfSkip,
} from "../../../netdrms/values/slots.js";

const MDI_EPOCH = 504921600;
const T_REC: Slotting = { kind: "ts_eq", base: MDI_EPOCH, step: 45, round: 45 };
const T_SLOT: Slotting = { kind: "ts_slot", base: MDI_EPOCH, step: 45, round: 0 };
const CARR: Slotting = { kind: "carr", base: 0, step: 1, round: 1 };

function at(text: string): number {
  return Number(parseDrmsTime(text));
}

describe("slots", () => {
  it("are those of the test vectors", () => {
    // netdrms 1.6 and 8.
    expect(slotOf(T_REC, at("2010.05.01_00:00:00_TAI"))).toBe(12151680n);
    expect(slotOf(T_REC, at("2010.05.01_00:00:22.4_TAI"))).toBe(12151680n);
    expect(slotOf(T_REC, at("2010.05.01_00:00:22.5_TAI"))).toBe(12151681n);
    expect(slotOf(T_REC, at("1993.01.01_TAI"))).toBe(0n);
    expect(slotOf(T_REC, at("1992.12.31_23:59:37.5_TAI"))).toBe(0n);
    expect(slotOf(T_REC, at("1992.12.31_23:59:37.4_TAI"))).toBe(-1n);
    expect(slotOf(T_SLOT, 1051747244.9)).toBe(12151680n);
    expect(slotOf({ ...T_REC, step: 720, round: 720 }, 1051747200)).toBe(759480n);
    expect(slotOf(CARR, 12.3)).toBe(12n);
    expect(slotOf(CARR, 12.5)).toBe(13n);
  });

  it("of a value that is no number do not exist", () => {
    expect(slotOf(T_REC, Number.NaN)).toBeUndefined();
    expect(slotOf(T_REC, Number.POSITIVE_INFINITY)).toBeUndefined();
  });

  it("never go back as the value grows", () => {
    const value = fc.double({ min: -1e10, max: 1e10, noNaN: true });
    const step = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(value, value, step, fc.boolean(), (a, b, width, nearest) => {
        const slotting: Slotting = { kind: "slot", base: 12.5, step: width, round: nearest ? width : 0 };
        const [low, high] = a < b ? [a, b] : [b, a];
        expect(Number(slotOf(slotting, low))).toBeLessThanOrEqual(Number(slotOf(slotting, high)));
      }),
    );
  });

  it("are found again by their nominal value and everything nearer to it than to others", () => {
    const slot = fc.bigInt({ min: -20_000_000n, max: 20_000_000n });
    // Steps and offsets of whole quarters, so that all sums are exact.
    fc.assert(
      fc.property(slot, fc.integer({ min: 1, max: 10_000 }), fc.nat(), (index, quarters, part) => {
        const step = quarters / 4;
        const into = (part % quarters) / 4;
        const nearest: Slotting = { ...T_REC, step, round: step };
        const down: Slotting = { ...T_SLOT, step };
        const nominal = MDI_EPOCH + Number(index) * step;
        expect(slotOf(nearest, nominal)).toBe(index);
        expect(slotOf(down, nominal + into)).toBe(index);
        expect(slotOf(nearest, nominal - step / 2 + into)).toBe(index);
      }),
    );
  });
});

describe("extents", () => {
  it("are whole slots, one where they are shorter than a step", () => {
    expect(slotsOfExtent(T_REC, 180)).toEqual({ slots: 4n });
    expect(slotsOfExtent(T_REC, 30)).toEqual({ slots: 1n, note: "shorterThanStep" });
    expect(slotsOfExtent(T_REC, 20)).toEqual({ slots: 1n, note: "shorterThanStep" });
    expect(slotsOfExtent(T_REC, 45)).toEqual({ slots: 1n });
    expect(slotsOfExtent(T_REC, 89)).toEqual({ slots: 1n });
    expect(slotsOfExtent(T_REC, 0)).toEqual({ slots: 1n, note: "shorterThanStep" });
    expect(slotsOfExtent(T_REC, Number.NaN)).toBeUndefined();
    // 0.3 / 0.1 is 2.9999999999999996 in binary64.
    expect(slotsOfExtent({ ...CARR, step: 0.1 }, 0.3)).toEqual({ slots: 3n });
  });
});

describe("skips", () => {
  it("are the nearest number of whole slots, at least one", () => {
    expect(slotsOfSkip(T_REC, 720)).toEqual({ slots: 16n });
    expect(slotsOfSkip(T_REC, 60)).toEqual({ slots: 1n, note: "noWholeSlots" });
    expect(slotsOfSkip(T_REC, 70)).toEqual({ slots: 2n, note: "noWholeSlots" });
    expect(slotsOfSkip(T_REC, 10)).toEqual({ slots: 1n, note: "noWholeSlots" });
    expect(slotsOfSkip({ ...CARR, step: 0.1 }, 0.3)).toEqual({ slots: 3n });
    expect(slotsOfSkip(T_REC, Number.POSITIVE_INFINITY)).toBeUndefined();
  });
});

describe("the settings of a slotted keyword", () => {
  const read = (kind: SlotKind, settings: SlotSettings) => readSlotting("K", kind, settings);
  const step = (kind: SlotKind, value: number | string, unit?: string) =>
    read(kind, { epoch: 0, base: 0, step: value, ...(unit === undefined ? {} : { unit }) }).slotting.step;

  it("make each class", () => {
    expect(read("ts_eq", { epoch: MDI_EPOCH, step: 45, round: 7 }).slotting).toEqual(T_REC);
    expect(read("ts_slot", { epoch: "MDI_EPOCH", step: 45 }).slotting).toEqual(T_SLOT);
    expect(read("ts_slot", { epoch: MDI_EPOCH, step: 45, round: 10 }).slotting).toEqual({
      ...T_SLOT,
      round: 10,
    });
    expect(read("ts_slot", { epoch: MDI_EPOCH, step: 45, round: "" }).slotting).toEqual(T_SLOT);
    expect(read("slot", { base: 0.5, step: 0.25, unit: "furlong" }).slotting).toEqual({
      kind: "slot",
      base: 0.5,
      step: 0.25,
      round: 0.25,
    });
    expect(read("slot", { base: 5n, step: "2" }).slotting.base).toBe(5);
    expect(read("carr", { step: "1d" }).slotting).toEqual(CARR);
  });

  it("have steps with units", () => {
    expect(step("ts_eq", "45s")).toBe(45);
    expect(step("ts_eq", "12m")).toBe(720);
    expect(step("ts_eq", "1h")).toBe(3600);
    expect(step("ts_slot", " 1.5d ")).toBe(129_600);
    expect(step("ts_eq", "45")).toBe(45);
    expect(step("ts_eq", 450, "tenthsecs")).toBe(45);
    expect(step("ts_eq", 45, "secs")).toBe(45);
    expect(step("ts_eq", 12, "MINS")).toBe(720);
    expect(step("ts_eq", 2, "hours")).toBe(7200);
    expect(step("ts_eq", 2, "days")).toBe(172_800);
    expect(step("ts_eq", 45, "none")).toBe(45);
    expect(step("carr", 2, "degrees")).toBe(2);
    expect(step("carr", 30, "arcmins")).toBeCloseTo(0.5, 12);
    expect(step("carr", 1800, "arcsecs")).toBeCloseTo(0.5, 12);
    expect(step("carr", 1_800_000, "milliarcsecs")).toBeCloseTo(0.5, 12);
    expect(step("carr", Math.PI, "rads")).toBeCloseTo(180, 12);
    expect(step("carr", Math.PI * 1e6, "microrads")).toBeCloseTo(180, 12);
  });

  it("warn where a unit stands twice", () => {
    expect(read("ts_eq", { epoch: 0, step: "45s", unit: "mins" })).toEqual({
      slotting: { kind: "ts_eq", base: 0, step: 45, round: 45 },
      warnings: ["K_unit is ignored, as K_step has a unit of its own"],
    });
    expect(read("ts_eq", { epoch: 0, step: "45", unit: "mins" }).slotting.step).toBe(2700);
  });

  it("name what is missing or no such value", () => {
    const cases: readonly (readonly [SlotKind, SlotSettings, string])[] = [
      ["ts_eq", { step: 45 }, "K_epoch is missing"],
      ["ts_eq", { epoch: "yesterday", step: 45 }, 'K_epoch is "yesterday"'],
      ["ts_eq", { epoch: -211087684832.184, step: 45 }, "K_epoch is"],
      ["ts_eq", { epoch: 0 }, "K_step is missing"],
      ["ts_eq", { epoch: 0, step: 0 }, 'K_step is "0"'],
      ["ts_eq", { epoch: 0, step: Number.NaN }, 'K_step is "NaN"'],
      ["ts_eq", { epoch: 0, step: "45x" }, 'K_step is "45x"'],
      ["ts_eq", { epoch: 0, step: 45, unit: "weeks" }, 'K_unit is "weeks"'],
      ["ts_slot", { epoch: 0, step: 45, round: "much" }, 'K_round is "much"'],
      ["slot", { step: 1 }, "K_base is missing"],
      ["slot", { base: 0, step: "1d" }, 'K_step is "1d"'],
      ["carr", { step: "1h" }, 'K_step is "1h"'],
      ["carr", { step: 1, unit: "secs" }, 'K_unit is "secs"'],
    ];
    for (const [kind, settings, message] of cases) {
      let thrown: unknown;
      try {
        read(kind, settings);
      } catch (error) {
        thrown = error;
      }
      expect(isDasError(thrown, "BAD_DEFINITION") && thrown.message).toContain(message);
    }
  });

  it("know the epochs by name, and any other time", () => {
    const names: Record<string, string> = {
      DRMS_EPOCH: "1977.01.01_TAI",
      mdi_epoch: "1993.01.01_TAI",
      TSEQ_EPOCH: "1993.01.01_TAI",
      TAI_EPOCH: "1958.01.01_TAI",
      SDO_EPOCH: "1958.01.01_TAI",
      WSO_EPOCH: "1601.01.01_UT",
      MJD_EPOCH: "1858.11.17_UT",
    };
    for (const [name, text] of Object.entries(names))
      expect([name, parseEpoch(name)]).toEqual([name, at(text)]);
    expect(parseEpoch("2010.05.01_TAI")).toBe(1051747200);
    expect(parseEpoch("toString")).toBeUndefined();
  });
});
