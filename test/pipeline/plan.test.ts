import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import type { Stage } from "../../dsdf/stage.js";
import { childEnvironment } from "../../pipeline/environment.js";
import { type Link, planLinks } from "../../pipeline/plan.js";
import type { Program } from "../../stream/program.js";
import { stage } from "./support.js";

const unused = (): never => {
  throw new Error("nothing is opened here");
};
const PROGRAMS: Readonly<Record<string, Program>> = {
  R: { kind: "reader", name: "R", help: "", open: unused },
  F: { kind: "filter", name: "F", help: "", open: unused },
  C: { kind: "converter", name: "C", help: "", open: unused },
  B: { kind: "bytes", name: "B", help: "", open: unused },
};

/** Links of stages given by letters: capitals are built in, `x` is spawned, `u` a spawned reducer, `U` a filter as reducer. */
function links(letters: string, cut = false): string {
  const stages: Stage[] = [];
  const programs: (Program | undefined)[] = [];
  for (const letter of letters) {
    const role = letter === "C" ? "converter" : letter.toLowerCase() === "u" ? "reducer" : "filter";
    stages.push(stage(stages.length === 0 ? "reader" : role, letter));
    programs.push(PROGRAMS[letter === "U" ? "F" : letter]);
  }
  return planLinks(stages, programs, cut).map(linkText).join("; ");
}

function linkText(link: Link): string {
  switch (link.kind) {
    case "spawned":
      return `spawn ${link.stages.join("|")}`;
    case "bytes":
      return `bytes ${link.stage}`;
    default:
      return `here ${link.steps.map((step) => (step.kind === "cut" ? "cut" : step.index)).join(",")}`;
  }
}

describe("the links of a pipeline", () => {
  it.each([
    ["R", "here 0"],
    ["x", "spawn 0"],
    ["xxx", "spawn 0|1|2"],
    ["RFFC", "here 0,1,2,3"],
    ["xFx", "spawn 0; here 1; spawn 2"],
    ["RxxF", "here 0; spawn 1|2; here 3"],
    ["xFFxxC", "spawn 0; here 1,2; spawn 3|4; here 5"],
    ["RCF", "here 0,1; here 2"],
    ["B", "bytes 0"],
    ["Bx", "bytes 0; spawn 1"],
    ["BxF", "bytes 0; spawn 1; here 2"],
  ])("of %s are %s", (letters, expected) => {
    expect(links(letters)).toBe(expected);
  });

  it.each([
    ["RU", "here 0,1,cut"],
    ["RUC", "here 0,1,cut,2"],
    ["xu", "spawn 0|1; here cut"],
    ["xuFC", "spawn 0|1; here cut,2,3"],
    ["xux", "spawn 0|1; here cut; spawn 2"],
    ["xU", "spawn 0; here 1,cut"],
    ["xUx", "spawn 0; here 1,cut; spawn 2"],
    ["RuUx", "here 0; spawn 1; here 2,cut; spawn 3"],
    ["xC", "spawn 0; here cut,1"],
  ])("of %s with a cut are %s", (letters, expected) => {
    expect(links(letters, true)).toBe(expected);
  });

  it("begin with a reader and have no other", () => {
    expect(() => links("F")).toThrow("reads a stream but stands first");
    for (const letters of ["xR", "xB", "RB"])
      expect(() => links(letters)).toThrow("reads no stream but stands behind another program");
  });

  it("never read as a stream what a program gives as a file", () => {
    for (const letters of ["BF", "BC"])
      expect(() => links(letters)).toThrow("stands behind a program that gives a file");
  });
});

describe("the environment of programs", () => {
  it("has the folders of the configuration first and none of the server's secrets", () => {
    const own = {
      PATH: "/sbin",
      HOME: "/h",
      TZ: "UTC",
      REDIS_PASSWORD: "x",
      QUERY_STRING: "a=b",
      LD_PRELOAD: "y",
    };
    expect(childEnvironment({ binPath: ["/opt/bin", "/usr/bin"], libPath: ["/opt/lib", "/l"] }, own)).toEqual(
      {
        PATH: [
          ...new Set(["/opt/bin", "/usr/bin", "/usr/local/bin", "/bin", dirname(process.execPath)]),
        ].join(":"),
        LD_LIBRARY_PATH: "/opt/lib:/l",
        HOME: "/h",
        TZ: "UTC",
      },
    );
  });
});
