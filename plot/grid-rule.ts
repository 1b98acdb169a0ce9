/** More values of y than these are no rows of a grid. */
export const MOST_GRID_ROWS = 256;
/** Of a grid so many rows are there at each x on the average, of all of them. */
const LEAST_PART = 0.5;
/** One row at each x, of two that take turns, is no grid. */
const LEAST_ROWS = 1.5;

/**
 * Whether points are the cells of a grid: few values of y, most of which come at each x. Nothing in a stream says so.
 * @param rows values of y; `times` places of x, one after the other; `points` all of them
 */
export function isGrid({
  rows,
  times,
  points,
}: {
  readonly rows: number;
  readonly times: number;
  readonly points: number;
}): boolean {
  return (
    rows >= 2 &&
    rows <= MOST_GRID_ROWS &&
    times >= 2 &&
    points / times >= Math.max(LEAST_ROWS, LEAST_PART * rows)
  );
}
