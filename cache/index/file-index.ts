import { randomBytes } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { BlockSpan } from "../block-number.js";
import { blockPath, SIDECAR_SUFFIX } from "../block-path.js";
import type { BlockDetails } from "../block-state.js";
import type { Level } from "../level.js";
import { readSidecar } from "../store/read-sidecar.js";
import { belongsTo, detailsOf } from "../store/sidecar-level.js";
import { type BlockEntry, entryOf, isNewer, noEntry } from "./block-entry.js";
import type { BlockIndex, Claim, ClaimedPublication, Coverage, Moment, Publication } from "./block-index.js";
import { stateOf } from "./block-record.js";
import { ChangeLog } from "./change-log.js";
import { CoverageBuilder } from "./coverage-builder.js";
import { FileClaims } from "./file-claims.js";
import { FileRecords } from "./file-records.js";
import { withFiles } from "./file-trouble.js";
import { FileUsage } from "./file-usage.js";
import { levelNames } from "./level-names.js";
import { checkCount, inSlices, MAX_DETAILS } from "./many-numbers.js";

/** What the tokens of claims in files begin with. */
const FILE_TOKEN = "f";
const GENERATION = /^[0-9a-f]{16}$/;
/** Sidecars that are read at the same time. */
const FILES_AT_ONCE = 16;

/**
 * The index in files below `CACHE_ROOT/index`, for one host or several that share the disk. `LEVEL/GENERATION` has the records,
 * `LEVEL/claims` who builds what, `LEVEL/changes.N` which records changed; `usage` is the sum of bytes. Details are those of
 * the sidecars beside the blocks.
 */
export class FileIndex implements BlockIndex {
  readonly #root: string;
  readonly #clock: () => number;
  readonly #usage: FileUsage;

  /**
   * @param cacheRoot `CACHE_ROOT`
   * @param clock ms since 1970: when leases lapse
   */
  constructor(cacheRoot: string, clock: () => number = Date.now) {
    this.#root = join(cacheRoot, "index");
    this.#clock = clock;
    this.#usage = new FileUsage(join(this.#root, "usage"));
  }

  async coverage(level: Level, span: BlockSpan, moment: Moment): Promise<Coverage> {
    const builder = new CoverageBuilder(level, span, moment);
    if (span.end > span.first)
      await withFiles("read", () =>
        this.#records(level).read(span, (first, records) => builder.add(first, records)),
      );
    return builder.finish();
  }

  async details(level: Level, numbers: readonly number[]): Promise<readonly (BlockDetails | undefined)[]> {
    checkCount(numbers.length, MAX_DETAILS);
    const found: (BlockDetails | undefined)[] = [];
    for (const some of inSlices(numbers, FILES_AT_ONCE))
      found.push(...(await Promise.all(some.map((number) => this.#detailsOf(level, number)))));
    return found;
  }

  async claim(
    level: Level,
    numbers: readonly number[],
    owner: string,
    leaseMs: number,
  ): Promise<readonly Claim[]> {
    return withFiles("written", async () => {
      // Before the claims: what changes between the two is counted.
      const changes = await this.changes(level).position();
      const token = FILE_TOKEN + randomBytes(12).toString("hex");
      const wanted = numbers.map((number) => ({ number, token, changes }));
      return this.#claims(level).take(wanted, owner, leaseMs);
    });
  }

  /** Keeps claims here as well that were taken elsewhere; gives those that nobody here had, or had already. */
  adopt(level: Level, claims: readonly Claim[], owner: string, leaseMs: number): Promise<readonly Claim[]> {
    return withFiles("written", async () => {
      const here = await this.#claims(level).renew(claims, leaseMs);
      const others = claims.filter((claim) => !here.includes(claim));
      return [...here, ...(await this.#claims(level).take(others, owner, leaseMs))];
    });
  }

  renew(level: Level, claims: readonly Claim[], leaseMs: number): Promise<readonly Claim[]> {
    return withFiles("written", () => this.#claims(level).renew(claims, leaseMs));
  }

  release(level: Level, claims: readonly Claim[]): Promise<void> {
    return withFiles("written", () => this.#claims(level).release(claims));
  }

  claimed(level: Level, numbers: readonly number[]): Promise<readonly number[]> {
    return withFiles("read", () => this.#claims(level).held(numbers));
  }

  /** Where the claim is not held any more, the log of changes tells what happened since the build began. */
  async publish(level: Level, details: BlockDetails, claim: Claim): Promise<Publication> {
    const publication = await this.publishClaimed(level, details, claim);
    return publication === "unclaimed" ? this.publishUnclaimed(level, details) : publication;
  }

  /** As {@link FileIndex.publish}, but nothing is done where the claim is not held. */
  async publishClaimed(level: Level, details: BlockDetails, claim: Claim): Promise<ClaimedPublication> {
    if (!(await withFiles("read", () => this.#claims(level).isHeld(claim)))) return "unclaimed";
    const publication = await this.#putUnlessChanged(level, details, () =>
      this.changes(level).hasChangedSince(claim.changes, claim.number),
    );
    await this.release(level, [claim]);
    return publication;
  }

  /**
   * Puts a block on record that was built under a claim of another index.
   * @param position of the log of changes when it was claimed; missing: the time at which the build began has to do
   */
  publishUnclaimed(level: Level, details: BlockDetails, position?: number): Promise<Publication> {
    const log = this.changes(level);
    return this.#putUnlessChanged(level, details, () =>
      position === undefined
        ? log.hasChangedAfter(details.builtMs, details.number)
        : log.hasChangedSince(position, details.number),
    );
  }

  record(level: Level, details: readonly BlockDetails[]): Promise<void> {
    return this.#put(level, details.map(entryOf), isNewer);
  }

  /** Puts a block on record whatever was there before. */
  put(level: Level, details: BlockDetails): Promise<void> {
    return this.#put(level, [entryOf(details)]);
  }

  async markChanged(level: Level, span: BlockSpan): Promise<readonly number[]> {
    if (span.end <= span.first) return [];
    return withFiles("written", async () => {
      // Before the records: what is published after this sees it, what was before is marked below.
      await this.changes(level).append(span, this.#clock());
      const { generation } = levelNames(level);
      let stale: number[] = [];
      for (const other of await this.#generations(level)) {
        const marked = await new FileRecords(join(this.#folder(level), other)).markStale(span, MAX_DETAILS);
        if (other === generation) stale = marked;
      }
      return stale;
    });
  }

  async forget(level: Level, numbers: readonly number[]): Promise<void> {
    const entries = numbers.map(noEntry);
    await withFiles("written", async () => {
      for (const generation of await this.#generations(level))
        await this.#usage.add(await new FileRecords(join(this.#folder(level), generation)).write(entries));
    });
  }

  async forgetLevel(level: Level): Promise<void> {
    await withFiles("written", async () => {
      for (const generation of await this.#generations(level)) {
        const folder = join(this.#folder(level), generation);
        await this.#usage.add(-(await new FileRecords(folder).bytes()));
        await rm(folder, { recursive: true, force: true });
      }
    });
  }

  usage(): Promise<number> {
    return withFiles("read", () => this.#usage.sum());
  }

  setUsage(bytes: number): Promise<void> {
    return withFiles("written", () => this.#usage.set(bytes));
  }

  async close(): Promise<void> {}

  /** Which records of a level changed; also what happens while another index answers is noted here. */
  changes(level: Level): ChangeLog {
    return new ChangeLog(this.#folder(level));
  }

  async #detailsOf(level: Level, number: number): Promise<BlockDetails | undefined> {
    const [byte = 0] = await withFiles("read", () => this.#records(level).one(number));
    const state = stateOf(byte);
    if (state === "absent") return undefined;
    const sidecar = (await readSidecar(blockPath(level, number) + SIDECAR_SUFFIX))?.sidecar;
    if (sidecar === undefined || !belongsTo(sidecar, level, number)) return undefined;
    return { ...detailsOf(sidecar, number), state };
  }

  async #putUnlessChanged(
    level: Level,
    details: BlockDetails,
    hasChanged: () => Promise<boolean>,
  ): Promise<Publication> {
    return withFiles("written", async () => {
      const stale = { ...details, state: "stale" as const };
      if (await hasChanged()) {
        await this.put(level, stale);
        return "outdated";
      }
      await this.put(level, details);
      // A change that came meanwhile may have found nothing to mark.
      if (!(await hasChanged())) return "published";
      await this.put(level, stale);
      return "outdated";
    });
  }

  async #put(
    level: Level,
    entries: readonly BlockEntry[],
    wanted?: (entry: BlockEntry, before: Uint8Array) => boolean,
  ): Promise<void> {
    const { generation } = levelNames(level);
    const gone = entries.map(({ number }) => noEntry(number));
    await withFiles("written", async () => {
      let added = await this.#records(level).write(entries, wanted);
      for (const other of await this.#generations(level))
        if (other !== generation)
          added += await new FileRecords(join(this.#folder(level), other)).write(gone);
      await this.#usage.add(added);
    });
  }

  async #generations(level: Level): Promise<string[]> {
    const names = await readdir(this.#folder(level)).catch(() => []);
    return names.filter((name) => GENERATION.test(name));
  }

  #records(level: Level): FileRecords {
    return new FileRecords(join(this.#folder(level), levelNames(level).generation));
  }

  #claims(level: Level): FileClaims {
    return new FileClaims(join(this.#folder(level), "claims"), this.#clock);
  }

  #folder(level: Level): string {
    return join(this.#root, levelNames(level).level);
  }
}

/** Whether a claim was taken in files. */
export function isFileClaim({ token }: Claim): boolean {
  return token.startsWith(FILE_TOKEN);
}
