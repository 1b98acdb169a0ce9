import { lexCommand, type WordToken } from "./command-lexer.js";
import type { CommandProgram, CommandTemplate } from "./command-template.js";
import { definitionError, type FilePlace } from "./definition-error.js";

export type { CommandProgram, CommandTemplate } from "./command-template.js";

/** Most programs of one command. */
const MAX_PROGRAMS = 16;

/** What a shell would do itself instead of starting a program. */
const SHELL_WORDS: ReadonlySet<string> = new Set(
  (
    "if then else elif fi for while until do done case esac in function select coproc [[ . : alias bg break builtin " +
    "cd command continue declare eval exec exit export fg getopts hash jobs let local popd pushd read readonly return " +
    "set shift shopt source trap type typeset ulimit umask unalias unset wait"
  ).split(" "),
);

/**
 * Parses the text of a command into programs and their words; no shell ever sees it.
 *
 * Known are words, `'...'`, `"..."`, a backslash before a character, pipes, `NAME=value` and `env NAME=value` before a
 * program, and `#[...]` (das2-server 9.1). Everything else that means something to a shell is refused.
 *
 * @param options `requestParameters`: `$(NAME,DEFAULT)` as a word of its own stands for a request parameter
 *   (das2-server 12.2); without it, it is refused like any `$`
 * Errors: BAD_DEFINITION naming the construct and its column (1-based, in the text after substitution).
 * Source: das2-server 13.3.
 */
export function parseCommand(
  text: string,
  options: { readonly requestParameters?: boolean; readonly place?: FilePlace } = {},
): CommandTemplate {
  const place = options.place ?? {};
  const { commands, placesValues } = lexCommand(text, options.requestParameters ?? false, place);
  if (commands.length > MAX_PROGRAMS)
    throw definitionError(`${commands.length} programs`, { ...place, expected: `at most ${MAX_PROGRAMS}` });
  const [first, ...others] = commands.map((words) => program(words, place));
  if (first === undefined) throw definitionError("an empty command", { ...place, expected: "a program" });
  return { programs: [first, ...others], placesValues };
}

/** The names of the request values that a command asks for, each once. */
export function commandKeys(command: CommandTemplate): string[] {
  const keys = new Set<string>();
  for (const { words } of command.programs)
    for (const part of words.flat()) if (part.kind === "value") keys.add(part.key);
  return [...keys];
}

function program(words: readonly WordToken[], place: FilePlace): CommandProgram {
  const env: Record<string, string> = {};
  let rest = takeSettings(words, env, place, (word) => word.head);
  // An `env` with options of its own is a program like any other.
  const afterEnv = rest[1] === undefined ? undefined : wordText(rest[1]);
  if (rest[0] !== undefined && /^(.*\/)?env$/.test(wordText(rest[0]) ?? "") && !afterEnv?.startsWith("-"))
    rest = takeSettings(rest.slice(1), env, place, (word) => wordText(word) ?? word.head);
  const [name] = rest;
  if (name === undefined)
    throw definitionError("no program after the settings of its environment", {
      ...place,
      expected: "a program",
    });
  const text = wordText(name);
  if (text === undefined)
    throw definitionError(`the name of a program from a request at column ${name.column}`, place);
  if (text === "") throw definitionError(`an empty program name at column ${name.column}`, place);
  if (SHELL_WORDS.has(text))
    throw definitionError(`the shell word ${text} at column ${name.column}`, {
      ...place,
      expected: "a program",
    });
  return { env, words: rest.map((word) => word.parts) };
}

/** Takes `NAME=value` words off the front. */
function takeSettings(
  words: readonly WordToken[],
  env: Record<string, string>,
  place: FilePlace,
  head: (word: WordToken) => string,
): readonly WordToken[] {
  for (const [index, word] of words.entries()) {
    const name = /^([A-Za-z_][A-Za-z0-9_]*)=/.exec(head(word))?.[1];
    if (name === undefined) return words.slice(index);
    const text = wordText(word);
    if (text === undefined)
      throw definitionError(`the setting ${name} from a request at column ${word.column}`, place);
    env[name] = text.slice(name.length + 1);
  }
  return [];
}

/** The text of a word without request values; `undefined` if it has any. */
function wordText(word: WordToken): string | undefined {
  let text = "";
  for (const part of word.parts) {
    if (part.kind === "value") return undefined;
    text += part.text;
  }
  return text;
}
