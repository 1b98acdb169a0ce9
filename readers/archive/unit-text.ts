import { unitFactors, unitText } from "../../stream/unit-factors.js";

/** The unit of a keyword or segment as a plane has it: as it stands, empty where it says that there is none. */
export function planeUnit(unit: string): string {
  const text = unit.trim();
  return /^(none|n\/a|na|-|dimensionless)$/i.test(text) ? "" : text;
}

/** A label with its unit in brackets, exponents raised. Source: das2-stream A8.3. */
export function labelWithUnit(label: string, unit: string): string {
  const raised = unit.replaceAll(/\*\*\s*\(?([-+]?[\d./]+)\)?/g, "!u$1!n");
  return raised === "" ? label : `${label} (${raised})`;
}

/** The square of a unit; of one that is not understood as a whole. */
export function squaredUnit(unit: string): string {
  const factors = unitFactors(unit);
  if (factors === undefined) return `(${unit})**2`;
  return unitText(
    factors.map((factor) =>
      factor.under % 2 === 0 ? { ...factor, under: factor.under / 2 } : { ...factor, over: 2 * factor.over },
    ),
  );
}
