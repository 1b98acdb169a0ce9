import { type LabelRun, labelLines, unitsLabel } from "../../plot/label.js";

/** Characters as small raised and lowered ones, where there are any. */
const RAISED = marks("0123456789-\u2212+=()n.", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻⁺⁼⁽⁾ⁿ·");
const LOWERED = marks("0123456789-\u2212+=()", "₀₁₂₃₄₅₆₇₈₉₋₋₊₌₍₎");

function marks(plain: string, small: string): ReadonlyMap<string, string> {
  const into = [...small];
  return new Map([...plain].map((character, n) => [character, into[n] ?? character]));
}

/** The runs of a label in one line. */
export function labelRuns(label: string): readonly LabelRun[] {
  return labelLines(label).flatMap((line, n) =>
    n === 0 ? line : [{ text: " ", size: 1, rise: 0 }, ...line],
  );
}

/** A label as plain text, its escapes understood: `V² m⁻²`. For marks of axes, names of controls, tables. */
export function labelText(label: string): string {
  return labelRuns(label)
    .map(({ text, rise }) => {
      const small = rise > 0 ? RAISED : rise < 0 ? LOWERED : undefined;
      const letters = [...text];
      return small !== undefined && letters.every((letter) => small.has(letter))
        ? letters.map((letter) => small.get(letter)).join("")
        : text;
    })
    .join("");
}

/** Units as plain text, powers raised. */
export function unitsText(units: string): string {
  return labelText(unitsLabel(units)).trim();
}
