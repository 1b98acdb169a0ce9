import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { EntrySpool } from "../../../netdrms/export/entry-spool.js";

describe("the entries of a list on their way", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "heliostream-entries-"));
    vi.stubEnv("TMPDIR", folder);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The list as it is read back, and whether its length was told right. */
  async function listOf(entries: readonly unknown[]) {
    const spool = new EntrySpool<unknown>();
    for (const entry of entries) await spool.add(entry);
    const { byteLength, pieces, close } = await spool.json({ status: 0, count: spool.count });
    const parts: Buffer[] = [];
    for await (const piece of pieces()) parts.push(Buffer.from(piece));
    await close();
    const bytes = Buffer.concat(parts);
    return { json: JSON.parse(String(bytes)) as unknown, isWhole: bytes.length === byteLength };
  }

  it.each([0, 1, 2, 60_000])("are a list again, %d of them", async (count) => {
    const entries = Array.from({ length: count }, (_, n) => ({ record: `s[${n}]`, message: 'µ\u2028\n"' }));
    expect(await listOf(entries)).toEqual({ json: { status: 0, count, data: entries }, isWhole: true });
    expect(readdirSync(folder)).toEqual([]);
  });

  it("are one to a line, in ASCII, and let go without having been asked for", async () => {
    const spool = new EntrySpool<unknown>();
    for (let n = 0; n < 60_000; n++) await spool.add({ n, text: "é".repeat(10) });
    expect(readdirSync(folder)).toEqual([]);
    await spool.close();
    const small = new EntrySpool<unknown>();
    await small.add({ a: "é" });
    await small.add(2);
    const parts: string[] = [];
    for await (const piece of (await small.json({})).pieces()) parts.push(String(piece));
    expect(() => JSON.parse(parts.join(""))).not.toThrow();
    expect(parts.join("")).toContain('{"a":"\\u00e9"},\n2\n');
  });
});
