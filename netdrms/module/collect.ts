import { shown } from "../../config/problem.js";
import { DasError } from "../../errors/das-error.js";
import { parameterFileLines } from "./parameter-file.js";
import { unescapeValue } from "./unescape.js";
import { findLongFlag, meant, type Vocabulary } from "./vocabulary.js";
import { argumentWord, type Word } from "./words.js";

/** Where a word came from. */
export type Origin = "command line" | "parameter file" | "request";

/** The text of a value, and who gave it. */
export interface GivenText {
  readonly text: string;
  readonly origin: Origin;
}

/** What the words of a command line say, values still text. */
export interface CollectedWords {
  /**
   * By {@link keyOf}; the one that wins where several were given. A flag that is set has the text `1`.
   */
  readonly given: ReadonlyMap<string, GivenText>;
  readonly positionals: readonly string[];
  /** Names in parameter files that the module does not know, each once. */
  readonly unused: readonly string[];
}

/** The key of a parameter, a flag or a name that is not declared: `-n`, which is reserved, is not the parameter `n`. */
export function keyOf(kind: "parameter" | "flag" | "other", name: string): string {
  return kind === "flag" ? `-${name}` : kind === "other" ? `=${name}` : name;
}

/** Gives the text of a parameter file. */
export type ReadFile = (name: string) => string;

/** Parameter files in parameter files; netdrms 7.1. */
const MAX_FILE_DEPTH = 10;
/** Parameter files opened for one command line. */
const MAX_FILES = 256;
/** Words of the command line and all parameter files together: files that name files twice would grow without bound. */
const MAX_WORDS = 65_536;
/** Longest word, characters: as much as Linux takes as one argument. */
const MAX_WORD_LENGTH = 131_072;

const NAME_AND_VALUE = /^([A-Za-z_]\w*)([ \t]*)=$/;

/**
 * Sorts the words of a command line: flags, values of names, positional arguments; `--` alone makes positional arguments of
 * all that follow. Who wins: request, command line, parameter file; of several of one kind the last.
 *
 * A name that the module does not know is an error on the command line, unless it takes any. In a parameter file, which several modules may
 * share, it is only told of.
 *
 * @param readFile without it a word `@file` is refused
 * Errors: USAGE; BAD_PARAMETER for a word of the request.
 * Source: netdrms 7.1.
 */
export function collectWords(
  argv: readonly string[],
  vocabulary: Vocabulary,
  readFile: ReadFile | undefined,
): CollectedWords {
  const collector = new Collector(vocabulary, readFile);
  collector.line(argv.map(argumentWord), 0);
  return collector.result();
}

class Collector {
  readonly #vocabulary: Vocabulary;
  readonly #readFile: ReadFile | undefined;
  readonly #given = {
    request: new Map<string, GivenText>(),
    "command line": new Map<string, GivenText>(),
    "parameter file": new Map<string, GivenText>(),
  } as const satisfies Record<Origin, Map<string, GivenText>>;
  readonly #positionals: string[] = [];
  readonly #unused = new Set<string>();
  #words = 0;
  #files = 0;

  constructor(vocabulary: Vocabulary, readFile: ReadFile | undefined) {
    this.#vocabulary = vocabulary;
    this.#readFile = readFile;
  }

  result(): CollectedWords {
    const { request, "command line": commandLine, "parameter file": file } = this.#given;
    return {
      given: new Map([...file, ...commandLine, ...request]),
      positionals: this.#positionals,
      unused: [...this.#unused],
    };
  }

  /**
   * Takes the words of the command line, or of one line of a parameter file; a value never stands on another line than its name.
   *
   * @param depth of the parameter file; 0 for the command line
   */
  line(words: readonly Word[], depth: number): void {
    this.#count(words);
    let named = true;
    for (let at = 0; at < words.length; at++) {
      if (this.#isRequest(depth)) {
        for (const { text } of words.slice(at)) this.#requestWord(text);
        return;
      }
      const word = words[at]!;
      if (!named || !word.plainStart) this.#positional(word);
      else if (word.text === "--") named = false;
      else if (word.text.startsWith("--")) at += this.#longName(word, words[at + 1], depth);
      else if (/^-\D/s.test(word.text)) this.#letters(word.text, depth);
      else if (word.text.startsWith("@")) this.#file(word.text.slice(1), depth + 1);
      else at += this.#nameAndValue(word, words[at + 1], depth);
    }
  }

  #count(words: readonly Word[]): void {
    this.#words += words.length;
    if (this.#words > MAX_WORDS) throw new DasError("USAGE", `more than ${MAX_WORDS} arguments`);
    for (const { text } of words)
      if (text.length > MAX_WORD_LENGTH)
        throw new DasError(
          "USAGE",
          `argument ${shown(text)} has ${text.length} characters, expected ${MAX_WORD_LENGTH} at most`,
        );
  }

  #isRequest(depth: number): boolean {
    const { requestWords, positionals } = this.#vocabulary;
    return requestWords && depth === 0 && this.#positionals.length >= positionals.length;
  }

  #positional({ text }: Word): void {
    const { positionals } = this.#vocabulary;
    const hasPlace = this.#positionals.length < positionals.length || positionals.at(-1)?.many === true;
    if (!hasPlace) {
      const names = positionals.map(({ name }) => name).join(" ");
      const expected = names === "" ? "name=value" : `name=value or ${names}`;
      throw new DasError("USAGE", `argument ${shown(text)} has no meaning, expected ${expected}`);
    }
    this.#positionals.push(text);
  }

  /** `--name value` or `--name`; the number of further words that it took. */
  #longName({ text, plainEnd }: Word, next: Word | undefined, depth: number): 0 | 1 {
    const name = text.slice(2);
    const value = next !== undefined && plainEnd && canBeValue(next) ? next : undefined;
    if (this.#vocabulary.params.has(name)) {
      if (value === undefined)
        throw new DasError(
          "USAGE",
          `--${name} needs a value (one that begins with -, or holds =, as ${name}=VALUE)`,
        );
      this.#set(name, unescapeValue(name, value.text), depth);
      return 1;
    }
    const flag = findLongFlag(this.#vocabulary, name);
    // Unlike the original, whose flags have no declaration: a flag takes no word that is meant for something else.
    const takes = flag === undefined ? value !== undefined : value?.text === "0" || value?.text === "1";
    if (flag !== undefined) this.#set(keyOf("flag", flag.name), takes ? value!.text : "1", depth);
    else this.#unknown(name, `--${name}`, depth);
    return takes ? 1 : 0;
  }

  #letters(text: string, depth: number): void {
    for (const letter of text.slice(1)) {
      if (this.#vocabulary.flags.has(letter)) this.#set(keyOf("flag", letter), "1", depth);
      else this.#unknown(letter, `flag ${shown(letter)} of ${shown(text)}`, depth);
    }
  }

  /** `name=value` or `name= value`, else a positional argument; the number of further words that it took. */
  #nameAndValue(word: Word, next: Word | undefined, depth: number): 0 | 1 {
    const [, name, blanks = ""] = NAME_AND_VALUE.exec(word.text.slice(0, word.equals + 1)) ?? [];
    if (name === undefined) {
      this.#positional(word);
      return 0;
    }
    // Blanks around `=` belong to the value.
    const inline = blanks + word.text.slice(word.equals + 1);
    const takesNext = inline === "" && word.plainEnd && next !== undefined;
    const { params, flags, otherNames } = this.#vocabulary;
    const kind = params.has(name) ? "parameter" : flags.has(name) ? "flag" : otherNames ? "other" : undefined;
    if (kind === undefined) this.#unknown(name, shown(word.text), depth);
    else this.#set(keyOf(kind, name), unescapeValue(name, takesNext ? next.text : inline), depth);
    return takesNext ? 1 : 0;
  }

  #file(name: string, depth: number): void {
    if (name === "") throw new DasError("USAGE", "@ names no parameter file, expected @FILE");
    if (this.#readFile === undefined)
      throw new DasError("USAGE", `parameter file ${shown(name)} is not accepted here`);
    if (depth > MAX_FILE_DEPTH)
      throw new DasError(
        "USAGE",
        `parameter file ${shown(name)} is ${depth} files deep, expected ${MAX_FILE_DEPTH} at most`,
      );
    if (++this.#files > MAX_FILES) throw new DasError("USAGE", `more than ${MAX_FILES} parameter files`);
    for (const words of parameterFileLines(name, this.#readFile(name))) this.line(words, depth);
  }

  #requestWord(text: string): void {
    // As the other readers take them: one argument may hold several words.
    for (const part of text.split(/\s+/)) {
      if (part === "") continue;
      const [, name = "", value] = /^([^=]*)(?:=(.*))?$/s.exec(part)!;
      const parameter = this.#vocabulary.params.get(name);
      if (parameter?.fromRequest !== true || value === undefined) {
        const open = [...this.#vocabulary.params.values()].filter((known) => known.fromRequest === true);
        const expected = open.map((known) => `${known.name}=VALUE`).join(", ");
        throw new DasError(
          "BAD_PARAMETER",
          `parameter ${shown(part)} is not known, expected ${expected === "" ? "none" : expected}`,
        );
      }
      this.#given.request.set(name, {
        text: unescapeValue(name, value, "BAD_PARAMETER"),
        origin: "request",
      });
    }
  }

  #set(key: string, text: string, depth: number): void {
    const origin = depth === 0 ? "command line" : "parameter file";
    this.#given[origin].set(key, { text, origin });
  }

  #unknown(name: string, what: string, depth: number): void {
    if (depth === 0)
      throw new DasError(
        "USAGE",
        `${what} is not known${meant(this.#vocabulary, name)}; --help tells what is`,
      );
    this.#unused.add(name);
  }
}

/** Whether `--name` takes the word as its value. */
function canBeValue({ text, plainStart, equals }: Word): boolean {
  return equals < 0 && !(plainStart && /^[-@]/.test(text));
}
