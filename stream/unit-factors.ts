/** A factor of a unit: a name to the power `over`/`under`. */
export interface UnitFactor {
  readonly name: string;
  /** Numerator; a whole number unless the text wrote a decimal. */
  readonly over: number;
  /** Denominator, > 0; 1 unless the text wrote a fraction. */
  readonly under: number;
}

/** Longest unit text that is taken apart, characters; the longest in the field have about 40. */
const MAX_LENGTH = 256;

const FACTOR =
  /^([^\s*^/()]+)(?:\s*(?:\*\*|\^)\s*(?:([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)|\(\s*([+-]?\d+(?:\.\d*)?)\s*(?:\/\s*(\d+)\s*)?\)))?\s*/;

/**
 * The factors of a unit text in its order, equal names multiplied together; none for the empty text; `undefined` where
 * the text does not follow the grammar: factors `name` or `name**exponent`, separated by spaces or `*`, also
 * `^` for `**`; `/` negates the exponents of all that follow, which may stand in parentheses.
 * Source: das2-stream A10.3.
 */
export function unitFactors(units: string): readonly UnitFactor[] | undefined {
  if (units.length > MAX_LENGTH) return undefined;
  const factors = new Map<string, UnitFactor>();
  let rest = units.trim();
  let sign = 1;
  while (rest !== "") {
    if (rest.startsWith("/")) {
      if (sign < 0) return undefined;
      sign = -1;
      rest = rest.slice(1).trim();
      if (rest.startsWith("(") && rest.endsWith(")")) rest = rest.slice(1, -1).trim();
      if (rest === "") return undefined;
    }
    const m = FACTOR.exec(rest);
    if (m === null) return undefined;
    const name = m[1]!; // the group is not optional
    const under = Number(m[4] ?? 1);
    if (under === 0) return undefined;
    const over = sign * Number(m[2] ?? m[3] ?? 1);
    const before = factors.get(name) ?? { name, over: 0, under: 1 };
    factors.set(name, reduced(name, before.over * under + over * before.under, before.under * under));
    rest = rest.slice(m[0].length);
  }
  return [...factors.values()].filter((factor) => factor.over !== 0);
}

function reduced(name: string, over: number, under: number): UnitFactor {
  if (!Number.isInteger(over)) return { name, over, under };
  let [a, b] = [Math.abs(over), under];
  while (b > 0) [a, b] = [b, a % b];
  return a === 0 ? { name, over: 0, under: 1 } : { name, over: over / a, under: under / a };
}

/** Factors as text: `V**2 m**-2`, fractions in parentheses. */
export function unitText(factors: readonly UnitFactor[]): string {
  return factors
    .map(({ name, over, under }) => {
      if (under !== 1) return `${name}**(${over}/${under})`;
      return over === 1 ? name : `${name}**${over}`;
    })
    .join(" ");
}

/**
 * The unit of a power spectral density of values in `units`: the square, then `Hz**-1`
 * (`V m**-1` gives `V**2 m**-2 Hz**-1`, none gives `Hz**-1`). What is not understood is squared as a whole.
 * Source: reducers 7.3.
 */
export function squaredPerHz(units: string): string {
  const factors = unitFactors(units);
  if (factors === undefined) return `(${units.trim()})**2 Hz**-1`;
  const hz = factors.find((factor) => factor.name === "Hz") ?? { name: "Hz", over: 0, under: 1 };
  const others = factors.filter((factor) => factor.name !== "Hz");
  const squares = others.map(({ name, over, under }) => reduced(name, 2 * over, under));
  const perHz = reduced("Hz", 2 * hz.over - hz.under, hz.under);
  return unitText(perHz.over === 0 ? squares : [...squares, perHz]);
}
