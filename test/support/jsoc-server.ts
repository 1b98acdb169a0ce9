import { type LiveServer, liveServer } from "./live-server.js";

/** A resident server over an archive, and its JSOC web interface. */
export interface JsocServer {
  readonly live: LiveServer;
  /** Of the interface, without a `/` at its end. */
  readonly url: string;
  /** The answer to a query string, as JSON. */
  ask(endpoint: string, words: Readonly<Record<string, string>>): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

/** Starts it. `databaseUrl` is that of the archive's database; `settings` are variables of the environment. */
export async function jsocServer(
  databaseUrl: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<JsocServer> {
  const live = await liveServer({ HELIOSTREAM_DRMS_URL: databaseUrl, ...settings });
  const url = `http://127.0.0.1:${live.port}/cgi-bin/ajax`;
  return {
    live,
    url,
    async ask(endpoint, words) {
      const response = await fetch(`${url}/${endpoint}?${new URLSearchParams(words)}`);
      const text = await response.text();
      if (response.status !== 200) throw new Error(`HTTP status ${response.status}: ${text}`);
      return JSON.parse(text) as Record<string, unknown>; // an object, as every answer of the interface
    },
    close: () => live.close(),
  };
}
