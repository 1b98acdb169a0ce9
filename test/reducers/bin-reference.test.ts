import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { binAvgsec } from "../../reducers/bin-avgsec.js";
import { binPeakavgsec } from "../../reducers/bin-peakavgsec.js";
import type { PacketHeader } from "../../stream/model.js";
import { yTagValues } from "../../stream/packet-header.js";
import { epochUnit } from "../../stream/units.js";
import { referenceData } from "../support/reference-data.js";
import { type Decoded, decodeStream } from "../support/run-stream.js";
import { filtered, textsOf } from "./bin-streams.js";

// Streams of three spacecraft with what the C tools made of them, printed with 4 digits and milliseconds.

/** Half a unit of the fourth digit, and a little for the rounding of the tool itself. */
const PRINTED = 5.1e-4;
/** Times are printed to the millisecond; x in days resolves 0.3 microseconds. */
const PRINTED_US = 501;

/** x of every record as us2000. */
function positionsOf({ rows }: Decoded): number[] {
  return rows.map(({ header, values }) => {
    const unit = epochUnit(header.planes[0]!.units);
    return unit!.toUs2000(values[0]![0]!);
  });
}

function compareValues(ours: Decoded, theirs: Decoded): void {
  expect(ours.rows.length).toBe(theirs.rows.length);
  const [mine, given] = [positionsOf(ours), positionsOf(theirs)];
  let compared = 0;
  for (const [i, row] of theirs.rows.entries()) {
    expect(Math.abs(mine[i]! - given[i]!), `time of record ${i}`).toBeLessThanOrEqual(PRINTED_US);
    for (const [plane, values] of row.values.entries()) {
      if (plane === 0) continue;
      for (const [item, wanted] of values.entries()) {
        const got = ours.rows[i]!.values[plane]![item]!;
        if (!(Math.abs(got - wanted) <= PRINTED * Math.abs(wanted)))
          expect.fail(`record ${i} plane ${plane} item ${item}: ${got}, expected ${wanted}`);
        compared++;
      }
    }
  }
  expect(compared).toBeGreaterThan(4000);
}

/** What is to agree of a definition, besides the tags. */
function structureOf({ id, planes }: PacketHeader): unknown {
  return planes.slice(1).map((plane) => ({
    id,
    role: plane.role,
    name: plane.name,
    items: plane.items,
    yUnits: plane.yUnits,
    source: textsOf(plane.properties).source,
    operation: textsOf(plane.properties).operation,
  }));
}

describe.each([
  ["das2_bin_avgsec", binAvgsec, "300"],
  ["das2_bin_peakavgsec", binPeakavgsec, "1800"],
] as const)("%s of the reference stream", (name, program, width) => {
  const [input, output] = [
    referenceData(`das2/${name}_input1.d2s`),
    referenceData(`das2/${name}_output1.d2t`),
  ];

  describe.skipIf(input === undefined || output === undefined)("(needs the reference data)", () => {
    const bytes = input === undefined ? Buffer.alloc(0) : readFileSync(input);
    const ours = input === undefined ? undefined : decodeStream(filtered(program, [width], bytes));
    const theirs = output === undefined ? undefined : decodeStream(readFileSync(output));

    test("times and values agree within what is printed", () => compareValues(ours!, theirs!));

    test("definitions agree", () => {
      expect(ours!.packets.map(structureOf)).toEqual(theirs!.packets.map(structureOf));
      for (const [i, { planes }] of theirs!.packets.entries())
        for (const [j, plane] of planes.entries()) {
          if (plane.role !== "yscan") continue;
          const tags = yTagValues(ours!.packets[i]!.planes[j]!);
          for (const [k, tag] of yTagValues(plane).entries())
            expect(Math.abs(tags[k]! - tag)).toBeLessThanOrEqual(PRINTED * Math.abs(tag));
        }
    });

    test("messages agree; progress does not, which the C tool thins and signs itself (reducers 1.3)", () => {
      const messages = ({ comments }: Decoded) => comments.filter(({ type }) => !type.startsWith("task"));
      expect(messages(ours!)).toEqual(messages(theirs!));
    });

    test("stream properties agree but for what the rules change", () => {
      const wanted = { ...textsOf(theirs!.stream!.properties) };
      const got = { ...textsOf(ours!.stream!.properties) };
      // Datum numbers are printed with %f by the C tools, in the shortest form here (das2-stream A16).
      for (const texts of [wanted, got])
        for (const key of ["Datum:xTagWidth", "Datum:xCacheResolution", "double:zFill"])
          if (texts[key] !== undefined)
            texts[key] = texts[key].replace(/^\S+/, (number) => String(Number(number)));
      // The source is the filter (reducers 1.2); das2_ascii came after it there.
      expect(got.sourceId).toBe(name);
      delete got.sourceId;
      delete wanted.sourceId;
      expect(got).toEqual(wanted);
    });

    test("any cut of the input gives the same bytes", () => {
      expect(Buffer.compare(filtered(program, [width], bytes, 4099), filtered(program, [width], bytes))).toBe(
        0,
      );
    });
  });
});
