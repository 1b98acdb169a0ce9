/** Bytes of a pooled piece. */
export const POOLED_BYTES = 1 << 20;
/** Shorter pieces cost little, and are often kept by who takes them. */
const LEAST_POOLED_BYTES = 64 * 1024;
/** Pieces that wait for use: what some answers under way need at once. */
const MOST_FREE = 16;

const free: ArrayBuffer[] = [];
const given = new WeakSet<ArrayBufferLike>();

/**
 * Memory for a large piece of bytes that is passed on as it is: that of one that was given back, else new. New memory of this size
 * costs half a millisecond before its first use and as much again to be collected, more than to read and to send the bytes.
 * Its content is anything. Whoever does not give it back leaves it to be collected.
 *
 * @param length at most {@link POOLED_BYTES}
 */
export function takePiece(length: number): Uint8Array<ArrayBuffer> {
  if (length < LEAST_POOLED_BYTES) return new Uint8Array(length);
  const memory = free.pop() ?? new ArrayBuffer(POOLED_BYTES);
  given.add(memory);
  return new Uint8Array(memory, 0, length);
}

/**
 * Gives a piece, or a view of one, back for use again: only for the last of those who hold it, when its bytes have been sent. Of memory
 * from elsewhere nothing happens.
 */
export function returnPiece({ buffer }: Uint8Array): void {
  // At most once for each time that it was taken.
  if (!given.delete(buffer) || !(buffer instanceof ArrayBuffer)) return;
  if (free.length < MOST_FREE) free.push(buffer);
}
