import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { readSmallFile } from "../store/small-file.js";
import { systemCode } from "../store/store-error.js";
import type { Claim } from "./block-index.js";

/** A claim as it stands in its file. */
interface ClaimFile {
  readonly token: string;
  readonly owner: string;
  readonly expiry: number;
}

/** The text of a claim; owners are short. */
const MAX_CLAIM_BYTES = 4096;
/** What a process does while it holds a lock takes milliseconds; after this it is dead. */
const DEAD_LOCK_MS = 10_000;
const LOCK_TRIES = 20;
const LOCK_PAUSE_MS = 5;
/** From so many blocks on, one look into the folder is faster than one for each. */
const FEW = 64;

/**
 * Who builds which block of a level, in files: `N` is made by O_EXCL, so one process gets it, and has token, owner and expiry in it.
 * Who takes over or changes a claim that is there holds `N.lock` for a moment, made in the same way.
 */
export class FileClaims {
  readonly #folder: string;
  readonly #clock: () => number;

  /** @param clock ms since 1970 */
  constructor(folder: string, clock: () => number) {
    this.#folder = folder;
    this.#clock = clock;
  }

  /** Takes those that nobody holds, or whose claim has lapsed, under the tokens that they have; where it fails, none. */
  async take(claims: readonly Claim[], owner: string, leaseMs: number): Promise<Claim[]> {
    await mkdir(this.#folder, { recursive: true });
    const taken: Claim[] = [];
    try {
      for (const claim of claims) {
        const { number, token } = claim;
        const text = JSON.stringify({ token, owner: owner.slice(0, 200), expiry: this.#clock() + leaseMs });
        if ((await this.#make(number, text)) || (await this.#takeOver(number, text))) taken.push(claim);
      }
    } catch (error) {
      // Others would wait for blocks that nobody builds.
      await this.release(taken).catch(() => undefined);
      throw error;
    }
    return taken;
  }

  /** Whether a claim has not been taken by somebody else; it may have lapsed. */
  async isHeld({ number, token }: Claim): Promise<boolean> {
    return (await this.#read(number))?.token === token;
  }

  /** Prolongs claims that nobody else has taken; gives those. */
  async renew(claims: readonly Claim[], leaseMs: number): Promise<Claim[]> {
    const held: Claim[] = [];
    for (const claim of claims) {
      const isHeld = await this.#locked(claim.number, async () => {
        const found = await this.#read(claim.number);
        if (found?.token !== claim.token) return false;
        await this.#replace(claim.number, JSON.stringify({ ...found, expiry: this.#clock() + leaseMs }));
        return true;
      });
      if (isHeld === true) held.push(claim);
    }
    return held;
  }

  /** Gives claims back; those that somebody else has taken stay. */
  async release(claims: readonly Claim[]): Promise<void> {
    for (const claim of claims) {
      const remove = async (): Promise<void> => {
        if (await this.isHeld(claim)) await rm(this.#path(claim.number), { force: true });
      };
      // A disk without room for a lock has somebody else wait longer; one that has not lapsed nobody else takes over.
      await this.#locked(claim.number, remove).catch(remove);
    }
  }

  /** Of these, those whose claim has not lapsed. */
  async held(numbers: readonly number[]): Promise<number[]> {
    const here = numbers.length > FEW ? new Set(await readdir(this.#folder).catch(() => [])) : undefined;
    const held: number[] = [];
    for (const number of numbers)
      if ((here === undefined || here.has(String(number))) && !(await this.#isFree(number)))
        held.push(number);
    return held;
  }

  async #make(number: number, text: string): Promise<boolean> {
    const path = this.#path(number);
    const handle = await open(path, "wx").catch((error: unknown) => {
      if (systemCode(error) === "EEXIST") return undefined;
      throw error;
    });
    if (handle === undefined) return false;
    try {
      await handle.writeFile(text);
      return true;
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
  }

  async #takeOver(number: number, text: string): Promise<boolean> {
    if (!(await this.#isFree(number))) return false;
    const taken = await this.#locked(number, async () => {
      // Somebody may have been faster between the look and the lock.
      if (!(await this.#isFree(number))) return false;
      await this.#replace(number, text);
      return true;
    });
    return taken === true;
  }

  /** Whether the claim has lapsed. One that cannot be read is being written, or is garbage when it is old. */
  async #isFree(number: number): Promise<boolean> {
    const found = await this.#read(number);
    if (found !== undefined) return found.expiry <= this.#clock();
    const age = await ageOf(this.#path(number));
    return age === undefined || age > DEAD_LOCK_MS;
  }

  async #read(number: number): Promise<ClaimFile | undefined> {
    try {
      const text = await readSmallFile(this.#path(number), MAX_CLAIM_BYTES);
      return text === undefined ? undefined : claimOf(JSON.parse(text.toString("utf8")));
    } catch {
      return undefined;
    }
  }

  async #replace(number: number, text: string): Promise<void> {
    const aside = `${this.#path(number)}.${randomBytes(6).toString("hex")}`;
    try {
      await writeFile(aside, text, { flag: "wx" });
      await rename(aside, this.#path(number));
    } catch (error) {
      await rm(aside, { force: true });
      throw error;
    }
  }

  /** Does a step while no other process does one with this claim; `undefined` where that did not come to be. */
  async #locked<T>(number: number, step: () => Promise<T>): Promise<T | undefined> {
    const lock = `${this.#path(number)}.lock`;
    if (!(await this.#lock(lock))) return undefined;
    try {
      return await step();
    } finally {
      await rm(lock, { force: true });
    }
  }

  async #lock(lock: string): Promise<boolean> {
    for (let tries = 1; ; tries++) {
      try {
        await (await open(lock, "wx")).close();
        return true;
      } catch (error) {
        if (systemCode(error) === "ENOENT") return false; // nobody has claimed anything here
        if (systemCode(error) !== "EEXIST") throw error;
      }
      if (tries > LOCK_TRIES) return false;
      if (((await ageOf(lock)) ?? 0) > DEAD_LOCK_MS) await rm(lock, { force: true });
      else await pause(LOCK_PAUSE_MS);
    }
  }

  #path(number: number): string {
    return join(this.#folder, String(number));
  }
}

/** Milliseconds since a file was written, by the clock of this host; `undefined` where there is none. */
async function ageOf(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? undefined : Date.now() - found.mtimeMs;
}

function claimOf(value: unknown): ClaimFile | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (!("token" in value && "owner" in value && "expiry" in value)) return undefined;
  const { token, owner, expiry } = value;
  if (typeof token !== "string" || typeof owner !== "string" || typeof expiry !== "number") return undefined;
  return { token, owner, expiry };
}
