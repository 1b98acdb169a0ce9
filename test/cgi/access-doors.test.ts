import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FORMAT_WORDS } from "../../cgi/data/format-words.js";
import { headerValue, isWholeBody, type Request } from "../../cgi/http.js";
import { handle } from "../../cgi/routes.js";
import { DAS_FORMAT_TYPES } from "../../dsdf/flex/format-types.js";
import { HAPI_FORMATS } from "../../formats/hapi/options.js";
import { type CachedSite, cachedSite } from "../support/cached-site.js";

/** One way to ask for the records of a source in a range. */
interface Way {
  readonly name: string;
  readonly path: (id: string) => string;
  readonly query: (id: string, begin: string, end: string) => Readonly<Record<string, string>>;
  /** No login opens it; das2-server 11.4. */
  readonly isShut?: true;
}

const das2 = (server: string, more: Readonly<Record<string, string>> = {}): Way => ({
  name: `server=${[server, ...Object.values(more)].join(" ")}`,
  path: () => "",
  query: (dataset, start_time, end_time) => ({ server, dataset, start_time, end_time, ...more }),
});

const flex = (place: string, more: Readonly<Record<string, string>> = {}): Way => ({
  name: `${place} ${Object.values(more).join(" ")}`,
  path: (id) => place.replace("ID", id),
  query: (_, begin, end) => ({ "read.time.min": begin, "read.time.max": end, ...more }),
});

const hapi = (endpoint: string, more: Readonly<Record<string, string>> = {}): Way => ({
  name: `/hapi/${endpoint} ${Object.values(more).join(" ")}`,
  path: () => `/hapi/${endpoint}`,
  query: (dataset, start, stop) =>
    endpoint === "data" ? { dataset, start: `${start}Z`, stop: `${stop}Z`, ...more } : { dataset, ...more },
  isShut: true,
});

const WAYS: readonly Way[] = [
  ...FORMAT_WORDS.map((format) => das2("dataset", { format })),
  das2("dataset", { resolution: "60" }),
  das2("dataset", { ascii: "1" }),
  das2("compactdataset"),
  das2("image"),
  ...DAS_FORMAT_TYPES.map((type) => flex("/source/ID/flex", { "format.type": type })),
  flex("/source/ID/flex", { "format.version": "3" }),
  flex("/source/ID/flex", { "bin.time.max": "60" }),
  flex("/source/ID/das2"),
  flex("/source/ID/live"),
  flex("/data/ID"),
  hapi("info"),
  ...HAPI_FORMATS.map((format) => hapi("data", { format })),
  hapi("data", { include: "header" }),
  // The same header as /hapi/info.
  { name: "hapi2.json", path: (id) => `/source/${id}/hapi2.json`, query: () => ({}), isShut: true },
];

/** What is open of a source with `AGE:1y` at 2026-01-01. */
const OLD = ["2020-06-30T00:00:00", "2020-06-30T00:10:00"] as const;
const NEW = ["2025-06-30T00:00:00", "2025-06-30T00:10:00"] as const;

const folder = mkdtempSync(join(tmpdir(), "heliostream-doors-"));

describe("a protected source", () => {
  let site: CachedSite;

  beforeAll(() => {
    // perl -e 'print crypt("secretly", "ab")'
    writeFileSync(join(folder, "passwd"), "ann:abdD7luh/pkys\nbob:abdD7luh/pkys\n");
    writeFileSync(join(folder, "group"), "team:::ann\n");
    const flexed = join(folder, "flex/root/lab/flexed");
    mkdirSync(flexed, { recursive: true });
    const output = { type: "das", version: "2" };
    const template = "random #[read.time.min] #[read.time.max]";
    writeFileSync(
      join(flexed, "internal.json"),
      JSON.stringify({
        commands: [{ label: "Reader", order: 1, output, template }],
        authorization: { user_is: ["ann"] },
      }),
    );
    site = cachedSite({
      settings: {
        HELIOSTREAM_USER_PASSWD: join(folder, "passwd"),
        HELIOSTREAM_USER_GROUP: join(folder, "group"),
        HELIOSTREAM_LOGIN_DELAY: "0",
        HELIOSTREAM_ENABLE_DEBUG: "true",
        HELIOSTREAM_DATASRC_ROOT: join(folder, "flex"),
        HELIOSTREAM_SERVER_URL: "https://data.example.org/das/server",
      },
    });
    const lines = [
      "reader = 'random'",
      "validRange = '2000-01-01 to 2030-01-01'",
      "exampleRange_00 = '2020-06-30T00:00 to 2020-06-30T00:10'",
      "cacheLevel_00 = '60 s | hourly'",
    ];
    site.define("Lab/Open", ...lines);
    site.define("Lab/User", ...lines, "readAccess = 'USER:ann'", "localId = 'Hall/Person'");
    site.define("Lab/Group", ...lines, "readAccess = 'GROUP:team'");
    site.define("Lab/Aged", ...lines, "readAccess = 'AGE:1y'");
  });
  afterAll(async () => {
    await site.close();
    rmSync(folder, { recursive: true });
  });

  async function ask(query: string, more: Partial<Request> = {}, login?: string) {
    const headers = {
      ...more.headers,
      ...(login === undefined ? {} : { authorization: `Basic ${Buffer.from(login).toString("base64")}` }),
    };
    const response = await handle(site.request(query, { ...more, headers }), site.site);
    const pieces: Uint8Array[] = [];
    if (isWholeBody(response.body)) pieces.push(response.body);
    else for await (const piece of response.body) pieces.push(Buffer.from(piece));
    const header = (name: string) => headerValue(response, name);
    return { status: response.status, header, text: Buffer.concat(pieces).toString("latin1") };
  }

  const by = (
    way: Way,
    id: string,
    [begin, end]: readonly [string, string],
    login?: string,
    method = "GET",
  ) =>
    ask(
      new URLSearchParams(way.query(id, begin, end)).toString(),
      { path: way.path(id).split("/").map(encodeURIComponent).join("/"), method },
      login,
    );

  it("can be asked for in these ways, where it is not protected", async () => {
    for (const way of WAYS) {
      const answer = await by(way, "Lab/Open", OLD);
      expect(answer.status, way.name).toBe(200);
      expect(answer.text.length, way.name).toBeGreaterThan(200);
    }
  });

  const OUTSIDERS: readonly (readonly [who: string, login: string | undefined])[] = [
    ["nobody", undefined],
    ["a wrong password", "ann:guessed"],
    ["an unknown user", "eve:secretly"],
    ["a user that the rule does not name", "bob:secretly"],
    ["no user name", ":secretly"],
  ];

  it.each(WAYS.map((way) => [way.name, way] as const))("is not given by %s to outsiders", async (_, way) => {
    for (const id of ["Lab/User", "Lab/Group"])
      for (const [who, login] of OUTSIDERS)
        for (const method of ["GET", "HEAD"]) {
          const answer = await by(way, id, OLD, login, method);
          const where = `${id} ${who} ${method}`;
          expect(answer.status, where).toBe(way.isShut ? 403 : 401);
          expect(answer.header("WWW-Authenticate"), where).toBe(
            way.isShut ? undefined : `Basic realm="/das/server/${id}"`,
          );
          for (const name of ["ETag", "Last-Modified", "Content-Disposition", "Heliostream-Provenance"])
            expect(answer.header(name), `${where} ${name}`).toBeUndefined();
          expect(answer.text.length, where).toBeLessThan(500);
          expect(answer.text, where).not.toMatch(/:01:|random|USER|ann\b|team/);
        }
  });

  it("is given by each door that takes a login to whom the rule names, and by HAPI to nobody", async () => {
    for (const way of WAYS) {
      for (const id of ["Lab/User", "Lab/Group"]) {
        const answer = await by(way, id, OLD, "ann:secretly");
        expect(answer.status, `${way.name} ${id}`).toBe(way.isShut ? 403 : 200);
        if (way.isShut) expect(answer.text.length).toBeLessThan(500);
        else {
          const open = await by(way, "Lab/Open", OLD);
          expect(answer.text.length, `${way.name} ${id}`).toBeGreaterThan(open.text.length / 2);
        }
      }
    }
  });

  it("is open where it is old and shut where it is new, at each door but HAPI", async () => {
    for (const way of WAYS) {
      expect((await by(way, "Lab/Aged", OLD)).status, `${way.name} old`).toBe(way.isShut ? 403 : 200);
      expect((await by(way, "Lab/Aged", NEW)).status, `${way.name} new`).toBe(way.isShut ? 403 : 401);
      const both = await by(way, "Lab/Aged", [OLD[0], NEW[1]] as const);
      expect([400, 401, 403], `${way.name} both: ${both.status}`).toContain(both.status);
      expect(both.text, `${way.name} both`).not.toContain(":01:");
    }
  });

  it("is protected in the cache and in memory: a known tag opens nothing", async () => {
    const query = new URLSearchParams({
      server: "dataset",
      dataset: "Lab/User",
      start_time: OLD[0],
      end_time: "2020-06-30T01:00:00",
      resolution: "60",
    }).toString();
    const headers = { authorization: `Basic ${Buffer.from("ann:secretly").toString("base64")}` };
    // To the end of its record, when its blocks are kept.
    expect((await site.ask(query, { headers })).status).toBe(200);
    const kept = await ask(query, {}, "ann:secretly");
    const tag = kept.header("ETag") ?? "";
    expect(tag).not.toBe("");
    expect(kept.header("Cache-Control")).toContain("private");
    await ask(query, {}, "ann:secretly");
    for (const [, login] of OUTSIDERS)
      for (const headers of [{}, { "if-none-match": tag }, { "if-none-match": "*" }]) {
        const answer = await ask(query, { headers }, login);
        expect(answer.status).toBe(401);
        expect(answer.header("ETag")).toBeUndefined();
      }
    expect((await ask(query, { headers: { "if-none-match": tag } }, "ann:secretly")).status).toBe(304);
  });

  it("is found by no other spelling of its name without a login", async () => {
    const range = { "read.time.min": OLD[0], "read.time.max": OLD[1] };
    const flexQuery = new URLSearchParams(range).toString();
    for (const path of [
      "/source/Lab/User/flex",
      "/source/lab/user/flex",
      "/source/LAB/USER/FLEX",
      "/source/Lab%2FUser/flex",
      "/source/%4cab/User/flex",
      "/source/Lab/User.dsdf/flex",
      "/source/Lab//User/flex",
      "/source/Hall/Person/flex",
      "/source/hall/person/das2",
      "/data/Lab/User",
      "/data/Lab/User/",
      "/data/lab/user",
      "/data/Hall/Person",
      "/source/Lab/./User/flex",
    ]) {
      const answer = await ask(flexQuery, { path });
      expect([400, 401, 404], `${path}: ${answer.status}`).toContain(answer.status);
      expect(answer.text, path).not.toContain(":01:");
    }
    const words = (dataset: string) =>
      new URLSearchParams({ server: "dataset", dataset, start_time: OLD[0], end_time: OLD[1] }).toString();
    for (const id of [
      "Lab/User",
      "Lab/User.dsdf",
      "lab/user",
      "/Lab/User",
      "Lab//User",
      "Lab/User/",
      "Hall/Person",
    ]) {
      const answer = await ask(words(id));
      expect([400, 401, 404], `${id}: ${answer.status}`).toContain(answer.status);
    }
    for (const id of ["Lab/User", "Lab/User,x", "lab/user", "Hall/Person", "Lab/User.dsdf"])
      for (const endpoint of ["info", "data"]) {
        const more = endpoint === "data" ? `&start=${OLD[0]}Z&stop=${OLD[1]}Z` : "";
        const answer = await ask(`dataset=${encodeURIComponent(id)}${more}`, { path: `/hapi/${endpoint}` });
        expect([400, 403, 404], `${endpoint} ${id}: ${answer.status}`).toContain(answer.status);
      }
  });

  it("is in no catalog of the doors where nobody can log in, nor of what is described", async () => {
    for (const [path, query] of [
      ["/hapi/catalog", ""],
      ["/hapi/catalog", "depth=all"],
      ["/hapi/about", ""],
      ["/catalog.json", ""],
      ["/root.json", ""],
      ["/nodes.csv", ""],
      ["/catalog.jsonld", ""],
      ["/openapi.json", ""],
      ["/source/", ""],
      ["/source/Lab/", ""],
      ["/source/Lab.json", ""],
      ["/source/Hall.json", ""],
    ] as const)
      for (const login of [undefined, "ann:secretly"]) {
        const { status, text } = await ask(query, { path }, login);
        expect(text, `${path}?${query}`).not.toMatch(/Lab\/User|lab_user|Lab\/Group|Lab\/Aged|Person/i);
        if (path !== "/source/Hall.json") {
          expect(status, path).toBe(200);
          expect(text.length, path).toBeGreaterThan(50);
        }
      }
    // Clients of das2 log in: its list has them (das2-server 2.5).
    expect((await ask("server=list")).text).toContain("Lab/User");
  });

  it("is described without its rules, its reader and the names of its users", async () => {
    for (const [path, query] of [
      ["", "server=dsdf&dataset=Lab/User"],
      ["/source/Lab/User/", ""],
      ["/source/Lab/User.json", ""],
      ["/source/Lab/User/flex.json", ""],
      ["/source/Lab/User/flex.html", ""],
      ["/source/Lab/User/das2.d2t", ""],
      ["/source/Lab/User/dataset.jsonld", ""],
      ["/source/Lab/User/internal.json", ""],
    ] as const) {
      const { text, status } = await ask(query, { path });
      expect([200, 404], `${path}?${query}`).toContain(status);
      expect(text, `${path}?${query}`).not.toMatch(/readAccess|USER:|\bann\b|random|passwd/);
    }
  });

  it("is protected where dasFlex has defined it, too", async () => {
    const words = new URLSearchParams({ "read.time.min": OLD[0], "read.time.max": OLD[1] }).toString();
    for (const path of [
      "/source/lab/flexed/flex",
      "/source/Lab/Flexed/flex",
      "/source/lab/flexed/das2",
      "/data/lab/flexed",
    ]) {
      for (const [who, login] of OUTSIDERS) {
        const answer = await ask(words, { path }, login);
        expect(answer.status, `${path} ${who}`).toBe(401);
        expect(answer.text, `${path} ${who}`).not.toMatch(/:01:|random|ann\b/);
      }
      expect((await ask(words, { path }, "ann:secretly")).status, path).toBe(200);
    }
    // Neither live nor by a name of das2: there it is not defined.
    const range = new URLSearchParams({ start_time: OLD[0], end_time: OLD[1] }).toString();
    for (const [path, query] of [
      ["/source/lab/flexed/live", words],
      ["/source/lab/flexed/flexRT", words],
      ["", `server=dataset&dataset=lab/flexed&${range}`],
      ["/hapi/info", "dataset=lab/flexed"],
      ["/source/lab/flexed/internal.json", ""],
    ] as const) {
      const { status, text } = await ask(query, { path });
      expect([400, 401, 403, 404, 501], `${path}: ${status}`).toContain(status);
      expect(text, path).not.toMatch(/:01:|random|ann\b/);
    }
    for (const path of ["/catalog.json", "/nodes.csv", "/catalog.jsonld", "/openapi.json", "/source/Lab/"])
      expect((await ask("", { path })).text, path).not.toMatch(/flexed/i);
  });

  it("shows its state to operators alone, whoever logs in", async () => {
    for (const path of ["/cache", "/cache.json", "/debug"])
      for (const login of [undefined, "ann:secretly"]) {
        const { status, text } = await ask("", { path, peer: "192.0.2.7" }, login);
        expect([403, 404], path).toContain(status);
        expect(text, path).not.toContain("Lab/");
      }
  });
});
