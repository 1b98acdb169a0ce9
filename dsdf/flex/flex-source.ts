import { parseTime } from "../../stream/time.js";
import { commandKeys } from "../command.js";
import type { CommandTemplate, WordPart } from "../command-template.js";
import type { DataSource } from "../data-source.js";
import { expandCommand } from "../expand-command.js";
import { lastElement } from "../id-element.js";
import { dataSource } from "../load.js";
import { openRange } from "../ranges.js";
import { readTemplate } from "../template.js";
import { type AnswerType, answerType } from "./answer-type.js";
import { chooseCommands, mapParts } from "./choose-commands.js";
import { isoRange, normParams, safeFileName, timeRes } from "./file-name.js";
import type { FlexDefinition, NameCall, Parameters } from "./internal-json.js";
import { isObject } from "./json.js";
import type { OtherView } from "./other-views.js";

/** A source of a dasFlex tree: what clients are told, and how its data are made. */
export interface FlexSource {
  /** Path below the root of the tree. */
  readonly id: string;
  /** The file `internal.json`; for the log. */
  readonly file: string;
  readonly definition: FlexDefinition;
  /** The public definition, as it stands in `flex.json`; missing where there is none. */
  readonly flex?: Readonly<Record<string, unknown>>;
  /** The same for live data. */
  readonly flexRT?: Readonly<Record<string, unknown>>;
  /** Descriptions for other interfaces that stand beside it. */
  readonly others?: readonly OtherView[];
}

/** A source as the rest of the server knows sources, but for the commands, which depend on the request. */
export function baseSource({ id, file, definition, flex, flexRT }: FlexSource): DataSource {
  const text = (name: string) => {
    const value = flex?.[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const plain = dataSource(id, file, BLANK, { substitutions: new Map() });
  const summary = text("summary");
  const validRange = validRangeOf(flex);
  return {
    ...plain,
    description: text("title") ?? text("label") ?? id,
    ...(summary === undefined ? {} : { summary }),
    ...(validRange === undefined ? {} : { validRange }),
    reducer: false,
    // Commands that a request for bins activates make them.
    preReduced: true,
    cacheLevels: [],
    access: definition.access,
    ...(definition.realm === undefined ? {} : { securityRealm: definition.realm }),
    realTime: flexRT !== undefined,
  };
}

/** A definition that says nothing, for all that a dasFlex source leaves open. */
const BLANK = new TextEncoder().encode("description = 'x'\ndas2Stream = 1\nreader = none\nhidden = 1\n");

function validRangeOf(flex: FlexSource["flex"]): DataSource["validRange"] {
  const face = flex?.interface;
  const coords = isObject(face) ? face.coords : undefined;
  const time = isObject(coords) ? coords.time : undefined;
  const range = isObject(time) ? time.validRange : undefined;
  if (!Array.isArray(range) || range.length !== 2) return undefined;
  return openRange(`${String(range[0])} to ${String(range[1])}`);
}

/** Which interface a request came by. */
export type FlexInterface = "das2" | "flex";

/** A source made for one request, and how its answer is labelled. */
export interface RequestedSource {
  readonly source: DataSource;
  readonly type: AnswerType;
}

/**
 * The source of one request: the commands that its parameters ask for. Values that the server works out itself (range, reader
 * parameters) are filled in later, by the same rules as everywhere.
 * Errors: BAD_PARAMETER as of {@link chooseCommands}. Source: das2-server 9.2.
 */
export function requestedSource(
  flexSource: FlexSource,
  given: Parameters,
  face: FlexInterface,
): RequestedSource {
  const { definition } = flexSource;
  const { command, output } = chooseCommands(definition.commands, given, definition.defaults[face]);
  const type = answerType(output);
  const base = baseSource(flexSource);
  const reader = withGiven(command, given);
  return { type, source: { ...base, ...type.form, reader } as DataSource }; // form and file type fit each other
}

/** Numbers of a request that only the commands look at: the server has bins and points of no such source. */
const OWN_NUMBERS: ReadonlySet<string> = new Set(["bin.time.max", "read.time.inter"]);

function withGiven(command: CommandTemplate, given: Parameters): CommandTemplate {
  if (!commandKeys(command).some((key) => OWN_NUMBERS.has(key))) return command;
  const part = (one: WordPart): WordPart => {
    if (one.kind === "text" || one.fixed !== undefined || !OWN_NUMBERS.has(one.key)) return one;
    const value = given.get(one.key);
    return value === undefined ? one : { ...one, fixed: value };
  };
  return mapParts(command, part);
}

/**
 * The name under which an answer is saved, by the definition. Errors: BAD_PARAMETER for a value that is missing.
 * Source: das2-server 8.6.
 */
export function definedFileName(
  { id, definition: { fileName } }: FlexSource,
  given: Parameters,
  extension: string,
): string | undefined {
  if (fileName.length === 0) return undefined;
  const name = fileName.map((call) => callText(call, given)).join("");
  return safeFileName(name === "" ? lastElement(id) : name, extension);
}

function callText({ name, args }: NameCall, given: Parameters): string {
  const [first = "", second = ""] = args.map((arg) => argumentText(arg, given));
  switch (name) {
    case "echo":
      return first;
    case "isorange":
      return isoRange(parseTime(first, { bareYear: true }), parseTime(second, { bareYear: true }));
    case "timeres": {
      const seconds = Number(second);
      return second !== "" && seconds > 0 ? timeRes(first, seconds) : "";
    }
    case "normparams":
      return normParams(first);
    default:
      return name satisfies never;
  }
}

const TEMPLATE = /#\[[^\]]*\]/g;

/** An argument with the values of the request in it. */
function argumentText(argument: string, given: Parameters): string {
  return argument.replaceAll(TEMPLATE, (text) => {
    const { part } = readTemplate(text, 0, true, {});
    const command: CommandTemplate = { programs: [{ env: {}, words: [[part]] }], placesValues: true };
    return expandCommand(command, Object.fromEntries(given))[0]?.argv.join(" ") ?? "";
  });
}
