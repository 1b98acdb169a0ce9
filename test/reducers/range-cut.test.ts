import { describe, expect, test } from "vitest";
import { cutRange } from "../../reducers/range-cut.js";
import { decodeStream, filterStream, packet } from "../support/run-stream.js";
import { binary, DAY_US, line, packetOf, streamHeader, table, textPlane } from "./bin-streams.js";

const RANGE = { begin: DAY_US + 10e6, end: DAY_US + 30e6 };
const HEAD = streamHeader('title="T"') + packetOf(textPlane("v"));
const cut = (input: string | Uint8Array, pieceBytes?: number) =>
  filterStream(cutRange(RANGE), input, pieceBytes);

describe("cut by x (das2-server 13.2)", () => {
  const seconds = [9.999, 10, 29.999, 30, 5, 20, 25, 31];
  const input = HEAD + seconds.map((second, i) => line(second, [i])).join("");

  test("begin is in, end is out, order and bytes are kept", () => {
    const out = Buffer.from(cut(input)).toString();
    expect(out.slice(out.indexOf(":01:"))).toBe([1, 2, 5, 6].map((i) => line(seconds[i]!, [i])).join(""));
    expect(decodeStream(out).stream!.properties).toEqual([{ name: "title", type: "String", value: "T" }]);
  });

  test("any cut of the input gives the same", () => {
    for (const size of [1, 2, 3, 37]) expect(cut(input, size)).toEqual(cut(input));
  });

  test("headers, comments and exceptions pass", () => {
    const others =
      packet("xx", '<comment type="log:info" source="r" value="hello"/>\n') +
      packet("xx", '<exception type="ServerError" message="gone"/>\n');
    const out = decodeStream(cut(HEAD + line(0, [1]) + others));
    expect([out.packets.length, out.rows.length, out.comments.length, out.exceptions.length]).toEqual([
      1, 0, 1, 1,
    ]);
  });

  test("other units of x are compared as times; NaN never lies inside", () => {
    const y = '<y name="v" type="sun_real4" units=""/>';
    const rows = [9, 10, 15, Number.NaN, 30].map((second, i) => [DAY_US / 1e6 + second, i]);
    const out = decodeStream(
      cut(
        Buffer.concat([
          Buffer.from(streamHeader() + packetOf(y, "01", '<x type="sun_real8" units="t2000"/>')),
          binary("01", [8, 4], rows),
        ]),
      ),
    );
    expect(out.rows.map(({ values }) => values[1]![0])).toEqual([1, 2]);
  });

  test("x that is no time passes whole", () => {
    const x = '<x type="ascii9" units="V"/>';
    const text = `${streamHeader()}${packetOf(textPlane("v"), "01", x)}:01:       1        2\n`;
    expect(decodeStream(cut(text)).rows.length).toBe(1);
    expect(table(decodeStream(cut(HEAD)))).toEqual([]);
  });
});
