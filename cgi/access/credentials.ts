/** Who somebody says they are. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** Longest `Authorization` header that is looked at, characters: a user and a password of 1 KiB each, in base64. */
const MAX_HEADER = 3000;

/**
 * The credentials of an `Authorization: Basic` header: UTF-8, the password may contain `:`. Anything else (another
 * scheme, text that is not base64, bytes that are not UTF-8, control characters, an empty user) counts as none given.
 * Source: das2-server 6.1, RFC 7617.
 */
export function basicCredentials(header: string | undefined): Credentials | undefined {
  if (header === undefined || header.length > MAX_HEADER) return undefined;
  const [, digits, rest] = /^basic +([A-Za-z0-9+/]+)(.*)$/i.exec(header) ?? [];
  // The C library does not end its base64 text: one stray character may follow it, behind the padding or in place of any.
  if (digits === undefined || !/^(?:={0,2}.?| *)$/.test(rest ?? "")) return undefined;
  const base64 = digits.length % 4 === 1 ? digits.slice(0, -1) : digits;
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(base64, "base64"));
  } catch {
    return undefined;
  }
  const colon = text.indexOf(":");
  if (colon < 1 || hasControls(text)) return undefined;
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

function hasControls(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}
