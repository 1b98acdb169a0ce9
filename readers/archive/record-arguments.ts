import { DasError, isDasError } from "../../errors/das-error.js";
import type { ModuleDeclaration, ModuleValues, Parameter } from "../../netdrms/module/declaration.js";
import { describeArguments } from "../../netdrms/module/describe-arguments.js";
import { readParameterFile } from "../../netdrms/module/parameter-file.js";
import { type ParsedArguments, parseModuleArguments } from "../../netdrms/module/parse-arguments.js";
import { moduleQuestion, usageText } from "../../netdrms/module/usage.js";
import type { StreamItem } from "../../stream/model.js";
import type { BytesProgram, ProgramContext, ReaderProgram } from "../../stream/program.js";
import type { TimeRange } from "../../stream/time.js";
import { requestedRange } from "../reader-arguments.js";

/** What every reader of records takes; the names are those of {@link RecordValues}. */
export const RECORD_PARAMETERS = [
  {
    name: "ds",
    type: "DATASET",
    about: "record set without the range of time, such as su_ex.mag45[][1]",
  },
  {
    name: "time",
    type: "STRING",
    optional: true,
    about: "keyword with the times of the records; by default the first prime key that is a time",
  },
  {
    name: "pad",
    type: "DOUBLE",
    optional: true,
    range: "[0,1e9]",
    about: "how far time may be from the prime key that has the range, s; by default a slot, 60 at least",
  },
  {
    name: "cadence",
    type: "DOUBLE",
    optional: true,
    range: "(0,1e10]",
    about: "time between records, s; by default the width of a slot, or 60",
  },
  {
    name: "quality",
    type: "STRING",
    optional: true,
    about: "keyword whose bits tell of bad records; by default QUALITY where the series has it",
  },
  {
    name: "qmask",
    type: "INT",
    default: "0x80000000",
    range: "[0,4294967295]",
    about: "records with any of these bits are left out; 0 for none",
  },
  {
    name: "title",
    type: "STRING",
    optional: true,
    about: "title of the stream; by default what the series says",
  },
] as const satisfies readonly Parameter[];

/** The times of a request. */
export const RANGE_POSITIONALS = [
  { name: "BEGIN", about: "first time, UTC" },
  { name: "END", about: "time after the last, UTC" },
] as const;

/** Values of {@link RECORD_PARAMETERS}. */
export type RecordValues = ModuleValues<{
  readonly name: string;
  readonly summary: string;
  readonly params: typeof RECORD_PARAMETERS;
  readonly flags: readonly [];
}>;

/** A program over the records of a range of time, as a module of the archive; `T` is what its output is made of. */
interface RecordModule<D extends ModuleDeclaration, T> {
  /** Its parameters begin with {@link RECORD_PARAMETERS}, its positional arguments are {@link RANGE_POSITIONALS}. */
  readonly declaration: D;
  /** Printed by `--help` behind the arguments. */
  readonly more?: string;
  /** Checks what can be checked without the archive. Errors: USAGE, BAD_PARAMETER. */
  check?(values: ModuleValues<D>, origins: ParsedArguments<D>["origins"]): void;
  read(parsed: ParsedArguments<D>, range: TimeRange, context: ProgramContext): AsyncIterable<T>;
}

type ReaderModule<D extends ModuleDeclaration> = RecordModule<D, readonly StreamItem[]> & {
  readonly kind: "reader";
};
type BytesModule<D extends ModuleDeclaration> = RecordModule<D, Uint8Array> & { readonly kind: "bytes" };

/**
 * A module over records as a program: `name=value …` of the administrator, `BEGIN END`, then `name=value` of the request for what it
 * may set. What is wrong with the request shows while iterating, everything else at once.
 * Source: netdrms 7, das2-server 13.1.
 */
export function recordModule<D extends ModuleDeclaration>(module: ReaderModule<D>): ReaderProgram;
export function recordModule<D extends ModuleDeclaration>(module: BytesModule<D>): BytesProgram;
export function recordModule<D extends ModuleDeclaration>(
  module: ReaderModule<D> | BytesModule<D>,
): ReaderProgram | BytesProgram {
  const { declaration, more } = module;
  const about = {
    name: declaration.name,
    help: helpOf(declaration, more),
    question: moduleQuestion,
  };
  return module.kind === "reader"
    ? { kind: "reader", ...about, open: opener(module) }
    : { kind: "bytes", ...about, open: opener(module) };
}

/** What a module prints of itself, and what all programs here have besides. */
function helpOf(declaration: ModuleDeclaration, more: string | undefined): string {
  const usage = usageText(declaration)
    .replace(/^usage/, "Usage")
    .trimEnd();
  return `${usage}
${more === undefined ? "" : `\n${more}\n`}
  -h, --help     print this
  -v, --version  print the version

Exit status: 0 done, also where there are no data, 13 arguments, 2 a record set that is none, 1 the archive, 100 a time limit.
`;
}

function opener<D extends ModuleDeclaration, T>({ declaration, check, read }: RecordModule<D, T>) {
  return (args: readonly string[], context: ProgramContext): AsyncIterable<T> => {
    try {
      const sources = { env: context.env, readFile: readParameterFile };
      const parsed = parseModuleArguments(declaration, args, sources);
      refuseLog(parsed.standard.L, parsed.standard.A);
      check?.(parsed.values, parsed.origins);
      tell(declaration.name, parsed, context);
      const [begin, end] = parsed.positionals;
      // Both are there, or the parser had refused.
      return later(() => read(parsed, requestedRange({ begin: begin!, end: end! }), context));
    } catch (error) {
      if (!isDasError(error, "BAD_PARAMETER")) throw error;
      return later(() => {
        throw error;
      });
    }
  };
}

async function* later<T>(open: () => AsyncIterable<T>): AsyncGenerator<T> {
  yield* open();
}

/** A log needs a session that writes, and its output goes to people. */
function refuseLog(log: boolean, archive: boolean): void {
  if (log || archive)
    throw new DasError(
      "USAGE",
      `-${log ? "L" : "A"} has no meaning for a reader: it writes nothing into the archive`,
    );
}

function tell<D extends ModuleDeclaration>(
  name: string,
  parsed: ParsedArguments<D>,
  { log }: ProgramContext,
): void {
  for (const unused of parsed.unused) log(`${name}: ${unused} of a parameter file is not used`);
  if (parsed.standard.V) for (const line of describeArguments(parsed)) log(line);
}
