import { describe, expect, it } from "vitest";
import { FULL_PLAN, plannedRecords, SMALL_PLAN } from "../../../netdrms/sample/archive/observing-plan.js";
import { SAMPLE_SERIES, sampleDefinition } from "../../../netdrms/sample/archive/sample-series.js";
import { drmsTime, sampleSun } from "./support.js";

describe("the observing plan of the sample", () => {
  it("has the strongest flare near the middle of the disk of the first half of 2013 in it", () => {
    const flare = sampleSun().bestFlare(drmsTime("2013-01-01T00:00:00"), drmsTime("2013-07-01T00:00:00"))!;
    expect(flare.strength).toBeGreaterThan(1e-5);
    const euv = FULL_PLAN.find(({ series }) => series.startsWith("sample_aia"))!;
    // Quiet before, more than twenty minutes of decay behind.
    expect(flare.peak - euv.slots[0]!).toBeGreaterThan(600);
    expect(euv.slots.at(-1)! - flare.peak).toBeGreaterThan(1200);
    for (const name of ["sample_hmi.ic_720s", "sample_hmi.m_720s"]) {
      const { slots } = FULL_PLAN.findLast(({ series }) => series === name)!;
      expect(slots.filter((slot) => Math.abs(slot - flare.peak) < 86_400 / 2).length).toBeGreaterThan(100);
    }
  });

  it("has slots in ascending order that fall on the slots of their series", () => {
    const steps: Readonly<Record<string, readonly [epoch: number, step: number]>> = {
      "sample_hmi.m_720s": [drmsTime("1993-01-01T00:00:00"), 720],
      "sample_hmi.ic_720s": [drmsTime("1993-01-01T00:00:00"), 720],
      "sample_hmi.v_45s": [drmsTime("1993-01-01T00:00:00"), 45],
      "sample_aia.lev1_euv_12s": [0, 12],
    };
    for (const { series, slots } of [...FULL_PLAN, ...SMALL_PLAN]) {
      const [epoch, step] = steps[series]!;
      for (const [n, slot] of slots.entries()) {
        expect((slot - epoch) % step).toBe(0);
        if (n > 0) expect(slot).toBeGreaterThan(slots[n - 1]!);
      }
    }
  });

  it("covers more than a cycle with magnetograms and keeps versions of the same record apart", () => {
    const magnetograms = FULL_PLAN.filter(({ series }) => series === "sample_hmi.m_720s");
    const [old, current] = magnetograms;
    expect(old!.slots.every((slot) => current!.slots.includes(slot))).toBe(true);
    expect(current!.slots.at(-1)! - current!.slots[0]!).toBeGreaterThan(13.5 * 365.25 * 86_400);
    expect(FULL_PLAN.indexOf(current!) - FULL_PLAN.indexOf(old!)).toBeGreaterThan(1);
    expect(plannedRecords(FULL_PLAN)).toBeGreaterThan(1300);
  });
});

describe("the definitions of the sample", () => {
  it.each(SAMPLE_SERIES)("%s is read without a warning and says that it is made up", async (name) => {
    const { definition, warnings } = await sampleDefinition(name);
    expect(warnings).toEqual([]);
    expect(definition.name).toBe(name);
    expect(definition.owner).toBe(name.split(".")[0]);
    expect(definition.description).toMatch(/simulated|of the model/i);
  });
});
