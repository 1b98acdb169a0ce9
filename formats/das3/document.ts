import type { ConverterProgram } from "../../stream/program.js";
import { Das3DocumentEncoder } from "./document-encoder.js";
import { asText, readTextOptions, TEXT_OPTIONS_HELP } from "./text-options.js";
import { withDates } from "./with-dates.js";

const HELP = `Usage: das3_document [-r N] [-s N]

Reads a das2 stream and writes it as a das3 document (version 3.0): one XML text with a dataset for each packet type, and an
element <d> with the values of each record as text.

${TEXT_OPTIONS_HELP}  -h, --help       print this
  -v, --version    print the version

Exit status: 0 done (an empty text of a stream without packet types), 1 the stream ended in an exception, told on
standard error, 13 arguments, 22 unreadable stream, 100 a stream that has no das3 form.
`;

/** The converter `das3_document`. Source: das2-stream C6, C7, E1. */
export const das3Document: ConverterProgram = {
  kind: "converter",
  name: "das3_document",
  help: HELP,
  open: (args) => asText(readTextOptions(args), withDates(new Das3DocumentEncoder())),
};
