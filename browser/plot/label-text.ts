import { type LabelRun, labelLines } from "../../plot/label.js";

/** Characters as small raised ones, where there are any. */
const RAISED: Readonly<Record<string, string>> = {
  "0": "⁰",
  "1": "¹",
  "2": "²",
  "3": "³",
  "4": "⁴",
  "5": "⁵",
  "6": "⁶",
  "7": "⁷",
  "8": "⁸",
  "9": "⁹",
  "-": "⁻",
  "\u2212": "⁻",
  "+": "⁺",
  ".": "·",
};

/** The runs of a label in one line. */
export function labelRuns(label: string): readonly LabelRun[] {
  return labelLines(label).flatMap((line, n) =>
    n === 0 ? line : [{ text: " ", size: 1, rise: 0 }, ...line],
  );
}

/** A label as plain text, its escapes understood: `V² m⁻²`. For marks of axes, names of controls, tables. */
export function labelText(label: string): string {
  return labelRuns(label)
    .map(({ text, rise }) =>
      rise > 0 && [...text].every((c) => c in RAISED) ? [...text].map((c) => RAISED[c]).join("") : text,
    )
    .join("");
}
