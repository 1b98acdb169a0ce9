import type { ReaderProgram } from "../../stream/program.js";

/** The name of {@link emptyReader}: no definition can name it. */
export const EMPTY_READER = "(nothing)";

/** A reader that finds nothing, for plots of ranges where nothing can be. */
export const emptyReader: ReaderProgram = {
  kind: "reader",
  name: EMPTY_READER,
  help: "",
  async *open() {
    yield [
      { kind: "stream", header: { version: "2.2", properties: [] } },
      { kind: "exception", exception: { type: "NoDataInInterval", message: "No data found" } },
    ];
  },
};
