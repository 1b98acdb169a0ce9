import { asciiJson } from "./result-list.js";
import type { SpooledFile } from "./spool.js";
import { sourcePieces, type TemporaryFile, temporaryFile } from "./temporary-file.js";

/** What is gathered in memory, characters. */
const GATHERED = 1 << 20;

/** The entries of a list on their way: of a million records that fail there are a million, which no memory need hold. */
export class EntrySpool<T> {
  #count = 0;
  #gathered: string[] = [];
  #length = 0;
  #file: TemporaryFile | undefined;

  get count(): number {
    return this.#count;
  }

  /** Errors: those of the file system. */
  async add(entry: T): Promise<void> {
    // Indented by nothing, so that an entry is a line.
    const line = `${this.#count++ === 0 ? "" : ",\n"}${asciiJson(entry, 0)}`;
    this.#gathered.push(line);
    this.#length += line.length;
    if (this.#length > GATHERED) await this.#flush();
  }

  /**
   * The list as JSON: the members of `head`, and behind them the entries as `data`. Nothing is added after that.
   * Errors: those of the file system.
   */
  async json(head: Readonly<Record<string, unknown>>): Promise<SpooledFile> {
    const members = Object.entries(head).map(([name, value]) => `"${name}":${asciiJson(value, 0)},`);
    const begin = Buffer.from(`{${members.join("")}"data":[\n`);
    const end = Buffer.from("\n]}\n");
    if (this.#file !== undefined) await this.#flush();
    const source = await this.#file?.source();
    const gathered = Buffer.from(this.#gathered.join(""));
    return {
      byteLength: begin.length + (source?.byteLength ?? 0) + gathered.length + end.length,
      async *pieces() {
        yield begin;
        if (source !== undefined) yield* sourcePieces(source);
        yield gathered;
        yield end;
      },
      close: () => this.close(),
    };
  }

  /** Lets the entries go; does nothing the second time. */
  async close(): Promise<void> {
    await this.#file?.close();
  }

  async #flush(): Promise<void> {
    this.#file ??= await temporaryFile();
    await this.#file.sink.write(Buffer.from(this.#gathered.join("")));
    this.#gathered = [];
    this.#length = 0;
  }
}
