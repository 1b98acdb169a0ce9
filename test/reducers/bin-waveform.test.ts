import { describe, expect, test } from "vitest";
import { binAvg } from "../../reducers/bin-avg.js";
import { binAvgsec } from "../../reducers/bin-avgsec.js";
import { binPeakavgsec } from "../../reducers/bin-peakavgsec.js";
import { decodeStream, packet } from "../support/run-stream.js";
import {
  BEGIN,
  binary,
  DAY_US,
  decoded,
  filtered,
  packetOf,
  streamHeader,
  table,
  textPlane,
  textsOf,
} from "./bin-streams.js";

const X = '<x type="sun_real8" units="us2000"/>';
const WAVEFORM = 'renderer="waveform" title="T"';
const PROPERTIES =
  '<properties yLabel="Offset" zLabel="E (V/m)" double:zFill="-99" zScaleType="linear" my="own"/>';

/** A stream of waveforms: `rows` are second, samples. */
function waveforms(
  rows: readonly (readonly number[])[],
  attributes: string,
  stream = WAVEFORM,
  more = "",
): Buffer {
  const items = rows[0]!.length - 1;
  const scan = `<yscan name="E" type="sun_real4" nitems="${items}" ${attributes} zUnits="V m**-1">${PROPERTIES}</yscan>`;
  return Buffer.concat([
    Buffer.from(streamHeader(stream) + more + packetOf(scan, "01", X)),
    binary(
      "01",
      [8, ...new Array<4>(items).fill(4)],
      rows.map(([second, ...samples]) => [DAY_US + second! * 1e6, ...samples]),
    ),
  ]);
}

describe("a waveform shorter than the bin becomes a line (reducers 3.4)", () => {
  const samples = Array.from({ length: 32 }, (_, i) => (i % 2 === 0 ? 2 : 4));
  const millisecond = 'yTagInterval="0.001" yUnits="s"';

  test("one packet of 32 samples 1 ms apart with mean 3", () => {
    const out = decodeStream(filtered(binAvgsec, [...BEGIN, "1"], waveforms([[0, ...samples]], millisecond)));
    expect(table(out)).toEqual([[1, 0.5, 3]]);
    const plane = out.packets[0]!.planes[1]!;
    expect(plane).toMatchObject({
      role: "y",
      name: "E",
      units: "V m**-1",
      items: 1,
      type: { name: "sun_real4" },
    });
    expect(textsOf(plane.properties)).toEqual({
      yLabel: "E (V/m)",
      "double:yFill": "-99",
      yScaleType: "linear",
      my: "own",
    });
    expect(textsOf(out.stream!.properties)).not.toHaveProperty("renderer");
  });

  test("good samples of all packets of the bin, with bounds, deviation and peak", () => {
    const rows = [
      [0, 1, 2, -99, 3],
      [0.25, 5, -99, -99, -99],
      [1.5, -99, -99, -99, -99],
    ];
    const input = waveforms(rows, 'yTagInterval="1" yUnits="ms"');
    const all = table(decodeStream(filtered(binAvgsec, ["-r", "-s", "-n", ...BEGIN, "1"], input)));
    expect(all[0]!.slice(0, 5)).toEqual([1, 0.5, 2.75, 1, 5]);
    // mean 2.75 of 1, 2, 3, 5: sum of squared distances 8.75
    expect(all[0]![5]).toBe(Math.fround(Math.sqrt(8.75 / 3)));
    expect(all[0]![6]).toBe(4);
    expect(all[1]).toEqual([1, 1.5, -99, -99, -99, -99, 0]);
    const peaks = decodeStream(filtered(binPeakavgsec, [...BEGIN, "1"], input));
    expect(table(peaks)[0]).toEqual([1, 0.5, 2.75, 5]);
    expect(peaks.packets[0]!.planes.map(({ role, name }) => [role, name])).toEqual([
      ["x", ""],
      ["y", "E"],
      ["y", "E.max"],
    ]);
  });

  test("a range of exactly the bin collapses", () => {
    const out = decodeStream(
      filtered(binAvgsec, [...BEGIN, "0.031"], waveforms([[0, ...samples]], millisecond)),
    );
    expect(table(out).map(([, , v]) => v)).toEqual([3]);
  });

  test("a plane without a name is called scan when others refer to it", () => {
    const scan = '<yscan type="ascii9" nitems="2" yTags="0,1" yUnits="ms" zUnits="V"/>';
    const { packets } = decoded(binAvgsec, ["-s", "1"], streamHeader(WAVEFORM) + packetOf(scan));
    expect(packets[0]!.planes.map(({ name }) => name)).toEqual(["", "scan", "scan.stddev"]);
  });
});

describe("a waveform longer than the bin: each sample lies at x + its tag", () => {
  test("samples fall into bins of their own", () => {
    const rows = [
      [0, 1, 2, 3, 4, 5, -99],
      [6, 7, 8, -99, -99, 11, 12],
    ];
    const out = decodeStream(
      filtered(binAvgsec, ["-r", ...BEGIN, "2"], waveforms(rows, 'yTagInterval="1000" yUnits="ms"')),
    );
    expect(table(out)).toEqual([
      [1, 1, 1.5, 1, 2],
      [1, 3, 3.5, 3, 4],
      [1, 5, 5, 5, 5],
      [1, 7, 7.5, 7, 8],
      [1, 9, -99, -99, -99],
      [1, 11, 11.5, 11, 12],
    ]);
    expect(textsOf(out.stream!.properties)).not.toHaveProperty("renderer");
    expect(out.packets[0]!.planes[1]).toMatchObject({ role: "y", items: 1 });
  });

  test("a bin goes on in the next packet", () => {
    const rows = [
      [0, 1, 2, 3, 4, 5],
      [5, 6, 7, 8, 9, 10],
    ];
    const out = decodeStream(
      filtered(binAvgsec, [...BEGIN, "2"], waveforms(rows, 'yTagInterval="1" yUnits="s"')),
    );
    expect(table(out)).toEqual([
      [1, 1, 1.5],
      [1, 3, 3.5],
      [1, 5, 5.5],
      [1, 7, 7.5],
      [1, 9, 9.5],
    ]);
  });

  test("beside planes that stay where they are; tags in any order", () => {
    const planes = `<yscan name="E" type="ascii9" nitems="3" yTags="4,0,2" yUnits="s" zUnits="V"/>${textPlane("mode")}`;
    const input =
      streamHeader(WAVEFORM) +
      packetOf(planes) +
      ":01:2020-03-01T00:00:00.000       30       10       20        7\n";
    const out = decoded(binAvgsec, [...BEGIN, "2"], input);
    expect(table(out)).toEqual([
      [1, 1, 10, 7],
      [1, 3, 20, -1e31],
      [1, 5, 30, -1e31],
    ]);
  });
});

describe("what stays a table", () => {
  const two = [[0, 1, 2]];

  test.each([
    ["tags that are no time", 'yTagInterval="1" yUnits="Hz"', WAVEFORM],
    ["another renderer", 'yTagInterval="0.1" yUnits="s"', 'renderer="spectrogram"'],
    ["no renderer", 'yTagInterval="0.1" yUnits="s"', ""],
  ])("%s", (_, attributes, stream) => {
    const out = decodeStream(filtered(binAvgsec, [...BEGIN, "10"], waveforms(two, attributes, stream)));
    expect(out.packets[0]!.planes[1]).toMatchObject({ role: "yscan", items: 2 });
    expect(table(out)).toEqual([[1, 5, 1, 2]]);
    expect(textsOf(out.stream!.properties).renderer).toBe(/renderer="(\w+)"/.exec(stream)?.[1]);
  });

  test("everything, in avg", () => {
    const out = decodeStream(filtered(binAvg, ["1e7"], waveforms(two, 'yTagInterval="0.1" yUnits="s"')));
    expect(out.packets[0]!.planes[1]).toMatchObject({ role: "yscan", items: 2 });
    expect(textsOf(out.stream!.properties).renderer).toBe("waveform");
  });
});

describe("the stream header of waveforms waits for the first packet header", () => {
  const comment = packet("xx", '<comment type="log:info" source="r" value="hello"/>\n');

  test("comments before it come after it", () => {
    const out = decodeStream(
      filtered(binAvgsec, ["1"], waveforms([[0, 1, 2]], 'yTagInterval="1" yUnits="ms"', WAVEFORM, comment)),
    );
    expect(out.comments.length).toBe(1);
    expect(textsOf(out.stream!.properties)).not.toHaveProperty("renderer");
  });

  test("but not for ever: after 64 comments it goes out as it is", () => {
    const out = decodeStream(
      filtered(
        binAvgsec,
        ["1"],
        waveforms([[0, 1, 2]], 'yTagInterval="1" yUnits="ms"', WAVEFORM, comment.repeat(100)),
      ),
    );
    expect(out.comments.length).toBe(100);
    expect(textsOf(out.stream!.properties).renderer).toBe("waveform");
  });

  test("header only, or an exception only", () => {
    expect(textsOf(decoded(binAvgsec, ["1"], streamHeader(WAVEFORM)).stream!.properties).renderer).toBe(
      "waveform",
    );
    const exception = packet("xx", '<exception type="NoDataInInterval" message="none"/>\n');
    const out = decoded(binAvgsec, ["1"], streamHeader(WAVEFORM) + exception);
    expect([out.stream !== undefined, out.exceptions.length]).toEqual([true, 1]);
  });
});
