import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { logIndex } from "../../bin/commands/log-index.js";
import { LogIndexes } from "../../cgi/log/index/log-indexes.js";
import { listFiles } from "../../cgi/log/log-files.js";
import { recordLine } from "../../cgi/log/log-line.js";
import { readLogPage } from "../../cgi/log/read-page.js";
import { type Installation, installation } from "../support/check-subject.js";
import { logRecord } from "../support/log-records.js";

let place: Installation;
let folder = "";
beforeEach(() => {
  place = installation();
  folder = join(place.folder, "log");
  mkdirSync(folder, { recursive: true });
});
afterEach(() => {
  vi.restoreAllMocks();
  place.dispose();
});

async function run(): Promise<{ status: number; out: string[]; err: string[] }> {
  const file = place.write("site.conf", "LOG_PATH = log\n");
  const out: string[] = [];
  const err: string[] = [];
  vi.spyOn(console, "log").mockImplementation((text: string) => void out.push(text));
  vi.spyOn(console, "error").mockImplementation((text: string) => void err.push(text));
  const status = await logIndex.run(["-c", file]);
  return { status, out, err };
}

const lines = (count: number, name: string) =>
  Array.from({ length: count }, (_, n) => recordLine(logRecord({ id: `${name}${n}` }))).join("");

describe("heliostream log-index", () => {
  it("makes all files ready, coded ones too, and does nothing where that is done", async () => {
    writeFileSync(join(folder, "requests-2021-06-29.jsonl.gz"), gzipSync(lines(9000, "old")));
    writeFileSync(join(folder, "requests-2021-06-30.jsonl"), lines(500, "new"));
    const first = await run();
    expect(first.status).toBe(0);
    expect(first.out.at(-1)).toBe("2 files of the log ready");
    expect(first.out[0]).toMatch(/^requests-2021-06-30\.jsonl: \d+ kB indexed, /);
    const kept = () =>
      readdirSync(join(folder, "index")).map((name) => [name, statSync(join(folder, "index", name)).mtimeMs]);
    const before = kept();
    expect(before.map(([name]) => String(name).split(".")[1]).sort()).toEqual(["state", "state"]);
    expect((await run()).status).toBe(0);
    expect(kept()).toEqual(before);
    const page = await readLogPage(
      { files: await listFiles(folder), indexes: new LogIndexes(folder) },
      { id: "old8999", outcome: "any", source: "", text: "", refresh: 0 },
      new AbortController().signal,
      { scanBytes: 200_000 },
    );
    expect(page.entries).toHaveLength(1);
  });

  it("ends with 1 where a file cannot be decoded or the index not be written, and does the others", async () => {
    writeFileSync(join(folder, "requests-2021-06-29.jsonl"), lines(500, "a"));
    writeFileSync(join(folder, "requests-2021-06-30.jsonl.gz"), "no gzip");
    const decoded = await run();
    expect([decoded.status, decoded.err]).toEqual([1, ["requests-2021-06-30.jsonl.gz: cannot be decoded"]]);
    expect(decoded.out.at(-1)).toBe("1 file of the log ready");
    writeFileSync(join(folder, "requests-2021-06-28.jsonl"), lines(500, "b"));
    const away = join(folder, "index");
    rmSync(away, { recursive: true });
    writeFileSync(away, "not a folder");
    const written = await run();
    expect(written.status).toBe(1);
    expect(written.err.join("\n")).toContain("requests-2021-06-28.jsonl: the index cannot be written");
  });
});
