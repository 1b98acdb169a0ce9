import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type Config, loadConfig } from "../../config/config.js";
import { CONFIG_KEYS, KEY_SECTIONS } from "../../config/keys.js";
import { packageRoot } from "../../config/package-root.js";
import { describeProblem } from "../../config/problem.js";
import { configurationPage, exampleConfig } from "../../config/render.js";
import { DasError } from "../../errors/das-error.js";

const folder = mkdtempSync(join(tmpdir(), "heliostream-config-"));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;

function file(text: string): string {
  const path = join(folder, `site${count++}.conf`);
  writeFileSync(path, text);
  return path;
}

/** Loads a file that also has the one setting whose absence is worth a warning. */
function load(text: string, env: Record<string, string> = {}): Config {
  return loadConfig({
    file: file(text),
    env: { HELIOSTREAM_SERVER_URL: "https://data.example.org", ...env },
  });
}

function failure(text: string, env: Record<string, string> = {}): DasError {
  try {
    load(text, env);
  } catch (error) {
    if (error instanceof DasError) return error;
  }
  throw new Error("no DasError");
}

describe("loadConfig", () => {
  it("needs no file: defaults, with folders below the package", () => {
    const env = { HELIOSTREAM_SERVER_URL: "https://data.example.org" };
    const config = loadConfig({ env: { ...env, HELIOSTREAM_CONFIG: file("") } });
    expect(config.siteName).toBe("Heliostream");
    expect(config.dsdfRoot).toEqual([join(packageRoot(), "dsdf/sources")]);
    expect(config.maxStderrBytes).toBe(65_536);
    expect(config.maxUrlBytes).toBe(16_384);
    expect(config.maxParameterBytes).toBe(4096);
    expect(config.maxRecordBytes).toBe(64 * 1024 * 1024);
    expect(config.d2sReducer).toBe("das2_bin_avgsec");
    expect(config.d2sToUtf8).toBe("das2_ascii");
    expect(config.das1ToDas2).toBeUndefined();
    expect(config.viewLogAllow).toEqual(["127.0.0.1", "::1"]);
    expect(config.warnings).toEqual([]);
  });

  it("takes the file argument before HELIOSTREAM_CONFIG", () => {
    const env = { HELIOSTREAM_CONFIG: file("SITE_NAME = from the variable") };
    expect(loadConfig({ env }).siteName).toBe("from the variable");
    expect(loadConfig({ file: file("SITE_NAME = from the argument"), env }).siteName).toBe(
      "from the argument",
    );
  });

  it("says that a named file is absent, its path for operators only", () => {
    const path = join(folder, "absent.conf");
    try {
      loadConfig({ file: path, env: {} });
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: "BAD_CONFIG", message: "the configuration file does not exist" });
      expect(describeProblem(error)).toBe(`${path}: the configuration file does not exist`);
    }
  });

  it("resolves relative paths from the folder of the file", () => {
    const config = load(
      "DSDF_ROOT = datasets ; more/sets\nLOG_PATH = ../log\nBIN_PATH=bin:/opt/bin\nPEERS_FILE = p.ini",
    );
    expect(config.dsdfRoot).toEqual([join(folder, "datasets"), join(folder, "more/sets")]);
    expect(config.logPath).toBe(join(folder, "../log"));
    expect(config.binPath).toEqual([join(folder, "bin"), "/opt/bin"]);
    expect(config.peersFile).toBe(join(folder, "p.ini"));
  });

  it.each([
    ["RESOURCE_ROOT = /r", "resourcePath", "/r"],
    ["RESOURCE_PATH = /r", "resourcePath", "/r"],
    ["MAIN_SERVER_URL = x", "mainServerUrl", "x"],
    ["MAIN_SRV_URL = x", "mainServerUrl", "x"],
    ["SITE_PATHURI = tag:x", "sitePathUri", "tag:x"],
    ["SITE_PATH_URI = tag:x", "sitePathUri", "tag:x"],
    ["SKIP_LOWCASE = 1", "skipLowercase", true],
    ["SKIP_LOWERCASE = 1", "skipLowercase", true],
    ["SITE_TITLE = T", "siteName", "T"],
    ["SITE_NAME = T", "siteName", "T"],
    ["ALLOW_TEST_FROM = 10.0.0.0/8", "testFrom", ["10.0.0.0/8"]],
    ["TEST_FROM = 192.0.2.1 192.0.2.2", "testFrom", ["192.0.2.1", "192.0.2.2"]],
  ])("reads both spellings (das2-server 22): %s", (line, field, value) => {
    expect(load(line)[field as keyof Config]).toEqual(value);
  });

  it("takes the last of a repeated key, whatever its spelling", () => {
    expect(load("SITE_NAME = a\nSITE_TITLE = b").siteName).toBe("b");
  });

  it("treats an empty value as nothing for optional settings and as the default for the others", () => {
    const config = load(
      "D2S_REDUCER =\nVIEW_LOG_ALLOW = ''\nLISTEN_PORT =\nIGNORE_REDIRECT =\nUSER_PASSWD =",
    );
    expect(config.d2sReducer).toBeUndefined();
    expect(config.viewLogAllow).toEqual([]);
    expect(config.listenPort).toBe(8080);
    expect(config.ignoreRedirect).toBe(false);
    expect(config.userPasswd).toBeUndefined();
  });

  it("names each unknown key once, with the nearest known one", () => {
    const config = load("SITE_NAEM = a\nSITE_NAEM = b\nFROBNICATE = 1\nHANDLE_DEFAULT = x.y\nTASK_CACHE = z");
    expect(config.warnings).toEqual([
      "unknown key SITE_NAEM, did you mean SITE_NAME?",
      "unknown key FROBNICATE",
      "HANDLE_DEFAULT is ignored: handlers cannot be replaced",
      "TASK_CACHE is ignored: handlers cannot be replaced",
    ]);
  });

  it("says in one line which keys have no effect", () => {
    const config = load("MODULE_PATH = /lib\nD2S_CACHE_RDR = das2_cache_rdr\n");
    expect(config.warnings).toEqual(["accepted, without effect in this version: MODULE_PATH, D2S_CACHE_RDR"]);
  });

  it.each([
    ["LISTEN_PORT = 65536", 'line 1, LISTEN_PORT: value "65536" (expected a whole number from 0 to 65535)'],
    ["LISTEN_PORT = 80.5", 'line 1, LISTEN_PORT: value "80.5" (expected a whole number from 0 to 65535)'],
    ["\nKILL_GRACE = soon", 'line 2, KILL_GRACE: value "soon" (expected a number from 0 to 60)'],
    ["KILL_GRACE = 0x10", 'line 1, KILL_GRACE: value "0x10" (expected a number from 0 to 60)'],
    ["ENABLE_DEBUG = maybe", 'line 1, ENABLE_DEBUG: value "maybe" (expected true or false)'],
    ["SITE_URL = data.example.org", "expected an absolute http or https URL without query"],
    ["SITE_URL = ftp://data.example.org", "expected an absolute http or https URL without query"],
    ["TEST_FROM = 10.0.0.0/33", "expected addresses or networks"],
    ["TEST_FROM = host.example.org", "expected addresses or networks"],
    ["MAX_URL_BYTES = 1.5k", "expected bytes"],
    ["MAX_URL_BYTES = 1", "from 256 to 1048576"],
  ])("refuses %j with line, key and what was expected", (text, message) => {
    const error = failure(text);
    expect(error.code).toBe("BAD_CONFIG");
    expect(error.message).toContain(message);
    expect(error.message).not.toContain(folder);
  });

  it.each([
    ["64k", 65_536],
    ["2 MiB", 2 * 1024 * 1024],
    ["1G", 1024 ** 3],
    ["4096", 4096],
    ["8kB", 8192],
  ])("reads sizes: %s", (text, bytes) => {
    expect(load(`MAX_OUTPUT_BYTES = ${text}`).maxOutputBytes).toBe(bytes);
  });

  it("lets the environment win: HELIOSTREAM_<key>, and HOST and PORT over it", () => {
    const config = load("SITE_NAME = file\nLISTEN_PORT = 81", {
      HELIOSTREAM_SITE_TITLE: "variable",
      HELIOSTREAM_LISTEN_PORT: "82",
      PORT: "83",
      HOST: "::1",
    });
    expect([config.siteName, config.listenPort, config.listenHost]).toEqual(["variable", 83, "::1"]);
    expect(load("LISTEN_PORT = 81", { HELIOSTREAM_LISTEN_PORT: "82", PORT: "" }).listenPort).toBe(82);
    expect(load("", { HELIOSTREAM_DATA_ROOT: "measurements" }).dataRoot).toBe(
      join(process.cwd(), "measurements"),
    );
  });

  it("names the key of a wrong variable", () => {
    const error = failure("", { PORT: "http" });
    expect(error.message).toBe('LISTEN_PORT: value "http" (expected a whole number from 0 to 65535)');
  });

  it("permits only listed keys in definitions, and those that DSDF_SUBSTITUTE adds", () => {
    const config = load(
      "DATA_ROOT = data\nUSER_PASSWD = p\nMY_DATA = /disk/7\nWORK_QUEUE_CONN = h:1:0\n" +
        "DSDF_SUBSTITUTE = MY_DATA WORK_QUEUE_CONN LOG_PATH",
    );
    expect(config.substitutions.get("DATA_ROOT")).toBe(join(folder, "data"));
    expect(config.substitutions.get("MY_DATA")).toBe("/disk/7");
    expect(config.substitutions.get("LOG_PATH")).toBe(join(packageRoot(), "var/log"));
    expect(config.substitutions.has("USER_PASSWD")).toBe(false);
    expect(config.substitutions.has("WORK_QUEUE_CONN")).toBe(false);
    expect(config.warnings).toEqual([]);
  });

  it("drops the slash at the end of URLs", () => {
    const config = loadConfig({ file: file("SERVER_URL = https://data.example.org/das/server/"), env: {} });
    expect(config.serverUrl).toBe("https://data.example.org/das/server");
  });

  it("warns where a site does not say its URL (das2-server 17)", () => {
    expect(loadConfig({ file: file("SITE_NAME = a"), env: {} }).warnings).toEqual([
      "SERVER_URL is not set: links and redirects are made from each request",
    ]);
  });

  it("loads in the shape that das2-pyserver sites have", () => {
    mkdirSync(join(folder, "etc"), { recursive: true });
    const config = load(`
# a comment with an = sign
SITE_NAME = "Pump Works"
SITE_PATH_URI = "tag:example.org,2021:/PUMPS"
SERVER_ID = "pumps"
DAS23_PROTOTYPE = False
CONTACT_EMAIL = "someone&#64;example&#46;org"
DSDF_ROOT = "/srv/das/datasets"
USER_PASSWD = "/srv/das/etc/passwd"
USER_GROUP  = "/srv/das/etc/group"
MODULE_PATH = "/srv/das/lib:/srv/das/lib/python3.9"
BIN_PATH = "/srv/das/bin"
LIB_PATH = "/srv/das/lib"
VIEW_LOG_ALLOW = 127.0.0.1
SAMPLE_START = 1979-03-01T12:26:11
IGNORE_REDIRECT = false
D2S_TO_UTF8 = das2_ascii
TEST_FROM = 127.0.0.1
WORK_QUEUE_CONN = localhost:6379:0
#PNG_MAKER = url2png.py
`);
    expect(config).toMatchObject({
      siteName: "Pump Works",
      contactEmail: "someone&#64;example&#46;org",
      dsdfRoot: ["/srv/das/datasets"],
      userPasswd: "/srv/das/etc/passwd",
      testFrom: ["127.0.0.1"],
      sampleStart: "1979-03-01T12:26:11",
      pngMaker: undefined,
      workQueueConn: "localhost:6379:0",
    });
    expect(config.warnings).toEqual([
      "accepted, without effect in this version: MODULE_PATH, DAS23_PROTOTYPE",
    ]);
  });
});

describe("the table of keys", () => {
  it("has every name and every field once, and all sections together", () => {
    const names = CONFIG_KEYS.flatMap((row) => [row.key, ...("aliases" in row ? row.aliases : [])]);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(CONFIG_KEYS.map((row) => row.field)).size).toBe(CONFIG_KEYS.length);
    expect(KEY_SECTIONS.flatMap(({ keys }) => keys.map((row) => row.key))).toEqual(
      CONFIG_KEYS.map((row) => row.key),
    );
  });

  it("gives the committed example file and reference page (rewrite with vitest -u)", async () => {
    await expect(exampleConfig()).toMatchFileSnapshot("../../etc/das2server.conf.example");
    await expect(configurationPage()).toMatchFileSnapshot("../../docs/configuration.md");
  });

  it("gives an example file that loads, as it is and with every line uncommented", () => {
    expect(load(exampleConfig()).warnings).toEqual([]);
    const all = exampleConfig().replaceAll(/^#([A-Z0-9_]+ =)/gm, "$1");
    const config = load(all);
    expect(config.warnings).toEqual([]);
    expect(config.dataRoot).toBe(join(folder, "var/data"));
    expect(config.maxPipelines).toBe(16);
  });
});
