/** Begin of the name of every key. */
const PREFIX = "heliostream";

/** Name of the queue; its own keys are `heliostream:builds:…`. */
export const QUEUE_NAME = "builds";
/** What the queue puts before its name. */
export const QUEUE_PREFIX = PREFIX;

/** The queue's keys: a hash for each job, and lists and sorted sets of ids by state. */
export const queueKey = (part: string): string => `${PREFIX}:${QUEUE_NAME}:${part}`;

/** The clock of a class of urgency: a hash of `f:SOURCE`, the finish tags of sources, and `base`, the tag of the best priority. */
export const clockKey = (urgencyClass: number): string => `${PREFIX}:clock:${urgencyClass}`;

/** Builds that short-lived processes wish for: a sorted set of jobs by urgency. */
export const WISHES_KEY = `${PREFIX}:wishes`;
