import { BARE_HEADER } from "../stream/bare-header.js";
import { printComment, printException, printPacketHeader, printStreamHeader } from "../stream/header-xml.js";
import type { StreamException, StreamItem } from "../stream/model.js";
import type { AssembledItems } from "./assemble.js";
import { finalVerdict, type Given, lastException, tooLong } from "./deliver.js";
import type { Supervisor } from "./supervisor.js";

/** How the last items of a pipeline are looked after. */
export interface ItemDelivery {
  readonly mayBeEmpty: boolean;
  readonly maxBytes: number;
}

/**
 * Gives out the items that an assembled pipeline makes, and an exception as the last of them where it failed. The end
 * comes when all stages have ended, or after the first exception.
 * Errors: before the first item the reason of the failure, so that it can be answered otherwise.
 */
export async function* deliverItems(
  supervisor: Supervisor,
  { items, seen }: AssembledItems,
  { mayBeEmpty, maxBytes }: ItemDelivery,
  given: Given,
): AsyncGenerator<readonly StreamItem[], void, undefined> {
  for await (const portion of items) {
    const bytes = portion.reduce((sum, item) => sum + bytesOf(item), 0);
    if (given.bytes + bytes > maxBytes) {
      supervisor.fail(tooLong(maxBytes));
      break;
    }
    given.bytes += bytes;
    supervisor.clock.pause();
    yield portion;
    supervisor.clock.resume();
    if (supervisor.stop.aborted) break;
  }
  const { packets, exception } = seen();
  given.packets = packets;
  given.exception = exception;
  const verdict = await finalVerdict(supervisor, given, mayBeEmpty);
  const last = lastException(verdict, supervisor.cancellation, "das2", given);
  if (last === undefined) return;
  const wholeStream = given.bytes > 0;
  given.exception = last;
  yield wholeStream ? [exceptionItem(last)] : [{ kind: "stream", header: BARE_HEADER }, exceptionItem(last)];
}

function exceptionItem(exception: StreamException): StreamItem {
  return { kind: "exception", exception };
}

/** Bytes of an item in a stream. */
function bytesOf(item: StreamItem): number {
  switch (item.kind) {
    case "data":
      return item.batch.bytes.length;
    case "stream":
      return printStreamHeader(item.header).length;
    case "packet":
      return printPacketHeader(item.header).length;
    case "comment":
      return printComment(item.comment).length;
    case "exception":
      return printException(item.exception).length;
    default:
      return item satisfies never;
  }
}
