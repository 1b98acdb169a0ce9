import { join } from "node:path";
import { DasError } from "../../errors/das-error.js";
import type { BlockIndex } from "../index/block-index.js";
import { evict } from "../store/evict.js";
import { sweepLeftovers } from "../store/leftovers.js";
import { trimFolder } from "../store/trim-folder.js";
import { Forgetting } from "./forgetting.js";
import { Repeated } from "./repeated.js";

/** How often it is looked whether blocks have to make way, ms. */
const EVERY_MS = 60_000;
/** What dead writers have left goes when nobody has written to it for so long, ms. */
const LEFT_MS = 60_000;
/** How often it is looked for, in such looks: each day; and soon after the begin, for what was too young at the first. */
const SWEEP_EVERY = 1440;
const SWEEP_AGAIN = 2;
/** How often it is looked whether checksums have to make way, in such looks: each hour. */
const TRIM_EVERY = 60;

/** A cache that is looked after. */
export interface KeptHouse {
  readonly cacheRoot: string;
  /** Bytes that blocks may take; 0 for any number. */
  readonly maxBytes: number;
  /** Bytes that checksums of exported files may take; 0 for any number. */
  readonly sumsMaxBytes: number;
  readonly index: BlockIndex;
  readonly log: (line: string) => void;
}

/** Something that is looked at; gives what there is to say of it. */
interface Chore {
  /** What failed, in a message. */
  readonly name: string;
  readonly isDue: (look: number) => boolean;
  readonly work: (signal: AbortSignal) => Promise<string | undefined>;
}

/**
 * Looks after a cache until it is stopped: blocks and checksums make way where they take more room than they may, and what dead writers
 * have left is removed. Each is done whether the others fail or not. Any number of processes may do so.
 * @param everyMs pause between two looks
 */
export function keepHouse(house: KeptHouse, everyMs = EVERY_MS): Repeated {
  const chores = choresOf(house);
  let looks = 0;
  /** What was said of each; it is not said again while it stays the same. */
  const said = new Map<Chore, string | undefined>();
  return new Repeated(everyMs, async (signal) => {
    const look = looks++;
    for (const chore of chores) {
      if (signal.aborted) return;
      if (!chore.isDue(look)) continue;
      const message = await chore
        .work(signal)
        .catch((error: unknown) => (signal.aborted ? undefined : reasonOf(error, chore.name)));
      if (message !== undefined && message !== said.get(chore)) house.log(`cache: ${message}`);
      said.set(chore, message);
    }
  });
}

/** For the operator's log, so with what the system said. */
function reasonOf(error: unknown, what: string): string {
  if (error instanceof DasError) return error.message;
  return `${what} failed: ${error instanceof Error ? error.message : String(error)}`;
}

function choresOf(house: KeptHouse): readonly Chore[] {
  const { cacheRoot, maxBytes, sumsMaxBytes } = house;
  return [
    {
      name: "the removal of what dead writers have left",
      isDue: (look) => look % SWEEP_EVERY === 0 || look === SWEEP_AGAIN,
      async work(signal) {
        await sweepLeftovers(cacheRoot, LEFT_MS, { signal });
        return undefined;
      },
    },
    {
      name: "the removal of checksums",
      isDue: (look) => look % TRIM_EVERY === 0 && sumsMaxBytes > 0,
      async work(signal) {
        await trimFolder(join(cacheRoot, "sums"), sumsMaxBytes, signal);
        return undefined;
      },
    },
    {
      name: "the making of room",
      isDue: () => true,
      async work(signal) {
        const { pinnedBytes } = await makeRoom(house, signal);
        return pinnedBytes > maxBytes
          ? `pinned levels take ${pinnedBytes} bytes of the ${maxBytes} of CACHE_MAX_BYTES: nothing else stays`
          : undefined;
      },
    },
  ];
}

/** What the making of room came to. */
export interface RoomMade {
  /** Blocks that were removed. */
  readonly removed: number;
  /** Room of pinned levels; 0 where it was not looked at, for there is room. */
  readonly pinnedBytes: number;
}

/**
 * Removes what was not used for the longest time where blocks take more room than they may; the index says whether they do, and is told
 * how much they take when they were counted.
 * Errors: INDEX_AWAY, BUILD_FAILED; that of `signal`
 */
export async function makeRoom(
  house: Omit<KeptHouse, "sumsMaxBytes">,
  signal?: AbortSignal,
): Promise<RoomMade> {
  const { cacheRoot, maxBytes, index } = house;
  if (maxBytes === 0 || (await index.usage()) <= maxBytes) return { removed: 0, pinnedBytes: 0 };
  const forgetting = new Forgetting(index);
  const { removed, bytesAfter, pinnedBytes } = await evict(cacheRoot, {
    maxBytes,
    onRemoved: (block) => forgetting.add(cacheRoot, block),
    ...(signal === undefined ? {} : { signal }),
  });
  await forgetting.end();
  await index.setUsage(bytesAfter);
  if (removed > 0) house.log(`cache: ${removed} blocks made way`);
  return { removed, pinnedBytes };
}
