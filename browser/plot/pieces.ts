import { intersection, type Span, without } from "../../plot/span.js";
import type { StreamColumns } from "./stream-columns.js";

/** Data of one answer: a range, how finely it was asked for, and what has come of it. */
export interface Piece {
  readonly span: Span;
  /** Width of bins that was asked for, microseconds. */
  readonly widthUs: number;
  readonly columns: StreamColumns;
  /** Everything has come. */
  readonly isWhole: boolean;
  /** Its points were computed at the distance that was asked for: there are more between them. */
  readonly isSampled: boolean;
}

/** A part of a piece that is to be drawn. */
export interface Part {
  readonly piece: Piece;
  readonly span: Span;
}

/** Pieces of one source that are kept, and values in them: 8 bytes each. */
const MOST_PIECES = 40;
const MOST_VALUES = 6_000_000;
/** So many times as fine as the screen is too fine: to draw it would cost more than it shows. */
const TOO_FINE = 8;

/** The range of which a piece has everything: up to the last record, while more of it comes. */
export function coveredSpan({ span, isWhole, columns }: Piece): Span | undefined {
  if (isWhole) return span;
  const end = Math.min(span.end, columns.latest);
  return end > span.begin ? { begin: span.begin, end } : undefined;
}

/** Whether a piece shows as much as bins of a width would, and no more than a screen can. */
export function suits(piece: Piece, wantedUs: number): boolean {
  const { widthUs, columns, isWhole, isSampled } = piece;
  // Of a source that nothing reduces all records have come, whatever was asked for.
  if (isWhole && columns.binUs === 0 && !isSampled && !columns.isThinned) return true;
  const toldUs = columns.binUs === 0 ? widthUs : Math.min(widthUs, columns.binUs);
  return toldUs <= wantedUs * 1.001 && widthUs * TOO_FINE >= wantedUs;
}

/**
 * What to draw of a range: for each instant one piece, suitable ones before others, of the others the finest; ascending. While finer data
 * are on their way, the coarse picture stays.
 *
 * @param wantedUs width of bins that suits the screen, microseconds
 */
export function chooseParts(pieces: readonly Piece[], span: Span, wantedUs: number): readonly Part[] {
  const order = [...pieces].sort((a, b) => {
    const suitable = Number(suits(b, wantedUs)) - Number(suits(a, wantedUs));
    if (suitable !== 0) return suitable;
    // Of the suitable the coarsest costs least.
    return suits(a, wantedUs) ? b.widthUs - a.widthUs : a.widthUs - b.widthUs;
  });
  const parts: Part[] = [];
  let open: readonly Span[] = [span];
  for (const piece of order) {
    const covered = coveredSpan(piece);
    if (covered === undefined || open.length === 0) continue;
    for (const one of open) {
      const shown = intersection(one, covered);
      if (shown !== undefined) parts.push({ piece, span: shown });
    }
    open = without(span, [...parts.map((part) => part.span)]);
  }
  return parts.sort((a, b) => a.span.begin - b.span.begin);
}

/** The ranges that no suitable piece covers, ascending. */
export function missingSpans(pieces: readonly Piece[], span: Span, wantedUs: number): readonly Span[] {
  const covered = pieces.flatMap((piece) => (suits(piece, wantedUs) ? (coveredSpan(piece) ?? []) : []));
  return without(span, covered);
}

/** Pieces of one source, the one that was used last at the end; what was not used for long is forgotten when there is no more room. */
export class PieceStore {
  #pieces: Piece[] = [];

  get all(): readonly Piece[] {
    return this.#pieces;
  }

  add(piece: Piece): void {
    this.#pieces.push(piece);
    this.#makeRoom();
  }

  /** The piece with what has changed of it, in its place. */
  replace(old: Piece, changed: Piece): void {
    const at = this.#pieces.indexOf(old);
    if (at >= 0) this.#pieces[at] = changed;
  }

  remove(piece: Piece): void {
    this.#pieces = this.#pieces.filter((one) => one !== piece);
  }

  /** Notes that pieces are in use. */
  use(used: ReadonlySet<Piece>): void {
    this.#pieces = [
      ...this.#pieces.filter((piece) => !used.has(piece)),
      ...this.#pieces.filter((piece) => used.has(piece)),
    ];
  }

  clear(): void {
    this.#pieces = [];
  }

  #makeRoom(): void {
    let values = this.#pieces.reduce((sum, { columns }) => sum + columns.size, 0);
    while (this.#pieces.length > 1 && (this.#pieces.length > MOST_PIECES || values > MOST_VALUES)) {
      const oldest = this.#pieces.findIndex(({ isWhole }) => isWhole);
      if (oldest < 0 || oldest === this.#pieces.length - 1) return;
      const [dropped] = this.#pieces.splice(oldest, 1);
      values -= dropped?.columns.size ?? 0;
    }
  }
}
