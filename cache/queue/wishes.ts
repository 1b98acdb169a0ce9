import type { RedisLink } from "../index/redis-link.js";
import type { BuildJob } from "./build-queue.js";
import { fileWishes } from "./file-wishes.js";
import { redisWishes } from "./redis-wishes.js";

/**
 * Builds that programs wish for which live for one request: they leave them in a place from which a worker or the resident server
 * takes them to the queue. A wish is a hint: it may be lost, and nobody waits for it; who still needs the block leaves it again.
 */
export interface Wishes {
  /** Leaves wishes, each once however often it is left; none where there are too many already. Errors: QUEUE_AWAY, INDEX_AWAY. */
  leave(jobs: readonly BuildJob[]): Promise<void>;
  /** Takes at most `most` of them, the most urgent first. Errors: QUEUE_AWAY, INDEX_AWAY. */
  take(most: number): Promise<readonly BuildJob[]>;
}

/** Where wishes are left: in Redis, or below the folder of the cache. */
export type WishPlace = { readonly link: RedisLink } | { readonly cacheRoot: string };

/** The wishes of a place. Loads nothing that a program for one request would not have anyway. */
export function openWishes(place: WishPlace): Wishes {
  return "link" in place ? redisWishes(place.link) : fileWishes(place.cacheRoot);
}
