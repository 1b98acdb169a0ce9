/** A mark on an axis. */
export interface Tick {
  readonly value: number;
  /** Missing: a small mark between the others. */
  readonly label?: string;
}

/** How values become places along an axis. */
export type ScaleType = "linear" | "log";

/** A range of an axis; of a logarithmic one both are above 0. */
export interface AxisRange {
  readonly low: number;
  readonly high: number;
  readonly scale: ScaleType;
}

/** The place of a value in a range: 0 at its low end, 1 at its high one. */
export function fraction(value: number, { low, high, scale }: AxisRange): number {
  if (scale === "linear") return (value - low) / (high - low);
  return (Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low));
}

/** Marks of a logarithmic axis of less than a power of ten are those of a linear one where fewer digits than these would be written. */
const LEAST_WRITTEN = 3;

/** Marks of an axis of numbers, ascending, at most about `most` with labels. */
export function ticks(range: AxisRange, most: number): readonly Tick[] {
  if (range.scale === "linear") return linearTicks(range, most);
  const marks = logTicks(range, most);
  const written = marks.filter(({ label }) => label !== undefined).length;
  return written >= LEAST_WRITTEN || range.high / range.low >= 10 ? marks : linearTicks(range, most);
}

/** The least step of 1, 2 or 5 times a power of ten that gives no more than `most` of them. */
function niceStep(span: number, most: number): { readonly step: number; readonly parts: number } {
  const raw = span / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(raw));
  for (const [factor, parts] of [
    [1, 5],
    [2, 4],
    [5, 5],
  ] as const)
    if (factor * power >= raw * (1 - 1e-9)) return { step: factor * power, parts };
  return { step: 10 * power, parts: 5 };
}

function linearTicks({ low, high }: AxisRange, most: number): readonly Tick[] {
  const { step, parts } = niceStep(high - low, most);
  const small = step / parts;
  const first = Math.ceil(low / small - 1e-6);
  const last = Math.floor(high / small + 1e-6);
  const largest = Math.max(Math.abs(low), Math.abs(high));
  const digits = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  const result: Tick[] = [];
  for (let n = first; n <= last && result.length < 1000; n++) {
    const value = n * small;
    result.push(n % parts === 0 ? { value, label: numberLabel(value, step, largest, digits) } : { value });
  }
  return result;
}

function numberLabel(value: number, step: number, largest: number, digits: number): string {
  if (Math.abs(value) < step * 1e-6) return "0";
  if (largest < 1e5 && step >= 1e-4) return withMinus(value.toFixed(digits));
  // As many digits as tell two marks apart.
  const exponent = Math.floor(Math.log10(Math.abs(value)) + 1e-9);
  const mantissa = value / 10 ** exponent;
  const more = Math.min(12, Math.max(0, Math.ceil(exponent - Math.log10(step) - 1e-9)));
  return withMinus(`${mantissa.toFixed(more)}\u00d710!u${exponent}!n`);
}

function withMinus(text: string): string {
  return text.replaceAll("-", "\u2212");
}

/** Fewer powers of ten than these do not tell what lies between them. */
const FEW_POWERS = 3;

function logTicks({ low, high }: AxisRange, most: number): readonly Tick[] {
  const first = Math.floor(Math.log10(low) + 1e-9);
  const last = Math.ceil(Math.log10(high) - 1e-9);
  const [least, greatest] = labelled(low, high, 1);
  const every = Math.max(1, Math.ceil((greatest - least) / Math.max(1, most)));
  const powers = labelled(low, high, every);
  const digits = writtenDigits(low, high, powers, most);
  const label = powerLabels(powers, digits.length > 1);
  // Where only some of the powers are written the others are the small marks; of very many not all of them are.
  const small = Math.max(1, Math.ceil(every / 10));
  const result: Tick[] = [];
  for (let exponent = Math.ceil(first / small) * small; exponent <= last && result.length < 1000; )
    if (every === 1) {
      for (let digit = 1; digit < 10; digit++) {
        const value = Number(`${digit}e${exponent}`);
        if (value < low * (1 - 1e-9) || value > high * (1 + 1e-9)) continue;
        result.push(digits.includes(digit) ? { value, label: label(exponent, digit) } : { value });
      }
      exponent++;
    } else {
      const value = Number(`1e${exponent}`);
      const isInside = value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9);
      if (isInside) result.push(exponent % every === 0 ? { value, label: label(exponent, 1) } : { value });
      exponent += small;
    }
  return result;
}

/** The digits that are written in each power: `1`, and 2 and 5 where there are few powers and room enough. */
function writtenDigits(
  low: number,
  high: number,
  [least, greatest]: readonly [number, number],
  most: number,
): readonly number[] {
  if (greatest - least + 1 >= FEW_POWERS) return [1];
  const powers = Math.log10(high / low);
  if (3 * powers <= most + 1) return [1, 2, 5];
  return 2 * powers <= most + 1 ? [1, 3] : [1];
}

/** The least and greatest exponent that is written at an axis. */
function labelled(low: number, high: number, every: number): readonly [least: number, greatest: number] {
  const least = Math.ceil(Math.log10(low) - 1e-9);
  const greatest = Math.floor(Math.log10(high) + 1e-9);
  return [Math.ceil(least / every) * every, Math.floor(greatest / every) * every];
}

/** How powers of ten are written along one axis: as numbers where all are short ones, else all as powers. */
function powerLabels(
  [least, greatest]: readonly [number, number],
  hasDigits: boolean,
): (exponent: number, digit: number) => string {
  // Digits stand in the power below the first and above the last that is written.
  const below = hasDigits ? least - 1 : least;
  if (below < -2 || greatest > 3)
    return (exponent, digit) =>
      withMinus(digit === 1 ? `10!u${exponent}!n` : `${digit}\u00d710!u${exponent}!n`);
  return (exponent, digit) =>
    exponent < 0 ? (digit * 10 ** exponent).toFixed(-exponent) : String(digit * 10 ** exponent);
}

/** Numbers beyond these, and differences below, are drawn at the edge: a range of them could not be computed with. */
const GREATEST = 1e300;
const LEAST = 1e-290;

/** A range a little wider than the values, that ends at round numbers where that costs little. */
export function niceRange(least: number, greatest: number, scale: ScaleType): AxisRange {
  const low = Math.min(GREATEST, Math.max(least, scale === "log" ? LEAST : -GREATEST));
  const high = Math.max(low, Math.min(greatest, GREATEST));
  if (scale === "log") {
    if (high / low < 1.0001) return { low: low / 2, high: high * 2, scale };
    const margin = Math.exp(0.03 * (Math.log(high) - Math.log(low)));
    return { low: Math.max(LEAST / 2, low / margin), high: high * margin, scale };
  }
  if (high - low <= Math.max(LEAST, Math.abs(high) * 1e-12)) {
    const half = Math.abs(high) < LEAST ? 1 : Math.abs(high) * 0.1;
    return { low: low - half, high: high + half, scale };
  }
  const margin = (high - low) * 0.05;
  // A quantity that is never negative does not seem to be.
  const from = low >= 0 && low - margin < 0 ? 0 : low - margin;
  return { low: from, high: high + margin, scale };
}
