import { readSync, writeSync } from "node:fs";
import { crc32 } from "node:zlib";

/** Bytes of a page as it stands in a file: its contents, then the stamp of what it belongs to, and the sum of both. */
export const PAGE_BYTES = 4096;
/** Bytes of a page that are of use. */
export const PAGE_ROOM = PAGE_BYTES - 8;

/** A number for the group of a file: another file, another place in it, or other bytes there have another. */
export function stampOf(key: string, number: number, anchor: number): number {
  return crc32(`${key} ${number} ${anchor}`);
}

/** Puts stamp and sum at the end of each page. */
export function sealPages(pages: Buffer, stamp: number): void {
  for (let page = 0; page < pages.length; page += PAGE_BYTES) {
    pages.writeUInt32LE(stamp, page + PAGE_ROOM);
    pages.writeUInt32LE(crc32(pages.subarray(page, page + PAGE_ROOM + 4)), page + PAGE_ROOM + 4);
  }
}

/** Writes all bytes at a position. Errors: those of node:fs. */
export function writeAll(fd: number, bytes: Buffer, position: number): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at, position + at);
}

/** Reads pages of a file one at a time; the last one is remembered. */
export class PageReader {
  readonly #fd: number;
  readonly #page = Buffer.alloc(PAGE_BYTES);
  #position = -1;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /**
   * The page at a position, until the next is read; `undefined` where it is damaged, or belongs to something else.
   * Errors: those of node:fs.
   */
  read(position: number, stamp: number): Buffer | undefined {
    const page = this.#page;
    if (position === this.#position) return page.readUInt32LE(PAGE_ROOM) === stamp ? page : undefined;
    this.#position = -1;
    if (readSync(this.#fd, page, 0, PAGE_BYTES, position) < PAGE_BYTES) return undefined;
    if (page.readUInt32LE(PAGE_ROOM) !== stamp) return undefined;
    if (crc32(page.subarray(0, PAGE_ROOM + 4)) !== page.readUInt32LE(PAGE_ROOM + 4)) return undefined;
    this.#position = position;
    return page;
  }
}
