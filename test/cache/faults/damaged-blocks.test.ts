import { copyFile, open, readFile, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { blockPath, SIDECAR_SUFFIX } from "../../../cache/block-path.js";
import type { Level } from "../../../cache/level.js";
import { isWholeBody } from "../../../cgi/http.js";
import { handle } from "../../../cgi/routes.js";
import { cachedSite, dataQuery } from "../../support/cached-site.js";
import { madeReader } from "../../support/made-reader.js";
import { packetDigest } from "../../support/packets-by-id.js";

/** A day of scalars and spectra is 4.6 MB, more than is held in memory, and is read from its file while it is sent. */
const reader = madeReader({ name: "made", stepSeconds: 0.75, portion: 7200 });
const programs = { made: reader.program };
const server = cachedSite({ programs });
afterAll(() => server.close());

/** 2021-06-02 is day 7823 since 2000. */
const DAY = 7823;
const QUERY = dataQuery("Raw", "2021-06-02", "2021-06-03");

let level: Level;
let path: string;
let expected: ReturnType<typeof packetDigest>;
/** The block, its description, and those of another source. */
const kept = join(server.cacheRoot, "kept.d2s");
const other = join(server.cacheRoot, "other.d2s");

async function put(from: string, to: string): Promise<void> {
  for (const suffix of ["", SIDECAR_SUFFIX]) await copyFile(from + suffix, to + suffix);
}

beforeAll(async () => {
  server.define("Raw", "reader = made", "cacheLevel_00 = 'intrinsic | daily'");
  server.define("Other", "reader = 'made other=1'", "cacheLevel_00 = 'intrinsic | daily'");
  const [found] = await server.levels("Raw");
  level = found!;
  path = blockPath(level, DAY);
  expected = packetDigest((await server.ask(QUERY)).bytes);
  await server.ask(QUERY.replace("Raw", "Other"));
  const [another] = await server.levels("Other");
  await put(path, kept);
  await put(blockPath(another!, DAY), other);
  expect((await stat(path)).size).toBeGreaterThan(4.3e6);
});

/** What happens to a block, how, and whether who has it open still has its bytes. */
const DAMAGE: readonly (readonly [string, (at: string) => Promise<unknown>, boolean])[] = [
  ["cut short", async (at) => await truncate(at, 3_000_000), false],
  ["zeroed", async (at) => await overwrite(at, 0, Buffer.alloc(4_000_000)), false],
  ["changed in one bit", flip, false],
  ["removed", async (at) => await rm(at), true],
  ["removed with its description", async (at) => await Promise.all([rm(at), rm(at + SIDECAR_SUFFIX)]), true],
  ["replaced by one of another source", async (at) => await replace(other, at, [""]), true],
  ["replaced by one of another source with its description", async (at) => await replace(other, at), true],
  [
    "overwritten by one of another source",
    async (at) => await overwrite(at, 0, await readFile(other)),
    false,
  ],
];

async function overwrite(at: string, position: number, bytes: Uint8Array): Promise<void> {
  const handle = await open(at, "r+");
  await handle.write(bytes, 0, bytes.length, position);
  await handle.close();
}

async function flip(at: string): Promise<void> {
  const position = 4_000_000;
  const handle = await open(at, "r+");
  const byte = Buffer.alloc(1);
  await handle.read(byte, 0, 1, position);
  byte[0] = byte[0]! ^ 1;
  await handle.write(byte, 0, 1, position);
  await handle.close();
}

/** Puts copies in place by a rename, as a builder does. */
async function replace(from: string, to: string, suffixes = ["", SIDECAR_SUFFIX]): Promise<void> {
  for (const suffix of suffixes) {
    await copyFile(from + suffix, `${to}.new`);
    await rename(`${to}.new`, to + suffix);
  }
}

describe("a block that is", () => {
  it.each(DAMAGE)(
    "%s while it is served costs no client anything, and is there again after the next request",
    async (_, damage, lasts) => {
      await put(kept, path);
      // Twice: only what has not changed for a while is remembered, and nothing of this is.
      const warm = await server.ask(QUERY);
      expect(warm.record.cache?.result).toBe("hit");
      const { status, body } = await handle(server.request(QUERY), server.site);
      expect(status).toBe(200);
      if (isWholeBody(body)) throw new Error("the answer is there at once");
      const pieces: Buffer[] = [];
      let length = 0;
      const starts = reader.starts.length;
      for await (const piece of body) {
        pieces.push(Buffer.from(piece));
        const before = length;
        length += piece.length;
        if (before < 1_000_000 && length >= 1_000_000) await damage(path);
      }
      expect(packetDigest(Buffer.concat(pieces))).toEqual(expected);
      // What was read for the rest of it was kept as well.
      expect(reader.starts.length - starts).toBe(lasts ? 0 : 1);
      const next = await server.ask(QUERY);
      expect(next.record.cache).toMatchObject({ result: lasts ? "miss" : "hit" });
      const last = await server.ask(QUERY);
      expect(last.record.cache).toMatchObject({ result: "hit", blocks: 1 });
      for (const answer of [next, last]) expect(packetDigest(answer.bytes)).toEqual(expected);
      expect(reader.starts.length).toBe(starts + 1);
    },
  );

  it("written by somebody while it is read is never given in part: each answer is one of the two", async () => {
    await put(kept, path);
    const answers = await Promise.all([
      server.ask(QUERY),
      writeFile(path, Buffer.alloc(100)),
      server.ask(QUERY),
      replace(kept, path),
      server.ask(QUERY),
    ]);
    for (const answer of answers) {
      if (answer === undefined) continue;
      expect(answer.status).toBe(200);
      expect(packetDigest(answer.bytes)).toEqual(expected);
    }
  });
});
