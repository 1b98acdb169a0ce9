/** Ascending integers as runs without a hole. */
export function stretches(integers: readonly number[]): { from: number; count: number }[] {
  const runs: { from: number; count: number }[] = [];
  for (const integer of integers) {
    const last = runs.at(-1);
    if (last !== undefined && last.from + last.count === integer) last.count++;
    else runs.push({ from: integer, count: 1 });
  }
  return runs;
}
