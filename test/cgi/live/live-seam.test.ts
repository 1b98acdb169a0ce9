import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { liveRoom } from "../../../cgi/live/live-room.js";
import type { ReaderProgram } from "../../../stream/program.js";
import { formatTime, us2000ToTime } from "../../../stream/time.js";
import { GrowingArchive, type GrownRecord } from "../../support/growing-archive.js";
import { LiveClient } from "../../support/live-client.js";
import { type LiveSite, liveSite } from "../../support/live-site.js";

const programs: Record<string, ReaderProgram> = {};
let site: LiveSite;
let sources = 0;

beforeAll(async () => {
  site = await liveSite({ programs });
});

afterAll(async () => {
  await site.close();
});

/** What happens before a portion is read: records come, or another client does. */
type Step = { readonly grows: readonly Grown[] } | { readonly joinsAt: number };
interface Grown {
  readonly dx: number;
  readonly value: number;
  readonly id: number;
}

const grown = fc.record({
  dx: fc.constantFrom(0, 0, 1, 5),
  value: fc.nat(2),
  id: fc.constantFrom(1, 1, 2),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.record({ grows: fc.array(grown, { maxLength: 5 }) }), weight: 3 },
  { arbitrary: fc.record({ joinsAt: fc.nat(20) }), weight: 1 },
);

function timeText(seconds: number): string {
  return formatTime(us2000ToTime(seconds * 1e6), 0);
}

/** A source of its own, and the clients that have joined it. */
function made(follows: boolean) {
  const archive = new GrowingArchive();
  const name = `grown_${sources++}`;
  programs[name] = archive.reader(name);
  programs[`${name}_on`] = archive.follower(`${name}_on`);
  site.define(name, `reader = '${name}'`, "realTime = 1", follows ? `liveReader = '${name}_on'` : "");
  const records: GrownRecord[] = [];
  const clients: { readonly from: number; readonly client: LiveClient }[] = [];
  let x = 0;
  return {
    archive,
    records,
    clients,
    take(one: Step): void {
      if ("joinsAt" in one) {
        const words = { "read.time.min": timeText(one.joinsAt), "read.time.max": "forever" };
        clients.push({ from: one.joinsAt, client: new LiveClient(site.url(name, words)) });
        return;
      }
      for (const { dx, value, id } of one.grows) {
        x += dx;
        records.push({ x, value, id });
      }
      archive.add(...records.slice(records.length - one.grows.length));
    },
    expected: (from: number) =>
      records.filter((record) => record.x >= from).map(({ x: at, value, id }) => [at, value, id]),
    async leave(): Promise<void> {
      for (const { client } of clients) client.socket.terminate();
      await archive.until(() => archive.running === 0);
    },
  };
}

describe("the seam between what has been and what comes", () => {
  it("is not to be seen by any client, whatever comes or joins while a reader is at work", {
    timeout: 20_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(grown, { maxLength: 8 }),
        fc.array(step, { maxLength: 20 }),
        async (before, steps) => {
          const source = made(false);
          const script = [...steps];
          source.take({ grows: before });
          source.archive.before = (portion) => {
            const next = portion === 0 ? undefined : script.shift();
            if (next !== undefined) source.take(next);
          };
          source.take({ joinsAt: 0 });
          await source.archive.until(() => source.archive.ended > 0);
          while (script.length > 0) {
            const { ended } = source.archive;
            site.ring();
            await source.archive.until(() => source.archive.ended > ended);
          }
          for (const { client, from } of source.clients) {
            await client.opened();
            site.ring();
            await client.given(source.expected(from).length);
          }
          // Whoever is given something twice, is given it by now.
          const { ended } = source.archive;
          site.ring();
          await source.archive.until(() => source.archive.ended > ended);
          for (const { client, from } of source.clients) expect(client.rows).toEqual(source.expected(from));
          await source.leave();
        },
      ),
      { numRuns: 15, endOnFailure: true },
    );
  });

  it("is not to be seen where a reader goes on by itself", { timeout: 20_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(grown, { maxLength: 8 }),
        fc.array(step, { maxLength: 12 }),
        async (before, steps) => {
          const source = made(true);
          source.take({ grows: before });
          source.take({ joinsAt: 0 });
          for (const one of steps) {
            source.take(one);
            await new Promise((resolve) => setImmediate(resolve));
          }
          for (const { client, from } of source.clients) await client.given(source.expected(from).length);
          source.take({ grows: [{ dx: 30, value: 9, id: 1 }] });
          for (const { client, from } of source.clients) {
            await client.given(source.expected(from).length);
            expect(client.rows).toEqual(source.expected(from));
          }
          await source.leave();
        },
      ),
      { numRuns: 15, endOnFailure: true },
    );
  });

  it("is shared by a hundred clients, for whom one reader is run", { timeout: 20_000 }, async () => {
    const source = made(false);
    source.take({ grows: [1, 1, 1, 1].map((dx, value) => ({ dx, value, id: 1 })) });
    source.take({ joinsAt: 0 });
    await source.clients[0]?.client.given(4);
    for (let n = 1; n < 100; n++) source.take({ joinsAt: 0 });
    for (const { client } of source.clients) await client.given(4);
    await source.archive.until(() => source.archive.running === 0);
    expect(liveRoom(site.server.site).followers).toBe(1);
    const { ended } = source.archive;
    for (let value = 10; value < 15; value++) {
      const runs = source.archive.ended;
      source.take({ grows: [{ dx: 1, value, id: 1 }] });
      site.ring();
      for (const { client } of source.clients) await client.given(value - 5);
      await source.archive.until(() => source.archive.ended > runs && source.archive.running === 0);
    }
    // Each time the reader was asked once, however many clients there are.
    expect(source.archive.ended - ended).toBe(5);
    for (const { client } of source.clients) expect(client.values).toEqual([0, 1, 2, 3, 10, 11, 12, 13, 14]);
    await source.leave();
  });
});
