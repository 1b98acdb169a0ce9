import { basename } from "node:path";
import type { Definition } from "./definition.js";
import { definitionError } from "./definition-error.js";
import { isPrivate } from "./private-keywords.js";

/** Where a name in `$(NAME)` is looked up besides the definition itself. */
export interface SubstitutionContext {
  /** Settings of the server that definitions may use; das2-server 12.2. */
  readonly substitutions: ReadonlyMap<string, string>;
}

/** Deepest nesting of `$(...)`, through other keywords or through defaults. */
export const MAX_SUBSTITUTION_DEPTH = 10;
/** Longest value after substitution, characters: references that multiply end here. */
export const MAX_VALUE_LENGTH = 1 << 16;

const NAME = /[A-Za-z_][A-Za-z0-9_.]*/y;
const OFF = /^(0|false|no|off)$/i;

/**
 * The values of all keywords with `$(NAME)` and `$(NAME,DEFAULT)` replaced: `THIS_FILE`, other keywords, settings of
 * the server, the default. `THIS_FILE` is the path of the file in keywords that no client sees, only its
 * name in the others. What a keyword that begins with `reader` takes from the request stays as it is, for
 * {@link parseCommand}; no other keyword ever holds text of a request.
 *
 * Differs from das2-pyserver: names end at the nearest `)`, and request text never becomes command text.
 * Errors: BAD_DEFINITION for an unknown name, a cycle, nesting deeper than 10 and values above 64 Ki characters.
 * Source: das2-server 12.2.
 */
export function substitute(
  definition: Definition,
  context: SubstitutionContext,
): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const off = definition.assignments.get("substitutions");
  const expander = off !== undefined && OFF.test(off.value) ? undefined : new Expander(definition, context);
  for (const { keyword, value } of definition.assignments.values())
    values.set(keyword, expander === undefined ? value : expander.keyword(keyword));
  return values;
}

/** The value of one keyword as {@link substitute} gives it, without looking at the others; `undefined` if absent. */
export function substituteOne(
  definition: Definition,
  keyword: string,
  context: SubstitutionContext,
): string | undefined {
  const assignment = definition.assignments.get(keyword);
  if (assignment === undefined) return undefined;
  const off = definition.assignments.get("substitutions");
  if (off !== undefined && OFF.test(off.value)) return assignment.value;
  return new Expander(definition, context).keyword(keyword);
}

class Expander {
  readonly #definition: Definition;
  readonly #context: SubstitutionContext;
  /** What names stand for, so that work does not multiply with the number of references. */
  readonly #done = new Map<string, string>();
  /** Names being expanded, outermost first; the first is a keyword of which the value is wanted. */
  readonly #path: string[] = [];
  /** Whether the value that is wanted stays inside. */
  #isPrivate = false;

  constructor(definition: Definition, context: SubstitutionContext) {
    this.#definition = definition;
    this.#context = context;
  }

  keyword(keyword: string): string {
    this.#isPrivate = isPrivate(keyword);
    return this.#keyword(keyword, keyword.startsWith("reader"));
  }

  #keyword(keyword: string, fromRequest: boolean): string {
    const text = this.#definition.assignments.get(keyword)?.value ?? "";
    return this.#once(keyword, fromRequest, () => this.#text(text, keyword, fromRequest));
  }

  #once(name: string, fromRequest: boolean, work: () => string): string {
    const key = `${fromRequest ? "r" : "f"} ${this.#isPrivate ? "i" : "o"} ${name}`;
    const done = this.#done.get(key);
    if (done !== undefined) return done;
    if (this.#path.includes(name)) {
      const round = [...this.#path.slice(this.#path.indexOf(name)), name].join(" -> ");
      throw this.#fail(`substitutions go in a circle, ${round}`, this.#path[0] ?? name);
    }
    const value = this.#deeper(name, work);
    this.#done.set(key, value);
    return value;
  }

  #deeper(name: string, work: () => string): string {
    // The outermost entry is the keyword itself, not a substitution.
    if (this.#path.length > MAX_SUBSTITUTION_DEPTH)
      throw this.#fail(`substitutions nested deeper than ${MAX_SUBSTITUTION_DEPTH}`, this.#path[0] ?? name);
    this.#path.push(name);
    try {
      return work();
    } finally {
      this.#path.pop();
    }
  }

  #fail(what: string, keyword: string, expected?: string): Error {
    const line = this.#definition.assignments.get(keyword)?.line ?? 0;
    const place = { file: this.#definition.file, line, keyword };
    return definitionError(what, expected === undefined ? place : { ...place, expected });
  }

  /** Expands a text that stands in the value of `keyword`. */
  #text(text: string, keyword: string, fromRequest: boolean): string {
    if (!text.includes("$(")) return text;
    const result: string[] = [];
    let length = text.length;
    let from = 0;
    for (let at = text.indexOf("$("); at >= 0 && length <= MAX_VALUE_LENGTH; at = text.indexOf("$(", from)) {
      result.push(text.slice(from, at));
      const found = this.#reference(text, at, keyword);
      const value = found === undefined ? "$(" : this.#value(found, keyword, fromRequest);
      from = found === undefined ? at + 2 : found.end;
      result.push(value);
      length += value.length;
    }
    if (length > MAX_VALUE_LENGTH)
      throw this.#fail(
        "a value too long for substitutions",
        keyword,
        `at most ${MAX_VALUE_LENGTH} characters`,
      );
    result.push(text.slice(from));
    return result.join("");
  }

  /** The reference that begins at `at`; `undefined` where no `)` follows and it is plain text. */
  #reference(text: string, at: number, keyword: string): Reference | undefined {
    NAME.lastIndex = at + 2;
    const name = NAME.exec(text)?.[0] ?? "";
    const after = at + 2 + name.length;
    if (name !== "" && text[after] === ")") return { name, end: after + 1 };
    const close = name !== "" && text[after] === "," ? closing(text, after + 1) : undefined;
    if (close !== undefined) return { name, fallback: text.slice(after + 1, close), end: close + 1 };
    if (!text.includes(")", at)) return undefined;
    // A shell's $(program) in a reader is refused by the parser of commands, which can say so better.
    if (keyword.startsWith("reader")) return undefined;
    throw this.#fail('"$(" without a name', keyword, "$(NAME) or $(NAME,DEFAULT)");
  }

  #value({ name, fallback }: Reference, keyword: string, fromRequest: boolean): string {
    if (name === "THIS_FILE")
      return this.#isPrivate ? this.#definition.file : basename(this.#definition.file);
    // A reader's text may hold request parameters; used in another keyword, only their defaults count.
    if (this.#definition.assignments.has(name))
      return this.#keyword(name, fromRequest && name.startsWith("reader"));
    const setting = this.#context.substitutions.get(name);
    if (setting !== undefined) return this.#once(name, false, () => this.#text(setting, keyword, false));
    const value =
      fallback === undefined ? undefined : this.#deeper("", () => this.#text(fallback, keyword, false));
    if (fromRequest) return value === undefined ? `$(${name})` : `$(${name},${value})`;
    if (value !== undefined) return value;
    throw this.#fail(
      `$(${name}) has no value`,
      keyword,
      "a keyword of the file, a permitted setting, or a default",
    );
  }
}

interface Reference {
  readonly name: string;
  readonly fallback?: string;
  /** Behind the closing parenthesis. */
  readonly end: number;
}

/** Longest default, characters. */
const MAX_DEFAULT = 1024;

/** The `)` that ends a default beginning at `from`; references inside it have their own. */
function closing(text: string, from: number): number | undefined {
  let depth = 0;
  const end = Math.min(text.length, from + MAX_DEFAULT + 1);
  for (let at = from; at < end; at++) {
    if (text[at] === ")" && depth-- === 0) return at;
    if (text[at] === "$" && text[at + 1] === "(") depth++;
  }
  return undefined;
}
