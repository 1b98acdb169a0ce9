import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadConfig } from "../../config/config.js";
import type { Stage } from "../../dsdf/stage.js";
import type { PipelineOptions } from "../../pipeline/options.js";
import { archiveGrants, programGrants } from "../../pipeline/program-grants.js";
import type { BytesProgram } from "../../stream/program.js";
import { madeFile } from "../support/made-file.js";
import { collect, stage } from "./support.js";

const folder = mkdtempSync(join(tmpdir(), "heliostream-grants-"));
const ours = join(folder, "ours");
const theirs = join(folder, "theirs");
afterAll(() => rmSync(folder, { recursive: true }));

for (const place of [ours, theirs]) {
  mkdirSync(place);
  for (const name of ["drms-show", "show"])
    writeFileSync(join(place, name), "#!/bin/sh\nenv | grep '^HELIOSTREAM_DRMS_' || true\n", { mode: 0o755 });
}
symlinkSync(join(ours, "drms-show"), join(theirs, "drms-link"));
symlinkSync(join(theirs, "show"), join(ours, "drms-away"));

const SETTINGS = { HELIOSTREAM_DRMS_URL: "postgres://u:word@h/d", HELIOSTREAM_DRMS_MAX_CONNECTIONS: "8" };
const TOLD = "HELIOSTREAM_DRMS_MAX_CONNECTIONS=8\nHELIOSTREAM_DRMS_URL=postgres://u:word@h/d\n";

/** What the last program says that it was told of the archive. */
async function told(stages: readonly Stage[], more: Partial<PipelineOptions> = {}): Promise<string> {
  const other: BytesProgram = { ...madeFile, name: "made" };
  const built = new Map([madeFile, other].map((program) => [program.name, program]));
  const { text } = await collect(stages, {
    programs: (name) => (built.has(name) ? Promise.resolve(built.get(name) as BytesProgram) : undefined),
    format: "other",
    mayBeEmpty: true,
    env: { PATH: `${ours}:${theirs}:/usr/bin:/bin` },
    grants: archiveGrants(SETTINGS, ours),
    ...more,
  });
  return text.split("\n").sort().join("\n").trimStart() + (text === "" ? "" : "\n");
}

describe("the settings of the archive", () => {
  it("reach programs of the archive that ship here, inside the server and as processes", async () => {
    expect(await told([stage("reader", "drms-made", "settings")])).toBe(TOLD);
    expect(await told([stage("reader", join(ours, "drms-show"))])).toBe(TOLD);
    expect(await told([stage("reader", join(theirs, "drms-link"))])).toBe(TOLD);
  });

  it.each([
    ["a built-in program for other things", ["made", "settings"]],
    ["a program of ours for other things", [join(ours, "show")]],
    ["a program of somebody else", [join(theirs, "show")]],
    ["one that has the name of one of ours", [join(theirs, "drms-show")]],
    ["a bare name, wherever it is found", ["drms-show"]],
    ["a link from our folder to somebody else's", [join(ours, "drms-away")]],
  ] as const)("do not reach %s", async (_what, [command, ...args]) => {
    expect(await told([stage("reader", command, ...args)])).toBe("");
  });

  it("do not reach the other programs of a pipeline", async () => {
    const reader = stage("reader", join(ours, "drms-show"));
    expect(await told([reader, stage("filter", join(theirs, "show"))])).toBe("");
    expect(
      await told([stage("reader", join(theirs, "show")), stage("filter", join(ours, "drms-show"))]),
    ).toBe(TOLD);
  });

  it("are overruled by what the definition sets", async () => {
    const env = { HELIOSTREAM_DRMS_URL: "postgres:///mirror" };
    for (const command of ["drms-made", join(ours, "drms-show")]) {
      const reader: Stage = { role: "reader", argv: [command, "settings"], env };
      expect(await told([reader])).toBe(TOLD.replace("u:word@h/d", "/mirror"));
    }
  });

  it("reach nobody where nobody grants them, or the program is not there", async () => {
    const grants = (): Readonly<Record<string, string>> => ({});
    expect(await told([stage("reader", "drms-made", "settings")], { grants })).toBe("");
    expect(archiveGrants(SETTINGS, join(folder, "absent"))(join(ours, "drms-show"), false)).toEqual({});
    copyFileSync(join(ours, "drms-show"), join(folder, "drms-copy"));
    expect(archiveGrants(SETTINGS, ours)(join(folder, "drms-copy"), false)).toEqual({});
  });
});

describe("the list of servers elsewhere", () => {
  const config = loadConfig({
    file: "",
    env: { HELIOSTREAM_HAPI_PEERS: "https://hapi.example", HELIOSTREAM_DRMS_URL: "postgres://u:word@h/d" },
  });
  const grants = programGrants(config, ours);

  it("reaches the program that reads from them, and nothing of the archive does", () => {
    expect(grants("hapi-reader", true)).toEqual({
      HELIOSTREAM_HAPI_PEERS: "https://hapi.example",
      HELIOSTREAM_HAPI_PEER_NETWORKS: "",
    });
  });

  it("reaches no other program, and the archive's settings only the archive's", () => {
    expect(grants("goes-xrs", true)).toEqual({});
    expect(grants("hapi-reader", false)).toEqual({});
    expect(grants("drms-keywords", true)).toMatchObject({ HELIOSTREAM_DRMS_URL: expect.any(String) });
    expect(grants("drms-keywords", true)).not.toHaveProperty("HELIOSTREAM_HAPI_PEERS");
  });
});
