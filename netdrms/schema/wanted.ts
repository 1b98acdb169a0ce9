import { DasError } from "../../errors/das-error.js";
import { quoteName } from "../database/identifier.js";
import { expectPartitionPath } from "../sums/partition-path.js";
import { MAX_SITE_CODE } from "../sums/sunum.js";
import type { NamespaceGroup } from "./namespace-objects.js";

/** A user of the archive and the namespace of that user. Source: netdrms 2.8. */
export interface WantedUser {
  /** Role; lower case. */
  readonly name: string;
  /** Set when the role is made; missing: none. */
  readonly password?: string;
  /** Missing: `su_<user>`. */
  readonly namespace?: string;
  /** Missing: `user`. */
  readonly group?: NamespaceGroup;
}

/** A guest shares the namespace `su_guest`. Source: netdrms 2.8. */
export interface WantedGuest {
  readonly name: string;
  readonly password?: string;
}

/** A role with a task. */
export interface WantedRole {
  readonly name: string;
  readonly password?: string;
}

/** A partition for storage units. Source: netdrms 3.1. */
export interface WantedPartition {
  /** As {@link expectPartitionPath} wants it. */
  readonly path: string;
  /** Missing: set 0. */
  readonly set?: number;
}

/** What an archive is to have. What it has besides is left alone. */
export interface WantedArchive {
  readonly drmsDatabase: string;
  /** May be the same one. */
  readonly sumsDatabase: string;
  /** Whether the database of the storage units is in the server of the other one. */
  readonly oneServer: boolean;
  /** Major version of the server; of the older one where there are two. */
  readonly serverMajor: number;
  /** Databases that are missing are made. */
  readonly createDatabases: boolean;
  /** 0 to 32767; must be given where there are no storage units yet. */
  readonly siteCode?: number;
  /** Writes storage units. */
  readonly production?: WantedRole;
  /** Reads only. */
  readonly web?: WantedRole;
  readonly users: readonly WantedUser[];
  readonly guests: readonly WantedGuest[];
  readonly partitions: readonly WantedPartition[];
}

const MAX_USERS = 1000;
const MAX_PARTITIONS = 1000;

/**
 * Checks names and numbers before anything is planned.
 * Errors: BAD_PARAMETER naming the value and what was expected.
 */
export function checkWanted(wanted: WantedArchive): void {
  const { siteCode, users, guests, partitions, production, web } = wanted;
  if (siteCode !== undefined && !(Number.isInteger(siteCode) && siteCode >= 0 && siteCode <= MAX_SITE_CODE))
    throw new DasError("BAD_PARAMETER", `site code ${siteCode}, expected 0 to ${MAX_SITE_CODE}`);
  if (users.length > MAX_USERS || guests.length > MAX_USERS || partitions.length > MAX_PARTITIONS)
    throw new DasError("BAD_PARAMETER", `more than ${MAX_USERS} users, guests or partitions at once`);
  const roles = [...users, ...guests, ...[production, web].filter((role) => role !== undefined)];
  for (const { name } of roles) expectName("user", name);
  const twice = roles.find(({ name }, n) => roles.findIndex((other) => other.name === name) !== n);
  if (twice !== undefined) throw new DasError("BAD_PARAMETER", `user ${twice.name} is named twice`);
  for (const user of users) expectName("namespace", namespaceOf(user));
  if (wanted.createDatabases)
    for (const database of [wanted.drmsDatabase, wanted.sumsDatabase]) expectName("database", database);
  for (const { path, set = 0 } of partitions) {
    expectPartitionPath(path);
    if (!Number.isInteger(set) || set < -1 || set > 0x7fffffff)
      throw new DasError("BAD_PARAMETER", `set ${set} of a partition, expected -1 or a whole number from 0`);
  }
}

/** The namespace of a user. Source: netdrms 2.8. */
export function namespaceOf(user: WantedUser): string {
  return user.namespace ?? `su_${user.name}`;
}

/** Names that SQL gives to roles and schemas of its own. */
const RESERVED =
  /^(?:pg_.*|public|none|user|current_user|session_user|current_role|information_schema|admin|drms)$/;

function expectName(what: string, given: string): void {
  try {
    quoteName(given);
  } catch (cause) {
    throw new DasError(
      "BAD_PARAMETER",
      `${what} "${given.slice(0, 80)}", expected lower-case letters, digits and _, at most 63`,
      {},
      cause,
    );
  }
  if (what !== "database" && RESERVED.test(given))
    throw new DasError("BAD_PARAMETER", `${what} ${given}, expected a name that is not reserved`);
}
