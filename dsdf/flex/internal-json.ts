import { accessRules } from "../access-rules.js";
import { type CommandTemplate, parseCommand } from "../command.js";
import type { AccessRule } from "../data-source.js";
import { definitionError, type FilePlace } from "../definition-error.js";
import { isObject } from "./json.js";

/** When a command runs: a condition on a parameter of the request. */
export interface Condition {
  readonly key: string;
  /** Missing: the parameter is there. */
  readonly value?: string;
  readonly compare: Compare;
}

/** How a parameter is compared, as a number where both sides are. */
export type Compare = "eq" | "ne" | "gt" | "lt" | "ge" | "le";

/** What a command reads or writes. */
export interface StreamType {
  /** `das`, `qstream`, `csv`, `png`, `hapi`. */
  readonly type: string;
  readonly version?: string;
  /** `text` or another way to write it. */
  readonly variant?: string;
}

/** One command that may be a part of the pipeline; das2-server 9.2. */
export interface FlexCommand {
  readonly label: string;
  readonly order: number;
  readonly template: CommandTemplate;
  /** Missing: it reads no stream. */
  readonly input?: StreamType;
  readonly output?: StreamType;
  /** All have to hold; none: it always runs. */
  readonly conditions: readonly Condition[];
  /** Parameters for commands of lower order. */
  readonly sets: readonly { readonly key: string; readonly value: string }[];
}

/** A part of the name of a file; das2-server 8.6. */
export interface NameCall {
  readonly name: "echo" | "isorange" | "timeres" | "normparams";
  readonly args: readonly string[];
}

/** What the private half of a dasFlex definition says; das2-server 8.4. */
export interface FlexDefinition {
  readonly commands: readonly FlexCommand[];
  /** Names of das2.2 requests, and what they are here; null: nothing. */
  readonly translations: ReadonlyMap<string, string | null>;
  /** Parameters of requests that do not say them, by the interface that is asked. */
  readonly defaults: { readonly das2: Parameters; readonly flex: Parameters };
  readonly fileName: readonly NameCall[];
  readonly access: readonly AccessRule[];
  readonly realm?: string;
}

/** Parameters of a request by name. */
export type Parameters = ReadonlyMap<string, string>;

/** Commands of one definition. */
const MOST_COMMANDS = 200;
const COMPARES: ReadonlySet<string> = new Set<Compare>(["eq", "ne", "gt", "lt", "ge", "le"]);
const NAME_CALLS: ReadonlySet<string> = new Set<NameCall["name"]>([
  "echo",
  "isorange",
  "timeres",
  "normparams",
]);

/**
 * Reads an `internal.json`. Errors: BAD_DEFINITION naming the file; commands are checked as those of a DSDF file are, so nothing that
 * asks for a shell is taken. Source: das2-server 8.4, 9.
 */
export function parseInternalJson(text: string, file: string): FlexDefinition {
  const place = { file };
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch (cause) {
    throw definitionError("it is not JSON", place, cause);
  }
  if (!isObject(root)) throw definitionError("it is not an object", place);
  const parameters = isObject(root.parameters) ? root.parameters : {};
  const defaults = isObject(parameters.defaults) ? parameters.defaults : {};
  const translate = isObject(parameters.translate) ? parameters.translate : {};
  const files = isObject(root.files) ? root.files : {};
  const realm = isObject(root.authentication) ? root.authentication.securityRealm : undefined;
  return {
    commands: commandsOf(root.commands, place),
    translations: translationsOf(translate.das2),
    defaults: { das2: parametersOf(defaults.das2), flex: parametersOf(defaults.flex) },
    fileName: listOf(files.baseName).map((call) => nameCall(call, place)),
    access: accessOf(root.authorization, place),
    ...(typeof realm === "string" && realm !== "" ? { realm } : {}),
  };
}

/** A list, or the values of an object; das2-server 9.2. */
function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return isObject(value) ? Object.values(value) : [];
}

function commandsOf(value: unknown, place: FilePlace): FlexCommand[] {
  const list = listOf(value);
  if (list.length > MOST_COMMANDS)
    throw definitionError(`${list.length} commands`, { ...place, expected: `at most ${MOST_COMMANDS}` });
  return list.map((one, index) => command(one, index, place));
}

function command(value: unknown, index: number, place: FilePlace): FlexCommand {
  const label = isObject(value) && typeof value.label === "string" ? value.label : `command ${index + 1}`;
  if (!isObject(value)) throw definitionError(`${label} is not an object`, place);
  const order = Number(value.order ?? 0);
  if (!Number.isFinite(order)) throw definitionError(`order of ${label}`, { ...place, expected: "a number" });
  const parts = Array.isArray(value.template) ? value.template : [value.template];
  if (!parts.every((part) => typeof part === "string"))
    throw definitionError(`template of ${label}`, { ...place, expected: "a text or a list of texts" });
  const conditions = listOf(value.activation ?? value.triggers ?? value.trigger);
  const input = streamType(value.input);
  const output = streamType(value.output);
  return {
    label,
    order,
    template: parseCommand(parts.join(" "), { place }),
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
    conditions: conditions.map((one) => condition(one, label, place)),
    sets: listOf(value.set).map((one) => setting(one, label, place)),
  };
}

function streamType(value: unknown): StreamType | undefined {
  if (typeof value === "string") return { type: value.toLowerCase() };
  if (!isObject(value) || typeof value.type !== "string") return undefined;
  const { version, variant } = value;
  return {
    type: value.type.toLowerCase(),
    ...(version === undefined || version === null ? {} : { version: String(version) }),
    ...(typeof variant === "string" ? { variant: variant.toLowerCase() } : {}),
  };
}

function condition(value: unknown, label: string, place: FilePlace): Condition {
  if (!isObject(value) || typeof value.key !== "string")
    throw definitionError(`a condition of ${label}`, { ...place, expected: "an object with a key" });
  const compare = value.compare ?? "eq";
  if (typeof compare !== "string" || !COMPARES.has(compare))
    throw definitionError(`compare of ${label}`, { ...place, expected: [...COMPARES].join(", ") });
  return {
    key: value.key,
    ...(value.value === undefined || value.value === null ? {} : { value: String(value.value) }),
    compare: compare as Compare, // one of the set
  };
}

function setting(value: unknown, label: string, place: FilePlace): FlexCommand["sets"][number] {
  if (!isObject(value) || typeof value.key !== "string")
    throw definitionError(`set of ${label}`, { ...place, expected: "objects with a key and a value" });
  return { key: value.key, value: String(value.value ?? "") };
}

function parametersOf(value: unknown): Parameters {
  const found = new Map<string, string>();
  if (isObject(value))
    for (const [name, one] of Object.entries(value))
      if (typeof one === "string" || typeof one === "number" || typeof one === "boolean")
        found.set(name, String(one));
  return found;
}

function translationsOf(value: unknown): ReadonlyMap<string, string | null> {
  const found = new Map<string, string | null>();
  if (isObject(value))
    for (const [name, one] of Object.entries(value))
      if (typeof one === "string" || one === null) found.set(name, one);
  return found;
}

function nameCall(value: unknown, place: FilePlace): NameCall {
  const name = isObject(value) ? value.function : undefined;
  const args = isObject(value) ? listOf(value.args) : [];
  if (typeof name !== "string" || !NAME_CALLS.has(name))
    throw definitionError("files.baseName", { ...place, expected: [...NAME_CALLS].join(", ") });
  return { name: name as NameCall["name"], args: args.map(String) }; // one of the set
}

const AUTHORIZATIONS: ReadonlySet<string> = new Set(["user_in_group", "user_is", "params"]);

/** Groups, users and ages, any of which lets in; das2-server 6.2, 8.4. */
function accessOf(value: unknown, place: FilePlace): readonly AccessRule[] {
  if (value === undefined || value === null) return [];
  if (!isObject(value)) throw definitionError("authorization is not an object", place);
  // A name that is not known, or that has no list, would else let everybody in.
  for (const [name, list] of Object.entries(value))
    if (!AUTHORIZATIONS.has(name) || !(Array.isArray(list) || isObject(list)))
      throw definitionError("authorization", {
        ...place,
        expected: `lists ${[...AUTHORIZATIONS].join(", ")}`,
      });
  const texts = [
    ...listOf(value.user_in_group).map((name) => `GROUP:${plainName(name, place)}`),
    ...listOf(value.user_is).map((name) => `USER:${plainName(name, place)}`),
    ...listOf(value.params).map((one) => `AGE:${ageOf(one, place)}`),
  ];
  return texts.flatMap((text) => {
    const rules = accessRules(text);
    // What cannot be understood must let nobody in.
    if (rules === undefined || rules.length === 0) throw definitionError("authorization", place);
    return rules;
  });
}

function plainName(value: unknown, place: FilePlace): string {
  if (typeof value !== "string" || value === "" || /[|:]/.test(value))
    throw definitionError("a name in authorization", place);
  return value;
}

/** `{key: read.time.max, reference: now, delta: -1y, compare: lt}`: data of that age. */
function ageOf(value: unknown, place: FilePlace): string {
  const { key, reference, delta, compare = "lt" } = isObject(value) ? value : {};
  const isKnown = key === "read.time.max" && reference === "now" && (compare === "lt" || compare === "le");
  if (!isKnown || typeof delta !== "string" || !/^-(?:[0-9]+[ymdh])+$/i.test(delta))
    throw definitionError("params of authorization", {
      ...place,
      expected: "read.time.max, reference now, a delta such as -1y, compare lt",
    });
  return delta.slice(1);
}
