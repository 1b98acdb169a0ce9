import { afterAll, describe, expect, it, vi } from "vitest";
import { cachedSite, dataQuery } from "../support/cached-site.js";
import { madeReader } from "../support/made-reader.js";

const reader = madeReader({ name: "made", stepSeconds: 600 });
const server = cachedSite({ programs: { made: reader.program } });
afterAll(() => server.close());

const DAYS = ["reader = made", "cacheLevel_00 = '3600 s | daily'"];
const { control, starts } = reader;

/** Asks for ten years of which there are no data, 118 readings, and leaves as soon as the reader was started so often. */
async function leaveAt(id: string, count: number): Promise<void> {
  const leaving = new AbortController();
  const words = dataQuery(id, "2001-01-01", "2011-01-01", { resolution: 3600 });
  const answer = server.ask(words, { signal: leaving.signal }).catch(() => undefined);
  await vi.waitFor(() => expect(starts.length).toBeGreaterThanOrEqual(count), 10_000);
  leaving.abort();
  await answer;
}

describe("a client that leaves before the first record", () => {
  it("ends the way through gaps that give none", async () => {
    server.define("Silent", ...DAYS);
    control.hasData = () => false;
    await leaveAt("Silent", 2);
    await reader.idle();
    const ended = starts.length;
    control.hasData = () => true;
    server.define("Other", ...DAYS);
    for (const month of ["2021-01", "2021-03", "2021-05", "2021-07"])
      await server.ask(dataQuery("Other", `${month}-01`, `${month}-28`, { resolution: 3600 }));
    expect(starts.slice(ended).map(({ begin }) => begin.slice(0, 4))).toEqual(Array(4).fill("2021"));
  });

  it("ends a reading that gives nothing for a long time", async () => {
    server.define("Slow", ...DAYS);
    const { flights } = await server.cache();
    let goOn: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    control.beforePortion = () => gate;
    try {
      await leaveAt("Slow", starts.length + 1);
      await vi.waitFor(() => expect(flights.size).toBe(0), 5000);
    } finally {
      control.beforePortion = undefined;
      goOn();
    }
  });
});
