import type { StoredBlock } from "../store/stored-block.js";

/**
 * Opens blocks that follow each other, each while the one before it is used: it is looked at, checked and read into memory meanwhile.
 * {@link BlocksAhead.close} is to be called.
 */
export class BlocksAhead {
  readonly #open: (number: number) => Promise<StoredBlock | undefined>;
  readonly #end: number;
  #coming: { readonly number: number; readonly block: Promise<StoredBlock | undefined> } | undefined;

  /** @param end the block after the last that may be opened */
  constructor(open: (number: number) => Promise<StoredBlock | undefined>, end: number) {
    this.#open = open;
    this.#end = end;
  }

  /** Begins to open a block that will be wanted next; one at a time. */
  prepare(number: number): void {
    if (number >= this.#end || this.#coming !== undefined) return;
    const block = this.#open(number);
    // What goes wrong is told when it is waited for.
    block.catch(() => undefined);
    this.#coming = { number, block };
  }

  /** The block, which is the caller's to close; `undefined` where there is none. Errors: those of `open`. */
  async take(number: number): Promise<StoredBlock | undefined> {
    if (this.#coming !== undefined && this.#coming.number !== number) await this.close();
    this.prepare(number);
    const coming = this.#coming;
    this.#coming = undefined;
    return await coming?.block;
  }

  /** Closes what was opened and not taken. */
  async close(): Promise<void> {
    const coming = this.#coming;
    this.#coming = undefined;
    const block = await coming?.block.catch(() => undefined);
    await block?.close();
  }
}
