/** How the text of a setting is read, and what it becomes. */
export type KeyType =
  /** Text as it stands; may be empty. */
  | "text"
  /** Text, or nothing. */
  | "optional text"
  /** A whole number. */
  | "integer"
  /** A real number. */
  | "number"
  /** Bytes: a whole number, `k`, `M` or `G` after it multiplies by 1024 each. */
  | "bytes"
  /** `true` or `false`, also `1 yes on` and `0 no off`. */
  | "flag"
  /** A file or folder, made absolute. */
  | "path"
  /** A file or folder, made absolute, or nothing. */
  | "optional path"
  /** Files or folders with `:` between them. */
  | "paths"
  /** Folders with `;` between them. */
  | "roots"
  /** Words with blanks or commas between them. */
  | "words"
  /** Addresses and networks (`192.0.2.7`, `2001:db8::/32`, `*`) with blanks or commas between them. */
  | "networks"
  /** An absolute `http:` or `https:` URL without a `/` at its end, or nothing. */
  | "optional url"
  /** The address of a PostgreSQL database, a URL or settings of libpq; becomes a URL, or nothing. */
  | "optional postgres";

/** One setting of the server: the row from which parsing, checking, the example file and the reference page are made. */
export interface KeyDescriptor {
  /** Its name in the file. */
  readonly key: string;
  /** Other spellings that sites use; das2-server 17. */
  readonly aliases?: readonly string[];
  /** Its name in {@link Config}. */
  readonly field: string;
  readonly type: KeyType;
  /** Text as it would stand in the file; the empty text where nothing is set. Relative paths count from the package. */
  readonly default: string;
  /** Unit of a number, for people. */
  readonly unit?: string;
  /** Bounds of a number, both allowed. */
  readonly min?: number;
  readonly max?: number;
  /** Variable of the environment that wins besides `HELIOSTREAM_<key>`. */
  readonly env?: string;
  /** What it does, one or two sentences. */
  readonly help: string;
  /** A definition may write `$(KEY)`; das2-server 12.2. */
  readonly substitutable?: true;
  /** Its value is never shown, not even in a message. */
  readonly secret?: true;
  /** Read and checked so that the file of an older server loads, but nothing uses it. */
  readonly inert?: true;
}

/** The value that a setting of that type becomes. */
export type KeyValue<T extends KeyType> = T extends "text" | "path"
  ? string
  : T extends "optional text" | "optional path" | "optional url" | "optional postgres"
    ? string | undefined
    : T extends "integer" | "number" | "bytes"
      ? number
      : T extends "flag"
        ? boolean
        : readonly string[];
