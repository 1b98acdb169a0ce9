import { DasError, OUTCOME } from "../../errors/das-error.js";
import { BinAverages } from "../../reducers/binning/bin-averages.js";
import { planRecord } from "../../reducers/binning/record-layout.js";
import { cutRange } from "../../reducers/range-cut.js";
import type { Emit, StreamItem, StreamTransform } from "../../stream/model.js";
import type { ProgramContext } from "../../stream/program.js";
import { asLevelItems, type EmitLevel } from "./level-item.js";
import type { LevelReducer } from "./level-reducer.js";
import type { BlockUs } from "./open-blocks.js";

/** Makes the records of one block from its packets. */
export interface BlockReducer {
  /** Takes the next item of the block. Batches may be re-used once it returns. Errors: those of the reducer. */
  push(item: StreamItem): void;
  /** To be waited for before more is pushed. */
  readonly busy: Promise<void> | undefined;
  /** There are no more packets. All records have been given when it returns, or when what it returns resolves. */
  end(): Promise<void> | undefined;
  /** Nothing of it is wanted any more. */
  abandon(): void;
}

/**
 * A reducer that works in this process.
 * @param emit takes the records; those with x outside of the block are left out
 */
export function builtInReducer(
  reducer: Exclude<LevelReducer, { kind: "programs" }>,
  block: number,
  us: BlockUs,
  context: ProgramContext,
  emit: EmitLevel,
): BlockReducer {
  return new TransformReducer([...transformsOf(reducer, block, context), cutRange(us)], emit);
}

function transformsOf(
  reducer: Exclude<LevelReducer, { kind: "programs" }>,
  block: number,
  context: ProgramContext,
): readonly StreamTransform[] {
  switch (reducer.kind) {
    case "none":
      return [];
    case "bins":
      return [new BinAverages({ ...reducer.optionsFor(block), plan: planRecord })];
    case "filters":
      return reducer
        .filtersFor(block)
        .map(({ program, stage }) =>
          program.open(stage.argv.slice(1), { ...context, env: { ...context.env, ...stage.env } }),
        );
    default:
      return reducer satisfies never;
  }
}

class TransformReducer implements BlockReducer {
  readonly #transforms: readonly StreamTransform[];
  /** By position: takes what the transform before it gives. */
  readonly #emitters: readonly Emit[];
  readonly busy = undefined;

  constructor(transforms: readonly StreamTransform[], emit: EmitLevel) {
    this.#transforms = transforms;
    const emitters: Emit[] = [];
    for (const transform of [...transforms].reverse()) {
      const next = emitters[0] ?? records(emit);
      emitters.unshift((item) => transform.push(item, next));
    }
    this.#emitters = [...emitters, records(emit)];
  }

  push(item: StreamItem): void {
    this.#emitters[0]!(item);
  }

  end(): undefined {
    for (const [position, transform] of this.#transforms.entries())
      transform.end(this.#emitters[position + 1]!);
  }

  abandon(): void {}
}

/** What a reducer says besides its records is not part of a block; that it failed is no block at all. */
export function records(emit: EmitLevel): Emit {
  const give = asLevelItems(emit);
  return (item) => {
    if (item.kind !== "exception") give(item);
    else if (item.exception.type !== OUTCOME.NO_DATA.exception)
      throw new DasError("READER_FAILED", item.exception.message, { exception: item.exception.type });
  };
}
