import { DasError } from "../../../errors/das-error.js";
import { EMPTY_BODY, type Request, type Response } from "../../http.js";
import { liveRoom } from "../../live/live-room.js";
import type { Site } from "../../site.js";
import { type LogQuestion, pathOf } from "../log-question.js";
import { logRoom } from "../log-room.js";
import { storyLinks } from "../page-links.js";
import { followEvents } from "./follow-events.js";

/** What comes from now on, as events. Errors: NOT_IMPLEMENTED without a resident server; OVERLOADED. */
export async function followAnswer(request: Request, site: Site, question: LogQuestion): Promise<Response> {
  if (!site.resident)
    throw new DasError(
      "NOT_IMPLEMENTED",
      "The log can be followed where the resident server runs; here the page can be loaded again",
    );
  const {
    before: _page,
    from: _from,
    to: _to,
    day: _day,
    begin: _begin,
    end: _end,
    ...filter
  } = question.filter;
  const headers = [
    ["Content-Type", "text/event-stream"],
    // Proxies that gather answers would hold each event back.
    ["X-Accel-Buffering", "no"],
  ] as const;
  if (request.method === "HEAD") return { status: 200, headers, body: EMPTY_BODY };
  const { follower } = logRoom(site);
  const queue = await follower.open(filter);
  // Who leaves before the first event is asked for has no end of the body that would give its place back. The signal of the server outlives all
  // who follow, so what waits for it goes with each of them.
  const signals = [request.signal, liveRoom(site).closing];
  const leave = (): void => {
    for (const signal of signals) signal.removeEventListener("abort", leave);
    follower.leave(queue);
  };
  for (const signal of signals) signal.addEventListener("abort", leave);
  if (signals.some(({ aborted }) => aborted)) leave();
  const links = storyLinks(pathOf(request), filter);
  return {
    status: 200,
    headers,
    body: followEvents(queue, leave, { links, hidesInternals: filter.hidesInternals === true }),
  };
}
