import { describe, expect, it } from "vitest";
import { Seats } from "../../readers/archive/seats.js";

const never = new AbortController().signal;

describe("seats of a pool of connections", () => {
  it("are taken several at a time, first come first served", async () => {
    const seats = new Seats(3);
    const order: string[] = [];
    const first = await seats.take(2, never);
    const wide = seats.take(3, never).then((leave) => {
      order.push("wide");
      return leave;
    });
    // There is room for one, but somebody waits already.
    const narrow = seats.take(1, never).then((leave) => {
      order.push("narrow");
      return leave;
    });
    first();
    first();
    const leaveWide = await wide;
    expect(order).toEqual(["wide"]);
    leaveWide();
    const leaveNarrow = await narrow;
    const rest = await seats.take(2, never);
    leaveNarrow();
    rest();
    await seats.take(3, never);
  });

  it("are not waited for longer than may be, and who gives up does not keep others", async () => {
    const seats = new Seats(2);
    const leave = await seats.take(1, never);
    const tooWide = expect(seats.take(2, never, 5)).rejects.toMatchObject({ code: "OVERLOADED" });
    const fits = seats.take(1, never);
    await tooWide;
    (await fits)();
    leave();
    await seats.take(2, never);
  });

  it("are not waited for by somebody whose answer nobody wants", async () => {
    const seats = new Seats(1);
    const leave = await seats.take(1, never);
    const abort = new AbortController();
    const waiting = expect(seats.take(1, abort.signal)).rejects.toMatchObject({ code: "CANCELLED" });
    abort.abort();
    await waiting;
    await expect(seats.take(1, AbortSignal.abort())).rejects.toMatchObject({ code: "CANCELLED" });
    leave();
    await seats.take(1, never);
    await expect(seats.take(2, never)).rejects.toMatchObject({ code: "INTERNAL" });
  });
});
