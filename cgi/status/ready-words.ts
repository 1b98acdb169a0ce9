/** The words of `READY_NEEDS`: what a server may need to be ready. */
export const READY_WORDS = ["sources", "archive", "redis", "cache"] as const satisfies readonly string[];

/** One of them. */
export type ReadyWord = (typeof READY_WORDS)[number];
