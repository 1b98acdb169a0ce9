import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { flexSite } from "../support/flex-site.js";
import { decodeStream } from "../support/run-stream.js";

describe("the coverage of a source (das2-server 7.2)", () => {
  let site: Awaited<ReturnType<typeof flexSite>>;
  let mark: string;
  beforeAll(async () => {
    site = await flexSite();
    mark = join(site.folder, "mark");
    site.write("programs/leave-mark", `#!/bin/sh\ntouch '${mark}'\nexit 7\n`, 0o755);
    site.write("dsdf/Demo/Mark.dsdf", "description = 'Marks'\ndas2Stream = 1\nreader = 'leave-mark'\n");
  });
  afterAll(() => site.close());

  const ask = (id: string, width: string) =>
    site.get(`/coverage/${id}?time.min=2021-06-29&time.max=2021-07-01&resolution=${width}`);

  it("is refused before anything is read where the bins are more than can be kept", async () => {
    // 2 days have 172 800 s: bins of 0.01 s are 17 280 000, more than the 16 777 216 of reducers 6.
    const answer = await ask("Demo/Mark", "0.01");
    expect(answer.status).toBe(400);
    expect(decodeStream(answer.body).exceptions[0]?.message).toMatch(
      /^The range of 2 days has 17280000 bins of 0\.01 s, more than the 16777216 of one request/,
    );
    expect(existsSync(mark)).toBe(false);
    expect((await ask("Demo/Mark", "0.0103")).status).toBe(500);
    expect(existsSync(mark)).toBe(true);
  });

  it.each(["0", "1e-300", "-1", "x", ""])("needs a width of bins, which %j is not", async (width) => {
    expect((await ask("Demo/Pump4", width)).status).toBe(400);
  });
});
