import { Client, DatabaseError } from "pg";

/** What answers at a URL. */
export type ServerState =
  | {
      readonly state: "ready";
      /** Such as 150016 for 15.16. */
      readonly version: number;
      /** Process that keeps it, if one of ours does. */
      readonly keeper?: number;
    }
  /** It starts or recovers. */
  | { readonly state: "starting" }
  | { readonly state: "stopping" }
  /** Nothing answers, or nothing that lets us in. */
  | { readonly state: "absent"; readonly cause: unknown };

/** The setting that carries the process that keeps a server of ours. */
export const KEEPER_SETTING = "heliostream.keeper";

/** A server that is there answers in milliseconds; one beyond a network may take this long. */
const CONNECT_LIMIT_MS = 10_000;

/** Asks a server how it is. Never rejects. */
export async function probeServer(url: string): Promise<ServerState> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_LIMIT_MS });
  client.on("error", () => {}); // it may go away at any time; the query says so
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string; keeper: string | null }>(
      "SELECT current_setting('server_version_num') AS version, current_setting($1, true) AS keeper",
      [KEEPER_SETTING],
    );
    const keeper = Number(rows[0]?.keeper ?? "");
    return { state: "ready", version: Number(rows[0]?.version), ...(keeper > 1 ? { keeper } : {}) };
  } catch (error) {
    // 57P03, cannot_connect_now; 57P01, admin_shutdown (PostgreSQL, appendix A).
    const code = error instanceof DatabaseError ? error.code : undefined;
    if (code === "57P03") return { state: /shutting down/.test(String(error)) ? "stopping" : "starting" };
    if (code === "57P01") return { state: "stopping" };
    return { state: "absent", cause: error };
  } finally {
    await client.end().catch(() => {});
  }
}
