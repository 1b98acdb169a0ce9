import type { Time } from "../../stream/time.js";
import { timeToUs2000 } from "../../stream/time.js";
import type { PositionAxis } from "../positions.js";

/**
 * Bins of one width side by side: bin n covers [origin + n*width, origin + (n+1)*width). All in the unit of the axis.
 * Source: reducers 2.
 */
export interface BinGrid {
  readonly origin: number;
  readonly width: number;
}

/** The bin of a position: rounded down (older programs cut towards zero, which merges the two bins about the origin). */
export function binIndex(grid: BinGrid, position: number): number {
  return Math.floor((position - grid.origin) / grid.width);
}

/** The middle of a bin. */
export function binCentre(grid: BinGrid, index: number): number {
  return grid.origin + (index + 0.5) * grid.width;
}

/** How wide the bins of a filter are, and where they begin where that is given. */
export interface BinChoice {
  /** In seconds; or in the units of x where `ownUnits` is set. */
  readonly width: number;
  readonly ownUnits?: boolean;
  /** Begin of bin 0; absent: the first position of the stream. */
  readonly begin?: Time | undefined;
}

/**
 * The grids of a stream. All packet types share the origin: `begin`, or the position of the first data packet,
 * whatever its id. A begin is an instant, so on an axis of plain durations bins then start at 0, which, like an instant,
 * does not depend on the data.
 */
export class StreamGrids {
  readonly #choice: BinChoice;
  /** By the unit of the axis. */
  readonly #origins = new Map<string, number>();

  constructor(choice: BinChoice) {
    this.#choice = choice;
  }

  /** The grid of an axis; `first` is the position at hand, the origin where there is none yet. */
  gridOf(axis: PositionAxis, first: number): BinGrid {
    const unit = axis.epoch ? "us2000" : axis.plane.units;
    let origin = this.#origins.get(unit);
    if (origin === undefined) {
      const { begin } = this.#choice;
      origin = begin === undefined ? first : axis.epoch ? timeToUs2000(begin) : 0;
      this.#origins.set(unit, origin);
    }
    return { origin, width: this.widthOn(axis) };
  }

  /** The width of the bins in the unit of an axis. */
  widthOn(axis: PositionAxis): number {
    const { width, ownUnits = false } = this.#choice;
    if (ownUnits) return width;
    // us2000 by a whole factor: 1e-6 has no exact binary form.
    return axis.epoch ? width * 1e6 : width / (axis.unitSeconds ?? 1);
  }
}
