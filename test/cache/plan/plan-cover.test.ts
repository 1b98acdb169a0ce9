import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BlockState } from "../../../cache/block-state.js";
import { type CachePlan, neededBlocks, type PlanPiece, planCover } from "../../../cache/plan/plan-cover.js";
import { makeTime, parseTimeRange } from "../../../stream/time.js";
import { levelIn } from "../support/level-folder.js";
import {
  coverageOf,
  inRange,
  level,
  microseconds,
  modelBegin,
  modelBins,
  modelBlock,
  type Situation,
  situations,
  timeRange,
} from "./plan-model.js";

const STATES = ["absent", "present", "empty", "stale"] as const;
/** Centres may be taken for inside up to 10 ms, or an eighth of a bin, beyond the ends of the range. */
const slackOf = (seconds: number) => Math.min(10_000, (seconds * 1e6) / 8);

/** A plan for blocks whose states come from a list, gone round. */
function planned({ level: of, begin, end }: Situation, states: readonly BlockState[]) {
  const stateOf = (block: number) =>
    states[((block % states.length) + states.length) % states.length] ?? "absent";
  const range = timeRange(begin, end);
  const blocks = neededBlocks(of, range);
  const runs = blocks === undefined ? [] : coverageOf(blocks.first - 1, blocks.end + 2, stateOf);
  return { plan: planCover(of, range, { runs }), runs, stateOf };
}

function kindOf(state: BlockState): string {
  return state === "present" || state === "empty" ? state : "gap";
}

function pieceKind(piece: PlanPiece): string {
  return piece.kind === "gap" ? "gap" : piece.state;
}

/** All bins of the blocks about a range. */
function binsAbout({ level: of, begin, end }: Situation) {
  const bins = [];
  for (let block = modelBlock(begin, of.period) - 1; block <= modelBlock(end, of.period) + 1; block++)
    bins.push(...modelBins(block, of));
  return bins;
}

const states = fc.array(fc.constantFrom<BlockState>(...STATES), { minLength: 1, maxLength: 8 });

describe("a plan of blocks and gaps", () => {
  it("covers exactly the range, without overlap or hole, and joins alike neighbours", () => {
    fc.assert(
      fc.property(situations(true), states, (situation, list) => {
        const { plan, runs } = planned(situation, list);
        fc.pre(plan.pieces.length > 0);
        let at = situation.begin;
        let block = plan.blocks.first;
        plan.pieces.forEach((piece, index) => {
          expect(microseconds(piece.range.begin)).toBe(at);
          expect(piece.first).toBe(block);
          expect(piece.end).toBeGreaterThan(piece.first);
          at = microseconds(piece.range.end);
          block = piece.end;
          const next = plan.pieces[index + 1];
          if (next === undefined) return;
          expect(pieceKind(piece)).not.toBe(pieceKind(next));
          expect(at).toBe(modelBegin(piece.end, situation.level.period));
        });
        expect(at).toBe(situation.end);
        expect(block).toBe(plan.blocks.end);
        expect(plan.pieces.length).toBeLessThanOrEqual(runs.length);
      }),
      { numRuns: 500 },
    );
  });

  it("finds every bin with its centre in the range in one piece of the state of its block", () => {
    fc.assert(
      fc.property(situations(false), states, (situation, list) => {
        const { plan, stateOf } = planned(situation, list);
        const { begin, end } = situation;
        const answered = binsAbout(situation).filter(({ centre }) => inRange(centre, begin, end));
        // One expectation for all bins: there are thousands.
        const faults = answered.filter((bin) => {
          const [piece, ...more] = plan.pieces.filter(({ range }) =>
            inRange(bin.centre, microseconds(range.begin), microseconds(range.end)),
          );
          if (piece === undefined || more.length > 0) return true;
          if (pieceKind(piece) !== kindOf(stateOf(bin.block))) return true;
          if (!inRange(bin.block, piece.first, piece.end)) return true;
          if (piece.kind === "blocks") return false;
          const { reading } = piece;
          return microseconds(reading.begin) > bin.begin || microseconds(reading.end) < bin.end;
        });
        expect(faults).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it("needs no block without a centre in the range, and has no piece where there is none at all", () => {
    fc.assert(
      fc.property(situations(false), (situation) => {
        const { plan } = planned(situation, ["present"]);
        const bins = binsAbout(situation);
        const { begin, end } = situation;
        const needed = new Set(
          bins.filter(({ centre }) => inRange(centre, begin, end)).map(({ block }) => block),
        );
        if (needed.size === 0) {
          expect(plan.pieces).toEqual([]);
          return;
        }
        const slack = slackOf(situation.level.seconds);
        const useful = new Set(
          bins.filter(({ centre }) => inRange(centre, begin - slack, end + slack)).map(({ block }) => block),
        );
        for (const block of needed) expect(inRange(block, plan.blocks.first, plan.blocks.end)).toBe(true);
        for (let block = plan.blocks.first; block < plan.blocks.end; block++)
          expect(useful.has(block)).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it("reads whole bins of a gap and no more, and keeps the blocks that are read from end to end", () => {
    fc.assert(
      fc.property(situations(false), states, (situation, list) => {
        const { plan } = planned(situation, list);
        const { begin, end, level: of } = situation;
        const slack = slackOf(of.seconds);
        for (const piece of plan.pieces) {
          if (piece.kind === "blocks") continue;
          const bins = [];
          for (let block = piece.first; block < piece.end; block++) bins.push(...modelBins(block, of));
          const wanted = bins.filter(({ centre }) => inRange(centre, begin - slack, end + slack));
          expect(microseconds(piece.reading.begin)).toBe(wanted[0]?.begin);
          expect(microseconds(piece.reading.end)).toBe(wanted.at(-1)?.end);
          for (let block = piece.first; block < piece.end; block++) {
            const all = modelBins(block, of);
            expect(inRange(block, piece.whole.first, piece.whole.end)).toBe(
              all.every((bin) => wanted.some(({ begin: other }) => other === bin.begin)),
            );
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it("says which blocks belong to the answer with all of their bins", () => {
    fc.assert(
      fc.property(situations(false), (situation) => {
        const { plan } = planned(situation, ["present"]);
        const { begin, end, level: of } = situation;
        const slack = slackOf(of.seconds);
        for (const piece of plan.pieces) {
          if (piece.kind === "gap") throw new Error("all blocks are present");
          for (let block = piece.first; block < piece.end; block++)
            expect(inRange(block, piece.uncut.first, piece.uncut.end)).toBe(
              modelBins(block, of).every(({ centre }) => inRange(centre, begin + slack, end - slack)),
            );
        }
      }),
      { numRuns: 400 },
    );
  });

  it("touches of an intrinsic level the blocks of the range, and cuts those at its ends", () => {
    fc.assert(
      fc.property(situations(true), states, (situation, list) => {
        const { level: of, begin, end } = situation;
        fc.pre(of.seconds === 0);
        const { plan } = planned(situation, list);
        expect(plan.blocks).toEqual({
          first: modelBlock(begin, of.period),
          end: modelBlock(end - 1, of.period) + 1,
        });
        for (const piece of plan.pieces) {
          const inside = piece.kind === "gap" ? piece.whole : piece.uncut;
          for (let block = piece.first; block < piece.end; block++)
            expect(inRange(block, inside.first, inside.end)).toBe(
              modelBegin(block, of.period) >= begin && modelBegin(block + 1, of.period) <= end,
            );
          if (piece.kind === "gap") expect(piece.reading).toEqual(piece.range);
        }
      }),
      { numRuns: 400 },
    );
  });

  it("takes what the coverage does not speak of as a gap", () => {
    const of = level("daily", 60);
    const range = parseTimeRange("2021-06-01 to 2021-06-11");
    const first = modelBlock(microseconds(range.begin), "daily");
    const found = planCover(of, range, {
      runs: [
        { first: first + 2, end: first + 4, state: "present" },
        { first: first + 6, end: first + 7, state: "stale" },
      ],
    });
    expect(shape(found)).toEqual(["gap 2", "present 2", "gap 6"]);
    expect(shape(planCover(of, range, { runs: [] }))).toEqual(["gap 10"]);
  });

  it("goes by runs, not by blocks: 30 years of blocks of a second", () => {
    const of = level("persecond", 0.001);
    const range = parseTimeRange("1995-01-01 to 2025-01-01");
    const blocks = neededBlocks(of, range);
    const seconds = (microseconds(range.end) - microseconds(range.begin)) / 1e6;
    expect(blocks === undefined ? 0 : blocks.end - blocks.first).toBe(seconds);
    const first = blocks?.first ?? 0;
    const plan = planCover(of, range, {
      runs: [
        { first, end: first + 1000, state: "absent" },
        { first: first + 1000, end: first + seconds - 5, state: "present" },
        { first: first + seconds - 5, end: first + seconds, state: "stale" },
      ],
    });
    expect(shape(plan)).toEqual(["gap 1000", `present ${seconds - 1005}`, "gap 5"]);
  });

  it("puts an end inside a leap second into the block of its day", () => {
    const range = { begin: { day: 6209, ns: 86_340e9 }, end: { day: 6209, ns: 86_400.5e9 } };
    const day = modelBlock(microseconds(parseTimeRange("2016-12-31 to 2017-01-01").begin), "daily");
    expect(neededBlocks(level("daily", 0), range)).toEqual({ first: day, end: day + 1 });
    expect(neededBlocks(level("daily", 1), range)).toEqual({ first: day, end: day + 1 });
  });
});

function shape(plan: CachePlan): string[] {
  return plan.pieces.map((piece) => `${pieceKind(piece)} ${piece.end - piece.first}`);
}

describe("a plan at the ends of what a source has", () => {
  const level = levelIn("/nowhere", { period: "yearly", seconds: 86_400, resolutionName: "bin-86400s" });
  const valid = { begin: makeTime(2010, 5, 1), end: makeTime(2024, 7, 1) };
  const absent = { runs: [{ first: 0, end: 100, state: "absent" as const }] };

  it("reads blocks as a whole of which only the rest has no data", () => {
    const [gap] = planCover(level, valid, absent, valid).pieces;
    expect(gap).toMatchObject({
      kind: "gap",
      whole: { first: 10, end: 25 },
      reading: { begin: makeTime(2010, 1, 1), end: makeTime(2025, 1, 1) },
      range: valid,
    });
  });

  it("reads no more than is asked for inside of it", () => {
    const range = { begin: makeTime(2010, 5, 2), end: makeTime(2024, 6, 30) };
    const [gap] = planCover(level, range, absent, valid).pieces;
    expect(gap).toMatchObject({ whole: { first: 11, end: 24 }, reading: range });
  });
});
