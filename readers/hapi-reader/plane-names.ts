/** Longest name of a plane, characters; reducers append to it. */
const MAX_NAME = 100;

/**
 * Gives names to planes: letters, digits and `_`, no digit first, none twice, without regard to case. Source: das2-stream A5.
 *
 * @param taken names that are given already
 */
export function planeNames(taken: readonly string[]): (wanted: string) => string {
  const given = new Set(taken.map((name) => name.toLowerCase()));
  return (wanted) => {
    const clean = wanted.replace(/[^A-Za-z0-9_]+/g, "_").slice(0, MAX_NAME);
    const base = clean === "" || /^[0-9]/.test(clean) ? `_${clean}` : clean;
    let name = base;
    for (let n = 2; given.has(name.toLowerCase()); n++) name = `${base}_${n}`;
    given.add(name.toLowerCase());
    return name;
  };
}
