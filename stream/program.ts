import type { ItemSource, StreamDecoder, StreamEncoder, StreamTransform } from "./model.js";

/** What the surroundings give a program, the same whether it runs as a process or inside the server. */
export interface ProgramContext {
  /** Aborted when nobody wants the output any more. */
  readonly signal: AbortSignal;
  /** Takes one line for the people who run the server: standard error of a process. */
  readonly log: (line: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A program that makes a stream from its arguments. */
export interface ReaderProgram {
  readonly kind: "reader";
  /** The name by which a definition calls it. */
  readonly name: string;
  /** Printed by `--help`. */
  readonly help: string;
  /** Whether the words ask for help or version in a way of the program's own, besides `-h`, `--help`, `-v` and `--version`. */
  readonly question?: (args: readonly string[]) => "help" | "version" | undefined;
  /** Errors: USAGE at once for bad arguments (exit 13); others, while iterating, become an exception of the stream. */
  open(args: readonly string[], context: ProgramContext): ItemSource;
}

/**
 * A program that makes the bytes of a file from its arguments: an archive, a table, anything that is no das2 stream. Nobody
 * looks into them, and there is no room in them for an error: where it fails, they break off.
 */
export interface BytesProgram {
  readonly kind: "bytes";
  readonly name: string;
  readonly help: string;
  /** As of a reader. */
  readonly question?: (args: readonly string[]) => "help" | "version" | undefined;
  /**
   * Pieces of any size; the memory of each belongs to whoever takes it. The next is asked for only when there is room for
   * it, and whoever leaves early calls `return()`. A file that has not one byte is none.
   * Errors: USAGE at once for bad arguments (exit 13); others while iterating, of which NO_DATA, before the first byte,
   * says that there is nothing to make a file of, which is no failure.
   */
  open(args: readonly string[], context: ProgramContext): AsyncIterable<Uint8Array>;
}

/** A program that turns a das2 stream into another das2 stream. */
export interface FilterProgram {
  readonly kind: "filter";
  readonly name: string;
  readonly help: string;
  /**
   * Whether what is wrong with the arguments is written to the output too, as a stream that holds only the
   * exception, so that a pipeline shows the reason; reducers 7.
   */
  readonly usageInStream?: boolean;
  /** Errors: USAGE. */
  open(args: readonly string[], context: ProgramContext): StreamTransform;
}

/** A program that turns another form of stream into a das2 stream. */
export interface ParserProgram {
  readonly kind: "parser";
  readonly name: string;
  readonly help: string;
  /** Errors: USAGE. */
  open(args: readonly string[], context: ProgramContext): StreamDecoder;
}

/** A program that turns a das2 stream into another form. */
export interface ConverterProgram {
  readonly kind: "converter";
  readonly name: string;
  readonly help: string;
  /** Errors: USAGE. */
  open(args: readonly string[], context: ProgramContext): StreamEncoder;
}

/** A reader, reducer or converter that ships here. */
export type Program = ReaderProgram | BytesProgram | ParserProgram | FilterProgram | ConverterProgram;
