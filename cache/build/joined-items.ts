import { DasError } from "../../errors/das-error.js";
import { joinedLayout, type RecordLayout } from "../../reducers/binning/record-layout.js";
import type { ItemSource, PacketBatch, PacketHeader, StreamItem } from "../../stream/model.js";
import { POOLED_BYTES, returnPiece, takePiece } from "../../stream/piece-pool.js";
import type { StoredBlock } from "../store/stored-block.js";

/**
 * The records of a stored block, joined with its companion as {@link joinStreams} does. `undefined` where wider bins cannot be made of
 * the block: it has no companion, for example.
 */
export async function joinedItems(block: StoredBlock): Promise<ItemSource | undefined> {
  if (block.sidecar.noData) return block.items();
  const statistics = await block.statistics();
  const { packets } = await block.headers();
  const companions = new Map(
    statistics === undefined ? [] : (await statistics.headers()).packets.map((header) => [header.id, header]),
  );
  // Definitions may change on the way; those at the begin tell whether the level is one that can be joined.
  for (const main of packets) if (joinedLayout(main, companions.get(main.id)) === undefined) return undefined;
  return joinStreams(block.items(), statistics?.items());
}

/**
 * The records of a block joined one by one with those of its companion: x, the planes of the block, those of the companion, with the
 * properties `source` and `operation` that say what each is; for {@link reduceJoined}. Comments are left out. A portion is used up when
 * the next one is asked for.
 *
 * @param statistics missing where the block has the least and greatest values and the counts itself
 * Errors: BAD_BLOCK where the two do not belong together, those of the sources.
 */
export async function* joinStreams(
  main: ItemSource,
  statistics: ItemSource | undefined,
): AsyncGenerator<readonly StreamItem[], void, undefined> {
  const companions = new Companions(statistics);
  const layouts = new Map<number, RecordLayout>();
  const room = new Room();
  try {
    for await (const portion of main) {
      let items: StreamItem[] = [];
      for (const item of portion) {
        if (item.kind === "packet") {
          const layout = joinedLayout(item.header, await companions.definition(item.header));
          if (layout === undefined) throw unlike("a companion is missing");
          layouts.set(item.header.id, layout);
          items.push({ kind: "packet", header: layout.record });
        } else if (item.kind === "data") {
          const layout = layouts.get(item.batch.header.id);
          if (layout === undefined) throw unlike("records without a definition");
          const { record } = layout;
          for (let done = 0; done < item.batch.count; ) {
            if (!room.has(record.stride) && items.length > 0) {
              yield items;
              items = [];
              room.clear();
            }
            const batch = await joinBatch(item.batch, done, layout, companions, room);
            items.push({ kind: "data", batch });
            done += batch.count;
          }
        } else if (item.kind !== "comment") items.push(item);
      }
      if (items.length > 0) yield items;
      room.clear();
    }
  } finally {
    room.close();
    await companions.close();
  }
}

/** At least one of the main packets from `first` on with their companions, as records: all that there is room for. */
async function joinBatch(
  { bytes, count }: PacketBatch,
  first: number,
  { record, main, companion }: RecordLayout,
  companions: Companions,
  room: Room,
): Promise<PacketBatch> {
  const from = first * main.stride;
  if (companion === undefined)
    return { header: record, bytes: bytes.subarray(from, count * main.stride), count: count - first };
  const others = await companions.packets(companion.id, Math.min(count - first, room.most(record.stride)));
  const out = room.take(others.count * record.stride);
  const shared = companion.planes[1]!.offset; // prefix and x, the same in both
  for (let n = 0; n < others.count; n++) {
    const at = n * record.stride;
    const own = from + n * main.stride;
    const other = n * companion.stride;
    for (let byte = 0; byte < shared; byte++)
      if (bytes[own + byte] !== others.bytes[other + byte]) throw unlike("records of other times");
    out.set(bytes.subarray(own, own + main.stride), at);
    out.set(others.bytes.subarray(other + shared, other + companion.stride), at + main.stride);
  }
  return { header: record, bytes: out, count: others.count };
}

/** Memory for the records of a portion, used again for each: new memory for all would cost more than to fill it. */
class Room {
  #memory: Uint8Array | undefined;
  #used = 0;

  /** Whether so many bytes are left. */
  has(bytes: number): boolean {
    return bytes <= POOLED_BYTES - this.#used;
  }

  /** Records for which there is room, or one that is longer than all of it. */
  most(stride: number): number {
    return Math.max(1, Math.floor((POOLED_BYTES - this.#used) / stride));
  }

  take(bytes: number): Uint8Array {
    if (!this.has(bytes)) return new Uint8Array(bytes);
    this.#memory ??= takePiece(POOLED_BYTES);
    const taken = this.#memory.subarray(this.#used, this.#used + bytes);
    this.#used += bytes;
    return taken;
  }

  /** What was taken is needed no more. */
  clear(): void {
    this.#used = 0;
  }

  close(): void {
    if (this.#memory !== undefined) returnPiece(this.#memory);
    this.#memory = undefined;
  }
}

/** The companion of a block, read beside it. */
class Companions {
  readonly #source: AsyncIterator<readonly StreamItem[]> | undefined;
  #items: readonly StreamItem[] = [];
  #next = 0;
  /** Packets of the item at hand that were taken already. */
  #taken = 0;

  constructor(source: ItemSource | undefined) {
    this.#source = source?.[Symbol.asyncIterator]();
  }

  /** The definition that stands where that of the block stands; `undefined` where the block's has no companion. */
  async definition({ id }: PacketHeader): Promise<PacketHeader | undefined> {
    const item = await this.#look();
    if (item?.kind !== "packet" || item.header.id !== id) return undefined;
    this.#next++;
    return item.header;
  }

  /** At least one and at most `most` of the next packets, which are of the id. */
  async packets(id: number, most: number): Promise<PacketBatch> {
    const item = await this.#look();
    if (item?.kind !== "data" || item.batch.header.id !== id) throw unlike("records without a companion");
    const { header, bytes, count } = item.batch;
    const some = Math.min(most, count - this.#taken);
    const from = this.#taken * header.stride;
    this.#taken += some;
    if (this.#taken === count) {
      this.#next++;
      this.#taken = 0;
    }
    return { header, bytes: bytes.subarray(from, from + some * header.stride), count: some };
  }

  async close(): Promise<void> {
    await this.#source?.return?.();
  }

  /** The next definition or data. */
  async #look(): Promise<StreamItem | undefined> {
    for (;;) {
      const item = this.#items[this.#next];
      if (item?.kind === "packet" || item?.kind === "data") return item;
      if (item !== undefined) this.#next++;
      else {
        const step = await this.#source?.next();
        if (step === undefined || step.done === true) return undefined;
        this.#items = step.value;
        this.#next = 0;
      }
    }
  }
}

function unlike(what: string): DasError {
  return new DasError("BAD_BLOCK", `a block and its companion do not belong together: ${what}`);
}
