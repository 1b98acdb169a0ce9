import { describe, expect, it } from "vitest";
import { nearest } from "../../config/nearest.js";
import { isNetwork, networkTest } from "../../config/networks.js";

describe("networks (das2-server 6.3)", () => {
  it.each(["*", "192.0.2.7", "192.0.2.0/24", "0.0.0.0/0", "::1", "2001:db8::/32", "2001:db8::/128"])(
    "takes %s",
    (text) => {
      expect(isNetwork(text)).toBe(true);
    },
  );
  it.each([
    "",
    "192.0.2",
    "192.0.2.0/33",
    "192.0.2.0/",
    "::/129",
    "host",
    "192.0.2.0/2a",
    "fe80::1%eth0",
    "256.1.1.1",
  ])("refuses %j", (text) => {
    expect(isNetwork(text)).toBe(false);
  });

  it("matches addresses, networks of both families and IPv4 inside IPv6", () => {
    const test = networkTest(["192.0.2.0/24", "198.51.100.7", "2001:db8::/32"]);
    const inside = ["192.0.2.0", "192.0.2.255", "198.51.100.7", "2001:db8:1::9", "::ffff:192.0.2.3"];
    const outside = ["192.0.3.0", "198.51.100.8", "2001:db9::1", "::1", "", "host", "192.0.2.1, 10.0.0.1"];
    expect(inside.filter((address) => !test(address))).toEqual([]);
    expect(outside.filter(test)).toEqual([]);
  });

  it("matches every address with *, nothing with an empty list", () => {
    expect(networkTest(["*"])("203.0.113.9")).toBe(true);
    expect(networkTest(["*"])("not an address")).toBe(false);
    expect(networkTest([])("127.0.0.1")).toBe(false);
  });
});

describe("the nearest known name", () => {
  it.each([
    ["SITE_NAEM", "SITE_NAME"],
    ["site_name", "SITE_NAME"],
    ["DSDFROOT", "DSDF_ROOT"],
    ["LOGPATH", "LOG_PATH"],
    ["XYZ", undefined],
  ])("%s: %s", (typed, wanted) => {
    expect(nearest(typed, ["SITE_NAME", "DSDF_ROOT", "LOG_PATH", "BIN_PATH"])).toBe(wanted);
  });
});
