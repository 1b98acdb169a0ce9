import { readdirSync, readlinkSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ColumnSpool } from "../../../cgi/jsoc/record-list/column-spool.js";
import { spooledObject } from "../../../cgi/jsoc/record-list/spooled-response.js";

async function textOf(spool: ColumnSpool, column: number): Promise<string> {
  let text = "";
  for await (const piece of spool.pieces(column)) text += Buffer.from(piece).toString("latin1");
  return text;
}

/** Temporary files of lists that this process has open. */
function openSpools(): number {
  return readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).includes("/heliostream-");
    } catch {
      return false; // closed meanwhile
    }
  }).length;
}

describe.skipIf(process.platform !== "linux")("columns of a list on their way", () => {
  it("come out whole and in order, from memory and from a file, with commas between their pieces", async () => {
    const before = openSpools();
    for (const gathered of [1, 50, 1_000_000]) {
      const spool = new ColumnSpool(3, 1e6, { gathered });
      const expected: string[][] = [[], [], []];
      for (let n = 0; n < 100; n++) {
        for (const column of [0, 1]) {
          const piece = `"${column}-${n}"`;
          spool.add(column, piece);
          expected[column]!.push(piece);
        }
        spool.add(1, "");
        await spool.settle();
      }
      for (const column of [1, 0, 2]) expect(await textOf(spool, column)).toBe(expected[column]!.join(","));
      await spool.close();
      await spool.close();
    }
    expect(openSpools()).toBe(before);
  });

  it("end where they would become too long", () => {
    const spool = new ColumnSpool(2, 100);
    spool.add(0, "x".repeat(60));
    expect(() => spool.add(1, "y".repeat(60))).toThrow("The list has more than 100 bytes");
  });

  it("let their file go when the answer was sent, was left, or was never asked for", async () => {
    const before = openSpools();
    const answer = async () => {
      const spool = new ColumnSpool(1, 1e8, { gathered: 1000 });
      spool.add(0, "1".repeat(2 << 20));
      await spool.settle();
      const members = async function* () {
        yield '"a":[';
        yield* spool.pieces(0);
        yield "],";
      };
      return (await spooledObject(spool, members(), { status: 0 })).body as AsyncIterable<Uint8Array>; // long: it streams
    };
    let length = 0;
    for await (const piece of await answer()) length += piece.length;
    expect(length).toBe('{"a":[],"status":0}\n'.length + (2 << 20));
    for await (const _ of await answer()) break;
    await (await answer())[Symbol.asyncIterator]().return?.();
    expect(openSpools()).toBe(before);
  });
});
