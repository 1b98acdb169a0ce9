import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { packageRoot } from "../../../config/package-root.js";
import { browseSite, clientLinesOf, FIREFOX, HOSTILE } from "../../support/browse-site.js";
import { findDrmsPython } from "../../support/drms-client.js";
import { type LiveServer, liveServer } from "../../support/live-server.js";
import { postgresForTest, type TestDatabase } from "../../support/postgres.js";
import { sampleArchive } from "../../support/sample-archive.js";

const run = promisify(execFile);
const STAND_INS = join(import.meta.dirname, "clients");

/** The lines of the page of a source, as a browser of this host gets them. */
async function linesOf(server: string, id: string, query = ""): Promise<ReadonlyMap<string, string>> {
  const path = id.split("/").map(encodeURIComponent).join("/");
  const answer = await fetch(`${server}/source/${path}/${query}`, { headers: { "User-Agent": FIREFOX } });
  expect(answer.status).toBe(200);
  return clientLinesOf(await answer.text());
}

/** A definition of a source over a range, with one example. */
function ranged(valid: string, example: string): string {
  return (
    `description = 'Ranged'\ndas2Stream = 1\nreader = 'synthetic --cadence 60s --planes 2'\n` +
    `validRange = '${valid}'\nexampleRange_00 = '${example} | A day'\n`
  );
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "heliostream-lines-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** What a line of a shell prints, run in an empty folder. */
async function shell(line: string | undefined): Promise<string> {
  const { stdout } = await run("sh", ["-c", line ?? "exit 1"], { cwd: folder, maxBuffer: 64 << 20 });
  return stdout;
}

/** What a line of Python prints by the clients that stand in. */
async function python(text: string | undefined): Promise<Record<string, unknown>> {
  const { stdout } = await run("python3", ["-c", text ?? "exit(1)"], {
    env: { ...process.env, PYTHONPATH: STAND_INS },
  });
  return JSON.parse(stdout) as Record<string, unknown>; // the object that the clients print
}

/** Asks as Autoplot does with an address of its das2 servers, see das2-server 21.1. */
async function autoplot(uri: string | undefined): Promise<Buffer> {
  const [, server = "", query = ""] = /^vap\+das2server:([^?]*)\?(.*)$/.exec(uri ?? "") ?? [];
  const given = new URLSearchParams(query);
  const own = new Set(["dataset", "start_time", "end_time", "interval"]);
  // Any other name or word goes to the reader.
  const params = query
    .split("&")
    .filter((word) => !own.has(word.split("=", 1)[0] ?? ""))
    .map((word) => decodeURIComponent(word.replaceAll("+", " ")));
  const words = new URLSearchParams({
    server: "dataset",
    dataset: given.get("dataset") ?? "",
    start_time: given.get("start_time") ?? "",
    end_time: given.get("end_time") ?? "",
    ...(given.has("interval") ? { interval: given.get("interval") ?? "" } : { resolution: "600" }),
    ...(params.length === 0 ? {} : { params: params.join(" ") }),
  });
  const answer = await fetch(`${server}?${words}`, { headers: { "User-Agent": "Java/1.8.0_292" } });
  expect(answer.status).toBe(200);
  return Buffer.from(await answer.arrayBuffer());
}

describe("lines for clients", () => {
  let site: Awaited<ReturnType<typeof browseSite>>;
  beforeAll(async () => {
    site = await browseSite({ HELIOSTREAM_SERVER_URL: "" });
  });
  afterAll(() => site.close());

  const HARD = [HOSTILE.shell, HOSTILE.quotes, HOSTILE.letters];
  const IDS = ["Waves/Electric", "Waves/Orbit", ...HARD];

  it.each([...IDS, HOSTILE.markup, HOSTILE.name])(
    "give data in a shell, and run nothing else (%s)",
    async (id) => {
      const lines = await linesOf(site.url, id);
      expect(await shell(lines.get("curl"))).toMatch(/^\[00\]\d{6}<stream/);
      expect(await readdir(folder)).toEqual([]);
    },
  );

  const isWithout = spawnSync("wget", ["--version"]).status !== 0;
  it.skipIf(isWithout).each([...IDS, HOSTILE.name])(
    `give a file by wget${isWithout ? " (skipped: wget is not installed)" : ""} (%s)`,
    async (id) => {
      const lines = await linesOf(site.url, id);
      await shell(`${lines.get("wget")} -q`);
      const [file = "", ...more] = await readdir(folder);
      expect(more).toEqual([]);
      // Of long names the server leaves out the end.
      expect(file).toMatch(id === HOSTILE.name ? /^n+\.d2s$/ : /_2021-06-30_2021-07-01\.d2s$/);
      expect((await readFile(join(folder, file))).subarray(0, 4).toString()).toBe("[00]");
    },
  );

  it.each(IDS)("give data in Python, and by HAPI (%s)", async (id) => {
    const lines = await linesOf(site.url, id);
    expect(await python(lines.get("das2py"))).toMatchObject({ begins: "[00]" });
    const found = await python(lines.get("hapiclient"));
    expect(found.records).toBeGreaterThan(5);
    const csv = (await shell(lines.get("curl, by HAPI"))).trimEnd().split("\n");
    const records = csv.filter((line) => !line.startsWith("#"));
    expect(records).toHaveLength(Number(found.records));
    expect(records[0]).toMatch(/^2021-06-30T00:00/);
    const [, hapi = "", words = ""] =
      /^vap\+hapi:([^?]*)\?(.*)$/.exec(lines.get("Autoplot, by HAPI") ?? "") ?? [];
    const asked = new URLSearchParams(words);
    const info = await fetch(`${hapi}/info?id=${encodeURIComponent(asked.get("id") ?? "")}`);
    expect(info.status).toBe(200);
    expect(asked.get("timerange")).toMatch(/^2021-06-30T[\d:.]*Z\/2021-07-01T[\d:.]*Z$/);
  });

  it.each(IDS)("give data in Autoplot (%s)", async (id) => {
    const body = await autoplot((await linesOf(site.url, id)).get("Autoplot"));
    expect(body.subarray(0, 4).toString()).toBe("[00]");
  });

  it("have the parameters of the example that is chosen", async () => {
    const lines = await linesOf(site.url, "Waves/Electric", "?example=1");
    const plain = await linesOf(site.url, "Waves/Electric");
    const counts = async (text: string | undefined) => (await shell(text)).match(/^:01:/gm)?.length ?? 0;
    // Six hours, and of every hour a part is missing: fewer than a quarter of the lines of a day.
    expect(await counts(lines.get("curl"))).toBeGreaterThan(0);
    expect(await counts(lines.get("curl"))).toBeLessThan((await counts(plain.get("curl"))) / 2);
    expect(lines.get("Autoplot")).toMatch(/&start_time=2021-07-01&end_time=2021-07-01T06:00:00&gaps\+fills$/);
    expect((await autoplot(lines.get("Autoplot"))).subarray(0, 4).toString()).toBe("[00]");
  });

  it("give clients of HAPI the same range, of it what the data set has and one request may have", async () => {
    const times = async (id: string, query = "") => {
      const line = (await linesOf(site.url, id, query)).get("curl, by HAPI") ?? "";
      const url = new URL(/'([^']+)'/.exec(line)?.[1] ?? "");
      expect((await fetch(url)).status).toBe(200);
      return ["start", "stop"].map((name) => url.searchParams.get(name)?.replace(".000", ""));
    };
    const quarter = ["2021-07-01T00:00:00Z", "2021-07-01T06:00:00Z"];
    expect(await times("Waves/Electric", "?example=1")).toEqual(quarter);
    site.write("dsdf/Waves/Late.dsdf", ranged("2021-06-30T12:00 to 2022-01-01", "2021-06-30 to 2021-07-01"));
    expect(await times("Waves/Late")).toEqual(["2021-06-30T12:00:00Z", "2021-07-01T00:00:00Z"]);
    site.write("dsdf/Waves/Gone.dsdf", ranged("2022-01-01 to 2022-01-02", "2021-06-30 to 2021-07-01"));
    expect(await times("Waves/Gone")).toEqual(["2022-01-01T00:00:00Z", "2022-01-02T00:00:00Z"]);
    const few = `${ranged("2020-01-01 to 2030-01-01", "2021-06-30 to 2021-07-01")}maxRange = '6 hours'\n`;
    site.write("dsdf/Waves/Few.dsdf", few);
    expect(await times("Waves/Few")).toEqual(["2021-06-30T00:00:00Z", "2021-06-30T06:00:00Z"]);
  });

  it("give a file of a source of files, and of a dasFlex source what it makes", async () => {
    await shell((await linesOf(site.url, "Waves/Table")).get("curl"));
    const [file = ""] = await readdir(folder);
    expect(await readFile(join(folder, file), "utf8")).toMatch(/^2021-06-30T00:00:00\S* 2021-07-01T00:00:00/);
    const flex = await linesOf(site.url, "basin/level");
    expect([...flex.keys()]).toEqual(["das2py", "curl", "wget"]);
    expect((await shell(flex.get("curl"))).length).toBeGreaterThan(100);
  });

  it("ask for a password where the source does, and are not offered where it cannot be given", async () => {
    const lines = await linesOf(site.url, "Demo/Secret");
    expect(lines.get("curl")).toMatch(/^curl -u USER '/);
    expect(lines.get("wget")).toMatch(/^wget --user=USER --ask-password /);
    expect([...lines.keys()].filter((client) => /hapi/i.test(client))).toEqual([]);
  });
});

const postgres = await postgresForTest();
describe.skipIf(postgres.missing)(postgres.title("lines for the Python client drms"), () => {
  let archive: TestDatabase;
  let live: LiveServer;
  beforeAll(async () => {
    archive = await sampleArchive();
    live = await liveServer({
      HELIOSTREAM_DRMS_URL: archive.url,
      HELIOSTREAM_SUMS_URL: "",
      HELIOSTREAM_SERVER_URL: "",
      HELIOSTREAM_DSDF_ROOT: join(packageRoot(), "dsdf/sources"),
    });
  }, 120_000);
  afterAll(async () => {
    await live?.close();
    await archive?.drop();
  });

  it.each([
    ["Sample/HMI/MagnetogramList", ["DATAMEAN", "DATARMS", "RSUN_OBS"]],
    ["Sample/HMI/Magnetograms", []],
  ])("give the records that a source is made from (%s)", async (id, columns) => {
    const lines = await linesOf(`http://127.0.0.1:${live.port}/das/server`, id);
    const program = `${lines.get("drms")}\nprint(len(records), ','.join(records.columns))`;
    const { stdout } = await run(findDrmsPython() ?? "python3", ["-W", "ignore", "-c", program]);
    const [count, names = ""] = stdout.trim().split(" ");
    expect(Number(count)).toBeGreaterThan(0);
    expect(names.split(",")).toEqual(expect.arrayContaining(["T_REC", ...columns]));
  });

  it("are not there for series that are not offered", async () => {
    const closed = await liveServer({
      HELIOSTREAM_DRMS_URL: archive.url,
      HELIOSTREAM_JSOC_SERIES: "none.*",
      HELIOSTREAM_DSDF_ROOT: join(packageRoot(), "dsdf/sources"),
    });
    try {
      const lines = await linesOf(`http://127.0.0.1:${closed.port}/das/server`, "Sample/HMI/MagnetogramList");
      expect(lines.has("drms")).toBe(false);
    } finally {
      await closed.close();
    }
  });
});
