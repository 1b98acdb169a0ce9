/** Longest line that is handed on in one piece, in characters; a longer one is cut into several. */
const MAX_LINE = 4096;

/**
 * Cuts the standard error of a program into lines for the log. Bytes that are not UTF-8 become U+FFFD. After
 * `maxBytes` nothing more is handed on, but everything is taken, so that the program never blocks on it.
 * Source: das2-server 13.3.
 */
export class StderrLines {
  readonly #onLine: (line: string) => void;
  readonly #decoder = new TextDecoder();
  #left: number;
  #dropped = 0;
  #partial = "";

  constructor(maxBytes: number, onLine: (line: string) => void) {
    this.#left = maxBytes;
    this.#onLine = onLine;
  }

  push(bytes: Uint8Array): void {
    const taken = Math.min(bytes.length, this.#left);
    this.#dropped += bytes.length - taken;
    if (taken === 0) return;
    this.#left -= taken;
    this.#text(this.#decoder.decode(bytes.subarray(0, taken), { stream: true }));
  }

  /** Hands on an unfinished last line, and how much was dropped. */
  end(): void {
    this.#text(this.#decoder.decode());
    if (this.#partial !== "") this.#onLine(this.#partial);
    this.#partial = "";
    if (this.#dropped > 0) this.#onLine(`(${this.#dropped} more bytes of messages dropped)`);
    this.#dropped = 0;
    this.#left = 0;
  }

  #text(text: string): void {
    const lines = (this.#partial + text).split("\n");
    this.#partial = lines.pop() ?? "";
    for (const line of lines) this.#line(line.endsWith("\r") ? line.slice(0, -1) : line);
    while (this.#partial.length > MAX_LINE) {
      this.#onLine(this.#partial.slice(0, MAX_LINE));
      this.#partial = this.#partial.slice(MAX_LINE);
    }
  }

  #line(line: string): void {
    for (let at = 0; at === 0 || at < line.length; at += MAX_LINE)
      this.#onLine(line.slice(at, at + MAX_LINE));
  }
}
