import { timeText } from "../../dsdf/stages.js";
import { DasError, isDasError } from "../../errors/das-error.js";
import type { ItemSource, StreamHeader, StreamItem } from "../../stream/model.js";
import type { ProgramContext } from "../../stream/program.js";
import { addSeconds, type TimeRange, timeToUs2000 } from "../../stream/time.js";
import { withinTextLimits } from "../../stream/time-limits.js";
import { cutItems } from "../answer/block-rows.js";
import { Stitch } from "../answer/stitch.js";
import { type BlockSpan, blocksOf } from "../block-number.js";
import { blockTimeText } from "../block-path.js";
import { type Level, levelName } from "../level.js";
import { BlockMemory } from "../store/block-memory.js";
import { blockFiles } from "../store/find-blocks.js";
import type { Sidecar } from "../store/sidecar.js";
import { type OpenedBlock, openAnyBlock } from "./open-any-block.js";
import { readHeader } from "./read-header.js";
import type { ReaderRequest } from "./reader-request.js";
import { isOfLevel } from "./usable-level.js";

/** Each block is read once, so only the one that is being read is held. */
const MEMORY = { bytes: 4 * 2 ** 20, entries: 4 };

/**
 * The records of a level in the range that was requested, as one stream: blocks in order of time, records with their x in the range as
 * they are. Bins beyond the range that were asked for besides are given where there are blocks of them.
 *
 * Errors: BAD_BLOCK for a block that is not there or not valid, unless that is allowed; NO_DATA where there is not one record;
 * CANCELLED; those of {@link readStream} for a block of an older server. Source: reducers 10.1.
 */
export async function* readBlocks(
  request: ReaderRequest,
  level: Level,
  context: Pick<ProgramContext, "signal" | "log">,
): AsyncGenerator<readonly StreamItem[], void, undefined> {
  const range = paddedRange(request.requested, request.pad * level.seconds);
  const needed = blocksOf(request.requested, level.period);
  const memory = new BlockMemory(MEMORY);
  const stitch = new Stitch();
  for await (const number of blockNumbers(request, level, blocksOf(range, level.period))) {
    const belongs = (sidecar: Sidecar) => isOfLevel(sidecar, request, level, number);
    const block = await openAnyBlock(level, number, { memory, belongs });
    const name = `block ${blockTimeText(number, level.period)} of ${levelName(level)}`;
    if (typeof block === "string") {
      const text = `no valid ${name} in the cache: ${block}`;
      if (!request.allowMissing && number >= needed.first && number < needed.end)
        throw new DasError("BAD_BLOCK", text);
      if (block !== "absent") context.log(text);
      continue;
    }
    for await (const portion of recordsOf(block, range, name)) {
      if (context.signal.aborted) throw new DasError("CANCELLED", "the request was cancelled");
      const items = portion
        .filter((item) => stitch.takes(item))
        .map((item) => (item.kind === "stream" ? headerItem(item.header, request, level) : item));
      if (items.length > 0) yield items;
      if (items.at(-1)?.kind === "exception") return;
    }
  }
  if (stitch.hasData) return;
  if (!stitch.begun) yield [headerItem(undefined, request, level)];
  throw noData(request, level);
}

function paddedRange({ begin, end }: TimeRange, seconds: number): TimeRange {
  return {
    begin: withinTextLimits(addSeconds(begin, -seconds)),
    end: withinTextLimits(addSeconds(end, seconds)),
  };
}

/** All blocks of a span; only those that have a file, where others may be missing: a range of centuries then costs nothing. */
async function* blockNumbers(
  { allowMissing }: ReaderRequest,
  level: Level,
  span: BlockSpan,
): AsyncGenerator<number, void, undefined> {
  if (allowMissing)
    for await (const files of blockFiles(level, span)) for (const { number } of files) yield number;
  else for (let number = span.first; number < span.end; number++) yield number;
}

/**
 * The records of a block with x in the range, and what is no data; one that is known to lie in it is not looked into. Closes it. What
 * is wrong with it is told with its name.
 */
async function* recordsOf(block: OpenedBlock, range: TimeRange, name: string): ItemSource {
  const { items, x } = block;
  const isInside =
    x !== undefined && x.first >= timeToUs2000(range.begin) && x.last < timeToUs2000(range.end);
  try {
    yield* isInside ? items : cutItems(items, range);
  } catch (error) {
    if (isDasError(error)) throw new DasError(error.code, `${name}: ${error.message}`, error.where, error);
    throw new DasError("BAD_BLOCK", `${name} cannot be read`, {}, error);
  } finally {
    await block.close();
  }
}

function headerItem(first: StreamHeader | undefined, request: ReaderRequest, level: Level): StreamItem {
  return { kind: "stream", header: readHeader(first, request, level) };
}

function noData({ requested }: ReaderRequest, { seconds }: Level): DasError {
  const interval = `${timeText(requested.begin)} to ${timeText(requested.end)}`;
  return new DasError("NO_DATA", `No data in the interval ${interval} at ${seconds} s resolution`);
}
