import { eventText } from "../../event-text.js";
import { withoutInternals } from "../filter.js";
import type { RequestRecord } from "../record.js";
import { type StoryLinks, story } from "../story.js";
import type { FollowQueue } from "./follow-queue.js";

/** How long a browser waits before it connects again, ms. */
const RETRY_MS = 5000;
/** A comment goes out where nothing else does, ms: so that one who has left is seen, and no proxy takes the stream for dead. */
const HEARTBEAT_MS = 15_000;

/** How the requests of an event are shown. */
export interface FollowLook {
  readonly links: StoryLinks;
  readonly hidesInternals: boolean;
}

/**
 * The bytes of the events: `requests` with `html`, the stories of some requests, newest first, `ids` and `outcomes` of them, and `more`, how
 * many besides them are not shown; at their end `leave` is called. They are made no faster than the client takes them: what comes meanwhile is one further event.
 */
export async function* followEvents(
  queue: FollowQueue,
  leave: () => void,
  { links, hidesInternals }: FollowLook,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield Buffer.from(`retry: ${RETRY_MS}\n\n${eventText("open", {})}`);
    for (;;) {
      const batch = await queue.take(HEARTBEAT_MS);
      if (batch === undefined) return;
      const { records, more } = batch;
      if (records.length === 0 && more === 0) {
        yield Buffer.from(": nothing new\n\n");
        continue;
      }
      const shown = records.map((record) => (hidesInternals ? withoutInternals(record) : record)).reverse();
      yield Buffer.from(eventText("requests", eventOf(shown, more, links, hidesInternals)));
    }
  } finally {
    leave();
  }
}

function eventOf(
  records: readonly RequestRecord[],
  more: number,
  links: StoryLinks,
  hidesInternals: boolean,
): object {
  return {
    html: records.map((record) => story(record, links, { hidesInternals }).text).join(""),
    ids: records.map(({ id }) => id),
    outcomes: records.map(({ outcome }) => outcome),
    more,
  };
}
