import { describe, expect, test } from "vitest";
import { readPlane, readXUs2000 } from "../../stream/columns.js";
import { fillTest, planeFill } from "../../stream/fill.js";
import type { PacketBatch, StreamHeader, StreamItem } from "../../stream/model.js";
import { yTagValues } from "../../stream/packet-header.js";
import { PUMP_STREAM } from "../support/worked-streams.js";
import { bytesOf, encodeAll, joined, packetText, parseAll } from "./support.js";

// The texts and lengths of das2-stream A19.
const SPECTRUM = bytesOf(
  `[00]000075<stream version="2.2"><properties String:renderer="spectrogram"/></stream>\n` +
    `[07]000167<packet><x type="sun_real8" units="us2000"/><yscan name="psd" type="little_endian_real4" nitems="3" ` +
    `yTags="10,20,40" yUnits="Hz" zUnits="V**2 m**-2 Hz**-1"/></packet>\n` +
    ":07:\x42\x34\x1d\xd7\x60\x00\x00\x00\x00\x00\x00\x3f\x00\x00\x00\xc0\x7c\x6f\xfc\xf2",
);

const NO_DATA = `[00]000024<stream version="2.2"/>
[xx]000090<exception type="NoDataInInterval"
 message="Nothing between 2021-06-30 and 2021-07-01"/>
`;

const REDEFINED = `${packetText("00", '<stream version="2.2"/>\n')}${packetText(
  "01",
  '<packet><x type="sun_real4" units="s"/><y name="a" type="sun_real4" units=""/></packet>\n',
)}:01:aaaaAAAA:01:bbbbBBBB${packetText(
  "01",
  '<packet><x type="sun_real8" units="s"/><y name="c" type="ascii9" units=""/></packet>\n',
)}:01:cccccccc    1.25\n`;

/** For each size of piece from one byte to all of them. */
function eachCut(bytes: Uint8Array, check: (items: StreamItem[]) => void): void {
  for (let step = 1; step <= bytes.length; step++) check(joined(parseAll(bytes, step)));
}

function dataOf(items: readonly StreamItem[]): PacketBatch[] {
  return items.flatMap((item) => (item.kind === "data" ? [item.batch] : []));
}

describe("worked examples of das2-stream A19", () => {
  test("text stream with two planes, comments and fill", () => {
    expect(PUMP_STREAM.length).toBe(553);
    eachCut(bytesOf(PUMP_STREAM), (items) => {
      expect(items.map((item) => item.kind)).toEqual(["stream", "comment", "packet", "data", "comment"]);
      const [stream, taskSize, , , progress] = items;
      expect(stream).toEqual({
        kind: "stream",
        header: {
          version: "2.2",
          properties: [
            { name: "title", type: "String", value: "Pump 4" },
            { name: "xTagWidth", type: "Datum", value: "90 s" },
            { name: "yRange", type: "DatumRange", value: "0 to 40 V" },
          ],
        } satisfies StreamHeader,
      });
      expect(taskSize).toEqual({
        kind: "comment",
        comment: { type: "taskSize", source: "demo", value: "2" },
      });
      expect(progress).toEqual({
        kind: "comment",
        comment: { type: "taskProgress", source: "demo", value: "2" },
      });
      const batch = dataOf(items)[0]!;
      expect([batch.header.id, batch.header.stride, batch.count]).toEqual([1, 42, 2]);
      const [x, volts, amps] = [new Float64Array(2), new Float64Array(2), new Float64Array(2)];
      readXUs2000(batch, x);
      readPlane(batch, batch.header.planes[1]!, volts);
      readPlane(batch, batch.header.planes[2]!, amps);
      const noon = (Date.UTC(2021, 5, 30, 12) - Date.UTC(2000, 0, 1)) * 1000;
      expect([...x]).toEqual([noon, noon + 60e6]);
      expect([...volts]).toEqual([12.25, 13.5]);
      expect([...amps]).toEqual([0.75, -99]);
      const fill = fillTest(
        planeFill(batch.header.planes[2]!, batch.header, { version: "2.2", properties: [] }),
      );
      expect([...amps].map(fill.isFill)).toEqual([false, true]);
    });
  });

  test("binary spectrum", () => {
    eachCut(SPECTRUM, (items) => {
      const batch = dataOf(items)[0]!;
      expect([batch.header.id, batch.header.stride, batch.count]).toEqual([7, 24, 1]);
      const psd = batch.header.planes[1]!;
      expect([...yTagValues(psd)]).toEqual([10, 20, 40]);
      expect([psd.units, psd.yUnits]).toEqual(["V**2 m**-2 Hz**-1", "Hz"]);
      const x = new Float64Array(1);
      const z = new Float64Array(3);
      readXUs2000(batch, x);
      readPlane(batch, psd, z);
      expect(x[0]).toBe(8.64e10);
      expect([...z]).toEqual([0.5, -2, Math.fround(-1e31)]);
    });
  });

  test("no data", () => {
    eachCut(bytesOf(NO_DATA), (items) => {
      expect(items).toEqual([
        { kind: "stream", header: { version: "2.2", properties: [] } },
        {
          kind: "exception",
          exception: { type: "NoDataInInterval", message: "Nothing between 2021-06-30 and 2021-07-01" },
        },
      ]);
    });
  });

  test("redefinition of an id", () => {
    eachCut(bytesOf(REDEFINED), (items) => {
      expect(items.map((item) => item.kind)).toEqual(["stream", "packet", "data", "packet", "data"]);
      const [first, second] = dataOf(items);
      expect([first?.header.planes[1]?.name, first?.header.stride, first?.count]).toEqual(["a", 12, 2]);
      expect([second?.header.planes[1]?.name, second?.header.stride, second?.count]).toEqual(["c", 21, 1]);
      const c = new Float64Array(1);
      readPlane(second!, second!.header.planes[1]!, c);
      expect(c[0]).toBe(1.25);
    });
  });

  test("are written in canonical form, data byte for byte", () => {
    const written = Buffer.from(encodeAll(parseAll(bytesOf(PUMP_STREAM)))).toString();
    const headers = [
      packetText(
        "00",
        '<stream version="2.2">\n  <properties title="Pump 4" Datum:xTagWidth="90 s" DatumRange:yRange="0 to 40 V"/>\n</stream>\n',
      ),
      packetText("xx", '<comment type="taskSize" source="demo" value="2"/>\n'),
      packetText(
        "01",
        '<packet>\n  <x type="time20" units="us2000"/>\n  <y name="volts" type="ascii9" units="V"/>\n' +
          '  <y name="amps" type="ascii9" units="A">\n    <properties double:yFill="-99"/>\n  </y>\n</packet>\n',
      ),
    ];
    const data = PUMP_STREAM.slice(PUMP_STREAM.indexOf(":01:"), PUMP_STREAM.lastIndexOf("[xx]"));
    const last = packetText("xx", '<comment type="taskProgress" source="demo" value="2"/>\n');
    expect(written).toBe(headers.join("") + data + last);
    expect(Buffer.from(encodeAll(parseAll(SPECTRUM))).subarray(-24)).toEqual(
      Buffer.from(SPECTRUM.subarray(-24)),
    );
    expect(Buffer.from(encodeAll(parseAll(bytesOf(NO_DATA)))).toString()).toBe(
      '[00]000024<stream version="2.2"/>\n' +
        packetText(
          "xx",
          '<exception type="NoDataInInterval" message="Nothing between 2021-06-30 and 2021-07-01"/>\n',
        ),
    );
  });
});
