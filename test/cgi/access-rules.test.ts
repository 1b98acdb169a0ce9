import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ageLimit } from "../../cgi/access/age.js";
import { type AccessSettings, openAccess } from "../../cgi/access/authorize.js";
import { parseGroupFile } from "../../cgi/access/group-file.js";
import type { Request } from "../../cgi/http.js";
import type { Site } from "../../cgi/site.js";
import { accessRules } from "../../dsdf/access-rules.js";
import type { DataSource } from "../../dsdf/data-source.js";
import { formatTime, parseTime } from "../../stream/time.js";

const folder = mkdtempSync(join(tmpdir(), "heliostream-rules-"));
afterAll(() => rmSync(folder, { recursive: true }));
// perl -e 'print crypt("secretly", "ab")'
writeFileSync(join(folder, "passwd"), "ann:abdD7luh/pkys\nbob:abdD7luh/pkys\n");
writeFileSync(join(folder, "group"), "# groups\nteam:::ann, carl\nempty:::\n");
writeFileSync(join(folder, "bad-group"), "team:x:ann\n");

const SETTINGS: AccessSettings = {
  userPasswd: join(folder, "passwd"),
  userGroup: join(folder, "group"),
  allowDesPasswords: true,
  loginDelay: 0,
  testFrom: ["198.51.100.0/24", "2001:db8::/32"],
  securityRealm: undefined,
} as AccessSettings;

interface Ask {
  readonly rules: string;
  readonly login?: string;
  readonly begin?: string;
  readonly end?: string;
  readonly client?: string;
  readonly settings?: Partial<AccessSettings>;
}

async function ask({
  rules,
  login,
  begin = "2020-01-01",
  end = "2020-01-02",
  client = "192.0.2.1",
  settings,
}: Ask) {
  const config = { ...SETTINGS, ...settings };
  const source = { id: "Demo/Pump4", access: accessRules(rules) ?? [] } as unknown as DataSource;
  const authorization = login === undefined ? undefined : `Basic ${Buffer.from(login).toString("base64")}`;
  const request = { mount: "/das/server", headers: { authorization } } as unknown as Request;
  const site = { config, now: () => new Date("2021-07-01T00:00:00Z") } as unknown as Site;
  return openAccess(config)(source, parseTime(begin), parseTime(end), request, site, client);
}

describe("readAccess", () => {
  const REFUSED = { granted: false, realm: "/das/server/Demo/Pump4" };

  it("lets everybody see a source without rules", async () => {
    expect(await ask({ rules: "" })).toEqual({ granted: true });
  });

  it("asks for a login, names the realm, and takes the right one", async () => {
    expect(await ask({ rules: "USER:ann" })).toEqual(REFUSED);
    expect(await ask({ rules: "USER:ann", login: "ann:wrong" })).toEqual(REFUSED);
    expect(await ask({ rules: "USER:ann", login: "bob:secretly" })).toEqual(REFUSED);
    expect(await ask({ rules: "user:ann", login: "ann:secretly" })).toEqual({ granted: true, user: "ann" });
  });

  it("knows the members of groups", async () => {
    expect(await ask({ rules: "GROUP:team", login: "ann:secretly" })).toEqual({ granted: true, user: "ann" });
    for (const rules of ["GROUP:team", "GROUP:empty", "GROUP:unknown", "GROUP:__proto__"])
      expect(await ask({ rules, login: "bob:secretly" })).toEqual(REFUSED);
  });

  it("lets in when any rule does, in any order", async () => {
    expect(await ask({ rules: "GROUP:team|USER:bob", login: "bob:secretly" })).toEqual({
      granted: true,
      user: "bob",
    });
    expect(await ask({ rules: "USER:bob|AGE:1y" })).toEqual({ granted: true });
  });

  it("opens old data without a login, and only when all of the range is old", async () => {
    const rules = "AGE:1y";
    expect(await ask({ rules, end: "2020-06-30T23:59:59" })).toEqual({ granted: true });
    expect(await ask({ rules, end: "2020-07-01" })).toEqual(REFUSED);
    expect(await ask({ rules, begin: "2020-07-02", end: "2020-07-03" })).toEqual(REFUSED);
  });

  it("never asks exempt addresses", async () => {
    for (const client of ["198.51.100.7", "2001:db8::7", "::ffff:198.51.100.7"])
      expect(await ask({ rules: "USER:ann", client })).toEqual({ granted: true });
    for (const client of ["198.51.101.7", "2001:db9::7", "not an address"])
      expect(await ask({ rules: "USER:ann", client })).toEqual(REFUSED);
  });

  it("grants nothing where its files are broken", async () => {
    const broken = { rules: "GROUP:team", login: "ann:secretly" };
    await expect(
      ask({ ...broken, settings: { userGroup: join(folder, "bad-group") } }),
    ).rejects.toMatchObject({
      code: "BAD_CONFIG",
      where: { line: 1 },
    });
    await expect(ask({ ...broken, settings: { userPasswd: join(folder, "absent") } })).rejects.toMatchObject({
      code: "BAD_CONFIG",
    });
  });
});

describe("the limit of an age", () => {
  const limit = (age: object, now: string): string =>
    formatTime(
      ageLimit({ method: "age", years: 0, months: 0, days: 0, hours: 0, ...age }, parseTime(now)),
      0,
    );

  it("counts calendar years and months", () => {
    expect(limit({ years: 1, months: 6 }, "2021-07-15T10:20:30")).toBe("2020-01-15T10:20:30");
    expect(limit({ months: 7 }, "2021-07-01")).toBe("2020-12-01T00:00:00");
    expect(limit({ days: 1, hours: 2 }, "2021-03-01T01:00")).toBe("2021-02-27T23:00:00");
  });

  it("is never later than meant at the end of a month", () => {
    expect(limit({ months: 1 }, "2021-03-31")).toBe("2021-02-28T00:00:00");
    expect(limit({ years: 1 }, "2020-02-29")).toBe("2019-02-28T00:00:00");
  });
});

describe("the group file", () => {
  it("has four fields a line", () => {
    const groups = parseGroupFile("a:::x,y\n\n# b\nc:old:fields:\n", "group");
    expect([...(groups.get("a") ?? [])]).toEqual(["x", "y"]);
    expect(groups.get("c")?.size).toBe(0);
    expect(() => parseGroupFile("a:::x\na:b\n", "group")).toThrow("group file of this server is not valid");
  });
});
