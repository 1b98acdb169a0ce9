import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { EXPORT_SUMS_VARIABLE } from "../../config/archive-settings.js";
import { KeptSums } from "../../readers/archive/kept-sums.js";

const folder = mkdtempSync(join(tmpdir(), "heliostream-sums-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const lines: string[] = [];
const kept = (root = folder): KeptSums =>
  new KeptSums({ [EXPORT_SUMS_VARIABLE]: root }, "su_ex.Mag", (line) => lines.push(line));
const digits = (letter: string, count: number): string => letter.repeat(count);
const [OLD, NEW] = [digits("a", 32), digits("b", 32)];
const [ONE, TWO] = [digits("1", 64), digits("2", 64)];

describe("checksums of exported files", () => {
  it("are found again by record and revision, by other processes too", async () => {
    const first = kept();
    await first.keep(41n, OLD, ONE);
    await first.keep(9_223_372_036_854_775_807n, OLD, TWO);
    for (const store of [first, kept()]) {
      expect(await store.find(41n, OLD)).toBe(ONE);
      expect(await store.find(41n, NEW)).toBeUndefined();
      expect(await store.find(42n, OLD)).toBeUndefined();
      expect(await store.find(9_223_372_036_854_775_807n, OLD)).toBe(TWO);
    }
  });

  it("are written once, and a later one takes the place of an earlier one", async () => {
    const store = kept();
    for (let n = 0; n < 3; n++) await store.keep(7n, OLD, ONE);
    const file = join(folder, "su_ex.mag", "0");
    const count = (text: string): number => readFileSync(file, "utf8").split(text).length - 1;
    expect(count(`7 ${OLD} ${ONE}`)).toBe(1);
    await store.keep(7n, OLD, TWO);
    expect(await kept().find(7n, OLD)).toBe(TWO);
  });

  it("are not taken from lines that are none, or broken off", async () => {
    const file = join(folder, "su_ex.mag", "0");
    appendFileSync(file, `8 ${OLD} ${ONE.slice(1)}\n9 ${OLD}\n\u0000\n10 ${OLD} ${TWO}`);
    const store = kept();
    expect(await store.find(8n, OLD)).toBeUndefined();
    expect(await store.find(9n, OLD)).toBeUndefined();
    expect(await store.find(10n, OLD)).toBe(TWO);
  });

  it("are unknown, and nothing is written, where no folder is named", async () => {
    const before = readdirSync(folder);
    const store = kept("");
    await store.keep(1n, OLD, ONE);
    expect(await store.find(1n, OLD)).toBeUndefined();
    expect(readdirSync(folder)).toEqual(before);
  });

  it("that cannot be written are told in the log, and nothing fails", async () => {
    writeFileSync(join(folder, "blocked"), "");
    const store = kept(join(folder, "blocked"));
    await store.keep(1n, OLD, ONE);
    expect(await store.find(1n, OLD)).toBeUndefined();
    expect(lines.join()).toMatch(/cannot be kept/);
  });
});
