import { URGENCIES } from "./build-job.js";
import type { Urgency } from "./build-queue.js";

/**
 * The order of builds: more urgent ones first; among equals, start-time fair queueing between sources. Each build gets a tag, the
 * virtual time at which its source would have its turn:
 *
 *     tag = max(V + 1, F of its source);  F of its source := tag + 1
 *
 * where V, the virtual time, is the tag of the build that is next, or -1 where none waits: then the clock begins anew. Builds of the same
 * tag begin in the order in which they came. So a source with one build waits for at most two builds of each other source, however
 * many those have queued; and no build is passed by for ever, for nobody joins the builds of the tag that is next. All builds count
 * the same.
 *
 * `placeJobs` does the same in Redis.
 */
export class FairOrder {
  readonly #finish: Readonly<Record<Urgency, Map<string, number>>> = {
    person: new Map(),
    operator: new Map(),
    prefetch: new Map(),
  };

  /** Nothing of that urgency waits: its clock begins anew. */
  reset(urgency: Urgency): void {
    this.#finish[urgency].clear();
  }

  /**
   * The tag of a further build of a source.
   * @param next tag of the build of that urgency that is next; `undefined` where none waits
   */
  place(urgency: Urgency, sourceId: string, next: number | undefined): number {
    const finish = this.#finish[urgency];
    const tag = Math.max((next ?? -1) + 1, finish.get(sourceId) ?? 0);
    finish.set(sourceId, tag + 1);
    return tag;
  }
}

/** The class of an urgency, 0 before 1 before 2. */
export function urgencyClass(urgency: Urgency): number {
  return URGENCIES.indexOf(urgency);
}
