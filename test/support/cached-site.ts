import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { BlockCache } from "../../cache/block-cache.js";
import type { Level } from "../../cache/level.js";
import { levelsOf } from "../../cache/levels/levels-of.js";
import type { OpenCacheOptions } from "../../cache/open-cache.js";
import { openCache } from "../../cache/open-cache.js";
import { pipelineSetting } from "../../cgi/data/pipeline-setting.js";
import { siteCache } from "../../cgi/data/site-cache.js";
import { headerValue, isWholeBody, type Request } from "../../cgi/http.js";
import type { RequestRecord } from "../../cgi/log/record.js";
import { openSite } from "../../cgi/open-site.js";
import { RememberedSources } from "../../cgi/remembered-sources.js";
import { nextRequestId } from "../../cgi/request-id.js";
import { handle } from "../../cgi/routes.js";
import type { Site, SiteOptions } from "../../cgi/site.js";
import type { DataSource } from "../../dsdf/data-source.js";
import { SourceTree } from "../../dsdf/tree.js";
import { builtInProgram } from "../../pipeline/built-in.js";
import type { Program } from "../../stream/program.js";
import { caseConfig } from "./case-site.js";

/** How a server with a cache is opened. */
export interface CachedSiteOptions {
  /** Programs that definitions may name besides those that ship. */
  readonly programs?: Readonly<Record<string, Program>>;
  /** Settings, as variables of the environment. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Missing: 2026-01-01. */
  readonly now?: () => Date;
  readonly resident?: boolean;
  readonly authorize?: SiteOptions["authorize"];
  /** Another cache than that of the configuration. */
  readonly openCache?: Site["openCache"];
  /** How the cache of the configuration is opened; missing: as by a server. */
  readonly cacheOptions?: Partial<OpenCacheOptions>;
  /** Folder of the cache; missing: an empty one of its own. `false`: no cache. */
  readonly cacheRoot?: string | false;
  /** Definitions of another site, to be shared; see {@link CachedSite.definitions}. */
  readonly definitions?: string;
}

/** A whole answer. */
export interface Answer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly bytes: Buffer;
  /** What broke the body off, where something did. */
  readonly broken: unknown;
  readonly record: RequestRecord;
}

/** A server whose requests are handed to it in this process. */
export interface CachedSite {
  readonly site: Site;
  readonly cacheRoot: string;
  /** Folder of the definitions. */
  readonly definitions: string;
  readonly records: readonly RequestRecord[];
  /** Makes or edits a definition, which takes effect at once. */
  define(id: string, ...lines: readonly string[]): void;
  request(query: string, more?: Partial<Request>): Request;
  /** The answer to the end, and its record. */
  ask(query: string, more?: Partial<Request>): Promise<Answer>;
  /** The record of a request, when it has been written. */
  recordOf(id: string): Promise<RequestRecord>;
  cache(): Promise<BlockCache>;
  source(id: string): Promise<DataSource>;
  levels(id: string, ...params: readonly string[]): Promise<readonly Level[]>;
  close(): Promise<void>;
}

/** The usual time of these servers: after everything that they hold. */
export const CACHED_NOW = new Date("2026-01-01T00:00:00Z");

/** The words of a request for data. Times are ISO-8601. */
export function dataQuery(
  id: string,
  begin: string,
  end: string,
  more: Readonly<Record<string, string | number>> = {},
): string {
  const words = { server: "dataset", dataset: id, start_time: begin, end_time: end, ...more };
  return Object.entries(words)
    .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
    .join("&");
}

/** Opens a server with a cache. {@link CachedSite.close} is to be called. */
export function cachedSite(options: CachedSiteOptions = {}): CachedSite {
  const folder = mkdtempSync(join(tmpdir(), "heliostream-cached-"));
  const { programs = {}, now = () => CACHED_NOW, settings = {}, resident = true, authorize } = options;
  const definitions = options.definitions ?? join(folder, "definitions");
  mkdirSync(definitions, { recursive: true });
  const cacheRoot = options.cacheRoot === false ? "" : (options.cacheRoot ?? join(folder, "cache"));
  const { config, dispose } = caseConfig({
    HELIOSTREAM_DSDF_ROOT: definitions,
    HELIOSTREAM_CACHE_ROOT: cacheRoot,
    ...settings,
  });
  const records: RequestRecord[] = [];
  const waiting = new Map<string, (record: RequestRecord) => void>();
  const opened = openSite(config, {
    resident,
    now,
    programs: (name) => {
      const found = programs[name];
      return found === undefined ? builtInProgram(name) : Promise.resolve(found);
    },
    openCache:
      options.openCache ??
      (() => openCache(config, { life: resident ? "process" : "request", ...options.cacheOptions })),
    ...(authorize === undefined ? {} : { authorize }),
    log: {
      write(record) {
        records.push(record);
        waiting.get(record.id)?.(record);
        waiting.delete(record.id);
      },
      close: async () => {},
    },
  });
  // Definitions are looked at anew when they were edited here, not after a second.
  let edits = 0;
  const tree = new SourceTree({
    roots: config.dsdfRoot,
    substitutions: config.substitutions,
    now: () => edits * 10_000,
  });
  const site: Site = { ...opened, sources: new RememberedSources(tree, () => edits * 10_000) };
  let closing: Promise<void> | undefined;
  const made: CachedSite = {
    site,
    cacheRoot,
    definitions,
    records,
    define(id, ...lines) {
      const file = join(definitions, `${id}.dsdf`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `description = 'Made up'\ndas2Stream = 1\n${lines.join("\n")}\n`);
      edits++;
    },
    request: (query, more = {}) => requestOf(query, more),
    async ask(query, more = {}) {
      const request = requestOf(query, more);
      const response = await handle(request, site);
      const pieces: Uint8Array[] = [];
      let broken: unknown;
      try {
        if (isWholeBody(response.body)) pieces.push(response.body);
        else for await (const piece of response.body) pieces.push(Buffer.from(piece));
      } catch (error) {
        broken = error;
      }
      const record = await made.recordOf(request.id);
      return {
        status: response.status,
        header: (name) => headerValue(response, name),
        bytes: Buffer.concat(pieces),
        broken,
        record,
      };
    },
    recordOf: (id) =>
      new Promise((resolve) => {
        const found = records.find((record) => record.id === id);
        if (found === undefined) waiting.set(id, resolve);
        else resolve(found);
      }),
    async cache() {
      const cache = await siteCache(site);
      if (cache === undefined) throw new Error("this server has no cache");
      return cache;
    },
    async source(id) {
      const source = await site.sources.find(id);
      if (source === undefined) throw new Error(`no source ${id}`);
      return source;
    },
    async levels(id, ...params) {
      const { tools } = pipelineSetting(site);
      return levelsOf(await made.source(id), params, { cacheRoot, tools });
    },
    close() {
      closing ??= (async () => {
        await site.close();
        dispose();
        rmSync(folder, { recursive: true, force: true });
      })();
      return closing;
    },
  };
  return made;
}

function requestOf(query: string, more: Partial<Request>): Request {
  return {
    id: nextRequestId(),
    receivedAt: new Date(),
    method: "GET",
    protocol: "1.1",
    scheme: "http",
    host: "data.example.org",
    mount: "/das/server",
    path: "",
    query,
    headers: {},
    peer: "192.0.2.7",
    signal: new AbortController().signal,
    ...more,
  };
}
