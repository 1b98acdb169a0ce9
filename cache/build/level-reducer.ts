import type { DataSource } from "../../dsdf/data-source.js";
import type { Stage } from "../../dsdf/stage.js";
import type { PipelineTools } from "../../dsdf/tools.js";
import type { ProgramLookup } from "../../pipeline/options.js";
import { avgsecOptions } from "../../reducers/bin-avgsec.js";
import { peakavgsecOptions } from "../../reducers/bin-peakavgsec.js";
import type { BinAveragesOptions } from "../../reducers/binning/bin-averages.js";
import type { FilterProgram } from "../../stream/program.js";
import { blockRange } from "../block-number.js";
import type { Level } from "../level.js";
import { levelStages } from "./level-stages.js";

/** How the packets of a block become its records; what depends on the block is asked for by its number. */
export type LevelReducer =
  /** They are the records. */
  | { readonly kind: "none" }
  /** Averages over bins, of which more is known than what is written. */
  | { readonly kind: "bins"; readonly optionsFor: (block: number) => BinAveragesOptions }
  /** Programs that ship here. */
  | { readonly kind: "filters"; readonly filtersFor: (block: number) => readonly OpenFilter[] }
  /** Any programs. */
  | { readonly kind: "programs"; readonly stagesFor: (block: number) => readonly Stage[] };

/** A program with its arguments. */
export interface OpenFilter {
  readonly program: FilterProgram;
  readonly stage: Stage;
}

/** The arguments of the reducers that average, by name. */
const AVERAGING: ReadonlyMap<string, (args: readonly string[]) => BinAveragesOptions> = new Map([
  ["das2_bin_avgsec", avgsecOptions],
  ["das2_bin_peakavgsec", peakavgsecOptions],
]);

/** The reducer of a level. Errors: those of {@link levelStages}, USAGE. */
export async function levelReducer(
  source: DataSource,
  level: Level,
  tools: PipelineTools,
  programs: ProgramLookup,
): Promise<LevelReducer> {
  const stagesFor = (block: number): readonly Stage[] => {
    const range = blockRange(block, level.period);
    return levelStages(source, level, tools, range, range.begin).reducer;
  };
  const stages = stagesFor(0);
  const [only] = stages;
  if (only === undefined) return { kind: "none" };
  const found = await Promise.all(stages.map(({ argv }) => programs(argv[0])));
  const filters = found.flatMap((program) => (program?.kind === "filter" ? [program] : []));
  if (filters.length < stages.length) return { kind: "programs", stagesFor };
  const averaging = stages.length === 1 ? AVERAGING.get(filters[0]?.name ?? "") : undefined;
  if (averaging !== undefined)
    return { kind: "bins", optionsFor: (block) => averaging(stagesFor(block)[0]?.argv.slice(1) ?? []) };
  return {
    kind: "filters",
    filtersFor: (block) => stagesFor(block).map((stage, index) => ({ program: filters[index]!, stage })),
  };
}
