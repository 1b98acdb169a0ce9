const encoder = new TextEncoder();

/** Bytes of text in the making; `bytes[0, length)` are written. The one who writes numbers asks for room first. */
export class TextBuffer {
  bytes: Uint8Array = new Uint8Array(65_536);
  length = 0;

  /** Makes room for so many more bytes. */
  ensure(more: number): void {
    const needed = this.length + more;
    if (needed <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.bytes.length));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }

  /** Appends a text as UTF-8. */
  text(text: string): void {
    this.ensure(3 * text.length);
    this.length += encoder.encodeInto(text, this.bytes.subarray(this.length)).written;
  }

  /** Appends one byte. */
  byte(value: number): void {
    this.ensure(1);
    this.bytes[this.length++] = value;
  }

  /** Gives what is written, a view that holds until the next write, and begins anew. */
  take(): Uint8Array {
    const taken = this.bytes.subarray(0, this.length);
    this.length = 0;
    return taken;
  }
}
