/** Longest address of a database, characters: far more than any has. */
const MAX_LENGTH = 4096;

/** Settings that have a place of their own in a URL. */
const IN_URL = new Set(["host", "hostaddr", "port", "dbname", "user", "password"]);

/**
 * The address of a PostgreSQL database as a URL; `undefined` for text that is none.
 *
 * @param text a URL (`postgres:` or `postgresql:`, host and port may be missing), which is given as it is, or settings as
 *   libpq takes them, blanks between them: `host=/run/postgresql dbname=drms user='a b'`
 * Source: PostgreSQL documentation, "Connection Strings" of libpq.
 */
export function postgresUrl(text: string): string | undefined {
  if (text.length > MAX_LENGTH || /\p{Cc}/u.test(text)) return undefined;
  if (/^[a-z]+:\/\//i.test(text)) return isPostgresUrl(text) ? text : undefined;
  const settings = readSettings(text);
  return settings === undefined ? undefined : urlOf(settings);
}

/** `postgres://user@/database`, which WHATWG does not know, is one too. */
function isPostgresUrl(text: string): boolean {
  if (!/^postgres(ql)?:\/\//.test(text) || /\s/.test(text)) return false;
  return URL.canParse(text) || URL.canParse(text.replace("@/", "@localhost/"));
}

const SETTING = /\s*([a-z_]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)*))(?=\s|$)/gy;

/** Each setting once, in order; `undefined` where the text is not made of settings. */
function readSettings(text: string): ReadonlyMap<string, string> | undefined {
  const settings = new Map<string, string>();
  SETTING.lastIndex = 0;
  let at = 0;
  for (let found = SETTING.exec(text); found !== null; found = SETTING.exec(text)) {
    const [, name = "", quoted, bare] = found;
    settings.set(name, (quoted ?? bare ?? "").replaceAll(/\\(.)/g, "$1"));
    at = SETTING.lastIndex;
  }
  return settings.size > 0 && text.slice(at).trim() === "" ? settings : undefined;
}

function urlOf(settings: ReadonlyMap<string, string>): string {
  // Not what encodeURIComponent() makes of it: clients of Node decode a path as a whole.
  const database = encodeURI(settings.get("dbname") ?? "").replaceAll(/[?#]/g, encodeURIComponent);
  const more = new URLSearchParams();
  // A host may be the folder of a socket, and without a host there is no place for a user: both stand behind.
  const own = ["host", "port", "user", "password"] as const;
  for (const name of own) {
    const value = settings.get(name) ?? (name === "host" ? settings.get("hostaddr") : undefined);
    if (value !== undefined && value !== "") more.set(name, value);
  }
  for (const [name, value] of settings) if (!IN_URL.has(name)) more.set(name, value);
  const query = more.toString().replaceAll("+", "%20");
  return `postgres:///${database}${query === "" ? "" : `?${query}`}`;
}
