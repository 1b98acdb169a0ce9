import { describe, expect, test } from "vitest";
import { DasError } from "../../errors/das-error.js";
import { PROGRAM_LOADERS as CONVERTERS } from "../../formats/index.js";
import { PROGRAM_LOADERS as READERS } from "../../readers/index.js";
import { PROGRAM_LOADERS as REDUCERS } from "../../reducers/index.js";
import type { Program } from "../../stream/program.js";
import { TEST_CONTEXT } from "../support/run-stream.js";

/** Whether the program knows an option at all, whatever is wrong with its value or with the rest of the arguments. */
function knows(program: Program, option: string): boolean {
  try {
    program.open([option], TEST_CONTEXT);
  } catch (error) {
    if (!(error instanceof DasError)) throw error;
    return !/^unknown option|is not known(?:;|$)/.test(error.message);
  }
  return true;
}

const LETTERS = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"].map((letter) => `-${letter}`);
/** Answered before the program is asked. */
const COMMON = ["-h", "-v", "--help", "--version"];
/** Known only to be refused with a reason of its own; reducers 7. */
const REFUSED: Readonly<Record<string, readonly string[]>> = { das2_psd: ["-x"] };

describe.each(Object.entries({ ...REDUCERS, ...CONVERTERS, ...READERS }))("the help of %s", (name, load) => {
  test("begins with the name and ends with the exit status, in lines that fit", async () => {
    const { help } = await load();
    expect(help.startsWith(`Usage: ${name} `)).toBe(true);
    expect(help).toMatch(/\n {2}-h, --help +print this\n/);
    expect(help).toMatch(/\n {2}(-v, | {4})--version +print the version\n\nExit status: 0 done[\s\S]*\.\n?$/);
    for (const line of help.split("\n")) expect(line.length, line).toBeLessThan(130);
  });

  test("tells of the options that there are, and of no others", async () => {
    const program = await load();
    const [, body = ""] = /\n\n([\s\S]*)\n\nExit status:/.exec(program.help) ?? [];
    const told = new Set(
      [...body.matchAll(/^ {2,6}(-[^ ,]+(?:, --[\w-]+)?)/gm)].flatMap(([, o]) => o!.split(", ")),
    );
    for (const option of told)
      if (!COMMON.includes(option)) expect([option, knows(program, option)]).toEqual([option, true]);
    if (program.kind === "reader") return; // readers have long options only, which nobody can list from outside
    for (const letter of LETTERS)
      if (!COMMON.includes(letter) && !REFUSED[name]?.includes(letter))
        expect([letter, told.has(letter)]).toEqual([letter, knows(program, letter)]);
  });
});
