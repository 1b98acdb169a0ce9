import { open, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { SIDECAR_SUFFIX } from "../../cache/block-path.js";
import { type ReadyAnswer, ReadyAnswers } from "../../cgi/data/ready-answers.js";
import { cachedSite, dataQuery } from "../support/cached-site.js";
import { madeReader } from "../support/made-reader.js";
import { packetDigest } from "../support/packets-by-id.js";

const COUNTS = { blocks: 1, gaps: 0, bytesFromCache: 1, bytesFromReaders: 0 };

/** An answer of so many bytes from blocks that are the same as long as all of `are` are true. */
function answer(length: number, ...are: readonly { same: boolean }[]): ReadyAnswer {
  return {
    bytes: new Uint8Array(length).fill(7),
    seals: are.map((block) => () => block.same),
    stages: [],
    cache: { result: "hit", level: "bin-60s daily", levelSeconds: 60, ...COUNTS },
  };
}

describe("answers that are ready", () => {
  it("are given by their tag, with what the log says of them", () => {
    const answers = new ReadyAnswers();
    const made = answer(100, { same: true });
    answers.keep('W/"a"', made);
    expect(answers.find('W/"b"')).toBeUndefined();
    const { bytes, ...rest } = answers.find('W/"a"') ?? made;
    expect(Buffer.compare(bytes, made.bytes)).toBe(0);
    expect(rest).toEqual({ seals: made.seals, stages: made.stages, cache: made.cache });
  });

  it("do not change with the memory that they came in", () => {
    const answers = new ReadyAnswers();
    const made = answer(4);
    answers.keep("tag", made);
    made.bytes.fill(0);
    expect([...(answers.find("tag")?.bytes ?? [])]).toEqual([7, 7, 7, 7]);
  });

  it("are gone for good as soon as one of their blocks is another", () => {
    const answers = new ReadyAnswers();
    const [first, second] = [{ same: true }, { same: true }];
    answers.keep("tag", answer(100, first, second));
    expect(answers.find("tag")).toBeDefined();
    second.same = false;
    expect(answers.find("tag")).toBeUndefined();
    second.same = true;
    expect(answers.find("tag")).toBeUndefined();
  });

  it("take no more than so many bytes: what was not used for the longest time goes", () => {
    const answers = new ReadyAnswers(250);
    answers.keep("a", answer(100));
    answers.keep("b", answer(100));
    expect(answers.find("a")).toBeDefined();
    answers.keep("c", answer(100));
    answers.keep("d", answer(251));
    expect(["a", "b", "c", "d"].filter((tag) => answers.find(tag) !== undefined)).toEqual(["a", "c"]);
    // One in the place of another counts once.
    answers.keep("c", answer(150));
    expect(["a", "c"].filter((tag) => answers.find(tag) !== undefined)).toEqual(["a", "c"]);
  });
});

const reader = madeReader({ name: "made", stepSeconds: 600 });
const server = cachedSite({ programs: { made: reader.program } });
afterAll(() => server.close());

/** A source with a block of one day that has been asked for until its answer is ready; gives the file of the block. */
async function readySource(id: string): Promise<{ readonly query: string; readonly file: string }> {
  server.define(id, "reader = made", "cacheLevel_00 = '3600 s | daily'");
  const query = dataQuery(id, "2021-06-01", "2021-06-02", { resolution: 3600 });
  await server.ask(query);
  const folder = join(server.cacheRoot, "data", id, "_noparam", "bin-3600s");
  const file = join(folder, "2021/06/2021-06-01_bin-3600s.d2s");
  await settled(file);
  for (let times = 0; times < 3; times++)
    expect((await server.ask(query)).record.cache).toMatchObject({ result: "hit", blocks: 1 });
  return { query, file };
}

/** Waits until the memory of blocks trusts in the times of the files. */
async function settled(file: string): Promise<void> {
  const times = await Promise.all(
    [file, `${file}${SIDECAR_SUFFIX}`].map(async (of) => (await stat(of)).ctimeMs),
  );
  await vi.waitFor(() => expect(Date.now() - Math.max(...times)).toBeGreaterThan(150), 30_000);
}

describe("a small answer that was given before", () => {
  it("is the same again, under the same tag and with the same record", async () => {
    const { query } = await readySource("Again");
    const [first, second] = [await server.ask(query), await server.ask(query)];
    expect(Buffer.compare(first.bytes, second.bytes)).toBe(0);
    expect(second.header("etag")).toBe(first.header("etag"));
    const { cache, stages, outcome, bytes } = second.record;
    expect({ cache, stages, outcome, bytes }).toEqual({
      cache: first.record.cache,
      stages: first.record.stages,
      outcome: "complete",
      bytes: first.bytes.length,
    });
  });

  it("is not given from memory once its block was damaged, though the index knows of nothing", async () => {
    const { query, file } = await readySource("Damaged");
    const before = await server.ask(query);
    const handle = await open(file, "r+");
    await handle.write(Buffer.of(0xff), 0, 1, (await handle.stat()).size - 1);
    await handle.close();
    const starts = reader.starts.length;
    const after = await server.ask(query);
    expect(reader.starts.length).toBe(starts + 1);
    expect(after.record.cache?.result).not.toBe("hit");
    expect(packetDigest(after.bytes)).toEqual(packetDigest(before.bytes));
  });

  it("counts as a use of its block", async () => {
    const { query, file } = await readySource("Used");
    const sidecar = `${file}${SIDECAR_SUFFIX}`;
    const old = Date.now() / 1000 - 7200;
    await utimes(sidecar, old, old);
    await settled(file);
    for (let times = 0; times < 2; times++) await server.ask(query);
    await vi.waitFor(
      async () => expect((await stat(sidecar)).mtimeMs).toBeGreaterThan(Date.now() - 600_000),
      30_000,
    );
  });
});
