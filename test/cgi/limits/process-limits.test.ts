import { describe, expect, it } from "vitest";
import type { ClientAllowance } from "../../../cgi/limits/client-limits.js";
import { clientName } from "../../../cgi/limits/client-name.js";
import { ProcessLimits } from "../../../cgi/limits/process-limits.js";
import { DasError } from "../../../errors/das-error.js";
import { rejectionOf } from "../../support/thrown.js";

const HOUR_MS = 3_600_000;

/** The error of a request that is refused. */
async function refusal(run: () => unknown): Promise<DasError> {
  const error = await rejectionOf(run);
  if (error instanceof DasError) return error;
  throw error;
}

function limits(allowance: Partial<ClientAllowance>) {
  const clock = { ms: 5000 };
  const made = new ProcessLimits({ atOnce: { any: 0, data: 0 }, hourBytes: 0, ...allowance }, () => clock.ms);
  return { limits: made, clock };
}

describe("requests of one client at once", () => {
  it("are as many as allowed, and a place that is given back is free again", async () => {
    const { limits: counted } = limits({ atOnce: { any: 0, data: 2 } });
    const leave = counted.enter("data", "address 192.0.2.1");
    counted.enter("data", "address 192.0.2.1");
    const refused = await refusal(() => counted.enter("data", "address 192.0.2.1"));
    expect(refused.code).toBe("TOO_MANY_REQUESTS");
    expect(refused.message).toContain("2 requests for data");
    expect(refused.where).toMatchObject({ retryAfterSeconds: 2, limit: "CLIENT_DATA_REQUESTS" });
    leave();
    counted.enter("data", "address 192.0.2.1");
  });

  it("take no place of another client, nor of another kind", async () => {
    const { limits: counted } = limits({ atOnce: { any: 1, data: 1 } });
    counted.enter("data", "address 192.0.2.1");
    counted.enter("any", "address 192.0.2.1");
    counted.enter("data", "address 192.0.2.2");
    expect((await refusal(() => counted.enter("any", "address 192.0.2.1"))).code).toBe("TOO_MANY_REQUESTS");
  });

  it("are not counted where the limit is 0", () => {
    const { limits: counted } = limits({});
    for (let n = 0; n < 1000; n++) counted.enter("data", "address 192.0.2.1");
  });
});

describe("bytes of one client", () => {
  it("are paid back in the course of an hour", async () => {
    const { limits: counted, clock } = limits({ hourBytes: 1000 });
    counted.enter("data", "user ann")();
    // What is under way may go beyond: 1500 bytes are owed, and 500 have to be paid back first, half an hour's worth.
    counted.sent("user ann", 1500);
    const refused = await refusal(() => counted.enter("data", "user ann"));
    expect(refused.where).toMatchObject({ retryAfterSeconds: 1800, limit: "CLIENT_BYTES" });
    clock.ms += HOUR_MS / 2 - 1000;
    expect((await refusal(() => counted.enter("data", "user ann"))).code).toBe("TOO_MANY_REQUESTS");
    clock.ms += 2000;
    counted.enter("data", "user ann");
  });

  it("do not keep a client from what is no data", () => {
    const { limits: counted } = limits({ hourBytes: 1000, atOnce: { any: 5, data: 5 } });
    counted.sent("user ann", 5000);
    counted.enter("any", "user ann");
  });

  it("are forgotten when they are paid back", () => {
    const { limits: counted, clock } = limits({ hourBytes: 1000 });
    counted.sent("user ann", 1000);
    clock.ms += 10 * HOUR_MS;
    counted.sent("user ann", 999);
    counted.enter("data", "user ann");
  });
});

describe("the name of a client", () => {
  it.each([
    ["192.0.2.1", undefined, "address 192.0.2.1"],
    ["192.0.2.1", "ann", "user ann"],
    // RFC 4291 section 2.2: groups of zeros are left out once.
    ["2001:db8:1:2:3:4:5:6", undefined, "address 2001:db8:1:2"],
    ["2001:db8:1:2::6", undefined, "address 2001:db8:1:2"],
    ["2001:DB8:0001::6", undefined, "address 2001:db8:1:0"],
    ["2001:db8::1:2:3:4:5", undefined, "address 2001:db8:0:1"],
    ["::1", undefined, "address 0:0:0:0"],
  ])("of %s, logged in as %s, is %s", (address, user, name) => {
    expect(clientName(address, user)).toBe(name);
  });
});
