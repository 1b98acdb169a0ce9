import type { ParserProgram } from "../../stream/program.js";
import { parseArguments } from "../../stream/program-arguments.js";
import { AnyDas3Decoder } from "./any-decoder.js";

const HELP = `Usage: das3_to_das2 [-h | -v]

Reads a das3 stream or document (version 3.0) and writes it as a das2 stream: one packet type for each dataset, values as
they are where das2 has their type, else as reals. Records of another length, or with other coordinates, begin a new
definition of their packet type. Tables along several indices become one for each place along the outer ones. Text and
blobs are left out.

  -h, --help       print this
  -v, --version    print the version

Exit status: 0 done, 1 a dataset without das2 form, 13 arguments, 22 unreadable stream.
`;

/** The program `das3_to_das2`. Source: das2-stream C1 to C7. */
export const das3ToDas2: ParserProgram = {
  kind: "parser",
  name: "das3_to_das2",
  help: HELP,
  open(args) {
    parseArguments(args, {}, []);
    return new AnyDas3Decoder();
  },
};
