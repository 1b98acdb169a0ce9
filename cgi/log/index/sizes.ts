/** Sizes of an index; other ones than the usual for tests alone. */
export interface IndexSizes {
  /** A chunk ends with the line that makes it as long, bytes. */
  readonly chunkBytes: number;
}

/** A chunk is what a search reads at least: a hundred records, read and parsed in about a millisecond. */
export const USUAL_SIZES: IndexSizes = { chunkBytes: 64 * 1024 };

/** Slices of a chunk: so much of it is read where only one of them can hold what is wanted. Bits of a number. */
export const SLICES = 16;

/** Chunks of a group: 256 bits are eight words, so that one read tells of all of them whether they can hold a word. */
export const GROUP_CHUNKS = 256;
/** 32-bit words of one bit of each chunk of a group. */
export const SLICE_WORDS = GROUP_CHUNKS / 32;

/** Bits of the signature of a chunk. About one in seven is set by a hundred records, of 600 bytes each. */
export const SIGNATURE_BITS = 32_768;
/** 32-bit words of a signature. */
export const SIGNATURE_WORDS = SIGNATURE_BITS / 32;
