import { PAGE_BYTES, PAGE_ROOM } from "./block-pages.js";
import { hash } from "./signature.js";

/**
 * Pages of the ids of a group. All bits of an id are in one of them, so that one read tells of some thirty thousand requests that none has it:
 * at twenty bits for each and six that are set it is wrong once in two thousand.
 */
export const ID_PAGES = 16;
const ID_BITS = 6;
const PAGE_BITS = PAGE_ROOM * 8;

/** Where an id stands. */
export interface IdPlace {
  readonly page: number;
  readonly bits: readonly number[];
}

/** Pages without ids. */
export function newIdPages(): Buffer {
  return Buffer.alloc(ID_PAGES * PAGE_BYTES);
}

/** The page of an id, and its bits in it. */
export function idPlace(id: string): IdPlace {
  const first = hash(id, 0x811c9dc5);
  const step = hash(id, 0x9747b28c) | 1;
  return {
    page: first % ID_PAGES,
    bits: Array.from({ length: ID_BITS }, (_, n) => ((Math.imul(n + 1, step) ^ first) >>> 4) % PAGE_BITS),
  };
}

/** Sets the bits of an id. */
export function addId(pages: Buffer, id: string): void {
  const { page, bits } = idPlace(id);
  for (const bit of bits) {
    const at = page * PAGE_BYTES + (bit >>> 3);
    pages[at] = (pages[at] ?? 0) | (1 << (bit & 7));
  }
}

/** Whether a page has all bits of an id: only then can its group have it. */
export function hasId(page: Buffer, { bits }: IdPlace): boolean {
  return bits.every((bit) => ((page[bit >>> 3] ?? 0) & (1 << (bit & 7))) !== 0);
}
