import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Flights } from "../../../cache/answer/flights.js";
import { BARE_HEADER } from "../../../stream/bare-header.js";
import type { StreamItem } from "../../../stream/model.js";

const folder = mkdtempSync(join(tmpdir(), "flights-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const header: StreamItem = { kind: "stream", header: BARE_HEADER };
const comment = (value: string): StreamItem => ({
  kind: "comment",
  comment: { type: "log:info", source: "test", value },
});

/** Items that come when they are let. */
function gated() {
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  let starts = 0;
  const signals: AbortSignal[] = [];
  return {
    open,
    signals,
    get starts() {
      return starts;
    },
    start: (signal: AbortSignal) => {
      starts++;
      signals.push(signal);
      const items = (async function* () {
        yield [header];
        await gate;
        yield [comment("first"), comment("second")];
      })();
      return { items, facts: { start: starts } };
    },
  };
}

async function textOf(source: AsyncIterable<Uint8Array>): Promise<string> {
  let text = "";
  for await (const bytes of source) text += Buffer.from(bytes).toString("latin1");
  return text;
}

describe("runs that clients share", () => {
  it("starts one run for two hundred clients that ask for the same at once, and gives all the same bytes", async () => {
    const flights = new Flights<object>(folder);
    const made = gated();
    const texts = Array.from({ length: 200 }, () => textOf(flights.join("a", made.start).bytes));
    made.open();
    const answers = new Set(await Promise.all(texts));
    expect(made.starts).toBe(1);
    expect(answers.size).toBe(1);
    expect([...answers][0]).toMatch(/^\[00\].*first.*second/s);
    expect(flights.size).toBe(0);
  });

  it("starts another run for who asks for something else, and for who asks again afterwards", async () => {
    const flights = new Flights<object>(folder);
    const made = gated();
    made.open();
    await Promise.all([
      textOf(flights.join("a", made.start).bytes),
      textOf(flights.join("b", made.start).bytes),
    ]);
    await textOf(flights.join("a", made.start).bytes);
    expect(made.starts).toBe(3);
  });

  it("goes on when the first client leaves while another waits, and stops when the last has left", async () => {
    const flights = new Flights<object>(folder);
    const made = gated();
    const first = flights.join("a", made.start).bytes;
    const second = flights.join("a", made.start).bytes;
    await first.next();
    await first.return?.();
    expect(made.signals[0]?.aborted).toBe(false);
    await second.next();
    await second.return?.();
    expect(made.signals[0]?.aborted).toBe(true);
    made.open();
  });

  it("tells every client of a failure", async () => {
    const flights = new Flights<object>(folder);
    const failing = () => ({
      items: (async function* () {
        yield [header];
        throw new Error("no more");
      })(),
      facts: {},
    });
    const both = [flights.join("a", failing), flights.join("a", failing)].map(({ bytes }) => textOf(bytes));
    for (const one of await Promise.allSettled(both)) expect(one).toMatchObject({ status: "rejected" });
  });
});
