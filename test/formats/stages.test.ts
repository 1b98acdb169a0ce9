import { describe, expect, it } from "vitest";
import { ascii } from "../../formats/ascii.js";
import { csv } from "../../formats/csv/csv.js";
import { histo } from "../../reducers/histo/histo.js";
import { psd } from "../../reducers/psd/psd.js";
import { encodeItems } from "../../stream/encode-items.js";
import type { FilterProgram } from "../../stream/program.js";
import { readStream } from "../../stream/read-stream.js";
import { das2Encoder } from "../../stream/stream-writer.js";
import { applyTransform } from "../../stream/transform.js";
import { asBytes, decodeStream, filterStream, packet, TEST_CONTEXT } from "../support/run-stream.js";

const HEAD =
  packet("00", '<stream version="2.2"/>\n') +
  packet(
    "01",
    '<packet><x type="sun_real8" units="us2000"/><yscan name="s" type="sun_real4" nitems="16" yTagInterval="1" yUnits="ms" zUnits="V"/></packet>\n',
  );

function record(n: number): Uint8Array {
  const bytes = Buffer.alloc(4 + 8 + 64);
  bytes.write(":01:");
  bytes.writeDoubleBE(n * 1e6, 4);
  for (let i = 0; i < 16; i++) bytes.writeFloatBE((n * 31 + i * i) % 7, 12 + 4 * i);
  return bytes;
}

/** A source of the head and `count` records, one a piece, that tells whether it was closed. */
function source(count: number, last?: Uint8Array | Error) {
  const state = { closed: false, given: 0 };
  async function* pieces() {
    try {
      yield asBytes(HEAD);
      for (; state.given < count; state.given++) yield record(state.given);
      if (last instanceof Error) throw last;
      if (last !== undefined) yield last;
    } finally {
      state.closed = true;
    }
  }
  return { state, pieces: pieces() };
}

const open = (program: FilterProgram, args: readonly string[]) => program.open(args, TEST_CONTEXT);

/** Whole input at once, for comparison. */
const whole = (count: number) =>
  Buffer.concat([asBytes(HEAD), ...Array.from({ length: count }, (_, n) => record(n))]);

const FILTERS = [
  ["das2_ascii", ascii, []],
  ["das2_histo", histo, ["-b"]],
  ["das2_psd", psd, ["16", "1"]],
] as const;

describe.each(FILTERS)("%s as a stage", (_name, program, args) => {
  const run = async (input: AsyncIterable<Uint8Array>, each: () => Promise<void> = async () => {}) => {
    const parts: Buffer[] = [];
    for await (const bytes of encodeItems(
      applyTransform(readStream(input), open(program, args)),
      das2Encoder(),
    )) {
      parts.push(Buffer.from(bytes));
      await each();
    }
    return Buffer.concat(parts);
  };

  it("gives what it gives of the whole input", async () => {
    const expected = Buffer.from(filterStream(open(program, args), whole(50)));
    expect(await run(source(50).pieces)).toEqual(expected);
  });

  it("gives the same to a slow consumer", async () => {
    const expected = Buffer.from(filterStream(open(program, args), whole(20)));
    const slowly = () => new Promise<void>((resolve) => setImmediate(resolve));
    expect(await run(source(20).pieces, slowly)).toEqual(expected);
  });

  it("closes its source when the consumer leaves early", async () => {
    const { state, pieces } = source(1000);
    for await (const items of applyTransform(readStream(pieces), open(program, args)))
      if (items.length > 0) break;
    expect(state.closed).toBe(true);
    expect(state.given).toBeLessThan(1000);
  });

  it("gives an exception after what came before an error, and can be used again", async () => {
    for (const last of [record(9).subarray(0, 30), new Error("reader died")]) {
      const { rows, exceptions } = decodeStream(await run(source(5, last).pieces));
      expect(rows.length).toBeGreaterThan(0);
      expect(exceptions).toHaveLength(1);
      expect(exceptions[0]!.type).toBe("ServerError");
    }
    expect(decodeStream(await run(source(5).pieces)).exceptions).toEqual([]);
  });

  it("passes a stream without data", async () => {
    const decoded = decodeStream(await run(source(0).pieces));
    expect(decoded.stream).toBeDefined();
    expect(decoded).toMatchObject({ packets: [{ id: 1 }], rows: [], exceptions: [] });
  });
});

describe("das3_csv as a stage", () => {
  const run = (input: AsyncIterable<Uint8Array>) =>
    encodeItems(readStream(input), csv.open([], TEST_CONTEXT));
  const text = async (input: AsyncIterable<Uint8Array>) => {
    let all = "";
    for await (const bytes of run(input)) all += Buffer.from(bytes).toString();
    return all;
  };

  it("gives a row for each record", async () => {
    expect((await text(source(50).pieces)).split("\r\n")).toHaveLength(3 + 50 + 1);
  });

  it("closes its source when the consumer leaves early", async () => {
    const { state, pieces } = source(100_000);
    for await (const bytes of run(pieces)) if (bytes.length > 0) break;
    expect(state.closed).toBe(true);
    expect(state.given).toBeLessThan(100_000);
  });

  it("fails where its source fails, for there is no exception in CSV", async () => {
    await expect(text(source(5, new Error("reader died")).pieces)).rejects.toThrow("reader died");
    await expect(text(source(5, record(9).subarray(0, 30)).pieces)).rejects.toThrow(/inside a packet/);
  });
});
