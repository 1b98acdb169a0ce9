import { DasError } from "../errors/das-error.js";

/** Where a Redis is, and as whom to speak to it. */
export type RedisAddress = RedisPlace & {
  /** Number of the database; one of its own for each independent server (das2-server 16.1). */
  readonly db: number;
  readonly username?: string;
  /** Not for messages. */
  readonly password?: string;
};

/** On the network, or a socket of this host. */
export type RedisPlace =
  | { readonly kind: "network"; readonly host: string; readonly port: number }
  | { readonly kind: "socket"; readonly path: string };

const DEFAULT_PORT = 6379;
const MAX_PORT = 65_535;
/** Redis can be configured for more, nobody does; a larger number is a slip. */
const MAX_DB = 9999;

const FORMS = "host:port:db, redis://user:password@host:port/db or unix:/path:db";

/** `[user][:password]@`; an encoded `@` or `:` stands as `%40`, `%3A`. */
const CREDENTIALS = /^(?:([^:@/]*)(?::([^@/]*))?@)?/;
const HOST = String.raw`(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)`;
const WORDS = new RegExp(`^${HOST}(?::(\\d{1,5}))?(?::(\\d{1,4}))?$`);
const URL_REST = new RegExp(`^${HOST}(?::(\\d{1,5}))?(?:/(\\d{1,4})?)?$`);
const SOCKET_REST = /^(\/[^\0]+?)(?::(\d{1,4}))?$/;

/**
 * Reads `WORK_QUEUE_CONN`: `host:port:db` (the port and the number may be left out), `redis://[user:password@]host[:port][/db]`,
 * `unix:/path[:db]` or `unix://[user:password@]/path[:db]`. Source: das2-server 16.1.
 * Errors: BAD_CONFIG; neither user nor password is in the message.
 */
export function parseRedisAddress(text: string): RedisAddress {
  const at = text.trim();
  const scheme = /^(redis|unix):(\/\/)?/.exec(at);
  const rest = at.slice(scheme?.[0].length ?? 0);
  const credentials = scheme?.[2] === undefined ? undefined : CREDENTIALS.exec(rest);
  const place = rest.slice(credentials?.[0].length ?? 0);
  const who = { username: decoded(credentials?.[1]), password: decoded(credentials?.[2]) };
  const common = {
    ...(who.username === undefined ? {} : { username: who.username }),
    ...(who.password === undefined ? {} : { password: who.password }),
  };
  if (scheme?.[1] === "unix") {
    const [, path, db = "0"] = SOCKET_REST.exec(place) ?? [];
    if (path === undefined) throw badAddress(at);
    return { kind: "socket", path, db: Number(db), ...common };
  }
  const [, host, port = DEFAULT_PORT, db = 0] = (scheme === null ? WORDS : URL_REST).exec(place) ?? [];
  if (host === undefined || Number(port) < 1 || Number(port) > MAX_PORT || Number(db) > MAX_DB)
    throw badAddress(at);
  return {
    kind: "network",
    host: host.replace(/^\[|\]$/g, ""),
    port: Number(port),
    db: Number(db),
    ...common,
  };
}

/** An empty user or password is none; a stray `%` stands for itself. */
function decoded(text: string | undefined): string | undefined {
  if (text === undefined || text === "") return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function badAddress(text: string): DasError {
  const shown = text.replace(/^((?:redis|rediss|unix):(?:\/\/)?)?.*@/s, "$1…@").slice(0, 200);
  return new DasError("BAD_CONFIG", `the address of Redis is ${JSON.stringify(shown)}, expected ${FORMS}`);
}
