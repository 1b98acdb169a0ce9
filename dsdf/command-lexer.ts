import type { WordPart } from "./command-template.js";
import { definitionError, type FilePlace } from "./definition-error.js";
import { readTemplate } from "./template.js";

/** One word of a command. */
export interface WordToken {
  readonly parts: readonly WordPart[];
  /** What stands before the first quote, backslash or request value. */
  readonly head: string;
  /** 1-based. */
  readonly column: number;
}

/** Longest command, characters. */
const MAX_COMMAND_LENGTH = 16 * 1024;
/** Most words of a command: far below what an operating system takes as arguments. */
const MAX_WORDS = 1000;

/** What a shell calls the characters that mean something to it outside quotes. */
const CONSTRUCTS: readonly (readonly [text: string, name: string])[] = [
  ["&&", "an and-list (&&)"],
  ["||", "an or-list (||)"],
  ["|&", "a pipe of standard error (|&)"],
  ["&", "a background job or redirection (&)"],
  [";", "a list of commands (;)"],
  ["<<", "a here-document (<<)"],
  ["<(", "a process substitution (<)"],
  ["<", "a redirection (<)"],
  [">", "a redirection (>)"],
  ["`", "a command substitution (`)"],
  ["(", "a subshell (()"],
  [")", "a subshell ())"],
  ["{", "a brace expansion or group ({)"],
  ["}", "a brace expansion or group (})"],
  ["*", "a file name pattern (*)"],
  ["?", "a file name pattern (?)"],
  ["[", "a file name pattern ([)"],
  ["!", "a negation or history reference (!)"],
];
/** The same for what follows a `$`; all but the last in double quotes too. */
const DOLLARS: readonly (readonly [text: RegExp, name: string])[] = [
  [/^\$\(\(/, "an arithmetic expansion ($(())"],
  [/^\$\(/, "a command substitution ($()"],
  [/^\$\{/, "a variable (${)"],
  [/^\$[A-Za-z0-9_@*#?$!-]/, "a variable ($)"],
  [/^\$['"]/, "a quotation ($ before a quote)"],
];

const REQUEST_PARAMETER = /\$\(([A-Za-z_][A-Za-z0-9_.]*)(?:,([^()]*))?\)(?=[ \t|]|$)/y;

/**
 * Splits a command into programs and words with their parts.
 * Errors: BAD_DEFINITION naming what is refused and its column. Source: das2-server 9.1, 13.3.
 */
export function lexCommand(
  text: string,
  requestParameters: boolean,
  place: FilePlace,
): { readonly commands: readonly (readonly WordToken[])[]; readonly placesValues: boolean } {
  if (text.length > MAX_COMMAND_LENGTH)
    throw definitionError(`${text.length} characters`, {
      ...place,
      expected: `at most ${MAX_COMMAND_LENGTH}`,
    });
  return new Lexer(text, requestParameters, place).run();
}

/** The words of a text of the administrator without request values, by the same rules. Errors: BAD_DEFINITION. */
export function plainWords(text: string, place: FilePlace = {}): string[] {
  const { commands } = lexCommand(text, false, place);
  if (commands.length > 1) throw definitionError("a pipe inside #[...]", place);
  return (commands[0] ?? []).map(({ parts }) =>
    parts.map((part) => (part.kind === "text" ? part.text : "")).join(""),
  );
}

interface OpenWord {
  readonly parts: WordPart[];
  head: string;
  /** A quote or value has come: what follows is no longer head. */
  headEnds: boolean;
  readonly column: number;
}

class Lexer {
  readonly #text: string;
  readonly #requestParameters: boolean;
  readonly #place: FilePlace;
  readonly #commands: WordToken[][] = [[]];
  #at = 0;
  #count = 0;
  #placesValues = false;
  /** The word being read; missing between words. */
  #word: OpenWord | undefined;

  constructor(text: string, requestParameters: boolean, place: FilePlace) {
    this.#text = text;
    this.#requestParameters = requestParameters;
    this.#place = place;
  }

  run(): { commands: WordToken[][]; placesValues: boolean } {
    while (this.#at < this.#text.length) this.#step();
    this.#endWord();
    const empty = this.#commands.findIndex((words) => words.length === 0);
    if (empty >= 0 && this.#commands.length > 1) throw this.#refused("a pipe with no program on one side");
    return { commands: this.#commands.filter((words) => words.length > 0), placesValues: this.#placesValues };
  }

  #step(): void {
    const character = this.#text[this.#at] ?? "";
    if (character === "'") this.#singleQuotes();
    else if (character === '"') this.#doubleQuotes();
    else if (character === "\\") this.#backslash();
    else if (character === "$") this.#dollar();
    else if (this.#text.startsWith("#[", this.#at)) this.#template(false);
    else {
      if (character === " " || character === "\t") this.#endWord();
      else this.#plain(character);
      this.#at++;
    }
  }

  #plain(character: string): void {
    this.#refuseConstruct(character);
    if (character === "|") {
      this.#endWord();
      this.#commands.push([]);
    } else this.#add(character, false);
  }

  #refused(what: string, at = this.#at): Error {
    return definitionError(`${what} at column ${at + 1}`, {
      ...this.#place,
      expected: "programs, words, quotes and pipes; no other shell construct outside of quotes",
    });
  }

  #refuseConstruct(character: string): void {
    if (character < " " || character === "\u007f")
      throw this.#refused(character === "\n" || character === "\r" ? "a line break" : "a control character");
    const found = CONSTRUCTS.find(([text]) => this.#text.startsWith(text, this.#at));
    if (found !== undefined) throw this.#refused(found[1]);
    if (character === "#" && this.#word === undefined) throw this.#refused("a comment (#)");
    if (character === "~" && /(^|[=:])$/.test(this.#word?.head ?? ""))
      throw this.#refused("a home folder (~)");
  }

  /** The word at hand, begun where there is none. */
  #current(): OpenWord {
    this.#word ??= { parts: [], head: "", headEnds: false, column: this.#at + 1 };
    return this.#word;
  }

  #add(text: string, quoted: boolean): void {
    const word = this.#current();
    if (quoted) word.headEnds = true;
    if (!word.headEnds) word.head += text;
    const last = word.parts.at(-1);
    if (last?.kind === "text") word.parts[word.parts.length - 1] = { kind: "text", text: last.text + text };
    else word.parts.push({ kind: "text", text });
  }

  #addValue(part: WordPart): void {
    const word = this.#current();
    word.headEnds = true;
    word.parts.push(part);
  }

  #endWord(): void {
    if (this.#word === undefined) return;
    if (++this.#count > MAX_WORDS) throw this.#refused(`more than ${MAX_WORDS} words`);
    const { parts, head, column } = this.#word;
    this.#commands.at(-1)?.push({ parts, head, column });
    this.#word = undefined;
  }

  #singleQuotes(): void {
    this.#add("", true);
    const opened = this.#at++;
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined) throw this.#refused("a quote (') that is not closed", opened);
      if (character === "'") break;
      if (this.#text.startsWith("#[", this.#at)) this.#template(true);
      else this.#literal(character);
    }
    this.#at++;
  }

  #doubleQuotes(): void {
    this.#add("", true);
    const opened = this.#at++;
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined) throw this.#refused('a quote (") that is not closed', opened);
      if (character === '"') break;
      if (this.#text.startsWith("#[", this.#at)) this.#template(true);
      else if (character === "`") throw this.#refused("a command substitution (`)");
      else if (character === "$") {
        // A `$` before the closing quote is only itself.
        if (this.#text[this.#at + 1] !== '"') this.#refuseDollar();
        this.#literal(character);
      } else {
        // Inside double quotes a backslash takes the meaning only of these four.
        if (character === "\\" && /["\\$`]/.test(this.#text[this.#at + 1] ?? "")) this.#at++;
        this.#literal(this.#text[this.#at] ?? "");
      }
    }
    this.#at++;
  }

  #literal(character: string): void {
    if ((character < " " && character !== "\t") || character === "\u007f") this.#refuseConstruct(character);
    this.#add(character, true);
    this.#at++;
  }

  #backslash(): void {
    const next = this.#text[this.#at + 1];
    if (next === undefined) throw this.#refused("a backslash at the end");
    this.#current();
    this.#at++;
    this.#literal(next);
  }

  #refuseDollar(): void {
    const found = DOLLARS.find(([pattern]) => pattern.test(this.#text.slice(this.#at, this.#at + 3)));
    if (found !== undefined) throw this.#refused(found[1]);
  }

  #dollar(): void {
    REQUEST_PARAMETER.lastIndex = this.#at;
    const found = this.#requestParameters ? REQUEST_PARAMETER.exec(this.#text) : null;
    if (found === null) {
      this.#refuseDollar();
      throw this.#refused("a variable ($)");
    }
    if (this.#word !== undefined)
      throw this.#refused(`the request parameter ${found[0]} as a part of a word (use #[...] for that)`);
    const [whole, name = "", fallback] = found;
    if (fallback !== undefined) plainWords(fallback, this.#place);
    this.#addValue({
      kind: "value",
      key: name.toLowerCase(),
      ...(fallback === undefined ? {} : { absent: fallback.trim() }),
      split: true,
    });
    this.#at += whole.length;
  }

  #template(quoted: boolean): void {
    const found = readTemplate(this.#text, this.#at, quoted, this.#place);
    if (!quoted)
      for (const text of [found.part.present, found.part.absent]) plainWords(text ?? "", this.#place);
    this.#addValue(found.part);
    this.#placesValues = true;
    this.#at = found.end;
  }
}
