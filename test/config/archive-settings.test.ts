import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, describe, expect, it } from "vitest";
import { archiveEnvironment, archiveSettings, databaseUrl } from "../../config/archive-settings.js";
import { loadConfig } from "../../config/config.js";
import { SECRET_NAMES } from "../../config/keys.js";
import { describeProblem } from "../../config/problem.js";
import { DasError } from "../../errors/das-error.js";

const folder = mkdtempSync(join(tmpdir(), "heliostream-archive-"));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function file(text: string): string {
  const path = join(folder, `file-${files++}`);
  writeFileSync(path, text);
  return path;
}

const load = (text: string) => loadConfig({ file: file(text), env: {} });

/** What the client library of PostgreSQL makes of a URL. */
function connection(url: string | undefined) {
  const { host, port, database, user, password, ssl } = new pg.Client({ connectionString: url ?? "" });
  return { host, port, database, user, password, ssl };
}

describe("the settings of the archive", () => {
  it("have defaults, and no archive without an address", () => {
    const settings = {
      drmsUrl: undefined,
      sumsUrl: undefined,
      drmsPasswordFile: undefined,
      drmsStatementTimeout: 60,
      drmsMaxConnections: 8,
      drmsLicense: "CC0 1.0",
      drmsStagingRetention: 3,
      drmsDownloadLimit: 4_294_967_296,
    };
    expect(load("")).toMatchObject(settings);
    expect(archiveSettings({})).toEqual(settings);
    expect(databaseUrl(archiveSettings({}), "drms")).toBeUndefined();
  });

  it("are the same for a program that gets them as variables", () => {
    const config = load(
      `DRMS_URL = host=/run/pg dbname=drms user='solar reader'\nSUMS_URL = postgres://sums@h:5433/jsoc_sums\n` +
        "DRMS_PASSWORD_FILE = pass\nDRMS_STATEMENT_TIMEOUT = 0.5\nDRMS_MAX_CONNECTIONS = 3\n" +
        "DRMS_LICENSE = 'CC BY 4.0'\nDRMS_STAGING_RETENTION = 7\nDRMS_DOWNLOAD_LIMIT = 2G",
    );
    const env = archiveEnvironment(config);
    expect(Object.keys(env)).toHaveLength(8);
    expect(env.HELIOSTREAM_DRMS_PASSWORD_FILE).toBe(join(folder, "pass"));
    const { drmsUrl, sumsUrl, drmsPasswordFile, drmsStatementTimeout, drmsMaxConnections } = config;
    const { drmsLicense, drmsStagingRetention, drmsDownloadLimit } = config;
    expect([drmsStatementTimeout, drmsMaxConnections, drmsLicense]).toEqual([0.5, 3, "CC BY 4.0"]);
    expect([drmsStagingRetention, drmsDownloadLimit]).toEqual([7, 2 * 1024 ** 3]);
    expect(archiveSettings(env)).toEqual({
      drmsUrl,
      sumsUrl,
      drmsPasswordFile,
      drmsStatementTimeout,
      drmsMaxConnections,
      drmsLicense,
      drmsStagingRetention,
      drmsDownloadLimit,
    });
    // The same variables overrule a configuration file.
    expect(loadConfig({ file: file(""), env })).toMatchObject({ drmsUrl, sumsUrl, drmsLicense });
  });

  it.each([
    ["DRMS_URL = mysql://u:xyzzy@h/d", "expected postgres://USER@HOST:PORT/DATABASE"],
    ["DRMS_URL = xyzzy", "expected postgres://USER@HOST:PORT/DATABASE"],
    ["SUMS_URL = password=xyzzy dbname", "expected postgres://USER@HOST:PORT/DATABASE"],
    ["DRMS_MAX_CONNECTIONS = 0", "expected a whole number from 1 to 1000"],
    ["DRMS_STATEMENT_TIMEOUT = -1", "expected a number from 0 to 86400"],
    ["DRMS_DOWNLOAD_LIMIT = 51G", "expected bytes"],
  ])("%s is refused, without its value where it may hold a password", (line, expected) => {
    for (const run of [
      () => load(line),
      () => archiveSettings({ [`HELIOSTREAM_${line.split(" ")[0]}`]: line.slice(line.indexOf("= ") + 2) }),
    ]) {
      let said = "";
      try {
        run();
      } catch (error) {
        expect(error).toBeInstanceOf(DasError);
        said = `${describeProblem(error)} ${JSON.stringify((error as DasError).where)}`;
      }
      expect(said).toContain(expected);
      expect(said).not.toContain("xyzzy");
    }
  });

  it("are no secret but for the addresses, which no definition may use", () => {
    for (const name of ["drmsUrl", "DRMS_URL", "HELIOSTREAM_DRMS_URL", "sumsUrl", "HELIOSTREAM_SUMS_URL"])
      expect(SECRET_NAMES.has(name)).toBe(true);
    expect(SECRET_NAMES.has("DRMS_LICENSE")).toBe(false);
    const config = load("DRMS_URL = postgres://u:xyzzy@h/d\nDSDF_SUBSTITUTE = DRMS_URL DRMS_LICENSE");
    expect(config.substitutions.get("DRMS_LICENSE")).toBe("CC0 1.0");
    expect(config.substitutions.has("DRMS_URL")).toBe(false);
    expect(config.warnings.join()).not.toContain("xyzzy");
  });
});

describe("the address of a database", () => {
  it.each([
    ["postgres://solar@db.example.org:5433/drms", "db.example.org", 5433, "drms", "solar"],
    ["postgresql://solar@db.example.org/drms?application_name=x", "db.example.org", 5432, "drms", "solar"],
    ["postgres:///drms?host=/run/postgresql&user=solar", "/run/postgresql", 5432, "drms", "solar"],
    ["postgres://solar@/drms?host=/run/postgresql", "/run/postgresql", 5432, "drms", "solar"],
    ["host=db.example.org port=5433 dbname=drms user=solar", "db.example.org", 5433, "drms", "solar"],
    ["  user = 'so lar'   dbname= 'd''", undefined],
    ["user = 'so lar\\' x' dbname = d\\ rms host=h", "h", 5432, "d rms", "so lar' x"],
    ["hostaddr=192.0.2.7 dbname=d+r&x user=a%41", "192.0.2.7", 5432, "d+r&x", "a%41"],
    ["host=/run/pg dbname=größe user=ü", "/run/pg", 5432, "größe", "ü"],
  ] as const)("%s is read as PostgreSQL's client reads it", (text, ...expected) => {
    const [host, port, database, user] = expected;
    const run = () => archiveSettings({ HELIOSTREAM_DRMS_URL: text }).drmsUrl;
    if (host === undefined) expect(run).toThrow(DasError);
    else expect(connection(run())).toMatchObject({ host, port, database, user });
  });

  it.each([
    "http://h/d",
    "postgres:h",
    "postgres://h:port/d",
    "postgres://h/d d",
    "host=h =d",
    "host='h",
    "dbname=d\u0000",
    "host",
    "=",
    `host=${"h".repeat(5000)}`,
  ])("%s is none", (text) => {
    expect(() => archiveSettings({ HELIOSTREAM_DRMS_URL: text })).toThrow(DasError);
  });

  it("keeps further settings of libpq", () => {
    const url = archiveSettings({ HELIOSTREAM_DRMS_URL: "host=h dbname=d sslmode=disable" }).drmsUrl;
    expect(connection(url)).toMatchObject({ host: "h", ssl: false });
  });

  it("takes the password from its file, before any other", () => {
    const password = "pä+ss w%rd&?#'";
    for (const text of ["postgres://u:other@h/d", "postgres://u@h/d?sslmode=disable", "host=/run dbname=d"]) {
      const settings = archiveSettings({
        HELIOSTREAM_DRMS_URL: text,
        HELIOSTREAM_DRMS_PASSWORD_FILE: file(`${password}\n`),
      });
      expect(settings.drmsUrl).not.toContain("rd&");
      for (const which of ["drms", "sums"] as const) {
        const { password: used, database } = connection(databaseUrl(settings, which));
        expect([used, database]).toEqual([password, "d"]);
      }
    }
  });

  it("is that of the series for the storage units too, unless they have their own", () => {
    const env = { HELIOSTREAM_DRMS_URL: "postgres://h/drms", HELIOSTREAM_SUMS_URL: "postgres://h/sums" };
    expect(databaseUrl(archiveSettings(env), "sums")).toBe("postgres://h/sums");
    expect(databaseUrl(archiveSettings(env), "drms")).toBe("postgres://h/drms");
    const { HELIOSTREAM_DRMS_URL } = env;
    expect(databaseUrl(archiveSettings({ HELIOSTREAM_DRMS_URL }), "sums")).toBe("postgres://h/drms");
  });

  it.each([
    ["is not there", undefined],
    ["is empty", "\n"],
    ["has two lines", "xyzzy\nmore\n"],
    ["is too long", "xyzzy".repeat(2000)],
  ])("is told without a path where the password file %s", (_what, text) => {
    const path = text === undefined ? join(folder, "absent") : file(text);
    const settings = archiveSettings({
      HELIOSTREAM_DRMS_URL: "postgres://h/d",
      HELIOSTREAM_DRMS_PASSWORD_FILE: path,
    });
    try {
      databaseUrl(settings, "drms");
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: "BAD_CONFIG", where: { file: path } });
      expect((error as DasError).message).toMatch(/^DRMS_PASSWORD_FILE: the file (cannot be read|does not)/);
      expect((error as DasError).message).not.toContain("xyzzy");
    }
  });
});
