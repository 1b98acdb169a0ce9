import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import { DasError } from "../../errors/das-error.js";

/** What PostgreSQL uses by itself (`scram_iterations`). */
const ITERATIONS = 4096;
const KEY_BYTES = 32;
const MAX_PASSWORD_CHARACTERS = 1000;

/**
 * What PostgreSQL keeps of a password, so that the password itself reaches neither the server nor its log.
 * Errors: BAD_PARAMETER for a password that is empty, too long or not printable ASCII: other text is normalised in ways that
 * differ between clients. Source: RFC 5802, RFC 7677, PostgreSQL's `pg_authid`.
 */
export function passwordVerifier(password: string, salt: Uint8Array = randomBytes(16)): string {
  if (!/^[\x20-\x7e]+$/.test(password) || password.length > MAX_PASSWORD_CHARACTERS)
    throw new DasError(
      "BAD_PARAMETER",
      `a password is empty, longer than ${MAX_PASSWORD_CHARACTERS} characters or not printable ASCII`,
    );
  const salted = pbkdf2Sync(password, salt, ITERATIONS, KEY_BYTES, "sha256");
  const keyOf = (what: string): Buffer => createHmac("sha256", salted).update(what).digest();
  const storedKey = createHash("sha256").update(keyOf("Client Key")).digest("base64");
  const serverKey = keyOf("Server Key").toString("base64");
  return `SCRAM-SHA-256$${ITERATIONS}:${Buffer.from(salt).toString("base64")}$${storedKey}:${serverKey}`;
}
