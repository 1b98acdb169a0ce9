import { OUTCOME } from "../../errors/das-error.js";
import { printException, printPacketHeader, printStreamHeader } from "../../stream/header-xml.js";
import type { PacketHeader, StreamHeader, StreamItem } from "../../stream/model.js";
import type { Level } from "../level.js";
import { BlockFacts } from "../store/block-facts.js";
import { type BlockWriter, type BuildFacts, openBlockWriter } from "../store/block-writer.js";
import type { Sidecar } from "../store/sidecar.js";
import type { AsideNames } from "../store/temporary-name.js";
import type { LevelItem } from "./level-item.js";

/** What all blocks of one build have in common. */
export type CommonFacts = Pick<BuildFacts, "builtMs" | "sourceMtimeMs" | "madeFrom">;

/** A block on its way to the disk, written as its records come. */
export class KeptBlock {
  readonly #writer: BlockWriter;
  readonly #facts = new BlockFacts();
  readonly #hasStatistics: boolean;
  /** The stream header, until the companion has it. */
  #stream: Uint8Array | undefined;
  #isEnded = false;
  #bytes = 0;
  #headerBytes: number | undefined;
  #wait: Promise<void> | undefined;

  /**
   * @param hasStatistics whether its records may have companions
   * @param names under which it is written
   */
  constructor(level: Level, number: number, hasStatistics: boolean, names: AsideNames) {
    this.#hasStatistics = hasStatistics;
    this.#writer = openBlockWriter(level, number, { statistics: hasStatistics, names });
  }

  /** To be waited for before more is pushed: the disk does not keep up. */
  get busy(): Promise<void> | undefined {
    return this.#wait;
  }

  /** Takes an item of the block; batches may be re-used once it returns. Errors: DISK_FULL, BUILD_FAILED. */
  push(item: LevelItem): void {
    switch (item.kind) {
      case "stream": {
        const bytes = printStreamHeader(item.header);
        this.#put(item, bytes);
        this.#stream = bytes;
        return;
      }
      case "packet": {
        const { main, companion } = item.headers;
        this.#put({ kind: "packet", header: main }, printed(main));
        if (this.#hasStatistics && companion !== undefined) this.#putStatistics(printed(companion));
        return;
      }
      case "records":
        this.#headerBytes ??= this.#bytes;
        this.#put({ kind: "data", batch: item.main }, item.main.bytes);
        if (this.#hasStatistics && item.companion !== undefined) this.#putStatistics(item.companion.bytes);
        return;
      case "exception":
        this.#isEnded = true;
        this.#put(item, printException(item.exception));
        return;
      default:
        item satisfies never;
    }
  }

  /** No more comes: waits until the disk has it all. Errors: DISK_FULL, BUILD_FAILED. */
  async finish(common: CommonFacts): Promise<Sidecar> {
    if (this.#facts.records === 0 && !this.#isEnded) this.push(noData());
    await this.#wait;
    const facts = this.#facts.finish(this.#bytes, this.#headerBytes ?? this.#bytes);
    return await this.#writer.finish({ ...common, ...facts });
  }

  async abandon(): Promise<void> {
    await this.#wait?.catch(() => undefined);
    await this.#writer.abandon();
  }

  #put(item: StreamItem, bytes: Uint8Array): void {
    this.#facts.push(item);
    this.#bytes += bytes.length;
    this.#waitFor(this.#writer.write(bytes));
  }

  /** A companion begins when there is anything to say in it. */
  #putStatistics(bytes: Uint8Array): void {
    if (this.#stream !== undefined) this.#waitFor(this.#writer.writeStatistics(this.#stream));
    this.#stream = undefined;
    this.#waitFor(this.#writer.writeStatistics(bytes));
  }

  #waitFor(written: Promise<void> | undefined): void {
    if (written === undefined) return;
    const both =
      this.#wait === undefined ? written : Promise.all([this.#wait, written]).then(() => undefined);
    // Who waits is told; until then a failure must not count as unhandled.
    both.catch(() => undefined);
    this.#wait = both;
    const done = () => {
      if (this.#wait === both) this.#wait = undefined;
    };
    both.then(done, () => undefined);
  }
}

/** Packet headers as they are written: the blocks of a level share them, and a list of tags is long. */
const texts = new WeakMap<PacketHeader, Uint8Array>();

function printed(header: PacketHeader): Uint8Array {
  let bytes = texts.get(header);
  if (bytes === undefined) {
    bytes = printPacketHeader(header);
    texts.set(header, bytes);
  }
  return bytes;
}

/** What a block without data holds; das2-server 15.2. */
export function emptyBlockItems(stream: StreamHeader): readonly LevelItem[] {
  return [{ kind: "stream", header: stream }, noData()];
}

function noData(): LevelItem {
  const exception = { type: OUTCOME.NO_DATA.exception, message: "No data in this interval" };
  return { kind: "exception", exception };
}
