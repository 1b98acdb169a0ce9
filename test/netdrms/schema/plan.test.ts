import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { passwordVerifier } from "../../../netdrms/schema/password-verifier.js";
import { planSetup, type SetupState } from "../../../netdrms/schema/plan-setup.js";
import { printPlan } from "../../../netdrms/schema/print-plan.js";
import { readSetupArguments } from "../../../netdrms/schema/setup-arguments.js";
import type { WantedArchive } from "../../../netdrms/schema/wanted.js";
import { codeOf, messageOf } from "../../support/thrown.js";

const WANTED: WantedArchive = {
  drmsDatabase: "drms",
  sumsDatabase: "drms_sums",
  oneServer: true,
  serverMajor: 18,
  createDatabases: true,
  siteCode: 0x4000,
  users: [],
  guests: [],
  partitions: [],
};

/** The state of an archive of which nothing is there. */
const NOTHING_THERE: SetupState = { present: new Set(), namespaceOwners: new Map() };

const plan = (wanted: Partial<WantedArchive>, state: SetupState = NOTHING_THERE) =>
  planSetup(state, { ...WANTED, ...wanted });

describe("a plan", () => {
  it("makes roles and databases first, then the records, then the storage units", () => {
    const places = plan({ users: [{ name: "ex" }] }).map(({ place }) => place);
    expect([...new Set(places)]).toEqual(["drms-server", "drms", "sums"]);
    expect(places).toEqual(
      places.toSorted(
        (a, b) => ["drms-server", "drms", "sums"].indexOf(a) - ["drms-server", "drms", "sums"].indexOf(b),
      ),
    );
  });

  it("makes roles in both servers where there are two", () => {
    const made = plan({ oneServer: false, production: { name: "production" }, web: { name: "web" } });
    const elsewhere = made.filter(({ place }) => place === "sums-server");
    expect(elsewhere.map(({ description }) => description)).toEqual([
      "user production",
      "user web",
      "database drms_sums",
    ]);
  });

  it("makes no database that nobody asked for", () => {
    const made = plan({ createDatabases: false });
    expect(made.filter(({ description }) => description.startsWith("database"))).toEqual([]);
  });

  it("says what orders the text of a database where a server knows of more than one way", () => {
    const texts = (serverMajor: number): string =>
      printPlan(plan({ serverMajor }).filter(({ description }) => description === "database drms"));
    expect(texts(14)).toContain(
      "CREATE DATABASE \"drms\" TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C';",
    );
    expect(texts(15)).toContain("ENCODING 'LATIN1' LOCALE_PROVIDER libc LC_COLLATE 'C'");
  });

  it("is the same for the same wishes", () => {
    expect(printPlan(plan({ users: [{ name: "ex" }] }))).toBe(printPlan(plan({ users: [{ name: "ex" }] })));
  });

  // First and last number of a site: netdrms 3.2 and 8.
  it.each([
    [0, "MINVALUE 0 MAXVALUE 281474976710655 START 0"],
    [3, "MINVALUE 844424930131968 MAXVALUE 1125899906842623 START 844424930131968"],
    [32_767, "MINVALUE 9223090561878065152 MAXVALUE 9223372036854775807 START 9223090561878065152"],
  ])("numbers the storage units of site %d in its range", (siteCode, range) => {
    expect(printPlan(plan({ siteCode }))).toContain(
      `CREATE SEQUENCE public.sum_ds_index_seq ${range} CACHE 50`,
    );
  });

  it("moves a sequence that gave no number yet, and takes one whose numbers are of the site", () => {
    const withSequence = (min: bigint, max: bigint, last?: bigint): SetupState => ({
      ...NOTHING_THERE,
      present: new Set(["sums: sequence sum_ds_index_seq", "sums: sequence public.sum_ds_index_seq"]),
      sunums: { min, max, ...(last === undefined ? {} : { last }) },
    });
    const changes = (state: SetupState, siteCode: number): readonly string[] =>
      plan({ siteCode }, state)
        .map((statement) => printPlan([statement]))
        .filter((text) => text.includes("sum_ds_index_seq MINVALUE"));
    const long = 2n ** 63n - 1n;
    expect(changes(withSequence(1n, long), 3)).toHaveLength(1);
    expect(changes(withSequence(1n, long), 3)[0]).toContain(
      "ALTER SEQUENCE public.sum_ds_index_seq MINVALUE 844424930131968 MAXVALUE 1125899906842623 START 844424930131968 RESTART 844424930131968;",
    );
    expect(changes(withSequence(1n, long, 843_002_415n), 0)).toEqual([]);
    expect(messageOf(() => changes(withSequence(1n, long, 843_002_415n), 3))).toBe(
      "site code 3, expected 0, that of the storage units that are there",
    );
  });
});

describe("what cannot be wanted", () => {
  const noSite: Partial<WantedArchive> = {};
  it.each([
    ["a site code above 15 bits", { siteCode: 32_768 }, "site code 32768, expected 0 to 32767"],
    ["a broken site code", { siteCode: 1.5 }, "site code 1.5, expected 0 to 32767"],
    ["a name with a quote", { users: [{ name: 'ex"; --' }] }, 'user "ex"; --", expected lower-case'],
    ["a name in capitals", { users: [{ name: "Ex" }] }, 'user "Ex", expected lower-case'],
    [
      "a name of the system",
      { users: [{ name: "pg_ex" }] },
      "user pg_ex, expected a name that is not reserved",
    ],
    ["the namespace public", { users: [{ name: "ex", namespace: "public" }] }, "namespace public, expected"],
    ["a user twice", { users: [{ name: "ex" }], web: { name: "ex" } }, "user ex is named twice"],
    ["a database with a blank", { drmsDatabase: "my drms" }, 'database "my drms", expected'],
    [
      "a relative partition",
      { partitions: [{ path: "SUM0" }] },
      'partition "SUM0", expected an absolute path',
    ],
    [
      "a partition whose paths do not fit",
      // 59 letters, "/D" and 19 digits are 80.
      { partitions: [{ path: `/${"x".repeat(59)}` }] },
      "expected an absolute path of at most 59",
    ],
    [
      "a second name of a folder",
      { partitions: [{ path: "/SUM0/../SUM1" }] },
      'partition "/SUM0/../SUM1", expected',
    ],
    ["a set of a partition below -1", { partitions: [{ path: "/SUM0", set: -2 }] }, "set -2 of a partition"],
    [
      "a password that clients may spell in two ways",
      { web: { name: "web", password: "pä" } },
      "printable ASCII",
    ],
  ] as const)("is %s", (_, wanted: Partial<WantedArchive>, message) => {
    expect(codeOf(() => plan({ ...noSite, ...wanted }))).toBe("BAD_PARAMETER");
    expect(messageOf(() => plan({ ...noSite, ...wanted }))).toContain(message);
  });

  it("is storage units without a site", () => {
    const { siteCode: _, ...without } = WANTED;
    expect(messageOf(() => planSetup(NOTHING_THERE, without))).toBe(
      "there are no storage units yet, expected a site code, 0 to 32767",
    );
  });
});

describe("passwords", () => {
  it("are told to the server as RFC 7677 computes them", () => {
    // Password, salt and count of the example in section 3; the keys are what its proofs are made of.
    const salt = Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64");
    expect(passwordVerifier("pencil", salt)).toBe(
      "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
    );
  });

  it("appear nowhere in what is printed, not even as a verifier", () => {
    const made = plan({
      production: { name: "production", password: "sesame" },
      users: [{ name: "ex", password: "sesame" }],
      guests: [{ name: "visitor", password: "sesame" }],
    });
    const text = printPlan(made);
    expect(text).not.toContain("sesame");
    expect(text).not.toContain("SCRAM");
    expect(text).toContain("-- user production, with a password\n-- (not shown)");
    expect(JSON.stringify(made)).not.toContain("sesame");
  });
});

describe("a plan that is printed", () => {
  it("shows values in their places and leaves the text of functions alone", () => {
    const text = printPlan(plan({ users: [{ name: "ex" }] }));
    expect(text).toContain("INSERT INTO admin.ns (name, nsgroup, owner)\n  VALUES ('su_ex', 'user', 'ex');");
    expect(text).toContain("AS 'SELECT $1 >= 0';");
    expect(text.split("\n")[0]).toBe("-- in the server:");
  });

  it("is empty where nothing is to be done", () => {
    expect(printPlan([])).toBe("");
  });
});

describe("the command line", () => {
  const folder = mkdtempSync(join(tmpdir(), "heliostream-args-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const passwords = (text: string, mode = 0o600): string => {
    const file = join(folder, `${mode}${text.length}`);
    writeFileSync(file, text, { mode });
    return file;
  };
  const read = (...args: readonly string[]) => readSetupArguments(args, { drms: "postgresql://x@h/drms" });

  it("says all that can be wanted", () => {
    const file = passwords("# who writes\nproduction:a:b\n\nex:secret\n");
    expect(
      read(
        ...[
          "--site",
          "3",
          "--production",
          "production",
          "--web",
          "web",
          "--user",
          "ex",
          "--user",
          "lev:aia:sys",
        ],
        ...["--guest", "visitor", "--partition", "/SUM0", "--partition", "/SUM1:2", "--passwords", file],
        ...["--create-databases", "--dry-run", "--sums", "drms_sums"],
      ),
    ).toEqual({
      urls: { drms: "postgresql://x@h/drms", sums: "postgresql://x@h/drms_sums" },
      dryRun: true,
      options: {
        createDatabases: true,
        siteCode: 3,
        production: { name: "production", password: "a:b" },
        web: { name: "web" },
        users: [
          { name: "ex", password: "secret" },
          { name: "lev", namespace: "aia", group: "sys" },
        ],
        guests: [{ name: "visitor" }],
        partitions: [{ path: "/SUM0" }, { path: "/SUM1", set: 2 }],
      },
    });
  });

  it("puts storage units where the configuration has them, else with the records", () => {
    const defaults = { drms: "postgresql://x@h/drms", sums: "postgresql://x@h:5434/drms_sums" };
    expect(readSetupArguments([], defaults).urls.sums).toBe(defaults.sums);
    expect(read().urls.sums).toBe("postgresql://x@h/drms");
    expect(readSetupArguments(["--drms", "postgresql://y@h/other"], defaults).urls.sums).toBe(
      "postgresql://y@h/other",
    );
  });

  it.each([
    [["--site", "x"], "--site x, expected 0 to 32767"],
    [["--user", "a:b:c"], "--user a:b:c, expected NAME[:NAMESPACE[:user|sys]]"],
    [["--colour"], "Unknown option '--colour'"],
    [["--drms", "drms"], "the URL of the database names none, expected postgresql://user@host/name"],
    [["stray"], "Unexpected argument 'stray'"],
  ])("refuses %j", (args, message) => {
    expect(messageOf(() => read(...args))).toContain(message);
  });

  it("refuses passwords that others may read, or that are nobody's", () => {
    expect(messageOf(() => read("--passwords", passwords("ex:a", 0o644)))).toContain("expected mode 600");
    expect(messageOf(() => read("--passwords", passwords("ex:abc")))).toBe(
      "there is a password of ex, who is not named as a user",
    );
    expect(messageOf(() => read("--passwords", passwords("noColon\n")))).toContain("no colon in line 1");
    expect(codeOf(() => read("--passwords", join(folder, "none")))).toBe("BAD_CONFIG");
  });

  it("needs a database", () => {
    expect(codeOf(() => readSetupArguments([], {}))).toBe("USAGE");
  });
});
