import { expect, it } from "vitest";
import { moduleDatabaseUrl } from "../../../netdrms/module/module-database-url.js";
import { messageOf } from "../../support/thrown.js";

/** Undefined parameters are those that were not given. */
const url = (
  given: {
    readonly host?: string;
    readonly name?: string;
    readonly user?: string;
    readonly password?: string;
  },
  configured?: string,
): string =>
  moduleDatabaseUrl(
    {
      JSOC_DBHOST: given.host,
      JSOC_DBNAME: given.name,
      JSOC_DBUSER: given.user,
      JSOC_DBPASSWD: given.password,
    },
    configured,
  );

const CONFIGURED = "postgresql://ex:secret@db.example:5433/drms?sslmode=require";

it("is that of the configuration where nothing is given, else what PostgreSQL itself finds", () => {
  expect(url({}, CONFIGURED)).toBe(CONFIGURED);
  expect(url({})).toBe("postgresql:///");
});

it("has the parts that are given in the place of the configured ones", () => {
  expect(url({ name: "other" }, CONFIGURED)).toBe(
    "postgresql://ex:secret@db.example:5433/other?sslmode=require",
  );
  expect(url({ password: "p&q" }, CONFIGURED)).toBe(`${CONFIGURED}&password=p%26q`);
  expect(url({ host: "two:6000", name: "d", user: "u", password: "p" })).toBe(
    "postgresql:///d?host=two&port=6000&user=u&password=p",
  );
});

it("has the usual port where the host is given without one, and hosts of every form", () => {
  expect(url({ host: "two" }, CONFIGURED)).toContain("host=two&port=5432");
  expect(url({ host: "[::1]:7000" })).toBe("postgresql:///?host=%3A%3A1&port=7000");
  expect(url({ host: "/run/postgresql" }, "postgresql:///drms?host=%2Ftmp&port=5555")).toBe(
    "postgresql:///drms?host=%2Frun%2Fpostgresql&port=5432",
  );
});

it("gives a configured password to no other host or user", () => {
  for (const given of [{ host: "two" }, { user: "other" }])
    for (const configured of [CONFIGURED, "postgresql:///drms?user=ex&password=secret"])
      expect(url(given, configured)).not.toContain("secret");
  // The user is still the configured one.
  expect(url({ host: "two" }, CONFIGURED)).toContain("//ex@");
});

it("is refused for a host that is none", () => {
  for (const host of ["two:", "two:0", "two:65536", "two:x", "a b", "u@two", "::1"])
    expect(
      messageOf(() => url({ host })),
      host,
    ).toBe(`JSOC_DBHOST = ${JSON.stringify(host)}, expected host or host:port`);
});
