import { randomBytes, timingSafeEqual } from "node:crypto";
import { DasError } from "../../errors/das-error.js";

/** Forms of password hashes that are understood; das2-server 6.4. */
export type HashForm = "argon2id" | "sha-crypt" | "bcrypt" | "apr1" | "des";

/** The form of a hash, or `undefined` for a text that is none (a locked entry such as `*` or `!`). */
export function hashForm(hash: string): HashForm | undefined {
  if (/^\$argon2id\$v=\d+\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$/.test(hash)) return "argon2id";
  if (/^\$[56]\$(rounds=\d{1,9}\$)?[^$:\s]{0,16}\$[./0-9A-Za-z]{43,86}$/.test(hash)) return "sha-crypt";
  if (/^\$2[aby]\$\d\d\$[./0-9A-Za-z]{53}$/.test(hash)) return "bcrypt";
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
