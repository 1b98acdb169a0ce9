import { param, sql } from "../database/sql.js";
import { catalogFunctions } from "./catalog-functions.js";
import { globalSchemaObjects } from "./global-schemas.js";
import { linkFunctions } from "./link-functions.js";
import { namespaceObjects, sessionNamespaceObject } from "./namespace-objects.js";
import { requestObjects } from "./request-objects.js";
import { functionObject, type SchemaObject, tableKey } from "./schema-object.js";
import { databaseObject, memberObject, roleObject, type ServerPlace } from "./server-objects.js";
import { shadowFunction } from "./shadow-function.js";
import { sumsObjects } from "./sums-objects.js";
import { namespaceOf, type WantedArchive, type WantedPartition, type WantedUser } from "./wanted.js";

/** Role of the program that removes expired records. */
const SUMS_ADMIN = "sumsadmin";
/** Group of all users of the archive. */
const USERS = "jsoc";
/** Role and namespace that guests share. */
const GUEST: WantedUser = { name: "guest", namespace: "su_guest" };

/** Everything that an archive is to have, in the order in which it can be made. Source: netdrms 2.1 to 2.9, 3.1, 3.2. */
export function archiveObjects(wanted: WantedArchive): readonly SchemaObject[] {
  const users = wanted.guests.length === 0 ? wanted.users : [...wanted.users, GUEST];
  const sumsReaders = [
    ...(wanted.web === undefined ? [] : [wanted.web.name]),
    // In one server the users of the records read storage units by themselves.
    ...(wanted.oneServer ? [USERS] : []),
  ];
  return unique([
    ...serverObjects(wanted, users),
    ...globalSchemaObjects(),
    ...catalogFunctions(),
    ...linkFunctions(),
    imageExists(),
    shadowFunction(),
    ...requestObjects(
      [wanted.production, wanted.web].filter((role) => role !== undefined).map(({ name }) => name),
    ),
    ...users.flatMap((user) => {
      const space = namespaceOf(user);
      return [
        ...namespaceObjects({ name: space, group: user.group ?? "user", owner: user.name }),
        sessionNamespaceObject(user.name, space),
      ];
    }),
    ...wanted.guests.map(({ name }) => sessionNamespaceObject(name, namespaceOf(GUEST))),
    ...sumsObjects(wanted.siteCode, { production: wanted.production?.name, readers: sumsReaders }),
    ...wanted.partitions.map(partitionObject),
  ]);
}

/** Roles and databases. */
function serverObjects(wanted: WantedArchive, users: readonly WantedUser[]): readonly SchemaObject[] {
  const { production, web, guests } = wanted;
  const here: ServerPlace = "drms-server";
  const withTask = [production, web].filter((role) => role !== undefined);
  const login = (
    place: ServerPlace,
    role: { readonly name: string; readonly password?: string },
  ): SchemaObject => roleObject(place, role.name, { login: true, password: role.password });
  return [
    roleObject(here, SUMS_ADMIN, { login: true }),
    roleObject(here, USERS, { login: false }),
    ...[...withTask, ...users, ...guests].map((role) => login(here, role)),
    ...[...(production === undefined ? [] : [production]), ...users, ...guests].map(({ name }) =>
      memberObject(here, name, USERS),
    ),
    ...(production === undefined ? [] : [memberObject(here, production.name, SUMS_ADMIN)]),
    ...guests.map(({ name }) => memberObject(here, name, GUEST.name)),
    ...(wanted.oneServer ? [] : withTask.map((role) => login("sums-server", role))),
    ...(wanted.createDatabases
      ? [
          databaseObject(here, wanted.drmsDatabase, wanted.serverMajor),
          databaseObject(wanted.oneServer ? here : "sums-server", wanted.sumsDatabase, wanted.serverMajor),
        ]
      : []),
  ];
}

/** Appears in queries of exports. Source: netdrms 2.7. */
function imageExists(): SchemaObject {
  return functionObject(
    "drms",
    "drms",
    "image_exists",
    ["integer"],
    sql`CREATE FUNCTION drms.image_exists(quality integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 >= 0'`,
  );
}

/** Sizes are not kept up to date and decide nothing (netdrms 3.1). A partition that is there keeps its set. */
function partitionObject({ path, set = 0 }: WantedPartition): SchemaObject {
  return {
    place: "sums",
    key: `partition ${path}`,
    table: tableKey("public", "sum_partn_avail"),
    exists: sql`EXISTS (SELECT FROM public.sum_partn_avail WHERE partn_name = ${param(path, "text")})`,
    steps: [
      {
        description: `partition ${path} of set ${set}`,
        sql: sql`INSERT INTO public.sum_partn_avail (partn_name, total_bytes, avail_bytes, pds_set_num)
  VALUES (${param(path, "text")}, 0, 0, ${param(set, "int4")})`,
      },
    ],
  };
}

/** The first of each key: a user may be named for two tasks, and two users may share a namespace. */
function unique(objects: readonly SchemaObject[]): readonly SchemaObject[] {
  const seen = new Set<string>();
  return objects.filter(({ place, key }) => {
    const isNew = !seen.has(`${place} ${key}`);
    seen.add(`${place} ${key}`);
    return isNew;
  });
}
