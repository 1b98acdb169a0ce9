import { builtInReducer } from "../../../cache/build/block-reducer.js";
import type { LevelItem, RecordHeaders } from "../../../cache/build/level-item.js";
import { LevelPass } from "../../../cache/build/level-pass.js";
import type { LevelReducer } from "../../../cache/build/level-reducer.js";
import type { Level } from "../../../cache/level.js";
import { joinedBatch } from "../../../reducers/binning/record-layout.js";
import type { PacketBatch, StreamItem } from "../../../stream/model.js";
import { das2Encoder } from "../../../stream/stream-writer.js";
import { TEST_CONTEXT } from "../../support/run-stream.js";

/** What a pass makes of one block: the block, its companion, and both joined. */
export interface PassedBlock {
  readonly main: readonly StreamItem[];
  readonly companion: readonly StreamItem[];
  readonly joined: readonly StreamItem[];
  /** Whether packets came for it after it had been closed. */
  readonly isDisordered: boolean;
}

/** One level of a pass. */
export interface PassLevel {
  readonly level: Level;
  readonly reducer: Exclude<LevelReducer, { kind: "programs" }>;
  /** Default: all blocks. */
  readonly wants?: (number: number) => boolean;
}

/** The blocks of levels that one pass over these items makes, in memory, by number. */
export function passLevels(
  items: readonly StreamItem[],
  levels: readonly PassLevel[],
  isShared = true,
): readonly ReadonlyMap<number, PassedBlock>[] {
  const made = levels.map(() => new Map<number, LevelItem[]>());
  const disordered = levels.map(() => new Set<number>());
  const pass = new LevelPass(
    levels.map(({ level, reducer, wants = () => true }, place) => ({
      period: level.period,
      wants,
      ...(reducer.kind === "bins" && isShared && { binsOf: reducer.optionsFor }),
      reduce: (number, us, emit) => builtInReducer(reducer, number, us, TEST_CONTEXT, emit),
      take(number, item) {
        const block = made[place]!.get(number) ?? [];
        made[place]!.set(number, block);
        block.push(kept(item));
      },
      closed: () => undefined,
      disordered: (number) => void disordered[place]!.add(number),
      closesEarly: false,
    })),
  );
  for (const item of items) pass.push(item);
  pass.end();
  return made.map(
    (blocks, place) =>
      new Map(
        [...blocks].map(([number, all]) => [
          number,
          {
            main: part(
              all,
              ({ main }) => main,
              (item) => item.main,
            ),
            companion: part(
              all,
              ({ companion }) => companion,
              (item) => item.companion,
            ),
            joined: part(
              all,
              ({ record }) => record,
              ({ headers, main, companion }) =>
                companion === undefined ? main : joinedBatch(headers.record, main, companion),
            ),
            isDisordered: disordered[place]!.has(number),
          },
        ]),
      ),
  );
}

function kept(item: LevelItem): LevelItem {
  if (item.kind !== "records") return item;
  const copy = (batch: PacketBatch): PacketBatch => ({ ...batch, bytes: new Uint8Array(batch.bytes) });
  const { main, companion } = item;
  return { ...item, main: copy(main), companion: companion === undefined ? undefined : copy(companion) };
}

function part(
  items: readonly LevelItem[],
  header: (headers: RecordHeaders) => RecordHeaders["companion"],
  batch: (item: Extract<LevelItem, { kind: "records" }>) => PacketBatch | undefined,
): readonly StreamItem[] {
  return items.flatMap((item): StreamItem[] => {
    if (item.kind === "packet") {
      const found = header(item.headers);
      return found === undefined ? [] : [{ kind: "packet", header: found }];
    }
    if (item.kind !== "records") return [item];
    const found = batch(item);
    return found === undefined ? [] : [{ kind: "data", batch: found }];
  });
}

/** Items as a stream. */
export function encoded(items: readonly StreamItem[]): Buffer {
  const encoder = das2Encoder();
  const parts: Buffer[] = [];
  const write = (bytes: Uint8Array): void => {
    parts.push(Buffer.from(bytes));
  };
  for (const item of items) encoder.push(item, write);
  encoder.end(write);
  return Buffer.concat(parts);
}
