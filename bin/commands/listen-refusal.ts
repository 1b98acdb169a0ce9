import { DasError } from "../../errors/das-error.js";

/** What names the port, and the host, that a command listens at. */
export interface NamedBy {
  readonly port: string;
  readonly host: string;
}

/** What people can do about a refusal of the operating system, by its code. */
const REFUSALS: Readonly<Record<string, (named: NamedBy) => string>> = {
  EADDRINUSE: ({ port }) => `is in use by another program; ${port} names another`,
  EACCES: ({ port }) => `may not be used by this user; ${port} names another`,
  EADDRNOTAVAIL: ({ host }) => `is no address of this host; ${host} names another`,
};

/** The error of an operating system that does not let a command listen, as BAD_CONFIG; `undefined` for any other error. */
export function listenRefusal(error: unknown, place: string, named: NamedBy): DasError | undefined {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const refusal = Object.hasOwn(REFUSALS, code) ? REFUSALS[code] : undefined;
  if (error instanceof DasError || refusal === undefined) return undefined;
  return new DasError("BAD_CONFIG", `${place} ${refusal(named)}`, {}, error);
}
