import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CSV_HEAD, csvLine } from "../../../cgi/log/export/csv-line.js";
import { type ExportForm, exportBody } from "../../../cgi/log/export/export-body.js";
import type { LogFilter } from "../../../cgi/log/filter.js";
import { dayRange } from "../../../cgi/log/filter-words.js";
import { LogIndexes } from "../../../cgi/log/index/log-indexes.js";
import { listFiles } from "../../../cgi/log/log-files.js";
import { recordLine } from "../../../cgi/log/log-line.js";
import { logRecord } from "../../support/log-records.js";

const everything: LogFilter = { outcome: "any", source: "", text: "", refresh: 0 };
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "heliostream-log-export-"));
  for (const day of ["2021-06-29", "2021-06-30"]) {
    const lines = Array.from({ length: 1500 }, (_, n) =>
      recordLine(
        logRecord({
          id: `${day}-${n}`,
          time: `${day}T10:00:00.000Z`,
          outcome: n % 3 === 0 ? "failed" : "complete",
        }),
      ),
    );
    writeFileSync(join(folder, `requests-${day}.jsonl`), `${lines.join("")}junk\n`);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function* pieces(filter: LogFilter, form: ExportForm) {
  const source = { files: await listFiles(folder), indexes: new LogIndexes(folder) };
  yield* exportBody(source, filter, form, new AbortController().signal);
}

async function exported(filter: LogFilter, form: ExportForm): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces(filter, form)) all.push(piece);
  return Buffer.concat(all).toString("utf8");
}

/** The cells of a table; RFC 4180. */
function cells(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain = "", end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === "\r\n") rows.push([]);
  }
  return rows.filter((row) => row.length > 1);
}

describe("an export", () => {
  it("has everything that the filter wants, newest first, over all files", async () => {
    const lines = (await exported({ ...everything, outcome: "failed" }, "ndjson")).trimEnd().split("\n");
    const expected = ["2021-06-30", "2021-06-29"].flatMap((day) =>
      Array.from({ length: 500 }, (_, n) => `${day}-${1497 - 3 * n}`),
    );
    expect(lines.map((line) => JSON.parse(line).id)).toEqual(expected);
    const day = await exported({ ...everything, ...dayRange("2021-06-29") }, "csv");
    const rows = cells(day);
    expect(rows[0]?.slice(0, 3)).toEqual(["time", "id", "outcome"]);
    expect(rows.slice(1).map((row) => row[1])).toEqual(
      Array.from({ length: 1500 }, (_, n) => `2021-06-29-${1499 - n}`),
    );
  });

  it("comes in pieces, however long it is", async () => {
    let most = 0;
    let count = 0;
    for await (const piece of pieces(everything, "ndjson")) {
      most = Math.max(most, piece.length);
      count += 1;
    }
    expect(count).toBeGreaterThan(10);
    expect(most).toBeLessThan(100_000);
  });

  it("has records as they were written", async () => {
    const [line = ""] = (await exported({ ...everything, id: "2021-06-30-7" }, "ndjson")).split("\n");
    expect(JSON.parse(line)).toEqual(logRecord({ id: "2021-06-30-7", time: "2021-06-30T10:00:00.000Z" }));
  });
});

describe("a line of the table", () => {
  const columns = CSV_HEAD.trimEnd().split(",");
  const cellOf = (name: string, line: string) => cells(line)[0]?.[columns.indexOf(name)];

  it.each([
    '=HYPERLINK("http://evil.example")',
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",
    "\n=1",
    "\u0000=1",
    "\uff1d1",
  ])("has no formula: %j", (text) => {
    const line = csvLine(logRecord({ userAgent: text, source: text, reason: text }));
    for (const name of ["userAgent", "source", "reason"]) expect(cellOf(name, line)).toBe(`'${text}`);
  });

  it("gives every text back as it was, and never a cell more", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string(), (userAgent, reason) => {
        const line = csvLine(logRecord({ userAgent, reason }));
        expect(cells(line)).toHaveLength(1);
        expect(cells(line)[0]).toHaveLength(columns.length);
        expect(cellOf("userAgent", line)?.replace(/^'/, "")).toBe(userAgent.replace(/^'/, ""));
        expect(cellOf("userAgent", line)).not.toMatch(/^[=+\-@\t\r]/);
      }),
      { numRuns: 300, examples: [['a"b,c\r\nd', "'"]] },
    );
  });

  it("leaves numbers numbers", () => {
    const line = csvLine(logRecord({ bytes: 12, durationMs: 0.5, status: 404 }));
    expect([cellOf("bytes", line), cellOf("durationMs", line), cellOf("status", line)]).toEqual([
      "12",
      "0.5",
      "404",
    ]);
  });
});
