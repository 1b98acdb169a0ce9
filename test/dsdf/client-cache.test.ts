import { describe, expect, it } from "vitest";
import { withCacheTags } from "../../dsdf/client-cache.js";
import type { Property } from "../../stream/model.js";
import { getProperty } from "../../stream/properties.js";
import { parseTime } from "../../stream/time.js";

const DAY = { begin: parseTime("2021-06-30"), end: parseTime("2021-07-01T00:00:00.5") };

function tagged(
  properties: readonly Property[],
  stepSeconds: number | undefined,
  name: string,
): Property | undefined {
  return getProperty(withCacheTags({ version: "2.2", properties }, DAY, stepSeconds).properties, name);
}

describe("what clients decide by whether they ask again (das2-stream A15.1)", () => {
  const said = (value: string): Property[] => [{ name: "xCacheResolution", type: "Datum", value }];

  it("is the range as requested", () => {
    expect(tagged([], undefined, "xCacheRange")).toEqual({
      name: "xCacheRange",
      type: "DatumRange",
      value: "2021-06-30T00:00:00.000Z to 2021-07-01T00:00:00.500Z UTC",
    });
  });

  it("is the width of bins, and nothing for intrinsic data", () => {
    expect(tagged([], 60, "xCacheResolution")?.value).toBe("60.0 s");
    expect(tagged([], 43.2, "xCacheResolution")?.value).toBe("43.2 s");
    expect(tagged([], undefined, "xCacheResolution")).toBeUndefined();
  });

  it("is what the stream says of itself where that is coarser", () => {
    expect(tagged(said("5 min"), 60, "xCacheResolution")?.value).toBe("5 min");
    expect(tagged(said("5 s"), 60, "xCacheResolution")?.value).toBe("60.0 s");
    expect(tagged(said("60 s"), 60, "xCacheResolution")?.value).toBe("60.0 s");
    expect(tagged(said("3 furlongs"), 60, "xCacheResolution")?.value).toBe("60.0 s");
  });

  it("tells of ascending times without a type, which older Java clients cannot read", () => {
    const typed: Property[] = [{ name: "xMonotonic", type: "boolean", value: "true" }];
    expect(tagged(typed, undefined, "xMonotonic")).toEqual({
      name: "xMonotonic",
      type: "String",
      value: "true",
    });
  });
});
