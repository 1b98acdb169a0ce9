import { createHmac, randomBytes } from "node:crypto";
import type { Config } from "../../config/config.js";
import { DasError } from "../../errors/das-error.js";
import type { Credentials } from "./credentials.js";
import { LoginDelay } from "./login-delay.js";
import { type PasswordEntries, parsePasswordFile } from "./password-file.js";
import { hashForm, matchesHash } from "./password-hash.js";
import type { MatchesHash } from "./password-thread.js";
import { WatchedFile } from "./watched-file.js";

/** How long a password that was right is not checked again, milliseconds: a session of plots costs one check. */
const REMEMBER_MS = 5 * 60_000;
/** Logins that are remembered. */
const MAX_REMEMBERED = 1000;
/** A DES hash of nothing that anybody knows: what an unknown user is checked against in a file without entries. */
const NOBODY = "..zzzzzzzzzzz";

/** A password file, with what can be checked of it. */
interface Passwords {
  readonly entries: PasswordEntries;
  readonly usable: PasswordEntries;
  /** The hashes, of which one is compared with the password of an unknown user, so that it takes as long. */
  readonly decoys: readonly string[];
}

function passwordsOf(text: string, allowDes: boolean): Passwords {
  const entries = parsePasswordFile(text);
  const usable = new Map(
    [...entries].filter(([, hash]) => {
      const form = hashForm(hash);
      return form !== undefined && (allowDes || form !== "des");
    }),
  );
  return { entries, usable, decoys: usable.size === 0 ? [NOBODY] : [...usable.values()] };
}

/** Checks users and passwords against the site's password file; das2-server 6.1, 6.4. */
export class Login {
  readonly #file: WatchedFile<Passwords> | undefined;
  readonly #matches: MatchesHash;
  readonly #delay: LoginDelay;
  readonly #key = randomBytes(32);
  readonly #remembered = new Map<string, number>();
  readonly #now: () => number;

  constructor(
    config: Pick<Config, "userPasswd" | "allowDesPasswords" | "loginDelay">,
    matches: MatchesHash = matchesHash,
    now: () => number = Date.now,
    delay: LoginDelay = new LoginDelay(config.loginDelay * 1000, now),
  ) {
    this.#matches = matches;
    this.#file =
      config.userPasswd === undefined
        ? undefined
        : new WatchedFile(config.userPasswd, "password file", (text) =>
            passwordsOf(text, config.allowDesPasswords),
          );
    this.#delay = delay;
    this.#now = now;
  }

  /**
   * Whether the password is the user's. An unknown user costs what a known one does, always the same one: where the file has hashes of
   * several kinds, a time says of no name whether it is there.
   * @param signal aborted when nobody waits for the answer any more
   * Errors: BAD_CONFIG without a readable password file, OVERLOADED and CANCELLED (see {@link LoginDelay}).
   */
  async check({ user, password }: Credentials, client: string, signal?: AbortSignal): Promise<boolean> {
    if (this.#file === undefined)
      throw new DasError("BAD_CONFIG", "this source asks for a login, but this server has no password file", {
        key: "USER_PASSWD",
      });
    const { usable: hashes, decoys } = this.#file.read();
    const hash = hashes.get(user);
    const usable = hash !== undefined;
    const compared = hash ?? this.#decoyOf(user, decoys);
    // The hash is part of the key: a changed password is asked for at once.
    const token = createHmac("sha256", this.#key)
      .update(`${user}\0${password}\0${compared}`)
      .digest("base64");
    const until = this.#remembered.get(token);
    if (usable && until !== undefined && until > this.#now()) return true;
    const matches = await this.#delay.run(
      client,
      user,
      async () => (await this.#matches(password, compared)) && usable,
      signal,
    );
    if (matches) this.#remember(token);
    return matches;
  }

  /** The entry that stands for an unknown user: nobody outside knows which. */
  #decoyOf(user: string, decoys: readonly string[]): string {
    const number = createHmac("sha256", this.#key).update(user).digest().readUInt32LE(0);
    return decoys[number % decoys.length] ?? NOBODY;
  }

  /** How many entries still are DES hashes, of which only 8 characters count; for a warning at start. */
  desEntries(): number {
    return this.#count((hash) => hashForm(hash) === "des");
  }

  /** How many entries look like hashes but cannot be checked: of an unknown form, cut, or too costly; for a warning at start. */
  unusableEntries(): number {
    return this.#count((hash) => hash.startsWith("$") && hashForm(hash) === undefined);
  }

  #count(wanted: (hash: string) => boolean): number {
    return this.#file === undefined ? 0 : [...this.#file.read().entries.values()].filter(wanted).length;
  }

  #remember(token: string): void {
    this.#remembered.set(token, this.#now() + REMEMBER_MS);
    if (this.#remembered.size > MAX_REMEMBERED)
      this.#remembered.delete(this.#remembered.keys().next().value ?? "");
  }
}
