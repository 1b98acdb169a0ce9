import { DasError } from "../errors/das-error.js";
import { plainWords } from "./command-lexer.js";
import type { CommandTemplate, ValuePart, WordPart } from "./command-template.js";

/** Request values by key; a missing or empty one is absent. */
export type RequestValues = Readonly<Record<string, string | undefined>>;

/** One program ready to run: settings of its environment and its argument vector, at least the program. */
export interface ExpandedProgram {
  readonly env: Readonly<Record<string, string>>;
  readonly argv: readonly [string, ...string[]];
}

/**
 * Fills the request values into a command. A value becomes one argument or part of one, whatever it contains;
 * a word of values that becomes empty is dropped; `#[...]*` gives as many arguments as the value has words.
 * Errors: BAD_PARAMETER for a required value that is absent. Source: das2-server 9.1.
 */
export function expandCommand(command: CommandTemplate, values: RequestValues): ExpandedProgram[] {
  return command.programs.map(({ env, words }) => {
    const [program = "", ...args] = words.flatMap((word) => expandWord(word, values));
    return { env, argv: [program, ...args] };
  });
}

function expandWord(parts: readonly WordPart[], values: RequestValues): string[] {
  if (parts.every((part) => part.kind === "text")) return [parts.map((part) => part.text).join("")];
  const words = [""];
  for (const part of parts) {
    const pieces = part.kind === "text" ? [part.text] : expandValue(part, values);
    const [first = "", ...others] = pieces;
    words[words.length - 1] += first;
    words.push(...others);
  }
  return words.filter((word) => word !== "");
}

/** The pieces that a part becomes: the first continues the word before it, the last the word after it. */
function expandValue(part: ValuePart, values: RequestValues): string[] {
  const given = Object.hasOwn(values, part.key) ? (values[part.key] ?? "") : "";
  const whole = part.fixed ?? (given === "" ? (part.standard ?? "") : given);
  const value = part.select === undefined ? whole : selected(whole, part.select);
  if (value === undefined || value === "") {
    if (part.absent === undefined)
      throw new DasError("BAD_PARAMETER", `parameter ${part.key} is missing; this source needs it`);
    return part.quoted ? [part.absent] : plainWords(part.absent);
  }
  const texts = part.split ? value.split(/\s+/).filter((word) => word !== "") : [value];
  if (part.present === undefined) return texts;
  const fill = (word: string) =>
    word.includes("@") ? texts.map((text) => word.replaceAll("@", () => text)) : [word];
  return part.quoted ? fill(part.present) : plainWords(part.present).flatMap(fill);
}

/** What `@` stands for where the value has the element; `undefined` where it has not. */
function selected(value: string, select: NonNullable<ValuePart["select"]>): string | undefined {
  const { separator, element, valueSeparator } = select;
  const wanted = element + (valueSeparator ?? "");
  if (separator === "") {
    const at = value.indexOf(wanted);
    if (at < 0) return undefined;
    return valueSeparator === undefined ? element : value.slice(at + wanted.length);
  }
  const found = value.split(separator).find((text) => text.startsWith(wanted));
  if (found === undefined) return undefined;
  return valueSeparator === undefined ? element : found.slice(wanted.length);
}
