import { DasError } from "../../errors/das-error.js";

/**
 * The URL of one database of a server whose socket is in a folder. The port is part of the socket's name; it is said, like that
 * nothing is encrypted, so that variables of the environment (`PGPORT`, `PGSSLMODE`) do not matter.
 */
export function socketUrl(socketFolder: string, user: string, database: string): string {
  const query = `host=${encodeURIComponent(socketFolder)}&port=5432&sslmode=disable`;
  return `postgresql://${encodeURIComponent(user)}@/${encodeURIComponent(database)}?${query}`;
}

/**
 * The same server, user and options with another database. `URL` cannot be used: it refuses an empty host, which stands for a socket.
 * Errors: BAD_CONFIG where the text is no URL of PostgreSQL (it is not repeated, for it may hold a password).
 */
export function withDatabase(url: string, database: string): string {
  const parts = /^(postgres(?:ql)?:\/\/[^/?#]*)(?:\/[^?#]*)?(\?[^#]*)?$/.exec(url);
  if (parts === null)
    throw new DasError(
      "BAD_CONFIG",
      "the URL of the database is not of the form postgresql://user@host/name",
    );
  return `${parts[1]}/${encodeURIComponent(database)}${parts[2] ?? ""}`;
}

/**
 * The same server, database and options for another user, without a password.
 * Errors: BAD_CONFIG where the text is no URL of PostgreSQL.
 */
export function withUser(url: string, user: string): string {
  const parts = /^(postgres(?:ql)?:\/\/)(?:[^@/?#]*@)?([^@/?#]*(?:[/?].*)?)$/.exec(url);
  if (parts === null)
    throw new DasError(
      "BAD_CONFIG",
      "the URL of the database is not of the form postgresql://user@host/name",
    );
  return `${parts[1]}${encodeURIComponent(user)}@${parts[2]}`;
}

/**
 * The name of the database in a URL.
 * Errors: BAD_CONFIG where the text is no URL of PostgreSQL or names no database.
 */
export function databaseOf(url: string): string {
  const path = /^postgres(?:ql)?:\/\/[^/?#]*\/([^/?#]+)(?:\?[^#]*)?$/.exec(url)?.[1];
  const name = path === undefined ? undefined : decoded(path);
  if (name === undefined)
    throw new DasError(
      "BAD_CONFIG",
      "the URL of the database names none, expected postgresql://user@host/name",
    );
  return name;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
