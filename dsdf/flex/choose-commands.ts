import { DasError } from "../../errors/das-error.js";
import type { CommandProgram, CommandTemplate, WordPart } from "../command-template.js";
import type { Condition, FlexCommand, Parameters, StreamType } from "./internal-json.js";

/** The commands that answer a request, as one command, and what the last of them writes. */
export interface ChosenPipeline {
  readonly command: CommandTemplate;
  readonly output: StreamType | undefined;
  readonly labels: readonly string[];
}

/**
 * Chooses the commands for a request: from the highest order down, for what a command sets counts for those of lower order.
 * @param given parameters of the request
 * @param defaults those of the definition, where the request does not say them
 * Errors: BAD_PARAMETER where two commands of one order would run, none, or none that makes a stream. Source: das2-server 9.2.
 */
export function chooseCommands(
  commands: readonly FlexCommand[],
  given: Parameters,
  defaults: Parameters,
): ChosenPipeline {
  const chosen: { readonly command: FlexCommand; readonly set: Parameters }[] = [];
  const set = new Map<string, string>();
  const orders = [...new Set(commands.map(({ order }) => order))].sort((a, b) => b - a);
  for (const order of orders) {
    const values = new Map([...defaults, ...given, ...set]);
    const active = commands.filter(
      (command) => command.order === order && command.conditions.every((one) => holds(one, values)),
    );
    const [only, ...more] = active;
    if (more.length > 0)
      throw new DasError(
        "BAD_PARAMETER",
        `the parameters ask for ${active.map(({ label }) => label.slice(0, 40)).join(" and ")} at once, expected one of them`,
      );
    if (only === undefined) continue;
    chosen.unshift({ command: only, set: new Map(set) });
    for (const { key, value } of only.sets) set.set(key, value);
  }
  const [first] = chosen;
  if (first === undefined || first.command.input !== undefined)
    throw new DasError(
      "BAD_PARAMETER",
      "the parameters ask for no reader, expected some that this source knows",
    );
  const [head, ...rest] = chosen.flatMap(
    ({ command, set: own }) => withValues(command.template, own, defaults).programs,
  ) as [CommandProgram, ...CommandProgram[]]; // one is there
  return {
    command: { programs: [head, ...rest], placesValues: true },
    output: chosen.at(-1)?.command.output,
    labels: chosen.map(({ command }) => command.label),
  };
}

/** What other commands have set is fixed for a program, what the definition says by default stands in for what is not said. */
function withValues(command: CommandTemplate, set: Parameters, defaults: Parameters): CommandTemplate {
  return mapParts(command, (one) => {
    if (one.kind === "text") return one;
    const fixed = set.get(one.key);
    if (fixed !== undefined) return { ...one, fixed };
    const standard = defaults.get(one.key);
    return standard === undefined ? one : { ...one, standard };
  });
}

/** The command with every part of its words changed. */
export function mapParts(command: CommandTemplate, change: (part: WordPart) => WordPart): CommandTemplate {
  const changed = ({ env, words }: CommandProgram): CommandProgram => ({
    env,
    words: words.map((parts) => parts.map(change)),
  });
  const [first, ...rest] = command.programs;
  return { ...command, programs: [changed(first), ...rest.map(changed)] };
}

/** Whether a condition holds; numbers are compared as numbers, everything else as text. */
export function holds({ key, value, compare }: Condition, values: Parameters): boolean {
  const given = values.get(key);
  if (given === undefined || given === "") return false;
  if (value === undefined) return true;
  const order = compared(given, value);
  switch (compare) {
    case "eq":
      return order === 0;
    case "ne":
      return order !== 0;
    case "gt":
      return order > 0;
    case "lt":
      return order < 0;
    case "ge":
      return order >= 0;
    case "le":
      return order <= 0;
    default:
      return compare satisfies never;
  }
}

function compared(a: string, b: string): number {
  const [x, y] = [asNumber(a), asNumber(b)];
  if (x !== undefined && y !== undefined) return x - y;
  return a < b ? -1 : a > b ? 1 : 0;
}

function asNumber(text: string): number | undefined {
  return /^\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\s*$/.test(text)
    ? Number(text)
    : undefined;
}
