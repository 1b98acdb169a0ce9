import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { XMLValidator } from "fast-xml-parser";
import { afterEach, beforeEach } from "vitest";
import type { CacheAccess } from "../../cgi/cache/access.js";
import type { CacheView, OpenCacheView } from "../../cgi/cache/view.js";
import type { Request, Response } from "../../cgi/http.js";
import type { RequestRecord } from "../../cgi/log/record.js";
import { makeSite } from "../../cgi/make-site.js";
import { handle } from "../../cgi/routes.js";
import type { Site } from "../../cgi/site.js";
import type { Config } from "../../config/config.js";
import { caseConfig } from "./case-site.js";
import { madeAccess } from "./made-cache.js";
import { SAMPLE_CACHE, sampleDefinitions } from "./sample-cache.js";

/** A server whose definitions are these texts by id. */
export function definitionsConfig(
  texts: ReadonlyMap<string, string>,
  more: Readonly<Record<string, string>> = {},
): { config: Config; dispose(): void } {
  const root = mkdtempSync(join(tmpdir(), "heliostream-definitions-"));
  for (const [id, text] of texts) {
    const file = join(root, `${id}.dsdf`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const { config, dispose } = caseConfig({ HELIOSTREAM_DSDF_ROOT: root, ...more });
  return {
    config,
    dispose() {
      dispose();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** The server of a test of the status page: with the sample cache, until another is opened. */
export interface CacheSite {
  readonly site: Site;
  /** Records of requests since it was opened. */
  readonly written: readonly RequestRecord[];
  open(texts: ReadonlyMap<string, string>, access: CacheAccess | undefined): void;
  ask(target: string, more?: Partial<Request>): Promise<Response>;
  /** The text of `/cache`. */
  page(query?: string): Promise<string>;
  /** The value of `/cache.json`. */
  view(query?: string): Promise<OpenCacheView>;
}

/** A request to the server from this host by a browser. */
function requestOf(target: string, more: Partial<Request>): Request {
  const [path = "", query = ""] = target.split("?");
  return {
    id: "test-1",
    receivedAt: new Date("2021-07-01T00:00:00Z"),
    method: "GET",
    protocol: "1.1",
    scheme: "http",
    host: "localhost:8080",
    mount: "/das/server",
    path,
    query,
    headers: { "user-agent": "Mozilla/5.0 Firefox/140.0" },
    peer: "127.0.0.1",
    signal: new AbortController().signal,
    ...more,
  };
}

/** The text of an answer that is known as a whole. */
export function textOf(response: Response): string {
  return Buffer.from(response.body as Uint8Array).toString("utf8");
}

/** Whether a page is whole: as XML, apart from what HTML writes shorter. */
export function isWellFormed(text: string): boolean {
  const xml = text
    .replace("<!DOCTYPE html>", "")
    .replace(/<(meta|link|img|input|br)([^>]*)>/g, "<$1$2/>")
    .replace(/ (selected)(?=[ >])/g, ' $1=""');
  return XMLValidator.validate(xml) === true;
}

/** A new server for each test of a file; it is 2021-07-01. */
export function cacheSite(): CacheSite {
  let site: Site | undefined;
  let written: RequestRecord[] = [];
  let dispose = () => {};
  const opened = () => {
    if (site === undefined) throw new Error("the site is open inside of tests only");
    return site;
  };
  const made: CacheSite = {
    get site() {
      return opened();
    },
    get written() {
      return written;
    },
    open(texts, access) {
      dispose();
      const { config, dispose: remove } = definitionsConfig(texts);
      dispose = remove;
      const records: RequestRecord[] = [];
      written = records;
      site = makeSite(config, {
        resident: true,
        authorize: async () => ({ granted: false, realm: "" }),
        log: { write: (record) => void records.push(record), close: async () => {} },
        now: () => new Date("2021-07-01T00:00:00Z"),
        ...(access === undefined ? {} : { openCacheAccess: async () => access }),
      });
    },
    ask: (target, more = {}) => handle(requestOf(target, more), opened()),
    page: async (query = "") => textOf(await made.ask(`/cache${query}`)),
    async view(query = "") {
      const view = JSON.parse(textOf(await made.ask(`/cache.json${query}`))) as CacheView; // its own form
      if (!view.configured) throw new Error("there is no cache");
      return view;
    },
  };
  beforeEach(() => made.open(sampleDefinitions(), madeAccess(SAMPLE_CACHE)));
  afterEach(() => {
    dispose();
    dispose = () => {};
  });
  return made;
}
