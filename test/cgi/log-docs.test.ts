import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readFilter } from "../../cgi/log/filter-words.js";
import { readRecord } from "../../cgi/log/read-record.js";
import { packageRoot } from "../../config/package-root.js";

const text = readFileSync(join(packageRoot(), "docs/request-log.md"), "utf8");

describe("the page about the request log", () => {
  it("has a record that is one, every field of it known", () => {
    const line = /```json\n(.+)\n```/.exec(text)?.[1] ?? "";
    expect(readRecord(Buffer.from(line))).toEqual(JSON.parse(line));
  });

  it("has the parameters of the viewer, with their values", () => {
    const rows = [...text.matchAll(/^\| `(\w+)` \| (.+?) \| /gm)].slice(0, 7);
    expect(rows.map(([, name]) => name)).toEqual([
      "ip",
      "day",
      "outcome",
      "source",
      "text",
      "refresh",
      "before",
    ]);
    const outcomes = [...(rows[2]?.[2] ?? "").matchAll(/`([^`]+)`/g)].map(([, value]) => value ?? "");
    expect(outcomes).toHaveLength(7);
    for (const outcome of outcomes)
      expect(readFilter(new Map([["outcome", outcome]]), "127.0.0.1").outcome).toBe(outcome);
    for (const seconds of (rows[5]?.[2] ?? "").match(/\b\d+\b/g) ?? [])
      expect(readFilter(new Map([["refresh", seconds]]), "127.0.0.1").refresh).toBe(Number(seconds));
  });
});
