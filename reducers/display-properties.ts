const NAMES = [
  "Fill",
  "Format",
  "Label",
  "Range",
  "ScaleType",
  "Summary",
  "TagWidth",
  "ValidMax",
  "ValidMin",
] as const;

/** The properties that say how the values on some axes (`x`, `y`, `z`) are shown: no longer true where values change their kind. */
export function displayProperties(axes: readonly ("x" | "y" | "z")[]): string[] {
  return axes.flatMap((axis) => NAMES.map((name) => axis + name));
}
