/** A piece of a word: text of the administrator, or a value of the request. Source: das2-server 9.1, 13.3. */
export type WordPart =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "value";
      /** For example `read.time.min`. */
      readonly key: string;
      /** `key(SEP|SUB)` and `key(SEP|SUB|VS)`: look for an element of the value. */
      readonly select?: {
        readonly separator: string;
        readonly element: string;
        readonly valueSeparator?: string;
      };
      /** Text when present, with `@` for the value; missing: the value itself. */
      readonly present?: string;
      /** Text when absent; missing: the value is required. */
      readonly absent?: string;
      /** `#[...]*`: white space in the value separates arguments. */
      readonly split: boolean;
      /** The value, whatever the request says. */
      readonly fixed?: string;
      /** The value where the request gives none. */
      readonly standard?: string;
      /** Stood inside quotes: whatever it becomes stays one piece. Elsewhere blanks in `present` and `absent` separate words. */
      readonly quoted?: true;
    };

/** A part that a request value fills. */
export type ValuePart = Extract<WordPart, { kind: "value" }>;

/** One program of a command: settings of its environment and its words, each a list of parts. */
export interface CommandProgram {
  readonly env: Readonly<Record<string, string>>;
  readonly words: readonly (readonly WordPart[])[];
}

/** A command of a definition, parsed when the file is loaded: programs joined by pipes. */
export interface CommandTemplate {
  readonly programs: readonly [CommandProgram, ...CommandProgram[]];
  /** Whether the text places request values itself (`#[...]`), so that nothing is appended. */
  readonly placesValues: boolean;
}
