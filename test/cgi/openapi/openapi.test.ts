import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { VIEWS } from "../../../cgi/flex/source-path.js";
import { HAPI_ENDPOINTS } from "../../../cgi/hapi/door.js";
import { readHapiWords } from "../../../cgi/hapi/words.js";
import { headerValue, isWholeBody } from "../../../cgi/http.js";
import { JSOC_ENDPOINTS } from "../../../cgi/jsoc/door.js";
import { LEGACY_WORDS } from "../../../cgi/light-routes.js";
import { SERVER_WORDS } from "../../../cgi/openapi/query-operations.js";
import { handle, ROUTES } from "../../../cgi/routes.js";
import { httpParams } from "../../../dsdf/flex/http-params.js";
import { pipelineTools } from "../../../dsdf/tools.js";
import { type CachedSite, cachedSite } from "../../support/cached-site.js";

interface ParameterJson {
  readonly name: string;
  readonly in: "query" | "path";
  readonly description: string;
  readonly example?: string;
}

interface OperationJson {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly ParameterJson[];
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
  readonly "x-examples"?: readonly string[];
}

interface Document {
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<
    Record<
      string,
      {
        readonly parameters?: readonly ParameterJson[];
        readonly get: OperationJson;
        readonly post?: OperationJson;
      }
    >
  >;
}

/** Paths of the table that have another name in the document, or are answered by a door of their own. */
const OTHERWISE: ReadonlyMap<string, string> = new Map([["", "/"]]);
/** Views below a source that are never answered; das2-server 7.1. */
const NEVER: ReadonlySet<string> = new Set(["internal.json"]);
/** What not every site or source has, and what is no request by HTTP alone. */
const WITHOUT_EXAMPLE: ReadonlySet<string> = new Set([
  "/log",
  "/log/export.csv",
  "/log/export.ndjson",
  "/log/follow",
  "/jsoc/{place}/{file}",
  ...["flexRT", "flexRT.json", "das1.pro", "voservice.xml"].map((view) => `/source/{id}/${view}`),
]);
/** All that a configuration can open; nobody listens there. */
const ALL_OPEN = {
  HELIOSTREAM_ENABLE_DEBUG: "yes",
  HELIOSTREAM_ENABLE_VERIFIER: "yes",
  HELIOSTREAM_DRMS_URL: "postgres://nobody@127.0.0.1:1/none",
  HELIOSTREAM_VSO_EXPORTS: "/nowhere/exports.json",
  HELIOSTREAM_DATASRC_ROOT: "/nowhere/flex",
};

describe("the description of all doors", () => {
  let site: CachedSite;
  let document: Document;

  beforeAll(async () => {
    site = cachedSite({
      settings: { HELIOSTREAM_SERVER_URL: "https://data.example.org/das/server", ...ALL_OPEN },
    });
    site.define("Lab/Open", "reader = 'random'", "exampleRange_00 = '2021-06-30T00:00 to 2021-06-30T01:00'");
    site.define(
      "Lab/Closed",
      "reader = 'random'",
      "readAccess = 'USER:rita'",
      "exampleRange_00 = '2020-06-30 to 2020-07-01'",
    );
    document = JSON.parse((await site.ask("", { path: "/openapi.json" })).bytes.toString("utf8")) as Document;
  });
  afterAll(() => site.close());

  /** An answer to the end, also to requests that leave no record. */
  async function get(query: string, path: string, of: CachedSite = site) {
    const request = of.request(query, { path: path.split("/").map(encodeURIComponent).join("/") });
    const response = await handle(request, of.site);
    if (!isWholeBody(response.body)) for await (const _ of response.body);
    return { status: response.status, header: (name: string) => headerValue(response, name) };
  }

  it("is a valid document of OpenAPI 3.1, as an independent validator says", async () => {
    const validator = new Validator();
    const result = await validator.validate(structuredClone(document) as unknown as Record<string, unknown>);
    expect(result.errors ?? []).toEqual([]);
    expect(result.valid).toBe(true);
    expect(validator.version).toBe("3.1");
    // It would say so if there were something wrong.
    const broken = { ...document, paths: { "/x": { get: { responses: 7 } } } };
    expect((await new Validator().validate(broken as unknown as Record<string, unknown>)).valid).toBe(false);
  });

  it("has every path, word, view and endpoint of the tables, and no path without a route", () => {
    const paths = Object.keys(document.paths);
    for (const path of ROUTES.paths.keys()) expect(paths).toContain(OTHERWISE.get(path) ?? path);
    for (const folder of ROUTES.folders.keys())
      expect(
        paths.some((path) => path.startsWith(`/${folder}/`)),
        `/${folder}/`,
      ).toBe(true);
    for (const door of ROUTES.doors?.keys() ?? [])
      expect(
        paths.some((path) => path === `/${door}` || path.startsWith(`/${door}/`)),
        `/${door}`,
      ).toBe(true);
    for (const view of VIEWS) expect(paths.includes(`/source/{id}/${view}`), view).toBe(!NEVER.has(view));
    for (const path of HAPI_ENDPOINTS.keys()) expect(paths).toContain(path);
    for (const name of JSOC_ENDPOINTS.keys()) expect(paths).toContain(`/jsoc/${name}`);
    expect([...Object.keys(SERVER_WORDS), ...LEGACY_WORDS].sort()).toEqual([...ROUTES.words.keys()].sort());

    const first = (path: string) => path.split("/", 2)[1] ?? "";
    const known = new Set([...ROUTES.folders.keys(), ...(ROUTES.doors?.keys() ?? []), "log"]);
    for (const path of paths)
      expect(path === "/" || ROUTES.paths.has(path) || known.has(first(path)), path).toBe(true);
  });

  it("says of every parameter what it means, and has those that the doors take", async () => {
    for (const [path, { get: operation, parameters = [] }] of Object.entries(document.paths)) {
      if (path.startsWith("/log")) continue;
      for (const { name, description } of [...parameters, ...(operation.parameters ?? [])])
        expect(description, `${name} of ${path}`).not.toBe("");
    }
    const names = (path: string) => document.paths[path]?.get.parameters?.map(({ name }) => name) ?? [];
    for (const [path, { words }] of HAPI_ENDPOINTS) {
      expect(names(path)).toEqual(words);
      const asked = words.map((word) => `${word}=x`).join("&");
      expect([...readHapiWords(asked, words, 100).keys()]).toEqual(names(path));
    }
    for (const [name, { words }] of JSOC_ENDPOINTS)
      if (words.length > 0) expect(names(`/jsoc/${name}`)).toEqual(words);
    const tools = pipelineTools(site.site.config);
    for (const { name } of httpParams(await site.source("Lab/Open"), { tools }))
      expect(names("/source/{id}/flex")).toContain(name);
  });

  it("has a name of its own for each operation", () => {
    const ids = Object.values(document.paths).flatMap(({ get: one, post }) =>
      [one, post].flatMap((operation) => (operation === undefined ? [] : [operation.operationId])),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("gives examples that are answered as it says: status and type", async () => {
    const tried: string[] = [];
    for (const [path, { get: operation, parameters = [] }] of Object.entries(document.paths)) {
      const examples = operation["x-examples"] ?? [];
      if (!WITHOUT_EXAMPLE.has(path)) expect(examples.length, path).toBeGreaterThan(0);
      const filled = parameters.reduce(
        (text, { name, example = "" }) => text.replace(`{${name}}`, example),
        path,
      );
      for (const query of examples) {
        const answer = await get(query, filled);
        const where = `${filled}?${query}`;
        const response = operation.responses[String(answer.status)];
        expect(response, `${where} is answered with ${answer.status}`).toBeDefined();
        if (answer.status >= 300 && answer.status < 400) continue;
        const type = answer.header("Content-Type")?.split(";")[0];
        expect(Object.keys(response?.content ?? {}), where).toContain(type);
        if (answer.status === 200) tried.push(path);
      }
    }
    // Most of the examples are good ones: those of an archive, of which there is none here, are errors.
    const missed = Object.keys(document.paths).filter((path) => !tried.includes(path));
    expect(missed.sort()).toEqual(
      [
        "/cache",
        "/cache.json",
        "/catalog",
        "/debug",
        "/images/header.json",
        "/jsoc/drms_export.cgi",
        "/jsoc/{place}/{file}",
        "/log",
        "/log/export.csv",
        "/log/export.ndjson",
        "/log/follow",
        "/metrics",
        "/quicklook/{id}",
        "/readyz",
        "/source/{id}/das1.pro",
        "/source/{id}/flexRT",
        "/source/{id}/flexRT.json",
        "/source/{id}/voservice.xml",
        "/status",
        "/status.json",
      ].sort(),
    );
  });

  it("names no way in that the configuration closes, and all that can be tried is answered", async () => {
    const closed = cachedSite({ settings: { HELIOSTREAM_ENABLE_HAPI_SUBSYS: "false" } });
    closed.define(
      "Lab/Open",
      "reader = 'random'",
      "exampleRange_00 = '2021-06-30T00:00 to 2021-06-30T01:00'",
    );
    try {
      const { bytes } = await closed.ask("", { path: "/openapi.json" });
      const { paths } = JSON.parse(bytes.toString("utf8")) as Document;
      const named = Object.keys(paths);
      expect(named.filter((path) => /^\/(?:jsoc|hapi|debug|verify)/.test(path))).toEqual([]);
      expect(named.filter((path) => /hapi2|das1|voservice/.test(path))).toEqual([]);
      expect(bytes.toString("utf8")).not.toMatch(/"debug"|"groups"|"authenticator"/);
      for (const [path, { get: operation, parameters = [] }] of Object.entries(paths)) {
        // The state of the server is not shown to everybody.
        if (path.startsWith("/log") || operation.tags.includes("operation")) continue;
        const filled = parameters.reduce(
          (text, one) => text.replace(`{${one.name}}`, one.example ?? ""),
          path,
        );
        for (const query of operation["x-examples"] ?? []) {
          const { status } = await get(query, filled, closed);
          expect(status, `${filled}?${query}`).toBeLessThan(400);
        }
      }
    } finally {
      await closed.close();
    }
  });

  it("tells statuses and types of errors as they are sent", async () => {
    const wrong: readonly (readonly [path: string, asked: string, query: string, status: number])[] = [
      ["/", "/", "server=nothing", 400],
      ["/", "/", "server=dataset&dataset=No/Such&start_time=2020-01-01&end_time=2020-01-02", 404],
      ["/", "/", "server=dataset&dataset=Lab/Closed&start_time=2020-06-30&end_time=2020-07-01", 401],
      ["/cache.json", "/cache.json", "", 403],
      ["/source/{id}.json", "/source/No/Such.json", "", 404],
      ["/source/{id}/flex", "/source/Lab/Open/flex", "read.time.min=x&read.time.max=y", 400],
      [
        "/source/{id}/flex",
        "/source/Lab/Closed/flex",
        "read.time.min=2020-06-30&read.time.max=2020-07-01",
        401,
      ],
      ["/hapi/info", "/hapi/info", "dataset=No/Such", 404],
      ["/hapi/info", "/hapi/info", "dataset=Lab/Closed", 403],
      ["/hapi/data", "/hapi/data", "", 400],
    ];
    for (const [path, asked, query, status] of wrong) {
      const answer = await get(query, asked);
      expect(answer.status, `${asked}?${query}`).toBe(status);
      const response = document.paths[path]?.get.responses[String(status)];
      expect(response, `${status} of ${path}`).toBeDefined();
      const type = answer.header("Content-Type")?.split(";")[0];
      expect(Object.keys(response?.content ?? {}), `${asked}?${query}`).toContain(type);
    }
  });

  it("shows no source that asks for a login, and the configured address alone", () => {
    const text = JSON.stringify(document);
    expect(text).not.toContain("Lab/Closed");
    expect(document.servers).toEqual([{ url: "https://data.example.org/das/server" }]);
  });
});
