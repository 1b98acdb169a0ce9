import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import type { Client } from "pg";
import { inject } from "vitest";
import { withDatabase } from "../../netdrms/postgres/database-url.js";
import type { ServerForTests } from "./postgres-server.js";
import { databasePrefix, dropDatabase, withClient } from "./test-databases.js";

/** What a suite needs to know before it is defined: whether there is a server, or why it is skipped. */
export interface PostgresForTest {
  readonly missing: boolean;
  /** URL of the database `postgres` as a superuser; empty where there is no server. */
  readonly adminUrl: string;
  /** Title for a suite; says why it is skipped where it is. */
  title(text: string): string;
}

/** A database made once in a run and copied for every test that asks for it: for what takes long to fill. */
export interface TestTemplate {
  /** `[a-z_]+`; the same name is the same template in every test file. */
  readonly name: string;
  /** Fills a new database. */
  make(url: string): Promise<void>;
}

/** How a database for a test begins. */
export interface TestDatabaseOptions {
  /** It is a copy of this; missing: empty. */
  readonly template?: TestTemplate;
  /** Run in the new database. */
  readonly setup?: (url: string) => Promise<void>;
}

/** A database for one test file. */
export interface TestDatabase {
  /** As a superuser. */
  readonly url: string;
  readonly name: string;
  /** Also cuts off whoever is connected. */
  drop(): Promise<void>;
}

async function askServer(): Promise<ServerForTests> {
  const answer = await text(connect(inject("postgresPort"), "127.0.0.1"));
  return JSON.parse(answer) as ServerForTests; // written by providePostgres
}

/**
 * Finds the server for tests, which starts with the first question; to be awaited at the top of a test file. Absent: the suite
 * is to be skipped by name and reason (`describe.skipIf(postgres.missing)(postgres.title("…"), …)`); where `CI` is true,
 * absence is an error.
 */
export async function postgresForTest(): Promise<PostgresForTest> {
  const server = await askServer();
  if ("adminUrl" in server) return { missing: false, adminUrl: server.adminUrl, title: (title) => title };
  if (process.env.CI === "true") throw new Error(server.problem);
  return { missing: true, adminUrl: "", title: (title) => `${title} [skipped: ${server.problem}]` };
}

/**
 * A new database in the server for tests: encoding LATIN1, locale C (netdrms 2.1). Roles are shared by all databases of the run.
 * What is not dropped goes with the run.
 */
export async function testDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { missing, adminUrl, title } = await postgresForTest();
  if (missing) throw new Error(title("no database"));
  const prefix = databasePrefix(inject("postgresPort"));
  const name = prefix + randomBytes(6).toString("hex");
  await withClient(adminUrl, async (client) => {
    const template =
      options.template === undefined
        ? "template0"
        : await templateDatabase(client, adminUrl, prefix, options.template);
    await createDatabase(client, name, template);
  });
  const url = withDatabase(adminUrl, name);
  const drop = (): Promise<void> => withClient(adminUrl, (client) => dropDatabase(client, name));
  try {
    await options.setup?.(url);
  } catch (error) {
    await drop();
    throw error;
  }
  return { url, name, drop };
}

async function createDatabase(client: Client, name: string, template: string): Promise<void> {
  const [database, from] = [client.escapeIdentifier(name), client.escapeIdentifier(template)];
  await client.query(
    `CREATE DATABASE ${database} TEMPLATE ${from} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'`,
  );
}

/** The name of the template's database; the first who asks makes it, the others wait for that. */
async function templateDatabase(
  client: Client,
  adminUrl: string,
  prefix: string,
  template: TestTemplate,
): Promise<string> {
  const name = prefix + template.name;
  await client.query("SELECT pg_advisory_lock(hashtext($1))", [name]);
  try {
    const { rowCount } = await client.query(
      "SELECT 1 FROM pg_database WHERE datname = $1 AND datistemplate", // set when it is whole
      [name],
    );
    if (rowCount === 0) {
      await dropDatabase(client, name);
      await createDatabase(client, name, "template0");
      await template.make(withDatabase(adminUrl, name));
      await client.query("UPDATE pg_database SET datistemplate = true WHERE datname = $1", [name]);
    }
    return name;
  } finally {
    await client.query("SELECT pg_advisory_unlock(hashtext($1))", [name]);
  }
}
