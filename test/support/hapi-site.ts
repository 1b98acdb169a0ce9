import { type Answer, type CachedSite, type CachedSiteOptions, cachedSite } from "./cached-site.js";

/** A server whose way in for clients of HAPI is asked. */
export interface HapiSite {
  readonly server: CachedSite;
  /** The answer of an endpoint; values of words are encoded. */
  ask(
    endpoint: string,
    words?: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  /** The same for a query that is given as it stands. */
  raw(path: string, query: string, method?: string): Promise<Answer>;
  close(): Promise<void>;
}

/** Opens such a server. {@link HapiSite.close} is to be called. */
export function hapiSite(options: CachedSiteOptions = {}): HapiSite {
  const server = cachedSite(options);
  return {
    server,
    ask(endpoint, words = {}, headers = {}) {
      const query = Object.entries(words)
        .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
        .join("&");
      return server.ask(query, { path: `/hapi/${endpoint}`, headers });
    },
    raw: (path, query, method = "GET") => server.ask(query, { path, method }),
    close: () => server.close(),
  };
}

/** The body of an answer as JSON. */
// biome-ignore lint/suspicious/noExplicitAny: what is tested is what it holds
export function json(answer: Answer): any {
  return JSON.parse(answer.bytes.toString("utf8"));
}

/** Status of HTTP and of HAPI. */
export function statusOf(answer: Answer): readonly [http: number, hapi: number] {
  return [answer.status, json(answer).status.code];
}
