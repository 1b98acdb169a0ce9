import { describe, expect, test } from "vitest";
import { isDasError } from "../../errors/das-error.js";
import { binAvgsec } from "../../reducers/bin-avgsec.js";
import { binPeakavgsec } from "../../reducers/bin-peakavgsec.js";
import type { StreamItem } from "../../stream/model.js";
import { readStream } from "../../stream/read-stream.js";
import { applyTransform } from "../../stream/transform.js";
import { decodeStream, filterStream, packet, TEST_CONTEXT } from "../support/run-stream.js";
import {
  binary,
  DAY_US,
  decoded,
  filtered,
  line,
  packetOf,
  streamHeader,
  table,
  textPlane,
} from "./bin-streams.js";

const ARGS = ["-b", "2020-03-01", "10"];
const HEAD = streamHeader() + packetOf(textPlane("v"));
const comment = (type: string, value: string) =>
  packet("xx", `<comment type="${type}" source="reader" value="${value}"/>\n`);

/** The kinds of the items that a stream is made of, data with the number of packets. */
function kindsOf(input: string): string[] {
  const kinds: string[] = [];
  filterStream(
    {
      push: (item) => {
        if (item.kind === "data") kinds.push(`data ${item.batch.count}`);
        else if (item.kind === "comment") kinds.push(item.comment.type);
        else kinds.push(item.kind);
      },
      end: () => {},
    },
    filtered(binAvgsec, ARGS, input),
  );
  return kinds;
}

describe("when the open bin is written (reducers 2)", () => {
  test("redefinition of its id, before the new header", () => {
    const input =
      HEAD + line(1, [1]) + line(2, [3]) + packetOf(textPlane("w") + textPlane("u")) + line(3, [5, 6]);
    const out = decoded(binAvgsec, ARGS, input);
    expect(table(out)).toEqual([
      [1, 5, 2],
      [1, 5, 5, 6],
    ]);
    expect(out.rows.map(({ header }) => header.planes.slice(1).map(({ name }) => name))).toEqual([
      ["v"],
      ["w", "u"],
    ]);
    expect(kindsOf(input)).toEqual(["stream", "packet", "data 1", "packet", "data 1"]);
  });

  test("definition of another id leaves it open", () => {
    const input = HEAD + line(1, [1]) + packetOf(textPlane("w"), "02") + line(2, [3]);
    expect(kindsOf(input)).toEqual(["stream", "packet", "packet", "data 1"]);
    expect(table(decoded(binAvgsec, ARGS, input))).toEqual([[1, 5, 2]]);
  });

  test("an exception comes last, after the open bins of all ids in order", () => {
    const exception = packet("xx", '<exception type="ServerError" message="disk full"/>\n');
    const input =
      HEAD +
      packetOf(textPlane("w"), "02") +
      line(1, [7], "02") +
      line(2, [1], "01") +
      exception +
      line(3, [9]);
    const out = decoded(binAvgsec, ARGS, input);
    expect(table(out)).toEqual([
      [1, 5, 1],
      [2, 5, 7],
    ]);
    expect(out.exceptions).toEqual([{ type: "ServerError", message: "disk full" }]);
    expect(kindsOf(input).at(-1)).toBe("exception");
  });

  test("a bin that comes again is another record", () => {
    const seconds = [1, 11, 2, 12, 3];
    const input = HEAD + seconds.map((second) => line(second, [second])).join("");
    expect(table(decoded(binAvgsec, ARGS, input)).map(([, , v]) => v)).toEqual(seconds);
  });
});

describe("what is no data (reducers 1.3)", () => {
  const input =
    streamHeader() +
    comment("taskSize", "100") +
    packetOf(textPlane("v")) +
    line(1, [1]) +
    comment("log:info", "half way") +
    line(2, [3]) +
    comment("TaskProgress", "50") +
    line(12, [5]);

  test("comments keep their places", () => {
    expect(kindsOf(input)).toEqual(["stream", "taskSize", "packet", "log:info", "taskProgress", "data 2"]);
  });

  test.each([
    ["avgsec", binAvgsec],
    ["peakavgsec", binPeakavgsec],
  ])("-p of %s drops progress and nothing else", (_, program) => {
    expect(decoded(program, ["-p", ...ARGS], input).comments.map(({ type }) => type)).toEqual(["log:info"]);
  });
});

describe("degenerate input (reducers 14.3)", () => {
  test("header only, and header with a packet header", () => {
    expect(kindsOf(streamHeader())).toEqual(["stream"]);
    expect(kindsOf(HEAD)).toEqual(["stream", "packet"]);
  });

  test("only an exception", () => {
    const input = streamHeader() + packet("xx", '<exception type="NoDataInInterval" message="nothing"/>\n');
    expect(kindsOf(input)).toEqual(["stream", "exception"]);
  });

  test("packets without a position are left out, with one warning unless x is fill", () => {
    const x = '<x type="sun_real8" units="us2000"/>';
    const y = '<y name="v" type="sun_real4" units="nT"/>';
    const rows = [Number.NaN, 1, -1e31, 2, Number.POSITIVE_INFINITY, 3, Number.NaN].map((second, i) => [
      second === -1e31 ? second : DAY_US + second * 1e6,
      10 + i,
    ]);
    const run = (some: number[][]) =>
      decodeStream(
        filtered(
          binAvgsec,
          ARGS,
          Buffer.concat([Buffer.from(streamHeader() + packetOf(y, "01", x)), binary("01", [8, 4], some)]),
        ),
      );
    const all = run(rows);
    expect(table(all)).toEqual([[1, 5, 13]]); // 11, 13 and 15
    expect(all.comments).toEqual([
      {
        type: "log:warning",
        source: "das2_bin_avgsec",
        value: "packets whose x is not a number are left out (packet 1)",
      },
    ]);
    expect(run([rows[2]!]).rows).toEqual([]);
    expect(run([rows[2]!]).comments).toEqual([]);
  });

  test("text that is no number counts as fill, with one warning", () => {
    const out = decoded(binAvgsec, ARGS, HEAD + line(1, [""]) + line(2, ["4"]) + line(3, ["x"]));
    expect(table(out)).toEqual([[1, 5, 4]]);
    expect(out.comments.map(({ type, value }) => [type, value])).toEqual([
      ["log:warning", "fields that are blank or no number count as fill (packet 1)"],
    ]);
  });
});

describe("as a stage of a chain", () => {
  async function* pieces(input: string | Uint8Array, size: number): AsyncGenerator<Uint8Array> {
    const bytes = Buffer.from(input);
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }

  async function collect(input: string | Uint8Array): Promise<StreamItem[]> {
    const items: StreamItem[] = [];
    for await (const portion of applyTransform(
      readStream(pieces(input, 16)),
      binAvgsec.open(ARGS, TEST_CONTEXT),
    ))
      items.push(...portion);
    return items;
  }

  test("a cut-off input gives what was complete, then the exception", async () => {
    const items = await collect(HEAD + line(1, [1]) + line(2, [3]) + line(12, [5]).slice(0, -3));
    expect(items.map(({ kind }) => kind)).toEqual(["stream", "packet", "data", "exception"]);
  });

  test("x that is no time is an error of the stream", async () => {
    const items = await collect(
      streamHeader() +
        packetOf(textPlane("v"), "01", '<x type="ascii9" units="nT"/>') +
        ":01:       1        2\n",
    );
    expect(items.map(({ kind }) => kind)).toEqual(["stream", "exception"]);
    const last = items.at(-1)!;
    expect(last.kind === "exception" && last.exception).toEqual({
      type: "ServerError",
      message: 'x of packet 1 has the units "nT", expected a time or a duration',
    });
  });

  test("a consumer that leaves early ends the source, and the program serves again", async () => {
    let left = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        yield Buffer.from(HEAD);
        for (let second = 0; ; second++) yield Buffer.from(line(second % 86_400, [second % 100]));
      } finally {
        left = true;
      }
    }
    const transform = binAvgsec.open(ARGS, TEST_CONTEXT);
    let records = 0;
    for await (const portion of applyTransform(readStream(endless()), transform)) {
      for (const item of portion) if (item.kind === "data") records += item.batch.count;
      if (records >= 3) break;
    }
    expect(left).toBe(true);
    expect(table(decoded(binAvgsec, ARGS, HEAD + line(1, [1])))).toEqual([[1, 5, 1]]);
  });

  test("what goes wrong has the code that ends the program with 100", () => {
    const many = Array.from({ length: 34 }, (_, i) => textPlane(`p${i}`)).join("");
    const input = streamHeader() + packetOf(many);
    let code = "";
    try {
      filtered(binAvgsec, ["-r", "10"], input);
    } catch (error) {
      if (isDasError(error)) code = error.code;
    }
    expect(code).toBe("UNSUITED_STREAM");
  });
});
