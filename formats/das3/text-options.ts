import type { StreamEncoder } from "../../stream/model.js";
import { integerArgument, lastValue, parseArguments } from "../../stream/program-arguments.js";
import { type AsciiOptions, AsciiTransform } from "../ascii.js";
import { through } from "./through.js";

/** What the help of a program says of the options that say how values are written as text. */
export const TEXT_OPTIONS_HELP = `  -r N             significant digits of reals, 2 to 17 (7 for 4-byte reals, 10 for 8-byte reals)
  -s N             digits of the fraction of seconds, 0 to 9 (3)
`;

/** The options of a program that writes all values as text. */
export type TextOptions = AsciiOptions & {
  /** Whether `-t` was given. */
  readonly isText: boolean;
};

/**
 * @param switches whether `-t` is an option, without which values stay as they are
 * Errors: USAGE. Source: das2-stream E1.
 */
export function readTextOptions(args: readonly string[], switches = false): TextOptions {
  const { options } = parseArguments(
    args,
    {
      digits: { names: ["-r"], takes: "a number of digits" },
      fraction: { names: ["-s"], takes: "a number of digits" },
      ...(switches ? { text: { names: ["-t", "--text"] } } : {}),
    },
    [],
  );
  const digits = lastValue(options.digits);
  const fraction = lastValue(options.fraction) ?? "3";
  return {
    ...(digits === undefined ? {} : { digits: integerArgument(digits, "the number of digits (-r)", 2, 17) }),
    fractionDigits: integerArgument(fraction, "the digits of seconds (-s)", 0, 9),
    dropComments: false,
    isText: "text" in options && options.text === true,
  };
}

/** An encoder that gets all values as text. */
export function asText(options: AsciiOptions, encoder: StreamEncoder): StreamEncoder {
  return through(new AsciiTransform(options), encoder);
}
