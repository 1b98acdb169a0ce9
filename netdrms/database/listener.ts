import type { Client } from "pg";
import { DasError, isDasError } from "../../errors/das-error.js";
import { databaseError } from "./database-errors.js";
import { quoteName } from "./identifier.js";

/** A connection that is told of things by its server, until it is lost; by one that follows another server it is told nothing. */
export interface Listener {
  /** Resolves when the connection is gone, for whatever reason. */
  readonly lost: Promise<void>;
  /**
   * Takes a lock of the database for as long as the connection lasts; false where somebody else has it. To be asked one after the other.
   * Errors: ARCHIVE_AWAY where there is no answer in time.
   */
  tryLock(key: bigint): Promise<boolean>;
  /** Whether the server still answers. Errors: ARCHIVE_AWAY where it does not, in time. */
  check(): Promise<void>;
  /** Ends the connection; never fails. */
  close(): Promise<void>;
}

/** How a connection is opened. */
export interface ListenOptions {
  /** As of a pool. */
  readonly url: string;
  /** A name of ours. */
  readonly channel: string;
  /** Called for each thing that is told on the channel. */
  readonly onTold: () => void;
  /** How long to wait for a connection, and for each answer, ms. */
  readonly answerTimeoutMs?: number;
}

const ANSWER_TIMEOUT_MS = 10_000;

/**
 * Opens a connection that listens on a channel; what was told before is not known to it.
 * Errors: ARCHIVE_AWAY, ARCHIVE_FAILED.
 */
export async function openListener(options: ListenOptions): Promise<Listener> {
  const { url, channel, onTold, answerTimeoutMs = ANSWER_TIMEOUT_MS } = options;
  const { default: pg } = await import("pg");
  const client = new pg.Client({
    connectionString: url,
    application_name: "heliostream changes",
    connectionTimeoutMillis: answerTimeoutMs,
    query_timeout: answerTimeoutMs,
    keepAlive: true,
  });
  const lost = new Promise<void>((resolve) => {
    client.once("end", resolve);
    client.on("error", () => resolve());
  });
  client.on("notification", (notice) => {
    if (notice.channel === channel) onTold();
  });
  try {
    await client.connect();
    await listen(client, channel);
    return {
      lost,
      async tryLock(key) {
        const rows = await ask(client, "SELECT pg_try_advisory_lock($1::text::bigint) AS taken", [
          String(key),
        ]);
        return rows[0]?.taken === true;
      },
      async check() {
        await ask(client, "SELECT 1 AS one", []);
      },
      close: () => closeClient(client),
    };
  } catch (error) {
    await closeClient(client);
    throw databaseError(error);
  }
}

/** A server that follows another one tells nothing: there is no listening then. */
async function listen(client: Client, channel: string): Promise<void> {
  try {
    await client.query(`LISTEN ${quoteName(channel)}`);
  } catch (error) {
    if (!isDasError(databaseError(error), "ARCHIVE_READ_ONLY")) throw error;
  }
}

async function ask(
  client: Client,
  text: string,
  values: readonly string[],
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  try {
    return (await client.query<Record<string, unknown>>(text, [...values])).rows;
  } catch (error) {
    const failure = databaseError(error);
    // A server that is silent is as good as gone, whatever the package calls that.
    throw failure.code === "ARCHIVE_AWAY"
      ? failure
      : new DasError("ARCHIVE_AWAY", "The archive's database does not answer", failure.where, error);
  }
}

/** The socket of a server that does not answer would be waited for for ever. */
async function closeClient(client: Client): Promise<void> {
  const cut = setTimeout(() => streamOf(client)?.destroy(), 1000);
  await client.end().catch(() => undefined);
  clearTimeout(cut);
}

/** The socket, which the types of the package leave out. */
function streamOf(client: Client): { destroy(): void } | undefined {
  const { connection } = client as unknown as {
    readonly connection?: { readonly stream?: { destroy(): void } };
  };
  return connection?.stream;
}
