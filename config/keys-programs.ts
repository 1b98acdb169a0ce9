import type { KeyDescriptor } from "./key-types.js";

/** Programs and where they are found; das2-server 13. */
export const PROGRAM_KEYS = [
  {
    key: "BIN_PATH",
    field: "binPath",
    type: "paths",
    default: "",
    substitutable: true,
    help: "Folders of reader and reducer programs, : between them; PATH of every program that is started.",
  },
  {
    key: "LIB_PATH",
    field: "libPath",
    type: "paths",
    default: "",
    substitutable: true,
    help: "LD_LIBRARY_PATH of every program that is started, : between folders.",
  },
  {
    key: "D2S_REDUCER",
    field: "d2sReducer",
    type: "optional text",
    default: "das2_bin_avgsec",
    help: "Reducer of das2 sources that name none. Empty: they are not reduced.",
  },
  {
    key: "QDS_REDUCER",
    field: "qdsReducer",
    type: "optional text",
    default: "",
    help: "Reducer of q stream sources that name none.",
  },
  {
    key: "D2S_TO_UTF8",
    field: "d2sToUtf8",
    type: "optional text",
    default: "das2_ascii",
    help: "Program that makes the text form of das2 streams (ascii=1).",
  },
  {
    key: "QDS_TO_UTF8",
    field: "qdsToUtf8",
    type: "optional text",
    default: "",
    help: "Program that makes the text form of q streams.",
  },
  {
    key: "D2S_CSV_CONVERTER",
    field: "d2sCsvConverter",
    type: "optional text",
    default: "das3_csv",
    help: "Program that makes comma separated values from das2 streams (format=csv).",
  },
  {
    key: "DAS1_TO_DAS2",
    field: "das1ToDas2",
    type: "optional text",
    default: "",
    help: "Program that runs a das1 source and writes das2, called with the definition file and then the arguments of the reader. Empty: das1 sources are not served.",
  },
  {
    key: "PNG_MAKER",
    field: "pngMaker",
    type: "optional text",
    default: "",
    help: "Program that reads a stream and writes a PNG image, for server=image. Empty: the one that ships, das2_png.",
  },
] as const satisfies readonly KeyDescriptor[];
