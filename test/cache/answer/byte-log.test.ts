import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ByteLog } from "../../../cache/answer/byte-log.js";
import { SMALL_DISK, smallDisk } from "../support/small-disk.js";

const folder = mkdtempSync(join(tmpdir(), "byte-log-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A piece of `bytes` bytes whose every byte is `n`. */
const piece = (n: number, bytes = 1 << 20): Uint8Array => new Uint8Array(bytes).fill(n);

async function countsOf(source: AsyncIterable<Uint8Array>): Promise<number[]> {
  const counts: number[] = [];
  for await (const bytes of source) for (const value of bytes) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

describe("bytes that many read while they are written", () => {
  it("gives every reader all bytes in order, in memory and beyond", async () => {
    const log = new ByteLog(folder, 64 << 20);
    const early = countsOf(log.read());
    for (let n = 0; n < 9; n++) await log.append(piece(n));
    const late = countsOf(log.read());
    log.end();
    const expected = new Array(9).fill(1 << 20);
    expect(await early).toEqual(expected);
    expect(await late).toEqual(expected);
    await log.close();
  });

  it("keeps nothing of the caller's memory", async () => {
    const log = new ByteLog(folder, 1 << 20);
    const bytes = Uint8Array.of(1, 2, 3);
    await log.append(bytes);
    bytes.fill(9);
    log.end();
    expect(await countsOf(log.read())).toEqual([undefined, 1, 1, 1]);
  });

  it("lets the writer wait once the slowest reader is as far behind as is kept, and goes on when it has come", async () => {
    const log = new ByteLog(folder, 2 << 20);
    const slow = log.read();
    await log.append(piece(0));
    await log.append(piece(1));
    let wasTaken = false;
    const third = log.append(piece(2)).then(() => {
      wasTaken = true;
    });
    expect((await slow.next()).value?.[0]).toBe(0);
    expect(wasTaken).toBe(false);
    expect((await slow.next()).value?.[0]).toBe(1);
    const next = slow.next();
    await third;
    expect(log.isWhole).toBe(false);
    expect((await next).value?.[0]).toBe(2);
    log.end();
    expect((await slow.next()).done).toBe(true);
  });

  it("lets others work while several readers wait for more", async () => {
    const log = new ByteLog(folder, 1 << 20);
    const readers = [log.read(), log.read(), log.read()].map(countsOf);
    // A turn of the event loop comes only when nobody keeps it busy.
    await new Promise((resolve) => setImmediate(resolve));
    await log.append(Uint8Array.of(0, 1));
    await new Promise((resolve) => setImmediate(resolve));
    log.end();
    for (const counts of await Promise.all(readers)) expect(counts).toEqual([1, 1]);
  });

  it("does not wait for a reader that left before it read anything", async () => {
    const log = new ByteLog(folder, 1 << 20);
    const gone = log.read();
    await gone.return?.();
    for (let n = 0; n < 5; n++) await log.append(piece(n));
    expect(log.isWhole).toBe(false);
  });

  it("tells readers of the writer's failure after the bytes that came before it", async () => {
    const log = new ByteLog(folder, 1 << 20);
    const reader = log.read();
    await log.append(Uint8Array.of(7));
    log.end(new Error("broken"));
    expect((await reader.next()).value).toEqual(Uint8Array.of(7));
    await expect(reader.next()).rejects.toThrow("broken");
  });

  it("leaves no file behind, not even while it is in use", async () => {
    const log = new ByteLog(folder, 64 << 20);
    for (let n = 0; n < 6; n++) await log.append(piece(n));
    expect(readdirSync(folder)).toEqual([]);
    log.end();
    await log.close();
  });
});

/** Expects that a log gives everything to a quick reader and to one that comes later, and that its writer waited for that one. */
async function expectHeldUp(at: string): Promise<void> {
  const log = new ByteLog(at, 64 << 20);
  const [quick, slow] = [countsOf(log.read()), log.read()];
  let appended = 0;
  const writer = (async () => {
    for (let n = 0; n < 12; n++) {
      await log.append(piece(n));
      appended++;
    }
    log.end();
  })();
  expect((await slow.next()).value?.[0]).toBe(0);
  expect(appended).toBeLessThan(12);
  const rest = await countsOf(slow);
  await writer;
  const expected = new Array(12).fill(1 << 20);
  expect(await quick).toEqual(expected);
  expect(rest.slice(1)).toEqual(expected.slice(1));
  await log.close();
}

describe("bytes for which there is no room on the disk", () => {
  it("are held in memory where no file can be made, and the slowest reader holds up the others", async () => {
    await expectHeldUp("/dev/null/no-folder");
  });

  it.skipIf(SMALL_DISK.missing)(SMALL_DISK.title("are held in memory once the disk is full"), async () => {
    await expectHeldUp(await smallDisk("size=2m"));
  });
});
