import { randomBytes, timingSafeEqual } from "node:crypto";
import { DasError } from "../../errors/das-error.js";

/** Forms of password hashes that are understood; das2-server 6.4. */
export type HashForm = "argon2id" | "sha-crypt" | "bcrypt" | "apr1" | "des";

/**
 * What checking one password may cost. An entry says itself how much, and one beyond this (a slip, or somebody who may write the
 * file) would hold up all logins or take all memory; these take up to some seconds. What other programs write by default is far below.
 */
const MAX_ARGON2 = { memoryKiB: 256 * 1024, passes: 16, lanes: 16 } as const;
const MAX_SHA_ROUNDS = 1_000_000;
const MAX_BCRYPT_COST = 14;

const ARGON2 = /^\$argon2id\$v=\d{1,3}\$m=(\d+),t=(\d+),p=(\d+)\$[A-Za-z0-9+/]{1,128}\$[A-Za-z0-9+/]{1,128}$/;
const SHA_CRYPT = /^\$[56]\$(?:rounds=(\d{1,9})\$)?[^$:\s]{0,16}\$[./0-9A-Za-z]{43,86}$/;
const BCRYPT = /^\$2[aby]\$(\d\d)\$[./0-9A-Za-z]{53}$/;

function isAffordableArgon2(memory: number, passes: number, lanes: number): boolean {
  return (
    // At least 8 blocks of 1 KiB for each lane; RFC 9106 section 3.1.
    memory >= 8 * lanes &&
    memory <= MAX_ARGON2.memoryKiB &&
    passes >= 1 &&
    passes <= MAX_ARGON2.passes &&
    lanes >= 1 &&
    lanes <= MAX_ARGON2.lanes
  );
}

/**
 * The form of a hash; `undefined` for a text that is none (a locked entry such as `*` or `!`), and for a hash that costs too much
 * to be checked.
 */
export function hashForm(hash: string): HashForm | undefined {
  const argon2id = ARGON2.exec(hash);
  if (argon2id !== null) {
    const [, memory, passes, lanes] = argon2id.map(Number);
    return isAffordableArgon2(memory ?? 0, passes ?? 0, lanes ?? 0) ? "argon2id" : undefined;
  }
  const sha = SHA_CRYPT.exec(hash);
  if (sha !== null) return Number(sha[1] ?? 0) <= MAX_SHA_ROUNDS ? "sha-crypt" : undefined;
  const bcrypt = BCRYPT.exec(hash);
  if (bcrypt !== null) {
    const cost = Number(bcrypt[1]);
    return cost >= 4 && cost <= MAX_BCRYPT_COST ? "bcrypt" : undefined;
  }
  if (/^\$apr1\$[^$:\s]{1,8}\$[./0-9A-Za-z]{22}$/.test(hash)) return "apr1";
  return /^[./0-9A-Za-z]{13}$/.test(hash) ? "des" : undefined;
}

/**
 * Whether the password belongs to the hash. Packages are loaded at their first use: a CGI process pays for none
 * that its file does not need. A text that is no hash gives `false`. Errors: BAD_CONFIG where argon2 is not installed.
 */
export async function matchesHash(password: string, hash: string): Promise<boolean> {
  const form = hashForm(hash);
  switch (form) {
    case undefined:
      return false;
    case "argon2id":
      return (await argon2()).verify(hash, password);
    case "sha-crypt":
      return (await import("unixcrypt")).verify(password, hash);
    case "bcrypt":
      return (await import("bcryptjs")).default.compare(password, hash);
    case "apr1":
      return sameText((await import("apache-md5")).default(byteText(password), hash), hash);
    case "des":
      return sameText((await import("unix-crypt-td-js")).default(byteText(password), hash.slice(0, 2)), hash);
    default:
      return form satisfies never;
  }
}

/** The hash for a new entry: argon2id where its optional package is installed, else SHA-512 crypt. */
export async function newHash(password: string): Promise<string> {
  let package_: Awaited<ReturnType<typeof argon2>>;
  try {
    package_ = await argon2();
  } catch {
    const salt = randomBytes(12).toString("base64").replaceAll("+", ".").slice(0, 16);
    return (await import("unixcrypt")).encrypt(password, `$6$${salt}`);
  }
  return package_.hash(password);
}

async function argon2(): Promise<typeof import("@node-rs/argon2")> {
  try {
    return await import("@node-rs/argon2");
  } catch (cause) {
    throw new DasError(
      "BAD_CONFIG",
      "this server cannot check passwords of this kind",
      { hash: "argon2id" },
      cause,
    );
  }
}

/** One character for each byte of the UTF-8 form: the two old packages count characters where crypt(3) counts bytes. */
function byteText(password: string): string {
  return Buffer.from(password, "utf8").toString("latin1");
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
