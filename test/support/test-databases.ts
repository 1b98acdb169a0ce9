import { Client } from "pg";

/** Runs statements in a database, one connection for all. */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  client.on("error", () => {}); // a server that goes away; the statement says so
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** What names of databases of one run begin with; the port of its listener tells runs on the same server apart. */
export function databasePrefix(run: number): string {
  return `heliostream_test_${run}_`;
}

/** Drops a database, also one that somebody is connected to, or that others are copies of. */
export async function dropDatabase(client: Client, name: string): Promise<void> {
  await client.query(`UPDATE pg_database SET datistemplate = false WHERE datname = $1`, [name]);
  await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)} WITH (FORCE)`);
}

/** Drops what the tests of a run have made in a server that is not our own. */
export async function dropTestDatabases(adminUrl: string, run: number): Promise<void> {
  await withClient(adminUrl, async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      "SELECT datname FROM pg_database WHERE starts_with(datname, $1)",
      [databasePrefix(run)],
    );
    for (const { datname } of rows) await dropDatabase(client, datname);
  });
}
