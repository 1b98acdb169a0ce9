import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { expect, it } from "vitest";
import { packageRoot } from "../../config/package-root.js";
import { fitsImageFile } from "../support/fits-image.js";

it("the example of docs/fits.md reads what it says", async () => {
  const folder = mkdtempSync(join(tmpdir(), "heliostream-fits-"));
  try {
    const text = readFileSync(join(packageRoot(), "docs/fits.md"), "utf8");
    const example = /```ts\n([\s\S]*?)```/.exec(text)?.[1] ?? "";
    const [width, height] = [1100, 2100];
    const values = Array.from({ length: width * height }, (_, i) => i % 1000);
    // The first pixel of the example's region is missing.
    values[2000 * width + 1000] = -32768;
    writeFileSync(
      join(folder, "magnetogram.fits"),
      fitsImageFile(16, [width, height], values, [
        ["BLANK", -32768],
        ["BSCALE", "                 0.5"],
      ]),
    );
    await build({
      stdin: {
        contents: `${example}\nconsole.log(gauss.length, gauss[0], gauss[1], gauss[64]);`,
        resolveDir: packageRoot(),
        loader: "ts",
      },
      bundle: true,
      platform: "node",
      format: "esm",
      outfile: join(folder, "example.mjs"),
      logLevel: "silent",
    });
    const { stdout, stderr } = spawnSync(process.execPath, ["example.mjs"], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    const at = (x: number, y: number): number => ((y * width + x) % 1000) * 0.5;
    expect(stdout.trim()).toBe(`4096 NaN ${at(1001, 2000)} ${at(1000, 2001)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
