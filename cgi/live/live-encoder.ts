import type { DataSource } from "../../dsdf/data-source.js";
import { DasError } from "../../errors/das-error.js";
import { builtInProgram } from "../../pipeline/built-in.js";
import type { StreamEncoder, StreamTransform } from "../../stream/model.js";
import type { Program, ProgramContext } from "../../stream/program.js";
import { das2Encoder } from "../../stream/stream-writer.js";
import type { DataWords } from "../data/data-words.js";

/** How the items of a live stream become bytes: filters, then an encoder that holds nothing back when the stream pauses. */
export interface LiveEncoding {
  readonly filters: readonly StreamTransform[];
  readonly encoder: StreamEncoder;
}

/** The programs that write the forms in which a stream can go on without end. */
const PROGRAMS = {
  text: "das2_ascii",
  das2text: "das2_ascii",
  das3: "das3_from_das2",
  csv: "das3_csv",
} as const;

/**
 * The encoding that a request asks for. Errors: NOT_IMPLEMENTED for forms that need an end.
 * Source: das2-server 7.3, 10.
 */
export async function liveEncoding(
  { output, formatArgs = [] }: Pick<DataWords, "output" | "formatArgs">,
  { form }: DataSource,
  context: ProgramContext,
): Promise<LiveEncoding> {
  const isDas3 = form === "das3";
  if (output === "das2" || (output === "stream" && !isDas3)) return { filters: [], encoder: das2Encoder() };
  if (output === "stream") return made("das3_from_das2", [], context);
  if (output === "text" && isDas3) return made("das3_from_das2", ["-t", ...formatArgs], context);
  if (Object.hasOwn(PROGRAMS, output))
    return made(PROGRAMS[output as keyof typeof PROGRAMS], formatArgs, context); // as just seen
  throw new DasError("NOT_IMPLEMENTED", `a live stream is given as das2, das3 or csv, not as ${output}`);
}

async function made(name: string, args: readonly string[], context: ProgramContext): Promise<LiveEncoding> {
  const program: Program | undefined = await builtInProgram(name);
  switch (program?.kind) {
    case "filter":
      return { filters: [program.open(args, context)], encoder: das2Encoder() };
    case "converter":
      return { filters: [], encoder: program.open(args, context) };
    default:
      throw new DasError("NO_SUCH_PROGRAM", "this form of live streams is not offered by this server", {
        name,
      });
  }
}
