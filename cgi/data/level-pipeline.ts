import type { AnswerPlan } from "../../cache/answer/answer-plan.js";
import { levelName } from "../../cache/level.js";
import type { Stage } from "../../dsdf/stage.js";
import type { ItemSource } from "../../stream/model.js";
import type { Program } from "../../stream/program.js";

/** Names of programs that no definition can give. */
const LEVEL_READER = "(level of the cache)";
const LEVEL_REDUCER = "(wider bins)";

/** A chain of programs that begins with the records of a level. */
export interface LevelPipeline {
  readonly stages: readonly Stage[];
  /** Those of the programs that are made for this answer, by name; each is loaded when it is asked for. */
  readonly own: ReadonlyMap<string, () => Promise<Program>>;
}

/**
 * The chain of an answer from the cache: the records of the level, wider bins of them where the plan says so, the converter.
 * Records of full resolution are reduced by the source's own reducer, as if the reader had just made them.
 *
 * @param planned the stages of the same request without a cache
 * @param open gives the records of the level, until its signal is aborted
 */
export function levelPipeline(
  { choice, reading }: AnswerPlan,
  planned: readonly Stage[],
  open: (signal: AbortSignal) => ItemSource,
): LevelPipeline {
  const { level, use } = choice;
  const isWider = use === "reduce";
  const { grid } = reading;
  const own = new Map<string, () => Promise<Program>>();
  own.set(LEVEL_READER, async () => ({
    kind: "reader",
    name: LEVEL_READER,
    help: "",
    open: (_, { signal }) => open(signal),
  }));
  const stages = [stage("reader", LEVEL_READER, levelName(level))];
  const isJoined = isWider && level.seconds > 0 && grid !== undefined;
  if (isJoined) {
    own.set(LEVEL_REDUCER, async () => {
      const { reduceAnswer } = await import("../../cache/answer/reduce-answer.js");
      return {
        kind: "filter",
        name: LEVEL_REDUCER,
        help: "",
        open: () => reduceAnswer(grid, level.period),
      };
    });
    stages.push(stage("reducer", LEVEL_REDUCER, String(choice.seconds)));
  }
  const rest = planned.filter(
    ({ role }) => role === "converter" || (role === "reducer" && isWider && !isJoined),
  );
  return { stages: [...stages, ...rest], own };
}

function stage(role: Stage["role"], name: string, arg: string): Stage {
  return { role, argv: [name, arg], env: {} };
}
