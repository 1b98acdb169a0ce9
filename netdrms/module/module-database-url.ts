import { shown } from "../../config/problem.js";
import { DasError } from "../../errors/das-error.js";
import { withDatabase } from "../postgres/database-url.js";
import type { ModuleValues } from "./declaration.js";
import type { STANDARD_ARGUMENTS } from "./standard-arguments.js";

/** Where no variable or configuration names a host, PostgreSQL's own rules hold (`PGHOST`, …). */
const NO_URL = "postgresql:///";
const DEFAULT_PORT = "5432";

/**
 * The database that a module uses: the one of the configuration, with what JSOC_DBHOST, JSOC_DBNAME, JSOC_DBUSER and JSOC_DBPASSWD
 * name in the place of its parts. A password of the configuration is for its own host and user alone.
 *
 * Errors: USAGE for a JSOC_DBHOST that is no `host` or `host:port`; BAD_CONFIG where `configured` is no URL.
 * Source: netdrms 7.3.
 */
export function moduleDatabaseUrl(
  arguments_: Pick<
    ModuleValues<typeof STANDARD_ARGUMENTS>,
    "JSOC_DBHOST" | "JSOC_DBNAME" | "JSOC_DBUSER" | "JSOC_DBPASSWD"
  >,
  configured: string = NO_URL,
): string {
  const { JSOC_DBHOST: address, JSOC_DBNAME: name, JSOC_DBUSER: user, JSOC_DBPASSWD: password } = arguments_;
  const base = name === undefined ? configured : withDatabase(configured, name);
  const mark = base.indexOf("?");
  let head = mark < 0 ? base : base.slice(0, mark);
  // Parameters win over what stands before them.
  const parameters = new URLSearchParams(mark < 0 ? "" : base.slice(mark + 1));
  if (address !== undefined || user !== undefined) {
    parameters.delete("password");
    const [, scheme = "", configuredUser = "", rest = ""] =
      /^(postgres(?:ql)?:\/\/)(?:([^@/:]*)(?::[^@/]*)?@)?(.*)$/.exec(head) ?? [];
    head = `${scheme}${configuredUser === "" ? "" : `${configuredUser}@`}${rest}`;
  }
  if (address !== undefined) {
    const { host, port } = hostAndPort(address);
    parameters.set("host", host);
    parameters.set("port", port);
  }
  if (user !== undefined) parameters.set("user", user);
  if (password !== undefined) parameters.set("password", password);
  const query = parameters.toString().replaceAll("+", "%20");
  return query === "" ? head : `${head}?${query}`;
}

function hostAndPort(address: string): { readonly host: string; readonly port: string } {
  // The folder of a socket may have colons.
  if (address.startsWith("/")) return { host: address, port: DEFAULT_PORT };
  const [, bracketed, bare, port = DEFAULT_PORT] =
    /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/@]+))(?::(\d{1,5}))?$/.exec(address) ?? [];
  const host = bracketed ?? bare;
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535)
    throw new DasError("USAGE", `JSOC_DBHOST = ${shown(address)}, expected host or host:port`);
  return { host, port };
}
