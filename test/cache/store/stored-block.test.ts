import { copyFile, mkdir, open, rename, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { beforeEach, describe, expect, test } from "vitest";
import { blockPath } from "../../../cache/block-path.js";
import type { Level } from "../../../cache/level.js";
import { BlockMemory } from "../../../cache/store/block-memory.js";
import { type BlockFault, openBlock } from "../../../cache/store/stored-block.js";
import { decodeStream } from "../../support/run-stream.js";
import { rejectionOf } from "../../support/thrown.js";
import { emptyFolder, levelIn } from "../support/level-folder.js";
import { collect, type MadeBlock, madeBlock, publish, sha256 } from "../support/made-block.js";

/** 2021-06-30. */
const DAY = 7851;

let level: Level;
let path: string;
let made: MadeBlock;
/** As it is a second after the blocks were made: times of files have settled. */
let memory: BlockMemory;

function laterMemory(limits: ConstructorParameters<typeof BlockMemory>[0] = {}): BlockMemory {
  return new BlockMemory(limits, () => Date.now() + 1000);
}

/** SHA-256 of the block as it is read, or why it is not. */
async function read(of = level, number = DAY): Promise<string | BlockFault | undefined> {
  let fault: BlockFault | undefined;
  const block = await openBlock(of, number, { memory, onFault: (what) => (fault = what) });
  if (block === undefined) return fault;
  const sum = sha256(await collect(block.bytes()));
  await block.close();
  return sum;
}

async function flipBit(file: string, at: number): Promise<void> {
  const handle = await open(file, "r+");
  const byte = Buffer.alloc(1);
  await handle.read(byte, 0, 1, at);
  byte[0]! ^= 4;
  await handle.write(byte, 0, 1, at);
  await handle.close();
}

beforeEach(async () => {
  level = levelIn(await emptyFolder());
  path = blockPath(level, DAY);
  made = madeBlock(level, DAY, 1440);
  memory = laterMemory();
});

describe("a block that was published", () => {
  test("is read as it was written", async () => {
    const sidecar = await publish(level, DAY, made);
    const block = await openBlock(level, DAY, { memory });
    expect(block?.sidecar).toEqual(sidecar);
    expect(block?.size).toBe(made.bytes.length);
    expect(sha256(await collect(block!.bytes()))).toBe(sha256(made.bytes));
    expect(sha256(await collect(block!.body()))).toBe(sha256(made.bytes.subarray(made.facts.headerBytes)));
    expect((await block!.headers()).packets[0]?.planes.map(({ name }) => name)).toEqual(["", "v"]);
    const values: number[] = [];
    for await (const portion of block!.items())
      for (const item of portion)
        if (item.kind === "data")
          for (let i = 0; i < item.batch.count; i++)
            values.push(Buffer.from(item.batch.bytes).readFloatBE(i * 16 + 12));
    expect(values).toEqual(Array.from({ length: 1440 }, (_, i) => i));
  });

  test("has its companion", async () => {
    await publish(level, DAY, made);
    const block = await openBlock(level, DAY, { memory });
    const companion = await block!.statistics();
    expect(sha256(await collect(companion!.bytes()))).toBe(sha256(made.statistics));
    const { packets, rows } = decodeStream(await collect(companion!.bytes()));
    expect((await companion!.headers()).packets).toEqual(packets);
    expect(rows[7]?.values.slice(1)).toEqual([[6], [8], [8]]);
  });

  test("has none where none was written", async () => {
    await publish(level, DAY, made, false);
    const block = await openBlock(level, DAY, { memory });
    expect(await block!.statistics()).toBeUndefined();
  });

  test("without data is there, and is not flat", async () => {
    await publish(level, DAY, madeBlock(level, DAY, 0), false);
    const block = await openBlock(level, DAY, { memory });
    expect(block?.sidecar).toMatchObject({ noData: true, records: 0 });
    expect((await block!.headers()).packets).toEqual([]);
    expect(() => block!.body()).toThrow("not flat");
  });

  test("that is large is read in pieces of a mebibyte from the file", async () => {
    const large = madeBlock(level, DAY, 150_000);
    await publish(level, DAY, large, false);
    memory = laterMemory({ blockBytes: 1_000_000 });
    const block = await openBlock(level, DAY, { memory });
    const lengths: number[] = [];
    for await (const piece of block!.bytes()) lengths.push(piece.length);
    expect(lengths).toEqual([2 ** 20, 2 ** 20, large.bytes.length - 2 * 2 ** 20]);
    expect(sha256(await collect(block!.bytes()))).toBe(sha256(large.bytes));
    expect((await collect(block!.body())).length).toBe(150_000 * 16);
    expect((await block!.headers()).packets[0]?.stride).toBe(16);
    expect(block?.whole).toBeUndefined();
    await block!.close();
  });
});

describe("no block is read", () => {
  beforeEach(async () => {
    await publish(level, DAY, made);
  });

  test.each<[string, BlockFault, () => Promise<unknown>]>([
    ["that is not there", "absent", async () => await rm(path)],
    ["that was cut short", "other size", async () => await truncate(path, 5000)],
    ["that has bytes behind it", "other size", async () => await writeFile(path, "x", { flag: "a" })],
    ["that was zeroed", "other checksum", async () => await writeFile(path, Buffer.alloc(made.bytes.length))],
    ["of which one bit is another", "other checksum", async () => await flipBit(path, 9999)],
    ["that is a folder", "absent", async () => await rm(path).then(async () => await mkdir(path))],
    [
      "that is that of another day",
      "other checksum",
      async () => {
        await publish(level, DAY + 1, madeBlock(level, DAY + 1, 1440));
        await copyFile(blockPath(level, DAY + 1), path);
      },
    ],
    ["without a sidecar", "no sidecar", async () => await rm(`${path}.meta.json`)],
    ["with half a sidecar", "bad sidecar", async () => await truncate(`${path}.meta.json`, 200)],
    ["with an empty sidecar", "bad sidecar", async () => await truncate(`${path}.meta.json`, 0)],
    ["with a sidecar of a gigabyte", "bad sidecar", async () => await truncate(`${path}.meta.json`, 2 ** 30)],
    [
      "with the sidecar of another day",
      "other source, parameters, definition or version",
      async () => {
        await publish(level, DAY + 1, madeBlock(level, DAY + 1, 1440));
        await copyFile(`${blockPath(level, DAY + 1)}.meta.json`, `${path}.meta.json`);
      },
    ],
    [
      "with block and sidecar of another source",
      "other source, parameters, definition or version",
      async () => {
        const other = levelIn(await emptyFolder(), { sourceId: "Demo/Pump5" });
        await publish(other, DAY, made);
        for (const suffix of ["", ".meta.json"])
          await copyFile(`${blockPath(other, DAY)}${suffix}`, `${path}${suffix}`);
      },
    ],
  ])("%s", async (_, fault, damage) => {
    expect(await read()).toBe(sha256(made.bytes));
    await damage();
    expect(await read()).toBe(fault);
    // And is again when it was built anew.
    await rm(path, { recursive: true, force: true });
    await publish(level, DAY, made);
    expect(await read()).toBe(sha256(made.bytes));
  });

  test("of a definition that was edited, or of another data version", async () => {
    const fault = "other source, parameters, definition or version";
    expect(await read({ ...level, definition: "fedcba9876543210" })).toBe(fault);
    expect(await read({ ...level, dataVersion: "1" })).toBe(fault);
    expect(await read({ ...level, params: ["a"] })).toBe(fault);
  });
});

describe("a companion", () => {
  beforeEach(async () => {
    await publish(level, DAY, made);
  });

  test.each<[string, () => Promise<unknown>]>([
    ["that is not there", async () => await rm(`${path}.stats`)],
    ["that was cut short", async () => await truncate(`${path}.stats`, 100)],
    ["of which one bit is another", async () => await flipBit(`${path}.stats`, 1000)],
    [
      "of another build",
      async () => {
        const elsewhere = levelIn(await emptyFolder());
        await publish(elsewhere, DAY, madeBlock(level, DAY, 1440, 5));
        await copyFile(`${blockPath(elsewhere, DAY)}.stats`, `${path}.stats`);
      },
    ],
  ])("%s leaves the block valid, without statistics", async (_, damage) => {
    await damage();
    const block = await openBlock(level, DAY, { memory });
    expect(sha256(await collect(block!.bytes()))).toBe(sha256(made.bytes));
    expect(await block!.statistics()).toBeUndefined();
  });
});

describe("a block that is replaced while it is read", () => {
  test("is read to its end as it was opened", async () => {
    const before = madeBlock(level, DAY, 150_000);
    const after = madeBlock(level, DAY, 150_000, 77);
    await publish(level, DAY, before, false);
    memory = laterMemory({ blockBytes: 1000 });
    const block = await openBlock(level, DAY, { memory });
    const parts: Uint8Array[] = [];
    for await (const piece of block!.bytes()) {
      parts.push(piece);
      if (parts.length === 1) await publish(level, DAY, after, false);
    }
    expect(Buffer.concat(parts).equals(before.bytes)).toBe(true);
    expect((await collect(block!.bytes())).equals(before.bytes)).toBe(true);
    await block!.close();
    expect(await read()).toBe(sha256(after.bytes));
  });

  test("in its file, instead of by another, is an error before anything of it is given that was not checked", async () => {
    const made = madeBlock(level, DAY, 150_000);
    await publish(level, DAY, made, false);
    memory = laterMemory({ blockBytes: 1000 });
    const block = await openBlock(level, DAY, { memory });
    const given: Uint8Array[] = [];
    const failure = await rejectionOf(async () => {
      for await (const piece of block!.bytes()) if (given.push(piece) === 1) await flipBit(path, 2_200_000);
    });
    expect(failure).toMatchObject({ code: "BAD_BLOCK" });
    // One more may have been read before the change.
    const bytes = Buffer.concat(given);
    expect(given.length).toBeLessThanOrEqual(2);
    expect(bytes.equals(made.bytes.subarray(0, bytes.length))).toBe(true);
    await block!.close();
    expect(await read()).toBe("other checksum");
  });

  test("and cut short is an error", async () => {
    await publish(level, DAY, madeBlock(level, DAY, 150_000), false);
    memory = laterMemory({ blockBytes: 1000 });
    const block = await openBlock(level, DAY, { memory });
    await truncate(path, 2 ** 20);
    expect(await rejectionOf(async () => await collect(block!.bytes()))).toMatchObject({ code: "BAD_BLOCK" });
    await block!.close();
  });

  test("between two looks is read as it is then", async () => {
    await publish(level, DAY, made);
    const elsewhere = levelIn(await emptyFolder());
    const next = madeBlock(level, DAY, 1440, 3);
    await publish(elsewhere, DAY, next);
    expect(await read()).toBe(sha256(made.bytes));
    await rename(blockPath(elsewhere, DAY), path);
    expect(await read()).toBe("other checksum");
    await rename(`${blockPath(elsewhere, DAY)}.meta.json`, `${path}.meta.json`);
    expect(await read()).toBe(sha256(next.bytes));
  });
});

describe("the memory of a process", () => {
  async function whole(): Promise<Uint8Array | undefined> {
    const block = await openBlock(level, DAY, { memory });
    await block!.close();
    return block!.whole;
  }

  test("gives a small block again without reading it", async () => {
    await publish(level, DAY, made);
    const first = await whole();
    expect(await whole()).toBe(first);
    expect(memory.bytes).toBe(made.bytes.length);
  });

  test("gives those who ask at the same time the same bytes", async () => {
    await publish(level, DAY, made);
    const blocks = await Promise.all(
      Array.from({ length: 20 }, async () => await openBlock(level, DAY, { memory })),
    );
    expect(new Set(blocks.map((block) => block!.whole)).size).toBe(1);
  });

  test("is not believed where one bit was changed behind the back of the file's time", async () => {
    await publish(level, DAY, made);
    expect(await read()).toBe(sha256(made.bytes));
    const { atime, mtime } = await stat(path);
    await flipBit(path, 9999);
    await utimes(path, atime, mtime);
    expect(await read()).toBe("other checksum");
  });

  test("keeps nothing of a file that may still be changing", async () => {
    await publish(level, DAY, made);
    const { ctimeMs } = await stat(path);
    memory = new BlockMemory({}, () => ctimeMs + 50);
    const first = await whole();
    expect(await whole()).not.toBe(first);
    expect(memory.bytes).toBe(0);
  });

  test("holds no more than it may, what was used last", async () => {
    const { length } = made.bytes;
    memory = laterMemory({ bytes: 2 * length });
    const days = [DAY, DAY + 1, DAY + 2];
    for (const day of days) await publish(level, day, madeBlock(level, day, 1440));
    const wholes = [];
    for (const day of [...days.slice(0, 2), DAY, DAY + 2, DAY]) {
      const block = await openBlock(level, day, { memory });
      wholes.push(block!.whole);
    }
    expect(memory.bytes).toBe(2 * length);
    // The first was used again before the third came, so the second went.
    expect(wholes[4]).toBe(wholes[0]);
    const second = await openBlock(level, DAY + 1, { memory });
    expect(second!.whole).not.toBe(wholes[1]);
  });

  test("gives headers of equal bytes as the same object", async () => {
    const days = [DAY, DAY + 1];
    for (const day of days) await publish(level, day, madeBlock(level, day, 10));
    const [a, b] = await Promise.all(days.map(async (day) => await openBlock(level, day, { memory })));
    const headers = await a!.headers();
    expect(await b!.headers()).toBe(headers);
    expect(headers.stream.properties).toEqual([{ name: "title", type: "String", value: "Pump" }]);
  });
});
