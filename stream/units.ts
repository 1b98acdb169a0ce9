import { epochUnit } from "./epoch-units.js";
import { unitFactors } from "./unit-factors.js";
import { unitScale } from "./unit-scale.js";

export { type EpochUnit, epochUnit } from "./epoch-units.js";
export { squaredPerHz } from "./unit-factors.js";
export { durationSeconds, frequencyHz } from "./unit-scale.js";

/**
 * `v` of the unit `from` in the unit `to`: between epoch units, and between products of the same base units (durations,
 * frequencies, SI prefixes). `undefined` where there is no such conversion; equal texts always convert.
 * Source: das2-stream A10.
 */
export function convertUnits(v: number, from: string, to: string): number | undefined {
  if (from === to) return v;
  const source = epochUnit(from);
  const target = epochUnit(to);
  if (source !== undefined || target !== undefined) {
    if (source === undefined || target === undefined) return undefined;
    return source.name === target.name ? v : target.fromUs2000(source.toUs2000(v));
  }
  const a = baseForm(from);
  const b = baseForm(to);
  if (a === undefined || b === undefined || a.bases !== b.bases) return undefined;
  // Whole factors and one power of ten: 250 ms are 0.25 s, not 250 * 0.001.
  const power = a.power - b.power;
  const ratio = (v * a.factor) / b.factor;
  return power < 0 ? ratio / 10 ** -power : ratio * 10 ** power;
}

interface BaseForm {
  /** Base units with exponents in one order, to compare. */
  readonly bases: string;
  readonly factor: number;
  readonly power: number;
}

/** The unit in base units; `undefined` where the text is not understood or a scaled unit has a broken exponent. */
function baseForm(units: string): BaseForm | undefined {
  const factors = unitFactors(units);
  if (factors === undefined) return undefined;
  const exponents = new Map<string, number>();
  let factor = 1;
  let power = 0;
  for (const { name, over, under } of factors) {
    const scale = unitScale(name);
    const exponent = over / under;
    if (!Number.isInteger(exponent) && (scale.factor !== 1 || scale.power !== 0)) return undefined;
    exponents.set(scale.base, (exponents.get(scale.base) ?? 0) + exponent);
    factor *= scale.factor ** exponent;
    power += scale.power * exponent;
  }
  const bases = [...exponents]
    .filter(([, exponent]) => exponent !== 0)
    .map(([base, exponent]) => `${base}**${exponent}`)
    .sort()
    .join(" ");
  return { bases, factor, power };
}
