/** A piece of a label that is drawn in one size at one height. */
export interface LabelRun {
  readonly text: string;
  /** Of the usual size. */
  readonly size: number;
  /** Of the usual height of capitals, upwards. */
  readonly rise: number;
  /** Begins at the place that was saved last, not behind the run before. */
  readonly backTo?: "saved";
  /** Its end is the place to come back to. */
  readonly saves?: true;
}

/** Longest label that is looked at; what is longer would not fit any picture. */
const MAX_LENGTH = 500;

/** The escapes of das2-stream A8.5 that set size and height from those of normal text. */
const LEVELS: Readonly<Record<string, { readonly size: number; readonly rise: number }>> = {
  u: { size: 0.62, rise: 0.55 },
  d: { size: 0.62, rise: -0.3 },
  e: { size: 0.44, rise: 0.75 },
  i: { size: 0.44, rise: -0.4 },
  n: { size: 1, rise: 0 },
};

/**
 * The lines of a label, its escapes understood: `!a !b` half a line up and down, `!c` a new line, `!u !d` and `!e !i` higher and
 * lower indices of two sizes, `!k` smaller, `!n` normal, `!s !r` save and restore the place, `!!` an exclamation mark. Others are
 * dropped. Source: das2-stream A8.5.
 */
export function labelLines(label: string): readonly (readonly LabelRun[])[] {
  const lines: LabelRun[][] = [[]];
  let size = 1;
  let rise = 0;
  let text = "";
  let backTo: LabelRun["backTo"];
  const close = (saves?: true): void => {
    if (text === "" && saves === undefined) return;
    lines.at(-1)!.push({
      text,
      size,
      rise,
      ...(backTo === undefined ? {} : { backTo }),
      ...(saves === undefined ? {} : { saves }),
    });
    text = "";
    backTo = undefined;
  };
  const given = [...label.slice(0, MAX_LENGTH)];
  for (let i = 0; i < given.length; i++) {
    const character = given[i]!;
    const code = character === "!" ? given[i + 1]?.toLowerCase() : undefined;
    if (code === undefined) {
      text += character;
      continue;
    }
    i++;
    if (code === "!") {
      text += "!";
      continue;
    }
    close(code === "s" ? true : undefined);
    const level = Object.hasOwn(LEVELS, code) ? LEVELS[code] : undefined;
    if (level !== undefined) ({ size, rise } = level);
    else if (code === "a") rise += 0.5;
    else if (code === "b") rise -= 0.5;
    else if (code === "k") size *= 0.8;
    else if (code === "r") backTo = "saved";
    else if (code === "c") lines.push([]);
  }
  close();
  return lines;
}

/** A text without escapes as a label. */
export function plainLabel(text: string): string {
  return text.replaceAll("!", "!!");
}

/** What a label names, without the units in parentheses at its end; a label that is nothing else is kept. */
export function labelWithoutUnits(label: string): string {
  return label.replace(/\s*\([^()]*\)\s*$/, "") || label;
}

/** An escape that begins an index, text, and one that ends it: who writes these into units means a label. */
const HAS_INDEX = /![abudei][^!]+![abn]/i;

/** Units as a label, powers raised: `V**2 m**-2 Hz**-1`, `m^2`; units that hold escapes of indices are one. Source: das2-stream A10.3. */
export function unitsLabel(units: string): string {
  const label = HAS_INDEX.test(units) ? units : plainLabel(units);
  return label.replaceAll(/(?:\*\*|\^)\(?([+-]?\d+(?:[./]\d+)?)\)?/g, (_, power: string) => `!u${power}!n`);
}
