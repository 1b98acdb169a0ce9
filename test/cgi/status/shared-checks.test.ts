import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Check, Finding } from "../../../cgi/status/finding.js";
import { fewOf, worstState } from "../../../cgi/status/finding.js";
import { runCheck, runChecks } from "../../../cgi/status/run-check.js";
import { SharedChecks } from "../../../cgi/status/shared-checks.js";
import { DasError } from "../../../errors/das-error.js";
import { type Installation, installation } from "../../support/check-subject.js";

let place: Installation;
beforeEach(() => {
  place = installation();
});
afterEach(() => place.dispose());

const GOOD: Finding = { name: "Thing", state: "good", says: "it is there" };
const check = (run: Check["run"], name = "thing"): Check => ({ name, keepMs: 1000, run });

describe("a check that is run", () => {
  it("never throws: errors, faults of the program and time that is over are findings", async () => {
    const run = async (work: Check["run"], limitMs = 10_000) =>
      (await runCheck(check(work), place.subject(), limitMs)).findings[0];
    expect(await run(async () => [GOOD])).toEqual(GOOD);
    expect(await run(() => Promise.reject(new DasError("ARCHIVE_AWAY", "it is away")))).toMatchObject({
      state: "unknown",
      says: "it is away",
    });
    expect(await run(() => Promise.reject(new DasError("BAD_CONFIG", "that is wrong")))).toMatchObject({
      state: "bad",
      says: "that is wrong",
    });
    const fault = await run(() => {
      throw new TypeError("postgres://rita:s3cret@host is no URL");
    });
    expect(fault).toMatchObject({ state: "unknown", says: "this look failed" });
    let told: AbortSignal | undefined;
    const late = await run((_, signal) => {
      told = signal;
      return new Promise(() => {});
    }, 20);
    expect(late).toMatchObject({ state: "unknown", says: "no answer within 0.02 s" });
    expect(told?.aborted).toBe(true);
  });

  it("is one of few at the same time, and the results come in order", async () => {
    let running = 0;
    let most = 0;
    const names = Array.from({ length: 20 }, (_, n) => `check-${n}`);
    const checks = names.map((name) =>
      check(async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
        return [{ ...GOOD, name }];
      }, name),
    );
    const results = await runChecks(checks, (one) => runCheck(one, place.subject(), 10_000));
    expect(results.map((result) => result.check)).toEqual(names);
    expect(results.map(({ findings }) => findings[0]?.name)).toEqual(names);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(8);
  });
});

describe("checks that are shared", () => {
  it("look once for all who ask at the same time, and again when what was found is old", async () => {
    let now = 0;
    let looks = 0;
    const shared = new SharedChecks(
      () => place.subject(),
      () => now,
    );
    const counted = check(async () => {
      looks++;
      return [GOOD];
    });
    await Promise.all(Array.from({ length: 100 }, () => shared.look(counted)));
    expect(looks).toBe(1);
    now = 999;
    await shared.look(counted);
    expect(looks).toBe(1);
    now = 1000;
    expect((await shared.look(counted)).findings).toEqual([GOOD]);
    expect(looks).toBe(2);
    now = 1500;
    // Who is content with less asks for less.
    await shared.look(counted, 400);
    expect(looks).toBe(3);
  });

  it("do not begin again what hangs, and find that it has come back", async () => {
    let now = 0;
    let looks = 0;
    let release: (() => void) | undefined;
    const shared = new SharedChecks(
      () => place.subject(),
      () => now,
      20,
    );
    const hanging = check(async () => {
      looks++;
      if (looks === 1)
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      return [GOOD];
    });
    expect((await shared.look(hanging)).findings[0]?.state).toBe("unknown");
    now = 60_000;
    expect((await shared.look(hanging)).findings[0]?.state).toBe("unknown");
    expect(looks).toBe(1);
    release?.();
    await expect.poll(async () => (await shared.look(hanging)).findings[0]?.state).toBe("good");
    expect(looks).toBe(2);
  });
});

describe("the worst of some findings", () => {
  it("counts what is broken before what is not known, and that before what is good", () => {
    const of = (...all: readonly Finding["state"][]) => worstState(all.map((state) => ({ state })));
    expect(of()).toBe("off");
    expect(of("off", "good")).toBe("good");
    expect(of("good", "unknown")).toBe("unknown");
    expect(of("worried", "unknown")).toBe("worried");
    expect(of("good", "bad", "worried")).toBe("bad");
  });

  it("shows a few of many", () => {
    expect(fewOf(["a", "b"])).toBe("a; b");
    expect(fewOf(["a", "b", "c", "d"], 2)).toBe("a; b; and 2 more");
  });
});
