import { describe, expect, test } from "vitest";
import { DasError } from "../../errors/das-error.js";
import { BatchBuilder } from "../../stream/batch-builder.js";
import { encodeItems } from "../../stream/encode-items.js";
import type { ItemSource, StreamItem, StreamTransform } from "../../stream/model.js";
import { packetHeader, xPlane, yPlane } from "../../stream/packet-header.js";
import { readStream } from "../../stream/read-stream.js";
import { das2Encoder } from "../../stream/stream-writer.js";
import { applyTransform } from "../../stream/transform.js";
import { REAL4 } from "../../stream/value-type.js";
import { bytesOf, encodeAll, joined, packetText, parseAll } from "./support.js";

const STREAM: StreamItem = { kind: "stream", header: { version: "2.2", properties: [] } };
const header = packetHeader({
  id: 1,
  planes: [xPlane({ type: REAL4, units: "s" }), yPlane({ name: "a", type: REAL4, units: "" })],
});
const PACKET: StreamItem = { kind: "packet", header };
const EXCEPTION: StreamItem = {
  kind: "exception",
  exception: { type: "ServerError", message: "told before" },
};
const COMMENT: StreamItem = { kind: "comment", comment: { type: "log:info", source: "", value: "hello" } };

/** One batch of packets whose bytes all are `fill`. */
function data(count: number, fill = 1): StreamItem {
  const bytes = new Uint8Array(count * header.stride).fill(fill);
  for (let at = 0; at < bytes.length; at += header.stride) bytes.set(bytesOf(":01:"), at);
  return { kind: "data", batch: { header, bytes, count } };
}

/** A source that tells when it was closed. */
function sourceOf(portions: readonly (readonly StreamItem[])[], error?: unknown) {
  const state = { asked: 0, closed: false };
  async function* generate() {
    try {
      for (const portion of portions) {
        state.asked++;
        yield portion;
      }
      if (error !== undefined) throw error;
    } finally {
      state.closed = true;
    }
  }
  return { items: generate() as ItemSource, state };
}

async function collect(source: ItemSource): Promise<StreamItem[]> {
  const items: StreamItem[] = [];
  for await (const portion of source) items.push(...portion);
  return items;
}

function kinds(items: readonly StreamItem[]): string {
  return items.map((item) => item.kind).join(" ");
}

/** A promise with its key. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** Holds data back until the end or an exception, in memory that it uses again. */
function holder(): StreamTransform {
  const builder = new BatchBuilder(header, 4 * header.stride);
  const flush: StreamTransform["end"] = (emit) => {
    const batch = builder.take();
    if (batch !== undefined) emit({ kind: "data", batch });
    builder.bytes.fill(0);
  };
  return {
    push(item, emit) {
      if (item.kind === "exception") flush(emit);
      if (item.kind !== "data") {
        emit(item);
        return;
      }
      for (let n = 0; n < item.batch.count; n++) {
        if (builder.full) flush(emit);
        const from = n * header.stride;
        builder.bytes.set(item.batch.bytes.subarray(from, from + header.stride), builder.next());
      }
    },
    end: flush,
  };
}

describe("readStream", () => {
  const whole = encodeAll([STREAM, PACKET, data(10), COMMENT, data(3)]);

  async function* pieces(bytes: Uint8Array, step: number, state = { closed: false }) {
    try {
      for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
    } finally {
      state.closed = true;
    }
  }

  test("gives the items of the pieces", async () => {
    for (const step of [1, 7, 1000])
      expect(joined(await collect(readStream(pieces(whole, step))))).toEqual(joined(parseAll(whole)));
  });

  test("closes its source when the consumer leaves", async () => {
    const state = { closed: false };
    for await (const _ of readStream(pieces(whole, 50, state))) break;
    expect(state.closed).toBe(true);
  });

  test("throws as soon as the error is known, after what came before it, and closes its source", async () => {
    const state = { closed: false };
    async function* endless() {
      try {
        yield whole;
        yield bytesOf("nonsense");
        for (;;) yield bytesOf("more");
      } finally {
        state.closed = true;
      }
    }
    const items: StreamItem[] = [];
    const reading = (async () => {
      for await (const portion of readStream(endless())) items.push(...portion);
    })();
    await expect(reading).rejects.toMatchObject({ code: "BAD_PREFIX" });
    expect([kinds(items), state.closed]).toEqual(["stream packet data comment data", true]);
  });

  test("throws NO_STREAM_HEADER for an empty input", async () => {
    await expect(collect(readStream(pieces(bytesOf(""), 1)))).rejects.toMatchObject({
      code: "NO_STREAM_HEADER",
    });
  });

  test("hands on the error of its source", async () => {
    // biome-ignore lint/correctness/useYield: it fails before it can
    async function* broken(): AsyncGenerator<Uint8Array> {
      throw new Error("pipe");
    }
    await expect(collect(readStream(broken()))).rejects.toThrow("pipe");
  });

  test("lets a writer end after an exception, but not go on for ever", async () => {
    const state = { given: 0 };
    async function* chatty(more: number) {
      yield encodeAll([STREAM, EXCEPTION]);
      for (; state.given < more; state.given++) yield new Uint8Array(1024);
    }
    expect(kinds(await collect(readStream(chatty(10))))).toBe("stream exception");
    expect(state.given).toBe(10);
    expect(kinds(await collect(readStream(chatty(1e9))))).toBe("stream exception");
    expect(state.given).toBeLessThan(1100);
  });

  test("can be used again at once", async () => {
    await collect(readStream(pieces(whole, 64)));
    expect(kinds(await collect(readStream(pieces(whole, whole.length))))).toBe(
      "stream packet data comment data",
    );
  });
});

describe("applyTransform", () => {
  const identity: StreamTransform = { push: (item, emit) => emit(item), end: () => {} };

  test("changes items and keeps batches that the transform would write over", async () => {
    const { items } = sourceOf([[STREAM, PACKET], [data(3, 7), data(2, 8)], [data(6, 9)]]);
    const out = joined(await collect(applyTransform(items, holder())));
    const all = joined([STREAM, PACKET, data(3, 7), data(2, 8), data(6, 9)]);
    expect(out).toEqual(all);
  });

  test("passes a batch on as the view that it is", async () => {
    const batch = data(5);
    const out = await collect(applyTransform(sourceOf([[STREAM, batch]]).items, identity));
    expect(out[1]).toMatchObject({ kind: "data" });
    if (out[1]?.kind !== "data" || batch.kind !== "data") throw new Error("no data");
    expect(out[1].batch.bytes.buffer).toBe(batch.batch.bytes.buffer);
  });

  test("asks for no more than the consumer takes", async () => {
    const { items, state } = sourceOf([[STREAM], [data(1)], [data(2)], [data(3)]]);
    const out = applyTransform(items, identity);
    expect(state.asked).toBe(0);
    await out.next();
    expect(state.asked).toBe(1);
    await out.next();
    expect(state.asked).toBe(2);
    await out.return();
    expect(state).toEqual({ asked: 2, closed: true });
  });

  test("closes the source when the consumer leaves", async () => {
    const { items, state } = sourceOf([[STREAM], [data(1)]]);
    for await (const _ of applyTransform(items, identity)) break;
    expect(state.closed).toBe(true);
  });

  test("an error of the source becomes an exception, after what was pending", async () => {
    const failures: DasError[] = [];
    const broken = sourceOf([[STREAM, PACKET, data(2)]], new DasError("PARTIAL_PACKET", "cut off (byte 7)"));
    const out = await collect(
      applyTransform(broken.items, holder(), { onFailure: (error) => failures.push(error) }),
    );
    expect(out).toEqual([
      STREAM,
      PACKET,
      data(2),
      { kind: "exception", exception: { type: "ServerError", message: "cut off (byte 7)" } },
    ]);
    expect(failures.map((error) => error.code)).toEqual(["PARTIAL_PACKET"]);
  });

  test("an error of the transform becomes an exception, and the source is closed", async () => {
    const failures: DasError[] = [];
    const { items, state } = sourceOf([[STREAM, PACKET], [data(1)], [data(1)]]);
    const picky: StreamTransform = {
      push(item, emit) {
        emit(item);
        if (item.kind === "data") throw new DasError("UNSUITED_STREAM", "no such plane");
      },
      end: () => {},
    };
    const out = await collect(applyTransform(items, picky, { onFailure: (error) => failures.push(error) }));
    expect(kinds(out)).toBe("stream packet data exception");
    expect(failures.map((error) => error.code)).toEqual(["UNSUITED_STREAM"]);
    expect(state).toEqual({ asked: 2, closed: true });
  });

  test("an error at the end becomes an exception", async () => {
    const late: StreamTransform = {
      push: (item, emit) => emit(item),
      end: () => {
        throw new DasError("NO_DATA", "nothing between 2021-06-30 and 2021-07-01");
      },
    };
    const out = await collect(applyTransform(sourceOf([[STREAM]]).items, late));
    expect(out[1]).toEqual({
      kind: "exception",
      exception: { type: "NoDataInInterval", message: "nothing between 2021-06-30 and 2021-07-01" },
    });
  });

  test("an error of another class tells nothing of itself in the stream", async () => {
    const failures: DasError[] = [];
    const secret = new TypeError("/etc/secret is undefined");
    const out = await collect(
      applyTransform(sourceOf([[STREAM]], secret).items, identity, {
        onFailure: (error) => failures.push(error),
      }),
    );
    expect(out[1]).toEqual({
      kind: "exception",
      exception: { type: "ServerError", message: "the source failed for an internal reason" },
    });
    expect(failures[0]).toMatchObject({ code: "INTERNAL", cause: secret });
  });

  test("of no transforms puts the failure of the source in band", async () => {
    const failures: DasError[] = [];
    const broken = sourceOf([[STREAM, COMMENT]], new DasError("BAD_FILE", "torn"));
    const out = await collect(
      applyTransform(broken.items, [], { onFailure: (error) => failures.push(error) }),
    );
    expect(out).toEqual([
      STREAM,
      COMMENT,
      { kind: "exception", exception: { type: "ServerError", message: "torn" } },
    ]);
    expect(failures.map((error) => error.code)).toEqual(["BAD_FILE"]);
  });

  test("an error before the stream header leaves the output empty, but that there is no data is said", async () => {
    const failures: DasError[] = [];
    const options = { onFailure: (error: DasError) => failures.push(error) };
    const torn = sourceOf([], new DasError("BAD_FILE", "torn"));
    expect(await collect(applyTransform(torn.items, identity, options))).toEqual([]);
    expect(failures.map((error) => error.code)).toEqual(["BAD_FILE"]);
    const none = sourceOf([], new DasError("NO_DATA", "none"));
    expect(await collect(applyTransform(none.items, identity, options))).toEqual([
      STREAM,
      { kind: "exception", exception: { type: "NoDataInInterval", message: "none" } },
    ]);
    expect(failures).toHaveLength(1);
  });

  test("a transform that refuses the header gives nothing", async () => {
    const { items, state } = sourceOf([[STREAM, PACKET], [data(1)]]);
    const refusing: StreamTransform = {
      push: () => {
        throw new DasError("UNSUITED_STREAM", "not this one");
      },
      end: () => {},
    };
    expect(await collect(applyTransform(items, refusing))).toEqual([]);
    expect(state).toEqual({ asked: 1, closed: true });
  });

  test("an empty input gives nothing but the failure", async () => {
    const failures: DasError[] = [];
    async function* nothing(): AsyncGenerator<Uint8Array> {}
    const out = await collect(
      applyTransform(readStream(nothing()), identity, { onFailure: (error) => failures.push(error) }),
    );
    expect([out, failures.map((error) => error.code)]).toEqual([[], ["NO_STREAM_HEADER"]]);
  });

  test("an exception of the stream passes through and is no failure; nothing follows it", async () => {
    let failed = false;
    const calls: string[] = [];
    const watched: StreamTransform = {
      push(item, emit) {
        calls.push(item.kind);
        emit(item);
      },
      end: () => calls.push("end"),
    };
    const { items } = sourceOf([[STREAM, EXCEPTION, data(1)], [data(1)]]);
    const out = await collect(
      applyTransform(items, watched, {
        onFailure: () => {
          failed = true;
        },
      }),
    );
    expect([kinds(out), calls, failed]).toEqual(["stream exception", ["stream", "exception"], false]);
  });

  test("a transform that fails while it flushes does not hide the first error", async () => {
    const failures: DasError[] = [];
    const touchy: StreamTransform = {
      push(item, emit) {
        if (item.kind === "exception") throw new DasError("INTERNAL", "second");
        emit(item);
      },
      end: () => {},
    };
    const broken = sourceOf([[STREAM]], new DasError("BAD_FILE", "first"));
    const out = await collect(
      applyTransform(broken.items, touchy, { onFailure: (error) => failures.push(error) }),
    );
    expect(out[1]).toEqual({ kind: "exception", exception: { type: "ServerError", message: "first" } });
    expect(failures.map((error) => error.message)).toEqual(["first"]);
  });
});

describe("applyTransform of several", () => {
  const doubling: StreamTransform = {
    push(item, emit) {
      emit(item);
      if (item.kind === "comment") emit(item);
    },
    end: (emit) => emit({ kind: "comment", comment: { type: "end", source: "", value: "" } }),
  };

  const run = (transforms: readonly StreamTransform[], items: readonly StreamItem[]) =>
    collect(applyTransform(sourceOf([items]).items, transforms));

  test("feeds each into the next, the end in order", async () => {
    const out = await run([doubling, doubling], [STREAM, COMMENT]);
    const values = out.map((item) => (item.kind === "comment" ? item.comment.type : item.kind));
    expect(values).toEqual(["stream", ...Array<string>(4).fill("log:info"), "end", "end", "end"]);
  });

  test("equals the transforms one after the other", async () => {
    const portions = [
      [STREAM, PACKET],
      [data(3, 1), COMMENT, data(6, 2)],
    ];
    const apart = applyTransform(applyTransform(sourceOf(portions).items, holder()), doubling);
    const together = applyTransform(sourceOf(portions).items, [holder(), doubling]);
    expect(joined(await collect(together))).toEqual(joined(await collect(apart)));
  });

  test("an exception that one of them makes is the last thing that those after it get", async () => {
    const seen: string[] = [];
    const failing: StreamTransform = {
      push: (item, emit) => emit(item.kind === "comment" ? EXCEPTION : item),
      end: (emit) => emit(COMMENT),
    };
    const last: StreamTransform = {
      push(item, emit) {
        seen.push(item.kind);
        emit(item);
      },
      end: () => seen.push("end"),
    };
    const out = await run([failing, last], [STREAM, COMMENT, data(1), COMMENT]);
    expect([kinds(out), seen]).toEqual(["stream exception", ["stream", "exception"]]);
  });
});

describe("encodeItems", () => {
  async function sizes(source: ItemSource): Promise<number[]> {
    const found: number[] = [];
    for await (const piece of encodeItems(source, das2Encoder())) found.push(piece.length);
    return found;
  }

  test("gathers small packets into pieces of 64 KiB and more, the first portion at once", async () => {
    const portions = Array.from({ length: 400 }, (_, i) => [data(50, i & 255)]);
    const found = await sizes(sourceOf([[STREAM, PACKET], ...portions]).items);
    expect(found[0]).toBeLessThan(400);
    for (const size of found.slice(1, -1)) expect(size).toBeGreaterThanOrEqual(65_536);
    expect(found.length).toBeLessThan(6);
  });

  test("every piece ends with a packet, and all together are the stream", async () => {
    const portions = Array.from({ length: 30 }, (_, i) => [data(i * 700 + 1, i), COMMENT]);
    const pieces: Uint8Array[] = [];
    for await (const piece of encodeItems(sourceOf([[STREAM, PACKET], ...portions]).items, das2Encoder())) {
      pieces.push(piece);
      expect(() => parseAll(Buffer.concat(pieces))).not.toThrow();
    }
    expect(Buffer.concat(pieces).equals(encodeAll([STREAM, PACKET, ...portions.flat()]))).toBe(true);
  });

  test("pieces stay as they are when the source uses its memory again", async () => {
    const memory = data(10_000);
    if (memory.kind !== "data") throw new Error("no data");
    const { bytes } = memory.batch;
    async function* reusing(): ItemSource & AsyncGenerator<readonly StreamItem[]> {
      yield [STREAM, PACKET];
      for (let n = 0; n < 5; n++) {
        for (let at = 4; at < bytes.length; at += header.stride) bytes.fill(n, at, at + 8);
        yield [memory];
      }
    }
    const pieces: Uint8Array[] = [];
    for await (const piece of encodeItems(reusing(), das2Encoder())) pieces.push(piece);
    const values = parseAll(Buffer.concat(pieces)).flatMap((item) =>
      item.kind === "data" ? [...item.batch.bytes] : [],
    );
    for (let n = 0; n < 5; n++) expect(values[n * bytes.length + 5]).toBe(n);
  });

  test("gives what is gathered while the source waits", async () => {
    const wait = gate();
    async function* slow(): AsyncGenerator<readonly StreamItem[]> {
      yield [STREAM, PACKET];
      yield [data(2)];
      await wait.opened;
      yield [data(1)];
    }
    const out = encodeItems(slow(), das2Encoder());
    const lengths = [(await out.next()).value?.length, (await out.next()).value?.length];
    expect(lengths).toEqual([encodeAll([STREAM, PACKET]).length, 24]);
    wait.open();
    expect((await out.next()).value?.length).toBe(12);
    expect((await out.next()).done).toBe(true);
  });

  test("a consumer that leaves while the source waits need not wait for it", async () => {
    const wait = gate();
    const state = { closed: false };
    async function* slow(): AsyncGenerator<readonly StreamItem[]> {
      try {
        yield [STREAM];
        yield [COMMENT];
        await wait.opened;
        throw new Error("too late");
      } finally {
        state.closed = true;
      }
    }
    const out = encodeItems(slow(), das2Encoder());
    await out.next();
    await out.next();
    await out.return();
    expect(state.closed).toBe(false);
    wait.open();
    await expect.poll(() => state.closed).toBe(true);
  });

  test("closes the source when the consumer leaves", async () => {
    const { items, state } = sourceOf([[STREAM], [data(1)]]);
    for await (const _ of encodeItems(items, das2Encoder())) break;
    expect(state.closed).toBe(true);
  });

  test("hands on the error of the source after the bytes that came before", async () => {
    const broken = sourceOf([[STREAM, PACKET], [data(3)]], new DasError("BAD_FILE", "broken"));
    const pieces: Uint8Array[] = [];
    const reading = (async () => {
      for await (const piece of encodeItems(broken.items, das2Encoder())) pieces.push(piece);
    })();
    await expect(reading).rejects.toThrow("broken");
    expect(Buffer.concat(pieces).equals(encodeAll([STREAM, PACKET, data(3)]))).toBe(true);
  });

  test("closes the source when the encoder fails", async () => {
    const { items, state } = sourceOf([[STREAM], [data(1)], [data(1)]]);
    const failing = {
      push: (item: StreamItem) => {
        if (item.kind === "data") throw new DasError("UNSUITED_STREAM", "cannot be shown");
      },
      end: () => {},
    };
    await expect(
      (async () => {
        for await (const _ of encodeItems(items, failing));
      })(),
    ).rejects.toThrow("cannot be shown");
    expect(state.closed).toBe(true);
  });

  test("an empty source gives no bytes", async () => {
    expect(await sizes(sourceOf([]).items)).toEqual([]);
  });
});

describe("das2Encoder", () => {
  test("writes the stream header at once and gathers the rest to 64 KiB", () => {
    const encoder = das2Encoder();
    const found: number[] = [];
    const write = (bytes: Uint8Array) => found.push(bytes.length);
    encoder.push(STREAM, write);
    expect(found).toEqual([34]);
    for (let n = 0; n < 6000; n++) encoder.push(data(1), write);
    expect(found.length).toBe(2);
    expect(found[1]).toBeGreaterThanOrEqual(65_536);
    encoder.flush?.(write);
    encoder.end(write);
    expect(found.slice(1).reduce((sum, size) => sum + size, 0)).toBe(72_000);
  });

  test("writes a large batch as the view that it is, in its place", () => {
    const encoder = das2Encoder();
    const large = data(10_000);
    const written: Uint8Array[] = [];
    for (const item of [STREAM, COMMENT, large, COMMENT]) encoder.push(item, (bytes) => written.push(bytes));
    expect(written.map((bytes) => bytes.length)).toEqual([
      34,
      encodeAll([STREAM, COMMENT]).length - 34,
      120_000,
    ]);
    expect(large.kind === "data" && written[2] === large.batch.bytes).toBe(true);
  });

  test("an exception before any header gets one, and nothing follows it", () => {
    const text = Buffer.from(encodeAll([EXCEPTION, STREAM, data(1), EXCEPTION])).toString();
    expect(text).toBe(
      `[00]000024<stream version="2.2"/>\n${packetText("xx", '<exception type="ServerError" message="told before"/>\n')}`,
    );
  });

  test("a second stream header is not written", () => {
    expect(parseAll(encodeAll([STREAM, COMMENT, STREAM])).map((item) => item.kind)).toEqual([
      "stream",
      "comment",
    ]);
  });
});
