import { describe, expect, it } from "vitest";
import { imagePlanes, type PixelText } from "../../../readers/drms-image/image-layout.js";
import type { ImageProduct, PixelTreatment } from "../../../readers/drms-image/image-product.js";
import { PLAIN } from "./made-disk.js";

const FIELD: PixelText = { name: "magnetogram", label: "Field", unit: "Gauss", range: [-10, 25] };
const ZONAL: ImageProduct = { kind: "zonal", bins: 90, equalArea: false, rmax: 1, within: 60 };

/** The text of the one plane's attributes and properties. */
function textOf(product: ImageProduct, treatment: PixelTreatment, text = FIELD): string {
  return JSON.stringify(imagePlanes(product, treatment, text, [128, 128])).replaceAll('\\"', '"');
}

describe("how the planes of an image are labelled", () => {
  it("shows values in the range that was asked for, of magnitudes the part that they can have", () => {
    expect(textOf(ZONAL, PLAIN)).toContain("-10 to 25 Gauss");
    expect(textOf(ZONAL, { unsigned: true, radial: false })).toContain('"0 to 25 Gauss');
    expect(textOf(ZONAL, { unsigned: true, radial: false }, { ...FIELD, range: [-30, 25] })).toContain(
      '"0 to 30 Gauss',
    );
  });

  it("says that a field along the line of sight was taken for a radial one", () => {
    expect(textOf(ZONAL, { unsigned: false, radial: true })).toContain("Field, taken as radial (Gauss)");
    expect(textOf(ZONAL, { unsigned: true, radial: true })).toContain("|Field, taken as radial| (Gauss)");
  });

  it("tells the places of bins in as many digits as they have", () => {
    // 1.3 radii in 65 bins: the middles are 0.01, 0.03, ... 1.29.
    const [plane] = imagePlanes({ kind: "radial", bins: 65, rmax: 1.3 }, PLAIN, FIELD, [128, 128]);
    const middles = Array.from({ length: 65 }, (_, n) => `${(2 * n + 1) / 100}`).join();
    const { yTags } = plane!;
    expect(yTags?.kind === "list" ? [...yTags.values].join() : "").toBe(middles);
  });
});
