import fc from "fast-check";
import { expect, test } from "vitest";
import { binAvgsec } from "../../reducers/bin-avgsec.js";
import { decodeStream } from "../support/run-stream.js";
import { binary, DAY_US, filtered, packetOf, streamHeader, table } from "./bin-streams.js";

interface Sample {
  readonly second: number;
  readonly value: number;
}

/** The definition of reducers 2 and 3.3, word for word and slow: `[centre, mean, least, greatest, deviation]`. */
function byDefinition(samples: readonly Sample[], width: number, fill: number): number[][] {
  const records: { index: number; values: number[] }[] = [];
  for (const { second, value } of samples) {
    const index = Math.floor((second * 1e6) / (width * 1e6));
    const last = records.at(-1);
    if (last?.index === index) last.values.push(value);
    else records.push({ index, values: [value] });
  }
  return records.map(({ index, values }) => {
    const good = values.filter(
      (v) => !(Number.isNaN(v) || v === fill || (fill !== 0 && Math.abs((fill - v) / fill) < 1e-5)),
    );
    const k = good.length;
    const mean = good.reduce((sum, v) => sum + v, 0) / k;
    const deviation = Math.sqrt(good.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (k - 1));
    return [
      (index + 0.5) * width,
      ...(k === 0
        ? [fill, fill, fill, fill]
        : [mean, Math.min(...good), Math.max(...good), k === 1 ? 0 : deviation]),
    ];
  });
}

test("any samples give what the definition gives", () => {
  const sample = fc.record({
    second: fc.integer({ min: -40, max: 40 }),
    value: fc.oneof(
      fc.double({ min: -1000, max: 1000, noNaN: true }),
      fc.constantFrom(-99, -99.0001, -99.0009, -99.001, -98.999, 0, Number.NaN),
    ),
  });
  fc.assert(
    fc.property(
      fc.array(sample, { minLength: 1, maxLength: 60 }),
      fc.constantFrom(2, 7, 16),
      fc.constantFrom(-99, 0, -1e31),
      (samples, width, fill) => {
        const y = `<y name="v" type="sun_real8" units=""><properties double:yFill="${fill}"/></y>`;
        const input = Buffer.concat([
          Buffer.from(streamHeader() + packetOf(y, "01", '<x type="sun_real8" units="us2000"/>')),
          binary(
            "01",
            [8, 8],
            samples.map(({ second, value }) => [DAY_US + second * 1e6, value]),
          ),
        ]);
        const out = table(
          decodeStream(filtered(binAvgsec, ["-r", "-s", "-b", "2020-03-01", String(width)], input)),
        );
        const wanted = byDefinition(samples, width, fill);
        expect(out.length).toBe(wanted.length);
        for (const [i, [, ...row]] of out.entries()) {
          const expected = wanted[i]!;
          // All but the deviation to the last bit: the sums are the same sums.
          expect(row.slice(0, 4).map((v) => v + 0)).toEqual(expected.slice(0, 4).map((v) => v + 0));
          expect(row[4]! - expected[4]!).toBeCloseTo(0, 8);
        }
      },
    ),
  );
});

test("a small scatter about a large mean keeps its digits", () => {
  const values = [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16];
  const input = Buffer.concat([
    Buffer.from(
      streamHeader() +
        packetOf('<y name="v" type="sun_real8" units=""/>', "01", '<x type="sun_real8" units="us2000"/>'),
    ),
    binary(
      "01",
      [8, 8],
      values.map((v, i) => [DAY_US + i * 1e6, v]),
    ),
  ]);
  const [row] = table(decodeStream(filtered(binAvgsec, ["-s", "-b", "2020-03-01", "10"], input)));
  expect(row).toEqual([1, 5, 1e9 + 10, Math.sqrt(30)]);
});
