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

/** Checks users and passwords against the site's password file; das2-server 6.1, 6.4. */
export class Login {
  readonly #file: WatchedFile<PasswordEntries> | undefined;
  readonly #allowDes: boolean;
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
        : new WatchedFile(config.userPasswd, "password file", parsePasswordFile);
    this.#allowDes = config.allowDesPasswords;
    this.#delay = delay;
    this.#now = now;
  }

  /**
   * Whether the password is the user's. An unknown user costs what a known one does. Errors: BAD_CONFIG without a readable
   * password file, OVERLOADED (see {@link LoginDelay}).
   */
  async check({ user, password }: Credentials, client: string): Promise<boolean> {
    if (this.#file === undefined)
      throw new DasError("BAD_CONFIG", "this source asks for a login, but this server has no password file", {
        key: "USER_PASSWD",
      });
    const entries = this.#file.read();
    const hash = entries.get(user);
    const usable = hash !== undefined && (this.#allowDes || hashForm(hash) !== "des");
    const compared = hash ?? entries.values().next().value ?? NOBODY;
    // The hash is part of the key: a changed password is asked for at once.
    const token = createHmac("sha256", this.#key)
      .update(`${user}\0${password}\0${compared}`)
      .digest("base64");
    const until = this.#remembered.get(token);
    if (usable && until !== undefined && until > this.#now()) return true;
    const matches = await this.#delay.run(
      client,
      async () => (await this.#matches(password, compared)) && usable,
    );
    if (matches) this.#remember(token);
    return matches;
  }

  /** How many entries still are DES hashes, of which only 8 characters count; for a warning at start. */
  desEntries(): number {
    if (this.#file === undefined) return 0;
    return [...this.#file.read().values()].filter((hash) => hashForm(hash) === "des").length;
  }

  #remember(token: string): void {
    this.#remembered.set(token, this.#now() + REMEMBER_MS);
    if (this.#remembered.size > MAX_REMEMBERED)
      this.#remembered.delete(this.#remembered.keys().next().value ?? "");
  }
}
