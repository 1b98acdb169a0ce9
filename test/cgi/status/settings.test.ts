import { generateKeyPairSync } from "node:crypto";
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { apacheIn } from "../../../cgi/status/checks/apache.js";
import { certificate } from "../../../cgi/status/checks/certificate.js";
import { configuration } from "../../../cgi/status/checks/configuration.js";
import { leapSeconds } from "../../../cgi/status/checks/leap-seconds.js";
import { machine } from "../../../cgi/status/checks/machine.js";
import { passwords } from "../../../cgi/status/checks/passwords.js";
import { programs } from "../../../cgi/status/checks/programs.js";
import { server } from "../../../cgi/status/checks/server.js";
import { roots, sources } from "../../../cgi/status/checks/sources.js";
import { visibility } from "../../../cgi/status/checks/visibility.js";
import type { Finding } from "../../../cgi/status/finding.js";
import { GOOD_HOST, type Installation, installation, states } from "../../support/check-subject.js";

let place: Installation;
beforeEach(() => {
  place = installation();
});
afterEach(() => place.dispose());

/** Of data.example.org, made by openssl, good until 2036-07-28T13:48:07Z. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBizCCATGgAwIBAgIUD1mzd4GXN4HELaxfpGxr8iZjd1kwCgYIKoZIzj0EAwIw
GzEZMBcGA1UEAwwQZGF0YS5leGFtcGxlLm9yZzAeFw0yNjExMjgxMzQ4MDdaFw0z
NjA3MjgxMzQ4MDdaMBsxGTAXBgNVBAMMEGRhdGEuZXhhbXBsZS5vcmcwWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAASOEeRLKQ8cuvzQ4Dy5cBu7cAo4Cl14H0SbDg41
YJ851HX+shE1PIF38P2m7RPy03cuRIra2b5c2ruUolyJLS9Xo1MwUTAdBgNVHQ4E
FgQUQz3SpGTkceRfQCCa4elgqp1cK1swHwYDVR0jBBgwFoAUQz3SpGTkceRfQCCa
4elgqp1cK1swDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAybhu
ZXYYfQdKrIhilXf6fKivAyuBtCC9C7/cN1iGXR0CIDyqacs2ZNizpy/rnThcHZzM
GvqMl+FnKD6EUkUn4ljn
-----END CERTIFICATE-----
`;
const GOOD = "description = 'A pump'\ndas2Stream = 1\nreader = 'random'\n";
const only = (findings: readonly Finding[]): Finding => {
  expect(findings).toHaveLength(1);
  return findings[0]!;
};

describe("the check of the configuration", () => {
  it("is good without warnings, and tells of unknown keys and words with what is meant", async () => {
    const config = place.write("good.conf", "SITE_NAME = Pumps\n");
    expect(only(await place.look(configuration, { HELIOSTREAM_CONFIG: config })).state).toBe("good");
    const slips = place.write("slips.conf", "SITE_NAMES = Pumps\nREADY_NEEDS = sources archiv\n");
    const finding = only(await place.look(configuration, { HELIOSTREAM_CONFIG: slips }));
    expect(finding.state).toBe("worried");
    expect(finding.says).toContain("unknown key SITE_NAMES, did you mean SITE_NAME?");
    expect(finding.says).toContain(
      'READY_NEEDS has "archiv", expected some of sources, archive, redis, cache',
    );
    expect(finding.advice).toContain("docs/configuration.md");
  });
});

describe("the checks of sources", () => {
  it("are good where every definition loads and every program is there", async () => {
    place.write("sources/Lab/Pump.dsdf", GOOD);
    expect(only(await place.look(roots)).state).toBe("good");
    expect(only(await place.look(sources))).toMatchObject({
      state: "good",
      figures: { definitions: 1, definitions_broken: 0 },
    });
    expect(only(await place.look(programs)).state).toBe("good");
  });

  it("name the file and line of a definition that does not load", async () => {
    place.write("sources/Lab/Pump.dsdf", GOOD);
    place.write("sources/Lab/Broken.dsdf", "description = 'A pump'\ndas2Stream = 1\nreader = 'random | '\n");
    const finding = only(await place.look(sources));
    expect(finding.state).toBe("bad");
    expect(finding.says).toContain("1 of 2 cannot be loaded");
    expect(finding.says).toContain("Broken.dsdf:3: error: reader");
    expect(finding.figures).toEqual({ definitions: 2, definitions_broken: 1 });
  });

  it("are bad where no folder can be read, and worried where one of two cannot, or where there is no source", async () => {
    const [there, none] = [join(place.folder, "sources"), join(place.folder, "none")];
    expect(only(await place.look(roots, { HELIOSTREAM_DSDF_ROOT: none }))).toMatchObject({
      state: "bad",
      says: `${none}: there is no such folder; no sources come from it`,
    });
    expect(only(await place.look(roots, { HELIOSTREAM_DSDF_ROOT: `${there};${none}` })).state).toBe(
      "worried",
    );
    expect(only(await place.look(sources)).state).toBe("worried");
  });

  it("name programs that are missing or cannot be run, with the sources that need them", async () => {
    const script = place.write("bin/pump_rdr", "#!/bin/sh\n", 0o644);
    place.write("sources/Lab/Missing.dsdf", GOOD.replace("random", "no_such_rdr"));
    place.write("sources/Lab/Script.dsdf", GOOD.replace("random", script));
    const bad = only(await place.look(programs));
    expect(bad.state).toBe("bad");
    expect(bad.says).toContain("there is no program no_such_rdr in BIN_PATH (Lab/Missing)");
    expect(bad.says).toContain(`${script} is not an executable file (Lab/Script)`);
    chmodSync(script, 0o755);
    place.write("sources/Lab/Missing.dsdf", GOOD.replace("random", "pump_rdr"));
    const mended = await place.look(programs, { HELIOSTREAM_BIN_PATH: join(place.folder, "bin") });
    expect(only(mended).state).toBe("good");
  });
});

describe("the check of passwords", () => {
  const DES = "ab1V.BHrBGYKo";
  const CRYPT =
    "$6$saltsalt$f6jAw.KJb1tRE7vOjGG15w/zWUXVF5lpFEXnbG7/Znc0ZTu3nekpC1k/eH7Y8Rzfr5VBB1oIhBhjrHuQIN3Rg1";

  it("is off where nobody is asked, and worried where a login is asked for that nobody can pass", async () => {
    place.write("sources/Lab/Pump.dsdf", GOOD);
    const none = { HELIOSTREAM_USER_PASSWD: "", HELIOSTREAM_USER_GROUP: "" };
    expect(only(await place.look(passwords, none)).state).toBe("off");
    place.write("sources/Lab/Closed.dsdf", `${GOOD}readAccess = 'USER:rita'\n`);
    expect(only(await place.look(passwords, none)).says).toContain(
      "some sources ask for a login; nobody can read them",
    );
  });

  it("is good for strong hashes in a file for the server alone, and says what is wrong with others", async () => {
    const file = place.write("passwd", `rita:${CRYPT}\n`);
    const settings = { HELIOSTREAM_USER_PASSWD: file };
    expect(states(await place.look(passwords, settings))).toEqual({ USER_PASSWD: "good" });
    place.write("passwd", `rita:${CRYPT}\nuwe:${DES}\nxaver:$99$none\n`);
    const weak = await place.look(passwords, settings);
    expect(states(weak)).toEqual({ Passwords: "worried", USER_PASSWD: "good" });
    expect(weak[0]?.says).toContain("the password of 1 user is kept as DES");
    expect(weak[0]?.says).toContain("the password of 1 user is kept in a form that cannot be checked");
    expect(JSON.stringify(weak)).not.toContain(DES);
    chmodSync(file, 0o644);
    expect((await place.look(passwords, settings)).at(-1)).toMatchObject({
      state: "worried",
      says: `others on this host may read ${file}`,
      advice: `chmod 640 ${file}, with the group of the server (chgrp).`,
    });
  });

  it("is bad for files that are missing, and for a group file of another form", async () => {
    const groups = place.write("group", "pumps:rita,uwe\n");
    const found = await place.look(passwords, {
      HELIOSTREAM_USER_PASSWD: join(place.folder, "none"),
      HELIOSTREAM_USER_GROUP: groups,
    });
    expect(states(found)).toEqual({ Passwords: "bad", USER_PASSWD: "bad", USER_GROUP: "bad" });
    expect(found.at(-1)?.says).toContain(`${groups}:1`);
    place.write("group", "pumps:::rita,uwe\n");
    expect((await place.look(passwords, { HELIOSTREAM_USER_GROUP: groups })).at(-1)?.state).toBe("good");
  });
});

describe("the check of what others see", () => {
  const config = (text: string) => ({ HELIOSTREAM_CONFIG: place.write("site.conf", text) });

  it("is good for an encrypted address of this server", async () => {
    const found = await place.look(visibility, config("SERVER_URL = https://data.example.org/das/server\n"));
    expect(states(found)).toEqual({ SERVER_URL: "good" });
  });

  it.each([
    ["", "not set: links are made from each request"],
    [
      "SERVER_URL = http://data.example.org/das/server\nUSER_PASSWD = passwd\n",
      "not encrypted, but passwords are asked for",
    ],
    [
      "SERVER_URL = http://localhost:8080/das/server\nLISTEN_HOST = 0.0.0.0\n",
      "means this host only, but the server listens on 0.0.0.0",
    ],
  ])("is worried by %j", async (text, says) => {
    const finding = only(await place.look(visibility, config(text)));
    expect(finding).toMatchObject({ name: "SERVER_URL", state: "worried" });
    expect(finding.says).toContain(says);
    expect(finding.advice).not.toBe("");
  });

  it("is worried where everybody may see, and bad for a broker that there is not", async () => {
    const url = "SERVER_URL = https://data.example.org/das/server\n";
    const lists = "VIEW_LOG_ALLOW = *\nMETRICS_ALLOW = *\nTRUSTED_PROXIES = *\nTEST_FROM = *\n";
    expect(
      states(await place.look(visibility, config(`${url}${lists}WORK_QUEUE_BROKER = rabbit\n`))),
    ).toEqual({
      SERVER_URL: "good",
      WORK_QUEUE_BROKER: "bad",
      VIEW_LOG_ALLOW: "worried",
      METRICS_ALLOW: "worried",
      TRUSTED_PROXIES: "worried",
      TEST_FROM: "worried",
    });
  });
});

describe("the check of the certificate", () => {
  const settings = (cert: string, key: string) => ({
    HELIOSTREAM_WEBSOCKET_IFACE: "127.0.0.1",
    HELIOSTREAM_WEBSOCKET_SSL: "true",
    HELIOSTREAM_WEBSOCKET_CERT: cert,
    HELIOSTREAM_WEBSOCKET_KEY: key,
  });

  it("is off where the server encrypts nothing, and bad for files that are none", async () => {
    expect(only(await place.look(certificate)).state).toBe("off");
    const file = place.write("cert.pem", "no certificate");
    const found = await place.look(certificate, settings(file, join(place.folder, "none")));
    expect(states(found)).toEqual({ Certificate: "bad", WEBSOCKET_KEY: "bad" });
  });

  it("is worried two weeks before the end, bad behind it, and worried by a key that others may read", async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const key = place.write("key.pem", privateKey.export({ type: "pkcs8", format: "pem" }).toString(), 0o640);
    const cert = place.write("cert.pem", CERTIFICATE);
    const at = (time: string) =>
      place.look(certificate, settings(cert, key), { now: () => Date.parse(time) });
    expect(states(await at("2030-01-01T00:00:00Z"))).toEqual({ Certificate: "good", WEBSOCKET_KEY: "good" });
    expect((await at("2036-07-20T00:00:00Z"))[0]?.state).toBe("worried");
    expect((await at("2036-08-01T00:00:00Z"))[0]).toMatchObject({
      state: "bad",
      advice: "Renew it, and start the server again.",
    });
    chmodSync(key, 0o644);
    expect((await at("2030-01-01T00:00:00Z"))[1]?.state).toBe("worried");
  });
});

describe("the check of leap seconds", () => {
  // 3676924800 is 2016-07-08, 3550089600 2012-07-01 by the list of the IERS: seconds since 1900-01-01.
  const list = (end: string) => `${end}2272060800 10\n3550089600 35\n`;
  const at = (file: string, time: string) =>
    place.look(leapSeconds, { HELIOSTREAM_LEAP_SECONDS_FILE: file }, { now: () => Date.parse(time) });

  it("is good with the table built in, and with a list until a month before its end", async () => {
    expect(only(await place.look(leapSeconds)).says).toContain("2017-01-01");
    const file = place.write("leap", list("#@ 3676924800\n"));
    expect(only(await at(file, "2016-06-01T00:00:00Z"))).toMatchObject({
      state: "good",
      says: `${file} is good until 2016-07-08`,
    });
    expect(only(await at(file, "2016-06-20T00:00:00Z")).state).toBe("worried");
    expect(only(await at(file, "2016-08-01T00:00:00Z"))).toMatchObject({
      state: "worried",
      says: `${file} was good until 2016-07-08`,
    });
  });

  it("is worried by a list without an end, and bad for one that cannot be read", async () => {
    expect(only(await at(place.write("leap", list("")), "2016-06-01T00:00:00Z")).state).toBe("worried");
    expect(only(await at(place.write("other", "one two\n"), "2016-06-01T00:00:00Z")).says).toContain(
      "line 1",
    );
    expect(only(await at(join(place.folder, "none"), "2016-06-01T00:00:00Z")).state).toBe("bad");
  });
});

describe("the checks of machine and server", () => {
  const look = (host: Partial<typeof GOOD_HOST>, settings = {}) =>
    place.look(machine, settings, { host: { ...GOOD_HOST, ...host } });

  it("are good on a machine with everything that is needed", async () => {
    expect(states(await look({}))).toEqual({ "Node.js": "good", User: "good", "Open files": "good" });
  });

  it("are red for an old Node, root, and too few files", async () => {
    expect((await look({ node: "18.19.0" }))[0]).toMatchObject({
      state: "bad",
      says: "version 18.19.0, expected 20.19 or later",
    });
    expect((await look({ uid: 0 }))[1]?.state).toBe("worried");
    // 100 + 8 * 16 + 1000 by default.
    expect((await look({ openFilesLimit: async () => 1024 }))[2]?.says).toContain("may need 1228");
    expect((await look({ openFiles: async () => 60_000 }))[2]).toMatchObject({
      state: "bad",
      figures: { open: 60_000, max: 65_536 },
    });
    expect((await look({ openFilesLimit: async () => undefined }))[2]?.state).toBe("unknown");
  });

  it("tell whether all places for data are taken, and that the server closes", async () => {
    const running = (busy: number, isClosing = false) => ({
      running: { isResident: true, isClosing, pipelines: () => ({ running: busy, waiting: 0 }) },
    });
    expect(only(await place.look(server)).state).toBe("off");
    expect(only(await place.look(server, {}, running(15))).state).toBe("good");
    expect(only(await place.look(server, {}, running(16)))).toMatchObject({
      state: "worried",
      says: "16 of 16 places for data requests are taken",
    });
    expect(only(await place.look(server, {}, running(0, true))).state).toBe("bad");
  });
});

describe("the check of the programs for Apache", () => {
  it("is off where none are built, good where others can run them, and worried where they cannot", async () => {
    chmodSync(place.folder, 0o755);
    const folder = join(place.folder, "cgi-bin");
    const look = () => place.look(apacheIn(folder));
    expect(only(await look()).state).toBe("off");
    mkdirSync(folder);
    for (const name of ["server", "nph-server"]) chmodSync(place.write(`cgi-bin/${name}`, "#!\n"), 0o755);
    expect(only(await look())).toMatchObject({ state: "worried", says: `there is no log in ${folder}` });
    chmodSync(place.write("cgi-bin/log", "#!\n"), 0o755);
    expect(only(await look()).state).toBe("good");
    chmodSync(join(folder, "log"), 0o750);
    chmodSync(place.folder, 0o700);
    expect(only(await look()).says).toBe(
      `log cannot be run by others; others do not get through ${place.folder}`,
    );
  });
});
