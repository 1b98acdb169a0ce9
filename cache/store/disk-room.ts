/** What a file system gives to files: whole pages of so many bytes. */
const PAGE_BYTES = 4096;

/**
 * The room that a file takes on a disk, bytes: its length in whole pages, one at least. Counted so, a quota limits not only the bytes of
 * blocks but also how many files there are: blocks without data, of which anybody can ask for any number, are not for free.
 */
export function roomOfFile(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / PAGE_BYTES)) * PAGE_BYTES;
}
