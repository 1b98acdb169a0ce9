import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Request } from "../../cgi/http.js";
import { isWholeBody } from "../../cgi/http.js";
import type { RequestRecord } from "../../cgi/log/record.js";
import { openSite } from "../../cgi/open-site.js";
import { nextRequestId } from "../../cgi/request-id.js";
import { handle } from "../../cgi/routes.js";
import { caseConfig } from "../support/case-site.js";
import { decodeStream } from "../support/run-stream.js";

const folder = mkdtempSync(join(tmpdir(), "heliostream-reading-"));
const define = (name: string, text: string) =>
  writeFileSync(
    join(folder, `${name}.dsdf`),
    `description = x\ndas2Stream = 1\nreader = 'synthetic --cadence 1day'\n${text}`,
  );
define("Young", "readAccess = 'AGE:1y|USER:ada'\nvalidRange = '2000-01-01 to 2026-01-01'\n");
define("Closed", "readAccess = 'USER:ada'\n");
define("Past", "validRange = '2000-01-01T06:00 to 2026-01-01'\n");
define("Current", "validRange = '2000-01-01 to now'\n");
define("Open", "");

const { config, dispose } = caseConfig({ HELIOSTREAM_DSDF_ROOT: folder });
const records: RequestRecord[] = [];
const site = openSite(config, {
  resident: true,
  log: { write: (record) => void records.push(record), close: () => Promise.resolve() },
  now: () => new Date("2026-11-21T12:00:00Z"),
});
afterAll(() => {
  dispose();
  rmSync(folder, { recursive: true });
});

interface Wanted {
  readonly source: string;
  readonly begin: string;
  readonly end: string;
  readonly resolution?: number | string;
  readonly login?: string;
}

/** Status, the range that the reader was run for, and the rows of the answer. */
async function ask({ source, begin, end, resolution, login }: Wanted) {
  records.length = 0;
  const query = `server=dataset&dataset=${source}&start_time=${begin}&end_time=${end}${resolution === undefined ? "" : `&resolution=${resolution}`}`;
  const request: Request = {
    id: nextRequestId(),
    receivedAt: new Date(),
    method: "GET",
    protocol: "1.1",
    scheme: "http",
    host: "data.example.org",
    mount: "/das/server",
    path: "",
    query,
    headers: login === undefined ? {} : { authorization: `Basic ${Buffer.from(login).toString("base64")}` },
    peer: "192.0.2.7",
    signal: new AbortController().signal,
  };
  const response = await handle(request, site);
  const parts: Uint8Array[] = [];
  if (isWholeBody(response.body)) parts.push(Buffer.from(response.body));
  else for await (const piece of response.body) parts.push(Buffer.from(piece));
  const bytes = Buffer.concat(parts);
  const stages = records[0]?.stages ?? [];
  return {
    status: response.status,
    read: stages[0]?.argv.slice(3),
    reducer: stages[1]?.argv,
    user: records[0]?.user,
    text: bytes.toString("latin1"),
    rows: response.status === 200 ? decodeStream(bytes).rows : [],
  };
}

describe("what a reader is run for (das2-server 6.2, 12.6, 13.4)", () => {
  const twoYears = { source: "Young", begin: "2024-11-01", end: "2025-11-20", resolution: 63_072_000 };

  it("never makes a bin of data that are too young for the client", async () => {
    // Whole bins would reach to 2026-10-31, the valid range to 2026-01-01; older than a year is what is before 2025-11-21T12:00.
    const { status, read, rows } = await ask(twoYears);
    expect(status).toBe(200);
    expect(read).toEqual(["2024-11-01T00:00:00", "2025-11-20T00:00:00"]);
    expect(rows).toHaveLength(1);
  });

  it("reads whole bins for who may see them, within the valid range", async () => {
    const { read, user } = await ask({ ...twoYears, login: "ada:lovelace" });
    expect(read).toEqual(["2024-11-01T00:00:00", "2026-01-01T00:00:00"]);
    expect(user).toBe("ada");
  });

  it("reads whole bins where all of them are old enough", async () => {
    const old = { source: "Young", begin: "2020-01-01T10:00", end: "2020-01-03T14:00", resolution: 86_400 };
    expect((await ask(old)).read).toEqual(["2020-01-01T00:00:00", "2020-01-04T00:00:00"]);
  });

  it("challenges who may not have the range itself", async () => {
    expect((await ask({ ...twoYears, end: "2025-11-21T12:00" })).status).toBe(401);
    expect((await ask({ ...twoYears, source: "Closed" })).status).toBe(401);
  });

  it("never reads beyond the valid range", async () => {
    const day = { source: "Past", begin: "2000-01-01", end: "2000-01-02", resolution: 86_400 };
    expect((await ask(day)).read).toEqual(["2000-01-01T06:00:00", "2000-01-02T00:00:00"]);
    const last = { source: "Past", begin: "2025-12-25", end: "2026-02-01", resolution: 700_000 };
    expect((await ask(last)).read).toEqual(["2025-12-25T00:00:00", "2026-01-01T00:00:00"]);
    const now = { source: "Current", begin: "2026-11-19", end: "2026-11-21T11:00", resolution: 150_000 };
    expect((await ask(now)).read).toEqual(["2026-11-19T00:00:00", "2026-11-22T00:00:00"]);
  });

  it("answers a resolution beyond the request with the average of the request", async () => {
    const days = { source: "Open", begin: "2021-06-30", end: "2021-07-10" };
    const intrinsic = await ask(days);
    expect(intrinsic.rows).toHaveLength(10);
    const mean = intrinsic.rows.reduce((sum, row) => sum + row.values[1]![0]!, 0) / 10;
    for (const resolution of ["1e11", "3e6", "86400e2"]) {
      const { read, rows, text } = await ask({ ...days, resolution });
      expect(read).toEqual(["2021-06-30T00:00:00", "2021-07-10T00:00:00"]);
      expect(rows).toHaveLength(1);
      // 2021-07-05T00:00 is 7856 days after 2000-01-01; numbers of 3000 years have a step of 16 us.
      expect(Math.abs(rows[0]!.values[0]![0]! - 7856 * 86_400e6)).toBeLessThanOrEqual(16);
      expect(rows[0]!.values[1]![0]).toBeCloseTo(mean, 5);
      expect(text).toContain(`Datum:xCacheResolution="${Number(resolution)}.0 s"`);
    }
  });
});
